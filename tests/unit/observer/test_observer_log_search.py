from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from sdctl.observer import log_search
from sdctl.observer.log_search import BadQuestion, Question
from sdctl.observer.node import Node
from sdctl.observer.probes import opensearch, rsyslog
from sdctl.observer.streams import Answer, BadAnswer

TIERS = ("gateway", "lb", "app", "worker")
TARGET = Node(name="opensearch-1", component="opensearch", tier="search", ports={"http": 9200})


def hit(at: str, tier: str, name: str = "x") -> dict[str, Any]:
    return {"_id": name, "_source": {"@timestamp": at, "tier": tier, "message": "m"}}


def test_all_that_is_asked_must_hold_at_once() -> None:
    made = log_search.body(
        Question(search="level:error", request="r-1", where="app", since="2026-01-01T00:00:00Z")
    )
    must = made["query"]["bool"]["filter"]
    assert [next(iter(clause)) for clause in must] == ["query_string", "term", "bool", "range"]
    assert must[1] == {"term": {"request_id": "r-1"}}
    assert must[2]["bool"]["minimum_should_match"] == 1


def test_nothing_asked_must_mean_every_line() -> None:
    assert log_search.body(Question())["query"] == {"bool": {"filter": []}}


@pytest.mark.parametrize("limit", ["0", "10001", "-1", "many"])
def test_a_limit_out_of_range_must_be_refused(limit: str) -> None:
    with pytest.raises(BadQuestion, match="1 to 10000"):
        Question.of({"limit": limit})


def test_lines_of_one_millisecond_must_come_in_the_order_of_the_tiers() -> None:
    at = "2026-01-01T00:00:00.001"
    answer = {
        "hits": {
            "hits": [
                hit(f"{at}Z", "app"),
                hit(f"{at}999Z", "gateway"),
                hit(f"{at}Z", "lb"),
                hit("2026-01-01T00:00:00.000Z", "worker"),
            ]
        }
    }
    found = log_search.lines(answer, TIERS)
    assert [line["tier"] for line in found] == ["worker", "gateway", "lb", "app"]


class Server:
    """Answers what a test gives it, and keeps what it was asked."""

    def __init__(self, status: int, value: object) -> None:
        self._answer = Answer(status, json.dumps(value).encode())
        self.asked: list[object] = []

    async def post(self, target: Node, port: str, path: str, value: object) -> Answer:
        self.asked.append((target.name, port, path.split("?")[0], value))
        return self._answer


def ask(server: Server, question: Question) -> dict[str, Any]:
    return asyncio.run(log_search.ask(TARGET, server, question, TIERS))  # type: ignore[arg-type]


def test_an_answer_must_be_its_lines_and_how_many_there_are() -> None:
    server = Server(200, {"hits": {"total": {"value": 7}, "hits": [hit("2026-01-01", "app", "a")]}})
    answer = ask(server, Question(search="x", limit=1))
    assert answer["total"] == 7
    assert answer["lines"] == [{"id": "a", "at": "2026-01-01", "tier": "app", "message": "m"}]
    [(name, port, path, body)] = server.asked
    assert (name, port, path) == ("opensearch-1", "http", "/logs-*,events-*/_search")
    assert body == log_search.body(Question(search="x", limit=1))


def test_a_query_that_cannot_be_read_must_say_why() -> None:
    cause = {"error": {"root_cause": [{"reason": "Failed to parse query [a AND]\nmore"}]}}
    with pytest.raises(BadQuestion, match=r"^Failed to parse query \[a AND\]$"):
        ask(Server(400, cause), Question(search="a AND"))


def test_a_server_in_trouble_must_not_look_like_no_lines() -> None:
    with pytest.raises(BadAnswer):
        ask(Server(503, {}), Question())


# -- probes ----------------------------------------------------------------------------------------


def test_a_red_cluster_must_be_failing() -> None:
    stats = {"_all": {"primaries": {"docs": {"count": 5}, "store": {"size_in_bytes": 9}}}}
    good = opensearch.reading("o-1", {"status": "yellow", "active_primary_shards": 2}, stats)
    assert (good.health, good.facts) == ("ok", {"lines": 5, "store_bytes": 9, "indices": 2})
    red = opensearch.reading("o-1", {"status": "red", "active_primary_shards": 1}, {})
    assert (red.health, red.facts["lines"]) == ("failing", 0)


def said(name: str, **counters: int) -> str:
    return f"Tue Nov 24 03:29:58 2026: {json.dumps({'name': name, **counters})}"


def stats(*lines: str) -> rsyslog.Stats:
    return rsyslog.parse("\n".join(['size": 3 }', *lines]))


def test_the_collectors_rate_must_be_of_the_last_interval_and_its_backlog_of_all_queues() -> None:
    seen = stats(
        said("omelasticsearch", **{"response.success": 100}),
        said("search queue", size=5, maxqsize=9),
        said("omelasticsearch", **{"response.success": 4100, "response.badargument": 1}),
        said("search queue", size=7, maxqsize=9),
        said("search queue[DA]", size=20, maxqsize=30),
        said("main Q", size=1, maxqsize=1),
    )
    assert rsyslog.reading("rsyslog-1", seen).facts == {
        "lines_per_s": 2000,
        "backlog": 28,
        "refused": 1,
        "dropped": 0,
    }


def test_a_queue_must_be_named_in_words() -> None:
    names = ("search queue", "search queue[DA]", "main Q", "again queue[DA]")
    table = rsyslog.queue_table(stats(*(said(name, size=1, maxqsize=2) for name in names)))
    assert sorted(row[0] for row in table.rows) == [  # type: ignore[type-var]
        "again queue on disk", "main queue", "search queue", "search queue on disk",
    ]  # fmt: skip


def test_a_server_that_is_alone_must_have_the_name_that_sdctl_gives_it() -> None:
    server = {"name": "Node 1", "jvm": {"mem": {"heap_used_in_bytes": 1}},
              "fs": {"total": {"available_in_bytes": 2}},
              "thread_pool": {pool: {"completed": 3, "queue": 0, "rejected": 0}
                              for pool in ("write", "search")}}  # fmt: skip
    [row] = opensearch.node_table({"nodes": {"x": server}}, [TARGET]).rows
    assert row[0] == "opensearch-1"


def test_dropped_lines_must_be_counted_whichever_queue_dropped_them() -> None:
    seen = stats(
        said("search queue[DA]", **{"discarded.full": 3}), said("main Q", **{"discarded.nf": 2})
    )
    assert rsyslog.dropped(seen) == 5


def test_a_collector_that_has_not_started_must_say_what_it_waits_for() -> None:
    with pytest.raises(BadAnswer, match="search tier"):
        rsyslog.reading("rsyslog-1", rsyslog.parse(""))


def test_the_collectors_figures_must_tell_what_became_of_lines_and_its_cpu_in_seconds() -> None:
    seen = stats(
        said("omelasticsearch", submitted=9, **{"response.success": 7, "response.duplicate": 2}),
        said("resource-usage", utime=1_500_000, stime=500_000, maxrss=2),
    )
    found = rsyslog.samples(seen)
    assert found["process_cpu_seconds_total"] == 2.0
    assert found["collector_memory_peak_bytes"] == 2048
    assert (found["collector_lines_sent_total"], found["collector_lines_taken_total"]) == (9, 7)
    assert found["collector_lines_repeated_total"] == 2
