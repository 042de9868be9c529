"""Are the ports free that the stack publishes?"""

from __future__ import annotations

from collections.abc import Iterator

from sdctl.bringup.doctor.machine import Machine
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.foundation import own_command
from sdctl.targets.check_result import CheckResult


def check(machine: Machine, wanted: PlannedStack) -> Iterator[CheckResult]:
    """Each that is taken, with who holds it and one that is free."""
    taken = {port: node for port, node in wanted.ports.items() if port in machine.holders}
    for port, node in taken.items():
        who = machine.holders[port]
        if container := wanted.survey.publishers.get(port):
            who = f"the container {container}"
        free = machine.free_port[port]
        first = free - (node.ordinal - 1)
        setting = next(one.setting for one in node.ports if one.host == port)
        yield CheckResult(
            id="port-taken",
            status="failure",
            message=f"the port {port} of {node.name} is used by {who}; {free} is free",
            fix=own_command.up_with(f"{node.tier}.{setting}={first}", wanted.topology.stack),
        )
    if not taken and wanted.ports:
        yield CheckResult(id="ports", message="; ".join(_whose(wanted)))


def _whose(wanted: PlannedStack) -> Iterator[str]:
    ports = sorted(wanted.ports)
    own = [port for port in ports if wanted.ports[port].name in wanted.running]
    for numbers, said in (([p for p in ports if p not in own], "free"), (own, "this stack's own")):
        if numbers:
            yield f"{said}: {', '.join(map(str, numbers))}"
