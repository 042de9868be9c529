"""What is so while a fault is on, in a sentence."""

from __future__ import annotations

from sdctl.chaos.attempts import of_itself, since
from sdctl.chaos.live_line import nodes, sentence
from sdctl.chaos.outages import reads_of
from sdctl.components.band import Band, RunsOut
from sdctl.design import validation
from sdctl.faults._in_service import know
from sdctl.judge.ledger import Write
from sdctl.judge.outage import Outage
from sdctl.judge.outcome import Outcome
from sdctl.state.snapshot import Fact, NodeStatus, Snapshot, TierStatus

BAND = Band(low_s=18, high_s=24, why="")


def writes(until: float, then: Outcome | None = None, now: float = 0.0) -> list[Write]:
    """50 a second until a moment; after it, each comes to ``then``."""
    good = [Write(f"k{n}", n / 50, n / 50, "acknowledged") for n in range(int(until * 50))]
    bad = [Write(f"b{n}", until, until + n / 50, then) for n in range(50)] if then else []
    return good + bad


def ticks(ok: int, bad: int = 0) -> list[dict[str, float]]:
    """The last two."""
    return [
        {"at_s": 1.0, "reads_ok": 100, "reads_bad": 0},
        {"at_s": 1.5, "reads_ok": 100 + ok, "reads_bad": bad},
    ]


def test_an_outage_must_be_told_with_what_is_left_of_it_and_what_goes_on() -> None:
    said = sentence(writes(10, "refused"), ticks(27), since=10, now=22, band=BAND)
    assert said == "writes refused for 12 s; a new leader in 6 to 12 s, by the settings; 54 " \
        "reads/s are answered"  # fmt: skip
    silent = sentence(writes(10), ticks(0, bad=3), since=10, now=13, band=BAND)
    assert silent.startswith("writes without an answer for 3 s; a new leader in 15 to 21 s")
    assert silent.endswith("0 reads/s are answered, 3 failed")
    late = sentence(writes(10, "refused"), [], since=10, now=40, band=BAND)
    assert late.endswith("a new leader was predicted 6 s ago")


def test_a_lease_that_must_end_first_must_be_told_with_whose_it_is() -> None:
    lease = RunsOut(name="lease", low_s=18, high_s=20)
    leased = Band(low_s=18, high_s=24, why="", first=lease)
    told = {"since": 10.0, "band": leased, "target": "postgres-1"}
    said = sentence(writes(10, "refused"), ticks(27), now=22, **told)  # type: ignore[arg-type]
    assert said == (
        "writes refused for 12 s; postgres-1's lease ends in about 7 s; 54 reads/s are answered"
    )
    over = sentence(writes(10, "refused"), [], now=31, **told)  # type: ignore[arg-type]
    assert over == "writes refused for 21 s; a new leader in 0 to 3 s, by the settings"


def test_what_is_waited_for_must_be_named_and_the_rest_counted() -> None:
    assert nodes({}) == ""
    assert nodes({"a-1": "starting"}) == "a-1: starting"
    three = {"a-1": "starting", "b-1": "no leader yet", "c-1": "x"}
    assert nodes(three) == "a-1: starting; b-1: no leader yet; 1 more node"


def test_what_does_not_wait_must_be_told_so() -> None:
    assert sentence(writes(10), [], since=5, now=10.2, band=BAND) == "50 writes/s are acknowledged"
    own = Band(low_s=2, high_s=9, why="", of="failover")
    said = sentence(writes(10), [], since=8, now=10.2, band=own)
    assert said == "50 writes/s are acknowledged; a new leader in 0 to 7 s, by the settings"
    assert sentence([], [], since=5, now=9) == "writes without an answer for 4 s"
    assert "somebody leads again" in sentence(writes(5), [], since=5, now=9, leads=True)


def test_reads_of_an_outage_must_be_those_of_the_ticks_that_lie_within_it() -> None:
    told = [
        {"at": 100 + n / 2, "at_s": n / 2, "reads_ok": 10 * n, "reads_bad": n} for n in range(20)
    ]
    outage = Outage(seconds=2.2, since=2.9, until=5.1, resolution=0.02)
    found = reads_of(told, outage, -100)
    assert found is not None
    assert (found.answered, found.failed, found.seconds) == (40, 4, 2.0)
    short = Outage(seconds=0.4, since=2.9, until=3.3, resolution=0.02)
    assert reads_of(told, short, -100) is None
    assert reads_of(told, None, -100) is None
    old = [{"at_s": n / 2} for n in range(20)]
    assert reads_of(old, outage, -100) is None


def workers(**facts: dict[str, Fact]) -> Snapshot:
    nodes = tuple(
        NodeStatus(name=name.replace("_", "-"), state="running", health="ok", facts=known)
        for name, known in facts.items()
    )
    tier = TierStatus(healthy=True, leader=None, nodes=nodes)
    return Snapshot(stack="s", profile="p", healthy=True, at="", tiers={"worker": tier})


def test_a_fault_on_messages_must_be_on_when_every_worker_knows() -> None:
    told: dict[str, Fact] = {"fault_rate": 0.6}
    not_told: dict[str, Fact] = {"fault_rate": None}
    assert not know(workers(worker_1=told, worker_2=not_told), "worker", "fault_rate")
    assert know(workers(worker_1=told, worker_2=told), "worker", "fault_rate")
    assert not know(workers(), "worker", "fault_rate")


def test_what_became_of_messages_must_be_the_difference_and_not_be_guessed() -> None:
    before = workers(worker_1={"failed": 5, "retried": 5, "dead": 0})
    after = workers(worker_1={"failed": 125, "retried": 95, "dead": 30})
    lite = validation.load("lite")
    assert since(before, after, lite) == {
        "failed": 120, "retried": 90, "dead": 30, "retry_delays_s": [1.0, 4.0, 16.0],
    }  # fmt: skip
    assert since(after, before, lite) is None, "the worker began anew"
    assert since(before, workers(), lite) is None
    assert since(before, after, lite, own_dead=30) == since(before, after, lite)
    assert since(before, after, lite, own_dead=0) is None, "the messages that died are of others"


def test_attempts_that_a_later_fault_made_fail_must_not_be_an_earlier_ones() -> None:
    kinds = {"f-1": "kill-leader", "f-2": "fail-messages", "f-3": "fail-messages"}
    spans = {"f-1": (0.0, 10.0), "f-2": (20.0, 30.0), "f-3": (40.0, 50.0)}
    assert [of_itself(fault, spans, kinds) for fault in kinds] == [False, False, True]
    quiet = {**kinds, "f-3": "pause"}
    assert [of_itself(fault, spans, quiet) for fault in kinds] == [False, True, True]
