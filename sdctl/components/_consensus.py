"""What etcd and those who use it share: how they know each other, and what each may do."""

from __future__ import annotations

from sdctl.components._patroni import SCOPES
from sdctl.components.component import Plan
from sdctl.components.node import Login, Secret

MEMBERS = 5
_HOSTS = tuple(f"etcd-{n}" for n in range(1, MEMBERS + 1))
"""All that there may be, because a certificate outlives a change of their number."""
CERTIFICATE = Secret("consensus_store", kind="certificate", hosts=_HOSTS)
"""Who has it is answered, nobody else. It names nobody, so it gives no right to a key: the users
below have those."""
BETWEEN_MEMBERS = Secret("consensus_members", kind="certificate", hosts=_HOSTS)
"""Of the members alone: what one of them tells another is asked for no user."""
LOGIN = Login(secret=CERTIFICATE)
"""The observer's. How a member is, and who leads, is told without a user."""
NETWORK = "consensus"
"""The databases, their consensus store and who reads figures: not the services."""

_ROOT, _PATRONI, _FENCING = (
    Secret(f"consensus_{user}") for user in ("root", "patroni", "fencing")
)  # fmt: skip
"""The passwords of the users that ``templates/etcd/image/rights.sh`` makes."""


def member() -> dict[str, str | Secret]:
    """The environment of a member: all users, and whose leaders one of them may fence."""
    return {
        "CONSENSUS_PEM": CERTIFICATE,
        "MEMBERS_PEM": BETWEEN_MEMBERS,
        "ETCDCTL_PASSWORD": _ROOT,
        "PATRONI_PASSWORD": _PATRONI,
        "FENCING_PASSWORD": _FENCING,
        # all that there may be: what is right once is never changed
        "FENCED_SCOPES": " ".join(SCOPES.values()),
    }


def fencing(plan: Plan) -> dict[str, str | Secret]:
    """The environment of what revokes leases: where they are."""
    return {
        "CONSENSUS_HOSTS": ",".join(plan.hosts("consensus")),
        "CONSENSUS_PEM": CERTIFICATE,
        "CONSENSUS_PASSWORD": _FENCING,
    }


def patroni(plan: Plan) -> dict[str, str | Secret]:
    """A database node's environment: where Patroni keeps who leads."""
    return {
        "PATRONI_ETCD3_HOSTS": ",".join(f"{host}:2379" for host in plan.hosts("consensus")),
        "PATRONI_ETCD3_PASSWORD": _PATRONI,
        "CONSENSUS_PEM": CERTIFICATE,
    }
