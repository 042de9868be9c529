"""The rows of a verdict's card that tell what became of the writes."""

from __future__ import annotations

from collections import Counter

from sdctl.app.contract import DEAD_QUEUE
from sdctl.foundation.own_command import typed
from sdctl.judge.audit import Audit
from sdctl.judge.verdict import Verdict

_STORES = {"postgres": "database", "mongodb": "document", "ferretdb": "document"}
"""What people call a store, by its component; one of a plug-in has its own name."""


def rows(verdict: Verdict) -> list[tuple[str, str]]:
    """The promises that held, those that did not, and what is still on its way."""
    audit = verdict.audit
    if audit is None:
        return [("writes", "not measured: they could not be read back")]
    stale = verdict.load.stale_reads if verdict.load else None
    found = [
        ("writes acknowledged", f"{audit.acknowledged:,}"),
        ("  of them lost", _some(audit.lost)),
        ("outcome unknown", _done(audit.unknown, audit.recovered, "after all")),
        ("writes refused", _done(audit.refused, audit.broken_promises, "anyway")),
        *_broken(audit),
        *_messages(verdict, audit),
        ("stale reads", "not measured: no read was checked" if stale is None else f"{stale:,}"),
        ("followers", _followers(audit, led=_led(verdict))),
        ("still in queues", _remains(audit, settled=verdict.settled)),
    ]
    if not verdict.complete and (audit.unrecorded or verdict.facts.unwritten):
        found.append(("not in the ledger", f"{len(audit.unrecorded):,} (it was cut off)"))
    elif verdict.complete and audit.unrecorded:
        found.append(("nobody sent", _some(audit.unrecorded)))
    if not verdict.settled:
        over = "the run was interrupted" if verdict.interrupted else "the time for it is over"
        found.append(("settled", f"no: {over}, and these are the figures at its end"))
    return found


def _done(count: int, done: tuple[str, ...], how: str) -> str:
    return f"{count:,}, of which {len(done):,} were done {how}" if count else "0"


def _broken(audit: Audit) -> list[tuple[str, str]]:
    """The promises besides that of not losing: a row for each that was broken, one for the rest."""
    counted = [
        ("there twice", audit.duplicated),
        ("not what was sent", audit.altered),
        ("never notified", audit.undelivered),
        ("notified twice", audit.notified_twice),
    ]
    rows = [(name, _some(keys)) for name, keys in counted if keys]
    kept = ", ".join(f"0 {name}" for name, keys in counted if not keys)
    return [*rows, *([("also checked", kept)] if kept else [])]


def _messages(verdict: Verdict, audit: Audit) -> list[tuple[str, str]]:
    """The life of the messages behind the writes."""
    found = []
    counts = verdict.facts.messages
    if counts and counts["failed"]:
        waits = ", ".join(f"{delay:g}" for delay in counts.get("retry_delays_s") or ())
        found.append(
            (
                "attempts failed",
                f"{counts['failed']:,}, of which {counts['dead']:,} were the last one",
            )
        )
        found.append(("  tried again", f"{counts['retried']:,}, after {waits} s"))
    if audit.dead or audit.other_letters:
        found.append(("dead letters", _dead(audit)))
    if audit.unfinished:
        found.append(("not worked on yet", _some(audit.unfinished)))
    return found


_NO_LEADER = "no leader"
"""Stands in what is the matter with a node that finds none."""


def _led(verdict: Verdict) -> bool:
    """Whether every store had a leader when the run ended, as far as its nodes tell."""
    return not any(_NO_LEADER in trouble for trouble in verdict.facts.ill_after.values())


def _followers(audit: Audit, *, led: bool) -> str:
    """Whether each has what its leader has. Where a leader was missing, none is called identical
    to it."""
    unread = [f"{node} was not read" for node in audit.unread]
    lacking = {node: len(keys) for node, keys in audit.behind.items() if keys}
    behind = [f"{node} lacks {count:,}" for node, count in sorted(lacking.items())]
    if unread or behind:
        return ", ".join(behind + unread)
    if not audit.behind:
        return "there is none"
    if not led:
        return f"not compared: {_NO_LEADER}"
    stores = [node.rpartition("-")[0] for node in audit.behind]
    kinds = Counter(_STORES.get(store, store) for store in stores)
    parts = " and ".join(f"{count} {kind}" for kind, count in kinds.items())
    if sum(kinds.values()) == 1:
        return f"{parts} follower: identical to its leader"
    return f"{parts} followers: identical to their leaders"


def _dead(audit: Audit) -> str:
    others = audit.other_letters
    return _own_dead(audit) + (f"; {others:,} more are there, of other runs" if others else "")


def _own_dead(audit: Audit) -> str:
    count = len(audit.dead)
    if not count:
        return "0"
    kept = audit.kept_letters
    if kept is None:
        return f"{count:,}; whether they are kept was not seen"
    if kept < count:
        return f"{count:,}, of which {kept:,} are kept"
    if audit.missing_letters:  # or of an order whose outcome is unknown
        return f"{count:,}; {kept:,} of the run's {audit.due_letters:,} letters are there"
    return f"{count:,}, not lost: `{typed('dlq replay --all')}`"


def _remains(audit: Audit, *, settled: bool) -> str:
    if audit.remains is None:
        return "not measured"
    queues = audit.remains.queues
    # the dead letters have a row of their own, with whose they are
    waiting = {name: count for name, count in (queues or {}).items() if name != DEAD_QUEUE}
    parts = [f"{name} {count:,}" for name, count in waiting.items() if count]
    if queues is None:
        parts.append("the queues could not be read")
    if audit.remains.outbox:
        parts.insert(0, f"outbox {audit.remains.outbox:,}")
    nothing = "nothing but dead letters" if audit.letters else "nothing"
    if not parts and audit.unfinished and not settled:
        # what a worker was given stands in no queue
        return f"{nothing}: the workers may have the others in hand"
    return ", ".join(parts) or nothing


def _some(keys: tuple[str, ...]) -> str:
    shown = ", ".join(keys[:3])
    return f"{len(keys):,}: {shown}{' …' if len(keys) > 3 else ''}" if keys else "0"
