"""One scope: who leads it, whether that leader is dead, and the end of its lease then."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sdctl.observer.fencing import leadership
from sdctl.observer.fencing.consensus import Consensus, Unavailable
from sdctl.observer.fencing.control_groups import ControlGroups
from sdctl.observer.fencing.death import rule
from sdctl.observer.fencing.leadership import Leadership

log = logging.getLogger(__name__)


class Fence:
    """Of one tier. ``scope``: by which Patroni keeps it in the store."""

    def __init__(self, tier: str, scope: str, store: Consensus, kernel: str) -> None:
        self.tier = tier
        self.why = "not read yet"
        """What was decided last, in words."""
        self.leader = ""
        self.revoked = 0
        self._scope = scope
        self._store = store
        self._kernel = kernel
        self._known: Leadership | None = None

    @property
    def groups(self) -> Iterable[str]:
        """The control groups of its members."""
        members = self._known.members.values() if self._known else ()
        return [member.group for member in members]

    def read(self) -> None:
        """Ask the store who leads. Raises ``Unavailable``."""
        answer = self._store.ask("/v3/kv/txn", leadership.question(self._scope))
        self._known = leadership.parse(answer)
        self.leader = self._known.leader.name if self._known.leader else ""

    def judge(self, groups: ControlGroups) -> None:
        """Look at the leader that was just read, and fence it if it is dead. Raises
        ``Unavailable``."""
        if self._known is None:
            return
        ruling = rule(self._known, self._kernel, groups.look())
        self.why = ruling.why
        if ruling.fence and self._known.leader is not None:
            log.info("confirmed dead: %s, which led %s", self._known.leader.name, self.tier)
            self._revoke(self._known.leader)

    def _revoke(self, leader: leadership.Leader) -> None:
        answer = self._store.ask("/v3/kv/txn", leadership.removal(self._scope, leader))
        if not answer.get("succeeded"):
            self.why = f"{leader.name}'s key changed meanwhile"
            log.info("not revoked: %s", self.why)
            return
        self.revoked += 1
        log.info("lease revoked: %s's, which led %s", leader.name, self.tier)
        try:
            # so that nothing of it that is still on its way to the store can be written
            self._store.ask("/v3/lease/revoke", {"ID": str(leader.lease)})
        except Unavailable as error:
            log.info("its lease runs out by itself: %s", error)
