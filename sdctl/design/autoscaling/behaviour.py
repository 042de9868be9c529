"""How far what is proposed may be followed now: the stabilisation windows and the policies.

As ``normalizeDesiredReplicasWithBehaviors`` of Kubernetes 1.34 does it (pkg/controller/
podautoscaler/horizontal.go), with its memory: a note that is too old gives its place to a new one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from sdctl.design.autoscaling.observed import Memory, Note
from sdctl.design.autoscaling.settings import AutoscaleSettings, Policy, Rules


def stabilised(
    current: int, proposed: int, memory: Memory, settings: AutoscaleSettings, now: float
) -> int:
    """Within what was proposed lately: up no further than the lowest of its window asks for, down
    no further than the highest of its own."""
    lowest = min([proposed, *_recent(memory.recommendations, settings.up.window_s, now)])
    highest = max([proposed, *_recent(memory.recommendations, settings.down.window_s, now)])
    return min(max(current, lowest), highest)


def most(current: int, memory: Memory, rules: Rules, now: float) -> int:
    """The greatest count that the policies up allow; never less than there are."""
    if rules.select == "disabled":
        return current
    limits = [
        start + policy.value
        if policy.kind == "replicas"
        else math.ceil(start * (1 + policy.value / 100))
        for policy, start in _starts(current, memory, rules.policies, now)
    ]
    return max(current, (min if rules.select == "min" else max)(limits))


def least(current: int, memory: Memory, rules: Rules, now: float) -> int:
    """The smallest count that the policies down allow; never more than there are."""
    if rules.select == "disabled":
        return current
    limits = [
        start - policy.value if policy.kind == "replicas" else int(start * (1 - policy.value / 100))
        for policy, start in _starts(current, memory, rules.policies, now)
    ]
    return min(current, (max if rules.select == "min" else min)(limits))


def recommended(memory: Memory, proposed: int, settings: AutoscaleSettings, now: float) -> Memory:
    """The memory with what was proposed now."""
    window = max(settings.up.window_s, settings.down.window_s)
    notes = _noted(memory.recommendations, Note(now, proposed), window, now)
    return Memory(recommendations=notes, up=memory.up, down=memory.down)


def changed(
    memory: Memory, before: int, after: int, settings: AutoscaleSettings, now: float
) -> Memory:
    """The memory with a change that was carried out."""
    up, down = memory.up, memory.down
    if after > before:
        up = _noted(up, Note(now, after - before), _longest(settings.up), now)
    elif after < before:
        down = _noted(down, Note(now, before - after), _longest(settings.down), now)
    return Memory(recommendations=memory.recommendations, up=up, down=down)


def _recent(notes: Iterable[Note], window_s: float, now: float) -> list[int]:
    return [note.replicas for note in notes if now - note.at < window_s]


def _starts(
    current: int, memory: Memory, policies: Iterable[Policy], now: float
) -> list[tuple[Policy, int]]:
    """Each policy with the count at which its period began."""
    return [
        (
            policy,
            current
            - sum(_recent(memory.up, policy.period_s, now))
            + sum(_recent(memory.down, policy.period_s, now)),
        )
        for policy in policies
    ]


def _longest(rules: Rules) -> int:
    return max((policy.period_s for policy in rules.policies), default=0)


def _noted(notes: tuple[Note, ...], note: Note, window_s: float, now: float) -> tuple[Note, ...]:
    """With one more note: in the place of the last that is too old, else at the end."""
    old = [at for at, earlier in enumerate(notes) if now - earlier.at >= window_s]
    if not old:
        return (*notes, note)
    return (*notes[: old[-1]], note, *notes[old[-1] + 1 :])
