"""What real servers wrote around real faults, and what is read from it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from failover_logs import Captured, LoggedEngine, captured

from sdctl.chaos.failover import observe, stamped
from sdctl.chaos.phases.phases import Failover, all_phases
from sdctl.components.component import every_component
from sdctl.targets.compose import answers
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance

TIERS = {"postgres": "database", "ferretdb": "documents", "redis": "cache", "rabbitmq": "queue"}


def read(name: str) -> tuple[Failover, Captured, float]:
    """The failover, the capture, and the offset of the run's clock to Unix seconds."""
    logs = captured(name)
    component = name.partition("-")[0]
    offset = time.time() - time.monotonic()
    engine = LoggedEngine(logs, tier=TIERS[component], component=component)
    found = observe(
        engine, tier=TIERS[component], target=logs.target, injected_at=logs.injected - offset
    )
    assert found is not None
    return found, logs, offset


def seconds(name: str) -> dict[str, float | None]:
    found, logs, offset = read(name)
    phases = found.phases(logs.since - offset, logs.until - offset)
    return {phase: None if took is None else round(took, 2) for phase, took in phases.items()}


@pytest.mark.parametrize(
    ("name", "leader", "phases"),
    [
        ("postgres-kill", "postgres-2", (19.42, 1.22, 0.69, 0.43)),
        ("postgres-stop", "postgres-1", (1.24, 0.38, 0.5, 0.68)),
        ("ferretdb-kill", "ferretdb-1", (19.45, 1.23, 0.48, 0.06)),
        ("ferretdb-stop", "ferretdb-3", (1.31, 0.31, 0.15, 0.16)),
    ],
)
def test_a_failover_that_clients_waited_for_must_be_told_in_four_phases(
    name: str, leader: str, phases: tuple[float, ...]
) -> None:
    found, logs, offset = read(name)
    assert found.leader == leader
    assert not found.in_place
    assert list(seconds(name).values()) == pytest.approx(phases, abs=0.011)
    told = found.phases(logs.since - offset, logs.until - offset).values()
    assert sum(ms for ms in told if ms is not None) == pytest.approx(logs.until - logs.since)


@pytest.mark.parametrize(
    ("name", "phases"),
    [
        ("postgres-crash", {"detect": 1.77, "elect": None, "promote": 3.55, "reroute": 1.93}),
        ("ferretdb-crash", {"detect": 0.67, "elect": None, "promote": 6.38, "reroute": 1.94}),
    ],
)
def test_a_leader_that_came_back_in_place_must_have_no_election(
    name: str, phases: dict[str, float | None]
) -> None:
    found, logs, offset = read(name)
    assert found.in_place
    assert found.leader == logs.target
    assert seconds(name) == pytest.approx(phases, abs=0.011)
    told = found.phases(logs.since - offset, logs.until - offset).values()
    assert sum(ms for ms in told if ms is not None) == pytest.approx(logs.until - logs.since)
    assert "nobody was elected" in (found.remark(logs.since - offset, logs.until - offset) or "")


@pytest.mark.parametrize(
    ("name", "leader", "took", "why"),
    [
        ("redis-kill", "redis-6", 3.65, "were back before"),
        ("redis-stop", "redis-4", 3.87, "were back before"),
        ("redis-crash", "redis-3", 4.03, "were back before"),
        ("rabbitmq-kill", "rabbitmq-1", 1.78, "were back before"),
        ("rabbitmq-stop", "rabbitmq-3", 3.55, "came after the failover"),
        ("rabbitmq-crash", "rabbitmq-2", 1.21, "came after the failover"),
    ],
)
def test_a_failover_that_no_client_waited_for_must_have_its_own_time_and_no_phases(
    name: str, leader: str, took: float, why: str
) -> None:
    found, logs, offset = read(name)
    assert found.leader == leader
    assert found.seconds(logs.injected - offset) == pytest.approx(took, abs=0.01)
    assert set(seconds(name).values()) == {None}
    assert why in (found.remark(logs.since - offset, logs.until - offset) or "")


def test_a_follower_that_still_hears_the_dead_leader_must_not_count_as_an_election() -> None:
    found, logs, offset = read("rabbitmq-kill")
    stale = [line for _, line in logs.lines if "new leader" in line and logs.target in line]
    assert stale  # two followers heard of the dead leader's last term after it was gone
    assert found.detected == pytest.approx(logs.injected - offset + 0.355, abs=0.01)
    assert found.elected == pytest.approx(logs.injected - offset + 1.769, abs=0.01)
    assert found.promoted == pytest.approx(logs.injected - offset + 1.779, abs=0.01)


@pytest.mark.parametrize(
    ("ended", "took"),
    [(0.12, 3.53), (None, 3.65), (-40.0, 3.65), (3.0, 3.65)],
    ids=[
        "as the engine saw it end",
        "it never ended",
        "of an earlier fault",
        "after it was missed",
    ],
)
def test_a_failovers_own_time_must_begin_with_the_nodes_end(
    ended: float | None, took: float
) -> None:
    logs = captured("redis-kill")
    offset = time.time() - time.monotonic()
    engine = LoggedEngine(
        logs,
        tier="cache",
        component="redis",
        ended=None if ended is None else logs.injected + ended,
    )
    injected_at = logs.injected - offset
    found = observe(engine, tier="cache", target=logs.target, injected_at=injected_at)
    assert found is not None
    assert found.seconds(injected_at) == pytest.approx(took, abs=0.011)
    beside = found.seconds(injected_at, single=False)
    assert beside == pytest.approx(3.65, abs=0.011), "of several faults each from its beginning"


@pytest.mark.parametrize(
    ("finished", "at"),
    [
        ("0001-01-01T00:00:00Z", None),
        ("2026-11-25T16:24:36.213335423Z", 1795623876.213335),
        ("2026-11-25T16:24:36.2Z", 1795623876.2),
        ("2026-11-25T16:24:36Z", 1795623876.0),
    ],
)
def test_when_a_node_ended_must_be_read_from_dockers_answer(
    finished: str, at: float | None
) -> None:
    assert answers.moment({"State": {"FinishedAt": finished}}, "FinishedAt") == at


def test_what_was_written_before_the_fault_must_not_count() -> None:
    logs = captured("postgres-kill")
    offset = time.time() - time.monotonic()
    engine = LoggedEngine(logs, tier="database", component="postgres")
    later = logs.until + 60 - offset
    assert observe(engine, tier="database", target=logs.target, injected_at=later) == Failover()


def test_what_was_written_after_the_end_must_not_count() -> None:
    logs = captured("postgres-kill")
    offset = time.time() - time.monotonic()
    engine = LoggedEngine(logs, tier="database", component="postgres")
    injected_at = logs.injected - offset
    found = observe(
        engine, tier="database", target=logs.target, injected_at=injected_at, until=injected_at + 21
    )
    assert found is not None
    assert found.elected == pytest.approx(injected_at + 20.68, abs=0.01)
    assert found.promoted is None


def test_a_component_whose_logs_cannot_be_read_must_be_none() -> None:
    node = Instance(
        node="etcd-1", tier="consensus", component="etcd", state="running", status="", image=""
    )
    engine = RecordingTarget([node])
    assert observe(engine, tier="consensus", target="etcd-1", injected_at=0.0) is None
    assert observe(engine, tier="cache", target="redis-1", injected_at=0.0) is None


def test_every_file_of_phases_must_be_of_a_component_with_a_leader() -> None:
    leading = {component.name for component in every_component() if component.leads}
    assert set(all_phases()) == leading - {"etcd"}


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-25 16:04:12,627 INFO: promoted self to leader",
        "2026-11-25 16:04:12.627 UTC [70] LOG:  received promote request",
        "2026-11-25 16:04:12.627000+00:00 [notice] <0.386.0> queue 'work'",
        '{"t":{"$date":"2026-11-25T16:04:12.627+00:00"},"s":"I","c":"ELECTION","id":21450}',
        "7:S 25 Nov 2026 16:04:12.627 * Failover election won: I'm the new master.",
    ],
)
def test_the_servers_own_stamp_must_count(text: str) -> None:
    [(at, seen)] = stamped(f"2026-11-25T16:04:12.940000001Z {text}")
    assert at == pytest.approx(1795622652.627, abs=0.001)
    assert seen == text


@pytest.mark.parametrize(
    "text",
    [
        "server promoting",
        "2026-11-25 17:04:12,627 INFO: of another time zone",
        "2026-11-25 no time",
    ],
)
def test_without_a_believable_stamp_the_engines_must_count(text: str) -> None:
    [(at, _)] = stamped(f"2026-11-25T16:04:12.940000001Z {text}")
    assert at == pytest.approx(1795622652.94, abs=0.001)


def test_a_line_that_never_ended_must_not_take_the_next_with_it() -> None:
    raw = (
        "2026-11-25T16:06:14.276455463Z backend> backend> "
        "2026-11-25T16:06:21.320300594Z 2026-11-25 16:06:21,305 INFO: Selected new etcd server"
    )
    (first, before), (second, after) = stamped(raw)
    assert before.strip() == "backend> backend>"
    assert after.startswith("2026-11-25 16:06:21,305 INFO")
    assert second - first == pytest.approx(7.03, abs=0.01)


def test_a_clients_text_must_not_be_taken_for_the_servers() -> None:
    logs = captured("ferretdb-kill")
    forged = f'{{"document":"x INFO: promoted self to leader by {logs.target}"}}'
    stamp = logs.lines[0][1].partition(" ")[0]
    lines = [("ferretdb-3", f"{stamp} {forged}"), *logs.lines]
    engine = LoggedEngine(
        Captured(logs.injected, logs.target, logs.since, logs.until, lines),
        tier="documents",
        component="ferretdb",
    )
    offset = time.time() - time.monotonic()
    found = observe(
        engine, tier="documents", target=logs.target, injected_at=logs.injected - 60 - offset
    )
    assert found is not None
    assert found.leader == "ferretdb-1"


def test_a_components_phases_must_be_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "phases").mkdir()
    (tmp_path / "phases" / "whoami.py").write_text(
        "from sdctl.chaos.phases.phases import Failover, first, moment\n"
        "def PHASES(lines, target):\n"
        "    return Failover(promoted=moment(first(lines, 'I lead')))\n"
    )
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    lines = [("whoami-2", "2026-11-25T16:04:12.940000000Z I lead")]
    logs = Captured(1795622650.0, "whoami-1", 0, 0, lines)
    offset = time.time() - time.monotonic()
    engine = LoggedEngine(logs, tier="echo", component="whoami")
    injected_at = logs.injected - offset
    found = observe(engine, tier="echo", target=logs.target, injected_at=injected_at)
    assert found is not None
    assert found.seconds(injected_at) == pytest.approx(2.94, abs=0.01)
