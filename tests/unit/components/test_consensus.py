"""Who has which of the consensus store's secrets: nobody has more than its own."""

from __future__ import annotations

from collections.abc import Callable

from sdctl.components.node import Secret
from sdctl.design.topology import Topology


def test_nobody_but_its_members_must_have_the_rights_of_another(
    topology_of: Callable[..., Topology],
) -> None:
    topology = topology_of("standard", "documents.server=ferretdb")
    held: dict[str, set[str]] = {}
    for node in topology.nodes:
        values = [value for value in node.env.values() if isinstance(value, Secret)]
        logins = [port.login.secret for to in topology.nodes for port in to.ports if port.login]
        has = {secret.name for secret in (*values, *(logins if node.observes else ()))}
        if own := {name.removeprefix("consensus_") for name in has if "consensus" in name}:
            held.setdefault(node.tier, set()).update(own)
    assert held == {
        "consensus": {"store", "members", "cluster", "root", "patroni", "fencing"},
        "database": {"store", "patroni"},
        "documents": {"store", "patroni"},
        "fencing": {"store", "fencing"},
        "observer": {"store"},
    }
