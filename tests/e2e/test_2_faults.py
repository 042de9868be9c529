"""Load, and everything that may break while it runs, on the smallest stack."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sdctl.app.stores.injected_faults import FOR_GOOD
from sdctl.targets.compose.labels import project
from tests.full_machine import failed, told, uncounted
from tests.game_days import played
from tests.orders import notification_counts
from tests.stacks import ROOT, Stack, docker, eventually

pytestmark = pytest.mark.docker


def test_load_must_be_answered_and_its_assertions_judged(lite: Stack) -> None:
    result = lite.load("--rps", "50", "--duration", "8s", "--assert", "failed<=0")
    assert result["requests"]["sent"] == 400
    assert result["requests"]["failed"] == result["requests"]["unknown"] == 0
    assert result["assertions"] == [{"expr": "failed<=0", "ok": True}]
    assert result["latency_ms"]["response"]["p99"] >= result["latency_ms"]["response"]["p50"] > 0
    lite.load("--rps", "20", "--duration", "2s", "--assert", "p99<0.001ms", code=8)


def test_killing_the_database_leader_must_lose_no_acknowledged_write(lite: Stack) -> None:
    verdict = told(lambda: killed(lite), uncounted)
    if verdict["times_count"]:
        # a machine as busy as that of the tests may add to what the settings alone predict
        longest_ms = 1.5 * verdict["predicted"]["high_ms"]
        assert verdict["rto_ms"] < longest_ms < 18_000, "no lease ran out"


def killed(lite: Stack) -> dict[str, Any]:
    """The verdict on a kill of the database's leader; what is so however long it took is judged."""
    before = lite.leader("database")
    verdict: dict[str, Any] = lite.json("chaos", "kill-leader", "database", "--rps", "50")
    assert verdict["verdict"] == "pass"
    assert verdict["fault"]["target"] == before == verdict["leader_before"]
    assert verdict["leader_after"] == lite.leader("database") != before
    assert verdict["writes"]["acknowledged"] > 100
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
    assert verdict["rto_ms"] > verdict["rto_resolution_ms"] > 0
    assert 0 < verdict["revoked_ms"] < verdict["rto_ms"], "its lease did not run out"
    assert verdict["fault"]["healed_at"] > verdict["fault"]["started_at"]
    back = lite.node(before or "")
    assert (back["role"], back["health"]) == ("follower", "ok")
    return verdict


def test_a_paused_leader_must_keep_its_lease(lite: Stack) -> None:
    leader, revoked = lite.leader("database"), lite.node("fencing-1")["facts"]["revoked"]
    verdict = lite.json("chaos", "pause", leader or "", "--for", "5s", "--rps", "20", code=None)
    assert verdict["writes"]["lost"] == []
    assert lite.leader("database") == leader
    assert lite.node("fencing-1")["facts"]["revoked"] == revoked


@pytest.mark.parametrize("how", ["crash", pytest.param("stop", marks=pytest.mark.proof)])
def test_a_crashed_and_a_stopped_leader_must_lose_nothing_either(lite: Stack, how: str) -> None:
    verdict = lite.json("chaos", "kill-leader", "database", "--how", how, "--rps", "30")
    assert verdict["verdict"] == "pass"
    assert verdict["writes"]["lost"] == []


def test_a_killed_queue_node_must_delay_messages_and_lose_none(lite: Stack) -> None:
    kill = ("chaos", "kill-leader", "queue", "--rps", "30", "--for", "8s")
    verdict = told(lambda: lite.json(*kill), failed)
    assert verdict["writes"]["lost"] == []
    assert verdict["writes"]["acknowledged"] > 100
    waits = "an order waits in the outbox while the queue is away"
    assert verdict["requests"]["failed"] == 0 or failed(verdict), waits


def test_failing_messages_must_all_be_delivered_once_in_the_end(lite: Stack) -> None:
    # two tries: that none of 300 messages fails both would happen once in 200,000 runs
    lite.up("--set", "worker.retry_delays=[1s]")
    verdict = lite.json("chaos", "fail-messages", "--rate", "20%", "--for", "10s", "--rps", "30")
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
    worker = lite.json("inspect", "worker")["tables"][0]["rows"]
    assert sum(row["failed"] for row in worker) > 0
    letters = lite.json("dlq", "list")
    assert letters, "20% of 300 messages fail, and 20% of those again"
    head = f"{len(letters)} × injected (by a fault of sdctl)\n"
    assert lite.run("dlq", "list").stdout.startswith(head)
    shown = lite.json("dlq", "show", letters[0]["id"])
    assert shown["attempts"] == 2
    assert shown["error"] == "injected"
    replayed = lite.json("dlq", "replay", "--all")["replayed"]
    assert sorted(replayed) == sorted(letter["id"] for letter in letters)
    eventually(lambda: notification_counts(lite), lambda seen: seen.keys() == {1}, timeout_s=60)
    assert lite.json("dlq", "list") == []
    lite.run("dlq", "show", "nonsense", code=7)


def test_a_fault_must_end_though_sdctl_was_killed(lite: Stack, tmp_path: Path) -> None:
    """Also in a folder with modules that its healer must not import."""
    for name in ("docker", "json", "yaml"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')")
    target = lite.leader("queue")
    python, *words = lite.command("chaos", "kill-leader", "queue", "--for", "6s")
    process = subprocess.Popen(
        [python, "-P", *words],
        env=lite.environment, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        eventually(lambda: lite.state(target or ""), lambda state: state == "exited", timeout_s=90)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    eventually(lambda: lite.node(target or "")["health"], lambda h: h == "ok", timeout_s=90)
    assert lite.json("status")["faults"] == []
    verdict = lite.json("verdict", "last", code=None)
    assert verdict["complete"] is False
    assert verdict["settled"]
    assert verdict["fault"]["target"] == target
    assert verdict["writes"]["acknowledged"] >= 100
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []


def test_rows_deleted_behind_its_back_must_be_reported_exactly(lite: Stack) -> None:
    lite.load("--rps", "50", "--duration", "4s", "--workload", "orders")
    whole = lite.json("verdict")
    assert whole["verdict"] == "pass"
    assert whole["complete"]
    assert whole["writes"]["acknowledged"] == 200
    assert set(whole["writes"]["behind"].values()) == {0}
    assert whole["writes"]["remains"]["outbox"] == 0
    gone = [f"{whole['run']}-{number:08d}" for number in (3, 77, 150)]
    keys = ", ".join(f"'{key}'" for key in gone)
    lite.run("shell", "database", "--", f"DELETE FROM orders WHERE idempotency_key IN ({keys})")
    after = lite.json("verdict", whole["run"], code=8)
    assert after["writes"]["lost"] == gone
    assert after["writes"]["duplicated"] == after["writes"]["altered"] == []


def test_what_was_written_must_be_compared_not_its_key_alone(lite: Stack) -> None:
    lite.load("--rps", "50", "--duration", "2s", "--workload", "orders")
    whole = lite.json("verdict")
    run = whole["run"]
    assert whole["writes"]["altered"] == whole["writes"]["undelivered"] == []
    order = f"idempotency_key = '{run}-00000007'"
    lite.run("shell", "database", "--", f"UPDATE orders SET quantity = 2 WHERE {order}")
    told = f"order_id = (SELECT id FROM orders WHERE idempotency_key = '{run}-00000009')"
    lite.run("shell", "database", "--", f"DELETE FROM notifications WHERE {told}")
    failed = "INSERT INTO notifications SELECT user_id, 1000000, id, 'order.failed' FROM orders"
    order = f"idempotency_key = '{run}-00000011'"
    lite.run("shell", "database", "--", f"{failed} WHERE {order}")
    for number, key in ((13, "NULL"), (15, "'a stranger'")):
        copied = (
            "INSERT INTO orders (id, user_id, item, quantity, status, idempotency_key) "
            f"SELECT gen_random_uuid(), user_id, item, quantity, status, {key} FROM orders"
        )
        order = f"idempotency_key = '{run}-{number:08d}'"
        lite.run("shell", "database", "--", f"{copied} WHERE {order}")
    after = lite.json("verdict", run, code=8)
    assert after["writes"]["duplicated"] == [f"{run}-00000013", f"{run}-00000015"]
    assert after["writes"]["altered"] == [f"{run}-00000007"]
    assert after["writes"]["notified_twice"] == [f"{run}-00000011"]
    assert after["writes"]["undelivered"] == [f"{run}-00000009"]
    assert "not what was sent" in after["why"]


def test_a_fault_that_is_healed_by_hand_must_be_no_pass(lite: Stack) -> None:
    with subprocess.Popen(
        lite.command("--json", "chaos", "kill-leader", "queue", "--for", "60s", "--rps", "30"),
        env=lite.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as chaos:  # fmt: skip
        eventually(
            lambda: [fault for fault in lite.json("status")["faults"] if fault["injected_at"]],
            bool,
            timeout_s=60,
        )
        lite.run("chaos", "pause", "gateway", code=2)
        lite.run("chaos", "heal", "--all")
        said, _ = chaos.communicate(timeout=150)
    assert chaos.returncode == 9
    verdict = json.loads(said)
    assert verdict["verdict"] == "unknown"
    assert verdict["fault"]["healed_by"] == verdict["ended_by"] == "`sdctl chaos heal`"
    assert "was ended early" in verdict["why"]


DAY = """
description: a fault of each kind that is about one node, all at once
seed: 1
load: {rps: 40}
steady: {for: 3s}
faults:
  - {fault: cpu, where: worker-1, limit: 20%, for: 10s}
  - {fault: memory, where: worker-1, fill: 80%, for: 10s}
  - {fault: lag, where: follower, for: 14s}
  - {fault: slow-consumer, delay: 3s, for: 10s}
  - {fault: fail-messages, rate: 30%, permanent: true, for: 10s}
  - {fault: slow-queries, at: 1s, delay: 100ms, for: 8s}
  - {fault: kill, at: 3s, where: "app:any", for: 2s}
  - {fault: flush-cache, at: 4s, for: 1s}
  - {fault: stop, at: 9s, where: "app:any", for: 2s}
"""


def test_faults_of_each_kind_must_be_seen_lose_nothing_and_be_undone(
    lite: Stack, tmp_path: Path
) -> None:
    before = limits(lite)
    faults = played(lite, tmp_path, DAY)
    assert all(faults[kind]["effects"] for kind in faults)
    [behind] = [one for one in faults["lag"]["expected"] if one["what"] == "behind in the end"]
    assert behind["measured"] > 11, "nothing made it catch up before its time"
    assert limits(lite) == before
    judged = lite.json("verdict", code=None)
    letters = [letter for letter in lite.json("dlq", "list") if letter["error"] == FOR_GOOD]
    # 30% of ten messages a second fail at each attempt, where a full machine lets them come; the
    # day may have been played twice
    assert len(judged["writes"]["dead"]) <= len(letters)
    assert judged["writes"]["dead"] or uncounted(judged)
    lite.json("dlq", "replay", "--all")
    again = eventually(
        lambda: lite.json("verdict", judged["run"], code=None)["writes"],
        lambda writes: writes["unfinished"] == writes["dead"] == [],
        timeout_s=60,
    )
    assert again["lost"] == again["undelivered"] == again["notified_twice"] == []


def limits(stack: Stack) -> list[str]:
    """Of each of its containers: what its control group says of the CPU, and what is in /tmp."""
    look = "cd /sys/fs/cgroup; cat cpu.max 2>&- || cat cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us"
    nodes = [f"{project(stack.name)}-{node}" for node in ("app-1", "worker-1", "postgres-1")]
    return [
        line
        for node in nodes
        for line in docker("exec", node, "sh", "-c", f"{look}; ls /tmp/sdctl-fill 2>&-; true")
    ]
