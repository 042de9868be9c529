"""Prometheus' text format under cAdvisor's names, so that its dashboards fit. Pure.

container_cpu_usage_seconds_total{tier, node}
container_memory_usage_bytes              with the file cache
container_memory_working_set_bytes        without what of it was not used lately
container_spec_memory_limit_bytes         0: none, as cAdvisor says it
container_oom_events_total
container_restarts_total                  by the engine; cAdvisor has no name for it
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sdctl.observer.cgroups.inventory import Container
from sdctl.observer.cgroups.usage import Usage

ContainerUsage = tuple[Container, Usage]
_FAMILIES: Sequence[tuple[str, str, Callable[[ContainerUsage], float]]] = (
    ("container_cpu_usage_seconds_total", "counter", lambda seen: seen[1].cpu_seconds),
    ("container_memory_usage_bytes", "gauge", lambda seen: seen[1].memory),
    ("container_memory_working_set_bytes", "gauge", lambda seen: seen[1].working_set),
    ("container_spec_memory_limit_bytes", "gauge", lambda seen: seen[1].limit or 0),
    ("container_oom_events_total", "counter", lambda seen: seen[1].killed),
    ("container_restarts_total", "counter", lambda seen: seen[0].restarts),
)


def text(seen: Sequence[ContainerUsage]) -> str:
    """A sample of each family for each container."""
    lines: list[str] = []
    for name, kind, value in _FAMILIES:
        lines.append(f"# TYPE {name} {kind}\n")
        lines += (
            f'{name}{{tier="{found[0].tier}",node="{found[0].node}"}} {value(found)}\n'
            for found in seen
        )
    return "".join(lines)
