"""What etcd and those who use it share: how they know each other."""

from __future__ import annotations

from sdctl.components.component import Plan
from sdctl.components.node import Login, Secret

MEMBERS = 5
CERTIFICATE = Secret(
    "consensus",
    kind="certificate",
    # all that there may be, because the certificate outlives a change of their number
    hosts=tuple(f"etcd-{n}" for n in range(1, MEMBERS + 1)),
)
"""Who has it may read and write; nobody else is answered."""
LOGIN = Login(secret=CERTIFICATE)
NETWORK = "consensus"
"""The databases, their consensus store and who reads figures: not the services."""


def fencing(plan: Plan) -> dict[str, str | Secret]:
    """The environment of what revokes leases: where they are."""
    return {
        "CONSENSUS_HOSTS": ",".join(plan.hosts("consensus")),
        "CONSENSUS_PEM": CERTIFICATE,
    }


def patroni(plan: Plan) -> dict[str, str | Secret]:
    """A database node's environment: where Patroni keeps who leads."""
    return {
        "PATRONI_ETCD3_HOSTS": ",".join(f"{host}:2379" for host in plan.hosts("consensus")),
        "CONSENSUS_PEM": CERTIFICATE,
    }
