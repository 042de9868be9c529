from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from sdctl.app.http.orders import routes
from sdctl.load.plan import Encoder, LoadPlan, processes_for
from sdctl.load.schedule import constant
from sdctl.workloads.events import EventsOnly
from sdctl.workloads.get import Get
from sdctl.workloads.ledger import WrittenAndRead
from sdctl.workloads.mixed import Mixed
from sdctl.workloads.order_requests import PAGE, USERS, users
from sdctl.workloads.read_heavy import ReadHeavy
from sdctl.workloads.workload import NEWEST, Feedback, Request, Workload, all_workloads


def feedback(known: int = 1000) -> Feedback:
    made = Feedback("run", settle_s=0)
    for number in range(known):
        made.acknowledged(f"o-{number}", 0.0)
    return made


def drawn(workload: Workload, count: int, known: int = 1000) -> list[Request]:
    return list(islice(workload.requests(Random(1), feedback(known)), count))


def test_every_workload_must_be_found_by_its_name() -> None:
    found = all_workloads()
    assert set(found) == {
        "mixed", "orders", "read-heavy", "hot-key", "events", "ledger", "get",
    }  # fmt: skip
    for workload in found.values():
        assert workload.summary
        assert drawn(workload(), 3)


@pytest.mark.parametrize(
    ("workload", "writes"), [(Mixed(), 0.2), (ReadHeavy(), 0.05), (Mixed(writes=0.7), 0.7)]
)
def test_the_share_of_writes_must_be_kept(workload: Workload, writes: float) -> None:
    requests = drawn(workload, 10_000)[20:]
    share = sum(request.kind == "write" for request in requests) / len(requests)
    assert share == pytest.approx(writes, abs=0.02)


def test_keys_must_be_unique_and_ordered() -> None:
    keys = [request.key for request in drawn(Mixed(), 5_000) if request.kind == "write"]
    assert keys == sorted(set(keys))
    assert keys[0] == "run-00000000"


@pytest.mark.parametrize("workload", [Mixed(), WrittenAndRead(), EventsOnly()])
@given(parts=st.integers(1, 5))
def test_keys_of_all_processes_must_be_unique_and_ordered_in_each(
    workload: Workload, parts: int
) -> None:
    seen: list[str] = []
    for part in range(parts):
        learnt = Feedback("run", part=part, parts=parts)
        requests = islice(workload.requests(Random(1), learnt), 200)
        keys = [request.key for request in requests if request.kind == "write"]
        assert keys == sorted(keys)
        seen += keys
    assert len(seen) == len(set(seen)) > 0


def test_a_client_must_read_its_newest_order_at_once() -> None:
    learnt = Feedback("run", settle_s=3600)
    requests = WrittenAndRead().requests(Random(1), learnt)
    first = list(islice(requests, 4))
    assert [request.kind for request in first] == ["write"] * 4
    learnt.acknowledged("o-1", 0.0, first[0].client, first[0].key)
    learnt.acknowledged("o-2", 0.0, first[1].client, first[1].key)
    later = list(islice(requests, 400))
    reads = [request for request in later if request.kind == "read"]
    assert 60 < len(reads) < 140, "a quarter"
    assert {(read.key, read.client) for read in reads} == {("o-2", first[1].client)}
    places = {number % 4 for number, request in enumerate(later) if request.kind == "read"}
    assert places == {0, 1, 2, 3}, "no balancer that takes turns sends them all to one replica"


def test_a_list_must_be_asked_to_show_what_its_client_was_promised() -> None:
    learnt = Feedback("run")
    for number in range(NEWEST + 1):
        learnt.acknowledged(f"o-{number}", 0.0, "run-u7")
    lists = islice(Mixed(writes=0, lists=1).requests(Random(1), learnt), 1_000)
    shown = {request.client: request.shows for request in lists}
    assert shown.pop("run-u7") == tuple(f"o-{number}" for number in range(1, NEWEST + 1))
    assert set(shown.values()) == {()}


def test_a_list_must_be_as_long_as_the_service_pages() -> None:
    api = FastAPI()
    api.include_router(routes(*[None] * 4))  # type: ignore[arg-type]
    listing = api.openapi()["paths"]["/v1/orders"]["get"]
    [limit] = [taken for taken in listing["parameters"] if taken["name"] == "limit"]
    assert limit["schema"]["default"] == PAGE


def test_a_get_must_ask_for_the_address_itself() -> None:
    (request,) = islice(Get().requests(Random(1), Feedback("run")), 1)
    for url, target in (("http://x/a/?b=c", "/a/?b=c"), ("http://x", "/"), ("http://x/a", "/a")):
        line = Encoder(plan(base_url=url))(request).partition(b"\r\n")[0].decode()
        assert line == f"GET {target} HTTP/1.1"


def test_reads_must_favour_recent_orders() -> None:
    requests = drawn(Mixed(writes=0, lists=0), 10_000)
    ages = Counter(999 - int(request.key.removeprefix("o-")) for request in requests)
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
    assert all(request.kind == "write" for request in requests[:20])
    reads = [request for request in requests if request.kind == "read"]
    assert reads
    assert all(read.path.startswith(b"/v1/orders?user_id=run-u") for read in reads)
    assert {read.client for read in reads} <= set(users("run"))
    assert all(read.path.endswith(f"user_id={read.client}".encode()) for read in reads)
    assert len(users("run")) == USERS


def test_an_id_must_settle_before_it_is_handed_out() -> None:
    fresh = Feedback("run", settle_s=3600)
    fresh.acknowledged("o-1", 1e12)
    assert fresh.ids() == []


def test_only_the_latest_ids_must_be_kept() -> None:
    kept = Feedback("run", settle_s=0, keep=10)
    for number in range(21):
        kept.acknowledged(str(number), 0.0, key=f"run-{number}")
    assert kept.ids() == [str(number) for number in range(11, 21)]
    assert [kept.key_at(place) for place in (0, -1)] == ["run-11", "run-20"]


def test_ids_that_nobody_asks_for_must_not_fill_the_memory() -> None:
    unasked = Feedback("run", settle_s=3600, keep=10)
    for number in range(1000):
        unasked.acknowledged(str(number), 1e12)
    assert len(unasked._fresh) == 10


@pytest.mark.parametrize(
    ("peak", "cores", "processes"),
    [(500, 2, 1), (15_000, 2, 1), (15_001, 2, 2), (90_000, 2, 2), (40_000, 8, 3), (40_000, 1, 1)],
)
def test_a_rate_must_get_the_processes_it_needs(peak: float, cores: int, processes: int) -> None:
    assert processes_for(peak, cores) == processes


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
        ({"base_url": "https://x"}, "TLS is not spoken"),
        ({"base_url": "ftp://x"}, "not a plain HTTP address"),
        ({"processes": 0}, "at least one process"),
        ({"processes": 3, "max_connections": 2}, "one connection for each process"),
        ({"base_url": "http://x:port"}, "not an address"),
        ({"base_url": "8080"}, "not a plain HTTP address"),
        ({"headers": {"A": "b\r\nC: d"}}, "a line end"),
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
