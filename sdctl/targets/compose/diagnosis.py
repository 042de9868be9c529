"""What of the engine stands in a stack's way: each check decides from facts that were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import ip_network

from sdctl.design.topology import Topology
from sdctl.foundation import assets, own_command
from sdctl.foundation.units import counted
from sdctl.targets.check_result import CheckResult
from sdctl.targets.compose.engine_facts import EngineFacts, Subnet, wanted_networks
from sdctl.targets.compose.labels import LABEL

_CLOCK_S = 2.0
"""An engine answers in much less."""
_UNIT = "/etc/systemd/system/docker.service.d"


def findings(engine: EngineFacts, topology: Topology) -> tuple[CheckResult, ...]:
    """Pure: of every check."""
    return tuple(found for check in _CHECKS for found in check(engine, topology))


def _engine(engine: EngineFacts, topology: Topology) -> Iterator[CheckResult]:
    yield CheckResult(id="docker", message=f"Docker {engine.version}, context {engine.context}")


def _compose(engine: EngineFacts, topology: Topology) -> Iterator[CheckResult]:
    if engine.compose_problem is None:
        yield CheckResult(id="compose", message=f"Docker Compose {engine.compose}")


def _limits(engine: EngineFacts, topology: Topology) -> Iterator[CheckResult]:
    if engine.keeps_limits:
        yield CheckResult(
            id="cgroup", message=f"cgroup version {engine.cgroups}; memory limits are kept"
        )
        return
    yield CheckResult(
        id="memory-limits-off",
        status="warning",
        message="Docker cannot limit a container's memory here: one node could take all of it",
        fix="sudo sed -i 's/^GRUB_CMDLINE_LINUX=\"/&cgroup_enable=memory /' /etc/default/grub "
        "&& sudo update-grub && sudo reboot",
    )


def _storage(engine: EngineFacts, topology: Topology) -> Iterator[CheckResult]:
    if engine.storage == "vfs":
        yield CheckResult(
            id="storage-vfs",
            status="warning",
            message="Docker's storage driver is vfs: every container is a whole copy of its image, "
            "which is slow and fills the disk",
            fix='echo \'{"storage-driver": "overlay2"}\' | sudo tee /etc/docker/daemon.json '
            "&& sudo systemctl restart docker",
        )
    else:
        yield CheckResult(id="storage", message=f"storage driver {engine.storage}")


def _separated(engine: EngineFacts, topology: Topology) -> Iterator[CheckResult]:
    words = {word.split(",")[0].removeprefix("name=") for word in engine.security}
    reads = sorted({node.tier for node in topology.nodes if topology.requires(node)})
    if reads and words & {"userns", "rootless"}:
        kind = "rootless" if "rootless" in words else "with user namespaces"
        yield CheckResult(
            id="user-namespaces",
            status="warning",
            message=f"Docker runs {kind}: {' and '.join(reads)} may not read the containers' logs "
            "and figures",
            fix=own_command.typed("up lite", topology.stack),
        )
    home = assets.state_home().absolute()
    if "selinux" in words:
        yield CheckResult(
            id="selinux",
            status="warning",
            message="SELinux keeps containers from the files that `up` writes for them, "
            "unless these are marked",
            fix=f"mkdir -p '{home}' && chcon -R -t container_file_t '{home}'",
        )


def _clock(engine: EngineFacts, topology: Topology) -> Iterator[CheckResult]:
    if abs(engine.clock_s) > _CLOCK_S:
        yield CheckResult(
            id="clock-apart",
            status="warning",
            message=f"Docker's clock is {abs(engine.clock_s):.0f} s "
            f"{'ahead of' if engine.clock_s > 0 else 'behind'} this machine's: moments in logs and "
            "in verdicts would not agree",
            fix="sudo systemctl restart docker",
        )


def _proxy(engine: EngineFacts, topology: Topology) -> Iterator[CheckResult]:
    if engine.shell_proxied and not engine.proxied and not engine.has_base:
        yield CheckResult(
            id="proxy-not-docker",
            status="warning",
            message="this shell goes out by way of a proxy and Docker does not: it may reach no "
            "registry",
            fix=f"sudo mkdir -p {_UNIT} && printf "
            "'[Service]\\nEnvironment=HTTPS_PROXY=%s\\n' \"${HTTPS_PROXY:-$https_proxy}\" | "
            f"sudo tee {_UNIT}/proxy.conf && sudo systemctl daemon-reload "
            "&& sudo systemctl restart docker",
        )


def _base(engine: EngineFacts, topology: Topology) -> Iterator[CheckResult]:
    if engine.has_base or not engine.missing:
        return
    mode = topology.profile.images
    pulled = engine.offers_base and mode != "local"
    if pulled or (engine.can_make_base and mode != "registry"):
        how = "pulled" if pulled else "made here, as no registry offers it"
        yield CheckResult(id="base-image", message=f"Debian's image will be {how}")
        return
    fix = "docker pull debian:trixie-slim"
    if mode != "registry":
        fix = "sudo apt-get install -y mmdebstrap"
    yield CheckResult(
        id="base-image-none",
        status="failure",
        message="Debian's image is not there: no registry offers it, and it cannot be made here",
        fix=fix,
    )


def _pools(engine: EngineFacts, topology: Topology) -> Iterator[CheckResult]:
    wanted = len(wanted_networks(topology) - engine.networks.keys())
    free = _free(engine.pools, engine.subnets, wanted)
    if free >= wanted:
        yield CheckResult(id="address-pools", message="addresses are free for the stack's networks")
        return
    yield CheckResult(
        id="address-pools-used-up",
        status="failure",
        message=f"the stack needs {wanted} more networks, and Docker has addresses for {free}; "
        "remove networks that nobody needs",
        fix="docker network ls",
    )


def _free(pools: Sequence[tuple[str, int]], taken: Sequence[Subnet], enough: int) -> int:
    """How many networks the pools still have room for, counted up to ``enough``."""
    count = 0
    for base, prefix in pools:
        whole = ip_network(base)
        # by address family: an IPv6 network overlaps no IPv4 one
        near = [subnet for subnet in taken if subnet.version == whole.version]
        for subnet in whole.subnets(new_prefix=max(prefix, whole.prefixlen)):
            if count >= enough:
                return count
            count += not any(subnet.overlaps(other) for other in near)
    return count


def _others(engine: EngineFacts, topology: Topology) -> Iterator[CheckResult]:
    nodes = Counter(
        container.stack
        for container in sorted(engine.containers, key=lambda container: container.stack)
        if container.running and container.stack not in ("", topology.stack)
    )
    if own := {stack: count for stack, count in nodes.items() if stack in engine.local_stacks}:
        whose = "It is yours" if len(own) == 1 else "They are yours"
        yield CheckResult(id="own-stacks", message=f"{_take(own)}. {whose}")
    if other := {stack: count for stack, count in nodes.items() if stack not in own}:
        # what another made may be somebody's work, and only they may end it: the command waits
        run = "; ".join(
            f"docker ps --quiet --filter label={LABEL}stack={stack}" for stack in sorted(other)
        )
        were, them = ("It was", "it") if len(other) == 1 else ("They were", "them")
        yield CheckResult(
            id="another-stack",
            status="warning",
            message=f"{_take(other)}, so figures are worse. {were} made from another state folder: "
            f"leave {them} alone. For good figures, wait until whoever made {them} has ended "
            f"{them}, or use another machine",
            fix=f'while [ -n "$({run})" ]; do sleep 5; done',
            waits=True,
        )


def _take(nodes: Mapping[str, int]) -> str:
    """Of other stacks, and how many nodes each has."""
    named = ", ".join(f"{stack!r} ({counted(count, 'node')})" for stack, count in nodes.items())
    one = len(nodes) == 1
    return (
        f"the {'stack' if one else 'stacks'} {named} {'runs' if one else 'run'} here too and "
        f"{'takes' if one else 'take'} memory and CPU from this one"
    )


def _leftovers(engine: EngineFacts, topology: Topology) -> Iterator[CheckResult]:
    alive = {container.stack for container in engine.containers}
    old = {name: stack for name, stack in engine.networks.items() if name not in engine.young}
    left = sorted(name for name, stack in old.items() if stack not in alive)
    if left:
        yield CheckResult(
            id="leftovers",
            status="warning",
            message=f"left of a stack that is gone: {', '.join(left)}",
            fix=f"docker network rm {' '.join(left)}",
        )


_CHECKS: tuple[Callable[[EngineFacts, Topology], Iterator[CheckResult]], ...] = (
    _engine, _compose, _limits, _storage, _separated, _clock, _proxy, _base, _pools, _others,
    _leftovers,
)  # fmt: skip
