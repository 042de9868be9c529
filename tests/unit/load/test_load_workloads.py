from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from sdctl.errors import UsageError
from sdctl.load.orders import USERS, users
from sdctl.load.plan import Encoder, LoadPlan
from sdctl.load.schedule import constant
from sdctl.workloads import workloads
from sdctl.workloads.mixed import Mixed
from sdctl.workloads.read_heavy import ReadHeavy
from sdctl.workloads.workload import Feedback, Request, Workload


def feedback(known: int = 1000) -> Feedback:
    made = Feedback("run", settle_s=0)
    for number in range(known):
        made.acknowledged(f"o-{number}", 0.0)
    return made


def drawn(workload: Workload, count: int, known: int = 1000) -> list[Request]:
    return list(islice(workload.requests(Random(1), feedback(known)), count))


def test_every_workload_must_be_found_by_its_name() -> None:
    found = workloads()
    assert set(found) == {"mixed", "orders", "read-heavy", "hot-key", "events"}
    for workload in found.values():
        assert workload.summary
        assert drawn(workload(), 3)


def test_a_file_that_is_no_workload_must_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "workloads").mkdir()
    (tmp_path / "workloads" / "empty.py").write_text("")
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    with pytest.raises(UsageError, match=r"empty\.py has no WORKLOAD"):
        workloads()


@pytest.mark.parametrize(
    ("workload", "writes"), [(Mixed(), 0.2), (ReadHeavy(), 0.05), (Mixed(writes=0.7), 0.7)]
)
def test_the_share_of_writes_must_be_kept(workload: Workload, writes: float) -> None:
    requests = drawn(workload, 10_000)[20:]
    share = sum(each.kind == "write" for each in requests) / len(requests)
    assert share == pytest.approx(writes, abs=0.02)


def test_keys_must_be_unique_and_ordered() -> None:
    keys = [each.key for each in drawn(Mixed(), 5_000) if each.kind == "write"]
    assert keys == sorted(set(keys))
    assert keys[0] == "run-00000000"


def test_reads_must_favour_recent_orders() -> None:
    requests = drawn(Mixed(writes=0, lists=0), 10_000)
    ages = Counter(999 - int(each.key.removeprefix("o-")) for each in requests)
    assert min(ages) == 0
    assert max(ages) <= 999
    assert len(ages) > 300
    # Zipf: as many among the ten newest as among the next ninety
    newest = sum(count for age, count in ages.items() if age < 10)
    older = sum(count for age, count in ages.items() if 10 <= age < 100)
    assert newest == pytest.approx(older, rel=0.15)
    assert newest > 3_000


def test_without_orders_a_read_must_ask_for_what_exists() -> None:
    requests = drawn(Mixed(), 200, known=0)
    assert all(each.kind == "write" for each in requests[:20])
    reads = [each for each in requests if each.kind == "read"]
    assert reads
    assert all(each.path.startswith(b"/v1/orders?user_id=run-u") for each in reads)
    assert {each.path.partition(b"=")[2].decode() for each in reads} <= set(users("run"))
    assert len(users("run")) == USERS


def test_an_id_must_settle_before_it_is_handed_out() -> None:
    fresh = Feedback("run", settle_s=3600)
    fresh.acknowledged("o-1", 1e12)
    assert fresh.ids() == []


def test_only_the_latest_ids_must_be_kept() -> None:
    kept = Feedback("run", settle_s=0, keep=10)
    for number in range(21):
        kept.acknowledged(str(number), 0.0)
    assert kept.ids() == [str(number) for number in range(11, 21)]


@pytest.mark.parametrize("options", [{"writes": 1.1}, {"lists": -1}, {"writes": 0.9, "lists": 0.2}])
def test_bad_shares_must_be_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="shares from 0 to 1"):
        Mixed(**options)


def plan(**changes: object) -> LoadPlan:
    given = {
        "base_url": "http://127.0.0.1:8080/base/",
        "schedule": constant(1, 1),
        "workload": Mixed(),
        "headers": {"X-API-Key": "k"},
    }
    return LoadPlan(**{**given, **changes})  # type: ignore[arg-type]


def test_a_request_must_be_encoded_as_http() -> None:
    encode = Encoder(plan())
    assert encode(Request(b"GET", b"/x", "read", "")) == (
        b"GET /base/x HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: sdctl\r\nX-API-Key: k\r\n\r\n"
    )
    assert encode(Request(b"POST", b"/x", "write", "", b"A: b\r\n", b"{}")).endswith(
        b"X-API-Key: k\r\nA: b\r\nContent-Length: 2\r\n\r\n{}"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"base_url": "https://x"}, "not a plain HTTP address"),
        ({"base_url": "http://x:port"}, "not an address"),
        ({"base_url": "8080"}, "not a plain HTTP address"),
        ({"headers": {"A": "b\r\nC: d"}}, "one line"),
        ({"timeout_s": 0}, "timeout"),
        ({"tick_s": 0}, "tick"),
        ({"max_connections": 0}, "connection"),
        ({"run": "a b"}, "run id"),
    ],
)
def test_a_bad_plan_must_be_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        plan(**changes)


def test_all_problems_of_a_plan_must_be_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"timeout.*connection"):
        plan(timeout_s=0, max_connections=0)
