"""What only the standard stack has: a replica for every primary, a majority in every cluster."""

from __future__ import annotations

from typing import Any

import pytest

from sdctl.guide import explaining
from tests.full_machine import told, uncounted
from tests.stacks import Stack

pytestmark = pytest.mark.docker


def test_up_must_end_with_every_tier_replicated(standard: Stack) -> None:
    status = standard.json("status")
    assert status["healthy"]
    tiers = status["tiers"]
    sync = [node["facts"].get("sync") for node in tiers["database"]["nodes"]]
    assert sync.count(True) == 1
    assert [node["role"] for node in tiers["cache"]["nodes"]].count("replica") == 3
    assert tiers["queue"]["leader"].startswith("rabbitmq-")
    for tier in tiers.values():
        for node in tier["nodes"]:
            words = [node["role"] or "member", node["health"], node["state"], *node["facts"]]
            assert explaining.missing(words) == [], "`sdctl explain` must know every word of it"


def test_the_default_load_must_not_fail(standard: Stack) -> None:
    result = standard.load("--rps", "200", "--duration", "15s")
    assert result["requests"]["failed"] == result["requests"]["unknown"] == 0
    assert result["requests"]["sent"] == 3000


@pytest.mark.parametrize("how", ["kill", pytest.param("stop", marks=pytest.mark.proof)])
def test_a_killed_queue_leader_must_be_replaced_and_no_message_lost(
    standard: Stack, how: str
) -> None:
    verdict = standard.json("chaos", "kill-leader", "queue", "--how", how, "--rps", "50")
    assert verdict["verdict"] == "pass"
    assert verdict["leader_after"] not in (None, verdict["leader_before"]), verdict
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []


def test_the_database_must_survive_its_leader_with_nothing_lost(standard: Stack) -> None:
    verdict = told(lambda: killed(standard), uncounted)
    if verdict["times_count"]:
        # a machine as busy as that of the tests may add to what the settings alone predict
        assert verdict["rto_ms"] <= 1.5 * verdict["predicted"]["high_ms"]


def killed(standard: Stack) -> dict[str, Any]:
    """The verdict on a kill of the database's leader; what is so however long it took is judged."""
    verdict: dict[str, Any] = standard.json("chaos", "kill-leader", "--rps", "50")
    assert verdict["verdict"] == "pass"
    assert verdict["writes"]["lost"] == []
    assert verdict["leader_after"] not in (None, verdict["leader_before"])
    assert verdict["writes"]["behind"].keys() >= {verdict["leader_before"]}
    phases = verdict["phases_ms"]
    assert sum(phases.values()) == pytest.approx(verdict["rto_ms"], abs=5)
    assert verdict["revoked_ms"] < verdict["rto_ms"], "its lease did not run out"
    predicted = verdict["predicted"]
    assert predicted["low_ms"] < predicted["high_ms"]
    assert predicted["low_ms"] <= verdict["rto_ms"]
    return verdict
