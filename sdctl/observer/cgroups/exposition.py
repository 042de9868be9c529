"""What is counted, under cAdvisor's names, so that its dashboards fit. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.metrics_core import Metric

from sdctl.observer.cgroups.containers import RunningContainer
from sdctl.observer.cgroups.usage import Usage
from sdctl.observer.families import family

ContainerUsage = tuple[RunningContainer, Usage]
_FAMILIES: Sequence[tuple[str, str, Callable[[ContainerUsage], float]]] = (
    (
        "container_cpu_usage_seconds_total",
        "CPU time",
        lambda seen: seen[1].cpu_seconds,
    ),
    (
        "container_memory_usage_bytes",
        "Memory with the file cache",
        lambda seen: seen[1].memory,
    ),
    (
        "container_memory_working_set_bytes",
        "Memory without what of it was not used lately",
        lambda seen: seen[1].working_set,
    ),
    (
        "container_spec_memory_limit_bytes",
        "The limit of its memory; 0 is none, as cAdvisor says it",
        lambda seen: seen[1].limit or 0,
    ),
    (
        "container_oom_events_total",
        "Processes killed for want of memory",
        lambda seen: seen[1].killed,
    ),
    (
        "container_restarts_total",
        "Restarts by the engine; cAdvisor has no name for it",
        lambda seen: seen[0].restarts,
    ),
)


def families(seen: Sequence[ContainerUsage]) -> Iterator[Metric]:
    """A sample of each family for each container."""
    for name, text, value in _FAMILIES:
        samples = [((found[0].tier, found[0].node), value(found)) for found in seen]
        yield family(name, text, ("tier", "node"), samples)
