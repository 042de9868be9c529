"""The values that a shell can offer: names that are there, by the name of the parameter."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

_TARGET_S = 1.0


def _profiles(stack: str) -> Iterable[str]:
    from sdctl.design import profile

    return profile.names()


def _tiers(stack: str) -> Iterable[str]:
    from sdctl.components.component import all_components

    return sorted(all_components())


def _places(stack: str) -> Iterable[str]:
    """Tiers, and the nodes that there are."""
    return [*_tiers(stack), *_nodes(stack)]


def _selected(stack: str) -> Iterable[str]:
    """What a fault can hit: ``database``, ``database:leader``, ``postgres-1``."""
    from sdctl.faults.selector_words import WORDS

    of_tiers = [f"{tier}:{word}" for tier in _tiers(stack) for word in WORDS]
    return [*_tiers(stack), *WORDS, *of_tiers, *_nodes(stack)]


def _sides(stack: str) -> Iterable[str]:
    """What can be a side of a partition."""
    from sdctl.faults._groups import CLIENTS, REST

    return [*_selected(stack), REST, CLIENTS]


def _led(stack: str) -> Iterable[str]:
    """Tiers that have a leader."""
    from sdctl.components.component import all_components

    return sorted(tier for tier, component in all_components().items() if component.leads)


def _nodes(stack: str) -> list[str]:
    found: list[str] = []

    def ask() -> None:
        from sdctl.targets.opening import open_target

        try:
            found.extend(node.node for node in open_target(stack).nodes())
        except Exception:
            return  # no target, no nodes

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_TARGET_S)
    return list(found)


def _settings(stack: str) -> Iterable[str]:
    """``tier.setting=``, of every tier; and its values, where these can be listed."""
    from sdctl.components.component import all_components
    from sdctl.design import setting_texts

    for tier, component in sorted(all_components().items()):
        for name, field in component.settings.model_fields.items():
            yield f"{tier}.{name}="
            yield from (f"{tier}.{name}={choice}" for choice in setting_texts.choices(field))


def _counts(stack: str) -> Iterable[str]:
    from sdctl.components.component import all_components

    able = (
        tier
        for tier, component in all_components().items()
        if component.settings.scales_by is not None
    )
    return [f"{tier}=" for tier in sorted(able)]


def _elastic(stack: str) -> Iterable[str]:
    """What can be autoscaled, and the word that replays a file."""
    from sdctl.components.component import all_components

    components = all_components().items()
    return [*sorted(tier for tier, found in components if found.settings.autoscales_by), "replay"]


def _workloads(stack: str) -> Iterable[str]:
    from sdctl.workloads.workload import all_workloads

    return all_workloads()


def _hows(stack: str) -> Iterable[str]:
    from sdctl.faults.kill_leader import HOWS

    return HOWS


def _days(stack: str) -> Iterable[str]:
    from sdctl.chaos.gameday import day_file

    return day_file.names()


def _faults(stack: str) -> Iterable[str]:
    from sdctl.state import fault_records
    from sdctl.state.stack import Stack

    return [record.id for record in fault_records.active(Stack(stack))]


def _runs(stack: str) -> Iterable[str]:
    from sdctl.judge import runs
    from sdctl.state import fault_records
    from sdctl.state.stack import Stack

    where = Stack(stack)
    return ["last", *runs.names(where), *(record.id for record in fault_records.all_records(where))]


def _steps(stack: str) -> Iterable[str]:
    from sdctl.guide import tour

    return tour.all_steps()


def _stacks(stack: str) -> Iterable[str]:
    from sdctl.state.stack import names

    return names()


def _targets(stack: str) -> Iterable[str]:
    from sdctl.targets.opening import all_targets

    return all_targets()


def _figures(stack: str) -> Iterable[str]:
    """With the sign that most limits have."""
    from sdctl.load.assertions import LOAD

    return [f"{name}<" for name in (*LOAD.times, *LOAD.counts, *LOAD.rates, *LOAD.shares)]


def _words(stack: str) -> Iterable[str]:
    from sdctl.guide import explaining

    return explaining.words()


def _checks(stack: str) -> Iterable[str]:
    from sdctl.selftest.checks.check import all_checks

    return [check.name for check in all_checks()]


VALUES: dict[str, Callable[[str], Iterable[str]]] = {
    "profile": _profiles,
    "profiles name": _profiles,
    "tier": _tiers,
    "autoscale tier": _elastic,
    "where": _places,
    "pause where": _selected,
    "kill-leader tier": _led,
    "failover tier": _led,
    "method": lambda stack: ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
    "counts": _counts,
    "set_": _settings,
    "images": lambda stack: ("auto", "registry", "local"),
    "workload": _workloads,
    "how": _hows,
    "one": _sides,
    "other": _sides,
    "from_": _sides,
    "tour step": _steps,
    "stack": _stacks,
    "target": _targets,
    "assert_": _figures,
    "heal fault_id": _faults,
    "run day": _days,
    "run": _runs,
    "word": _words,
    "checks": _checks,
}
