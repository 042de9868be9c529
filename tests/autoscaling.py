"""Random cases for an autoscaler, and what is compared of its answers.

A case is as a decision's JSON is, without the decision. The same seed makes the same cases.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from random import Random
from typing import Any

from sdctl.design.autoscaling.decision import Decision, remembered, replayed

_AT = 1_000_000.0
_TOLERANCES = (0.0, 0.05, 0.1, 0.1, 0.1, 0.25)
"""Those that Kubernetes' quantities give back to the last bit."""


def cases(seed: int) -> Iterator[dict[str, Any]]:
    """Without end."""
    random = Random(seed)
    while True:
        yield _case(random)


def _case(random: Random) -> dict[str, Any]:
    least = random.randint(1, 4)
    current = random.choice([0, *range(1, 13), *range(1, 13), 40])
    kinds = random.sample(["cpu", "rps", "queue", "p99"], random.choice([1, 1, 1, 2, 3, 4]))
    targets = {kind: _target(random, kind) for kind in kinds}
    count = max(0, current + random.choice([0, 0, 0, 0, 0, -1, 1, 2]))
    return {
        "at": _AT,
        "current": current,
        "replicas": [_replica(random, f"app-{n}", targets) for n in range(1, count + 1)],
        "totals": {
            kind: None if random.random() < 0.1 else _near(random, targets[kind], current)
            for kind in kinds
            if kind in ("queue", "p99")
        },
        "settings": {
            "min": least,
            "max": least + random.randint(0, 20),
            "targets": targets,
            "up": _rules(random, [0, 0, 0, 30, 300]),
            "down": _rules(random, [300, 300, 0, 60]),
            "initialization_s": 300.0,
            "readiness_delay_s": 30.0,
        },
        "memory": {
            "recommendations": _notes(random, 12, 400, 20),
            "up": _notes(random, 4, 90, 4),
            "down": _notes(random, 4, 90, 4),
        },
    }


def _target(random: Random, kind: str) -> int:
    if kind == "cpu":
        return random.choice([30, 50, 60, 80, 100, 120, random.randint(1, 200)])
    return random.choice([15_000, 50_000, 100_000, random.randint(1, 300_000)])


def _near(random: Random, target: int, current: int) -> int:
    """A total somewhere around what the target asks for."""
    around = target * max(1, current) if random.random() < 0.7 else target
    return int(around * random.choice([0.0, 0.5, 0.9, 1.0, 1.1, 2.0, random.uniform(0, 3)]))


def _replica(random: Random, name: str, targets: dict[str, int]) -> dict[str, Any]:
    age = random.choice([random.randint(0, 400), 3000])
    since = random.randint(0, age + 5)
    request = random.choice([100, 250, 1000, 1000, random.randint(1, 4000)])
    usage: dict[str, Any] = {}
    for kind in ("cpu", "rps"):
        if kind not in targets or random.random() < 0.08:
            usage[kind] = None
            continue
        wanted = targets[kind] * request / 100 if kind == "cpu" else targets[kind]
        factor = random.choice([0.0, 0.9, 1.0, 1.1, 1.3, random.uniform(0, 3)])
        at = _AT - random.choice([0, 0, 5, 30, random.randint(0, 300)])
        usage[kind] = {
            "value": int(wanted * factor),
            "at": at,
            "window_s": random.choice([15.0, 30.0, 60.0]),
        }
    return {
        "name": name,
        "phase": random.choice(["running"] * 8 + ["pending", "failed"]),
        "deleting": random.random() < 0.05,
        "ready": random.random() < 0.85,
        "ready_since": _AT - since,
        "started_at": None if random.random() < 0.03 else _AT - age,
        "request": request,
        "usage": usage,
    }


def _rules(random: Random, windows: list[int]) -> dict[str, Any]:
    policies = [
        {
            "kind": random.choice(["replicas", "percent"]),
            "value": random.choice([1, 2, 4, 10, 50, 100, random.randint(1, 150)]),
            "period_s": random.choice([15, 15, 30, 60]),
        }
        for _ in range(random.randint(1, 3))
    ]
    return {
        "window_s": random.choice(windows),
        "policies": policies,
        "select": random.choice(["max", "max", "min", "disabled"]),
        "tolerance": random.choice(_TOLERANCES),
    }


def _notes(random: Random, most: int, age: int, replicas: int) -> list[dict[str, Any]]:
    notes = [
        {"at": _AT - random.randint(0, age), "replicas": random.randint(1, replicas)}
        for _ in range(random.choice([0, 0, 1, random.randint(1, most)]))
    ]
    return sorted(notes, key=lambda note: note["at"])


def decided(case: dict[str, Any]) -> dict[str, Any]:
    """What sdctl decides, and remembers of it when it is carried out."""
    return answer(replayed(case))


def answer(decision: Decision) -> dict[str, Any]:
    """What is compared of a decision."""
    return {
        "desired": decision.desired,
        "failed": any(proposal.replicas is None for proposal in decision.proposals),
        "memory": _plain(remembered(decision, carried_out=True).to_json()),
    }


def heard(document: dict[str, Any]) -> dict[str, Any]:
    """An answer of Kubernetes, in the same form."""
    return {**document, "memory": _plain(document["memory"])}


def _plain(memory: dict[str, Any]) -> dict[str, list[list[int]]]:
    """Each note as its moment and its number."""
    return {
        name: [[int(note["at"]), note["replicas"]] for note in notes or ()]
        for name, notes in memory.items()
    }


def digest(said: dict[str, Any]) -> str:
    """An answer in eight digits."""
    plain = json.dumps(said, sort_keys=True).encode()
    return hashlib.sha256(plain).hexdigest()[:8]
