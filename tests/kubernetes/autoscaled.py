"""What a cluster's own autoscaler asks for, and what ours asks for from the same looks."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.kubernetes.looks import LOOK_S, PERIOD_S, Look, each_period, longest_hole, watched
from tests.kubernetes.stacks import ClusterStack
from tests.stacks import eventually

OFFSETS_S = (0.0, 3.0, 6.0, 9.0, 12.0)
"""When ours begins. Nobody knows when in a period the controller decides; one of these is near. At
another moment ours may see what the controller never saw, such as a measurement of half a load."""
LEAST = 15
"""Percent of a replica's CPU request that are the target. Low, so that a quick machine has work for
four too."""
ABOVE_REST = 2.2
"""So many times what a replica uses at rest, or more: however slow the machine is, four replicas
at rest must go back to two."""
UNMOVED = 1000
"""Percent, which nothing reaches: the target while it is measured what rest is."""
REST_S = 3 * PERIOD_S
TRIED_RPS = 100
"""Of the load that shows what a request takes of a replica."""
ENOUGH = 3.4
"""So many replicas the load must keep at the target: four are asked for from 3.3 on."""
MOST_RPS = 400
"""What a small cluster still answers."""
WINDOW_S = 40
"""Within which it does not go down: the usual five minutes would be all that is waited for. Three
periods are surely longer and two surely shorter, so both count the same decisions."""
Wish = tuple[float, int]
"""A moment, and how many replicas were asked for."""


def decided(stack: ClusterStack, looks: Iterable[Look], file: Path, *options: str) -> list[Wish]:
    """What ours asks for at each of these looks."""
    file.write_text("".join(json.dumps(one) + "\n" for one in looks))
    said = stack.run("--json", "autoscale", "replay", str(file), *options).stdout
    return wishes(map(json.loads, said.splitlines()))


def wishes(documents: Iterable[Mapping[str, Any]]) -> list[Wish]:
    """Pure: what was asked for in each."""
    return [(document["at"], document["desired"]) for document in documents]


def apart(ours: Iterable[Wish], theirs: Sequence[Wish]) -> list[str]:
    """Pure: where ours is not within a period of the cluster's: it asks for more or for fewer than
    that did at any moment of the period before and the one after."""
    found = []
    for at, count in ours:
        near = [other for then, other in theirs if abs(then - at) <= PERIOD_S + LOOK_S]
        if not min(near) <= count <= max(near):
            found.append(f"{at - theirs[0][0]:.0f} s: ours {count}, the cluster's {near}")
    return found


def changes(asked: Iterable[Wish], start: float) -> str:
    """Pure: ``2, after 33 s 4, after 148 s 2``."""
    told, before = [], None
    for at, count in asked:
        if count != before:
            told.append(f"{count}" if before is None else f"after {at - start:.0f} s {count}")
        before = count
    return ", ".join(told)


def must_be_as_ours(stack: ClusterStack, folder: Path) -> None:
    """The cluster's autoscaler goes from 2 to 4 replicas of the service and back, as a load comes
    and goes. On the same measurements ours does the same within a period, if it looks when that
    does. Whenever it looks, it reaches 4 and comes back."""
    if not stack.cluster.measures:
        pytest.skip("this cluster has no metrics-server")
    _scaled(stack, UNMOVED)
    refused = stack.run("autoscale", "app", "--min", "2", "--max", "4", code=2).stderr
    assert "the cluster scales app by itself" in " ".join(refused.split())
    quick = {"behavior": {"scaleDown": {"stabilizationWindowSeconds": WINDOW_S}}}
    patch = ("--type=merge", f"--patch={json.dumps({'spec': quick})}")
    own = ("--namespace", stack.namespace)
    stack.cluster.kubectl(*own, "patch", "horizontalpodautoscaler", "app", *patch)
    with watched(stack, "app") as looks:
        # it may have decided a moment before, by the usual window of five minutes
        eventually(lambda: _stands(looks, 2, REST_S), bool, timeout_s=420)
        rest = usual(looks[-int(REST_S / LOOK_S) :])
        stack.json("load", "--rps", str(TRIED_RPS), "--duration", "60s", code=None)
        busy = usual(looks[-int(PERIOD_S / LOOK_S) :])
    target = max(LEAST, math.ceil(100 * ABOVE_REST * rest))
    print(f"of its CPU request, a replica at rest uses {rest:.1%}, with {TRIED_RPS} rps {busy:.1%}")
    rps = rate_for(target, rest, busy)
    print(f"target {target} %, load {rps} rps")
    if not 0 < rps <= MOST_RPS:
        pytest.skip(f"no load that this cluster answers needs four replicas: {rps} rps would")
    _scaled(stack, target)
    with watched(stack, "app") as looks, ThreadPoolExecutor(1) as beside:
        eventually(lambda: _stands(looks, 2), bool, timeout_s=180)
        since = looks[-1]["at"]
        words = ("load", "--rps", str(rps), "--duration", "90s")
        load = beside.submit(stack.json, *words, code=None)
        eventually(lambda: looks[-1]["current"], lambda count: count == 4, timeout_s=120)
        result = load.result()
        assert result["requests"]["failed"] == 0 or result["generator"]["saturated"], result
        eventually(lambda: _stands(looks, 2), bool, timeout_s=300)
    # before, its pods may have been busy with their own start, and more of them
    looks = [one for one in looks if one["at"] >= since]
    if (hole := longest_hole(looks)) > PERIOD_S:
        pytest.skip(f"the machine was too full to look: for {hole:.0f} s nothing was seen")
    theirs = wishes(looks)
    print(f"the cluster's, for {target} % of a replica's CPU request: {changes(theirs, since)}")
    options = ("--min", "2", "--max", "4", "--down-window", f"{WINDOW_S}s")
    options += ("--target-cpu", str(target))
    wrong = {}
    for offset_s in OFFSETS_S:
        file = folder / f"looks-{offset_s:g}.jsonl"
        ours = decided(stack, each_period(looks, offset_s), file, *options)
        print(f"ours, {offset_s:g} s later: {changes(ours, since)}")
        counts = [count for _, count in ours]
        assert (counts[0], max(counts), counts[-1]) == (2, 4, 2), file
        wrong[offset_s] = apart(ours, theirs)
    assert [] in wrong.values(), wrong


def _scaled(stack: ClusterStack, target: int) -> None:
    asked = ("min=2", "max=4", f"cpu={target}")
    stack.up(*(word for one in asked for word in ("--set", f"app.autoscale_{one}")))


def used(look: Look) -> float:
    """Pure: a tier's CPU, as a part of what its replicas request."""
    replicas = look["replicas"]
    usage = sum(replica["usage"]["cpu"]["value"] for replica in replicas)
    return float(usage / sum(replica["request"] for replica in replicas))


def usual(looks: Iterable[Look]) -> float:
    """Pure: what is used. On a full machine there are a few high looks."""
    return median(map(used, looks))


def rate_for(target: int, rest: float, busy: float) -> int:
    """Pure: the load that needs four replicas, where two use so much at rest and so much with the
    load that was tried. 0: none can be told."""
    of_a_request = 2 * (busy - rest) / TRIED_RPS
    if of_a_request <= 0:
        return 0
    return math.ceil((ENOUGH * target / 100 - 2 * rest) / of_a_request)


def _stands(looks: Sequence[Look], count: int, for_s: float = PERIOD_S) -> bool:
    """Whether the cluster has been at this number, with each replica measured, for longer than
    that. After a period, whichever decides next finds it so."""
    since = looks[-1]["at"] - for_s - 2 * LOOK_S if looks else 0.0
    last = [one for one in looks if one["at"] > since]
    return len(last) < len(looks) and all(
        one["current"] == one["desired"] == len(one["replicas"]) == count
        and all(replica["usage"]["cpu"] for replica in one["replicas"])
        for one in last
    )
