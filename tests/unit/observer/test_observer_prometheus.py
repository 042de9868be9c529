from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from sdctl.observer import metric_query
from sdctl.observer.probes import grafana, prometheus


def answer(**values: str) -> dict[str, Any]:
    result = [{"metric": {"fact": name}, "value": [0, text]} for name, text in values.items()]
    return {"data": {"result": result}}


def test_all_facts_must_come_in_one_query() -> None:
    query = unquote(prometheus.path({"a": "sum(up)", "b": "count(up)"}))
    assert query == (
        '/api/v1/query?query=label_replace((sum(up)), "fact", "a", "", "") or '
        'label_replace((count(up)), "fact", "b", "", "")'
    )


def test_what_has_no_sample_yet_must_be_unknown() -> None:
    reading = prometheus.reading("prometheus-1", answer(targets_up="3", rules_failing="0"))
    assert reading.health == "ok"
    assert reading.facts["targets_up"] == 3
    assert reading.facts["series"] is None


def test_a_failing_rule_must_be_trouble() -> None:
    reading = prometheus.reading("prometheus-1", answer(rules_failing="2"))
    assert (reading.health, reading.reason) == ("failing", "2 rules cannot be evaluated")


ACTIVE = [
    {"scrapePool": "cache", "labels": {"node": "redis-1"}, "health": "up", "lastError": "",
     "lastScrapeDuration": 0.01},
    {"scrapePool": "cache", "labels": {"node": "redis-2"}, "health": "down",
     "lastError": "connection refused", "lastScrapeDuration": 0.5},
    {"scrapePool": "app", "labels": {"node": "app-1"}, "health": "unknown", "lastError": "",
     "lastScrapeDuration": 0},
]  # fmt: skip


def test_targets_must_be_counted_by_job_and_those_down_say_why() -> None:
    assert prometheus.target_table(ACTIVE).rows == (("app", 0, 1, 0), ("cache", 1, 2, 0.5))
    assert prometheus.down_table(ACTIVE).rows == (
        ("redis-2", "cache", "connection refused"),
        ("app-1", "app", "not asked yet"),
    )


def test_rules_must_be_counted_and_alerts_shown() -> None:
    alert = {
        "state": "firing",
        "labels": {"tier": "cache"},
        "annotations": {"summary": "redis-2 is not well"},
    }
    groups = [
        {
            "name": "all",
            "evaluationTime": 0.002,
            "rules": [
                {"type": "recording", "name": "a", "health": "err"},
                {"type": "alerting", "name": "NodeFails", "health": "ok", "alerts": [alert]},
            ],
        }
    ]
    assert prometheus.rule_table(groups).rows == (("all", 1, 1, 1, 0.002),)
    assert prometheus.alert_table(groups).rows == (
        ("NodeFails", "firing", "cache", "redis-2 is not well"),
    )


def test_grafana_must_be_ok_only_with_its_store() -> None:
    well = grafana.reading("grafana-1", {"database": "ok", "version": "12.4.4"})
    assert (well.health, well.facts["version"]) == ("ok", "12.4.4")
    assert grafana.reading("grafana-1", {"database": "failing"}).health == "failing"


def test_a_query_must_give_numbers_and_none_for_what_is_none() -> None:
    vector = {"resultType": "vector", "result": [
        {"metric": {"node": "app-1"}, "value": [1.0, "3"]},
        {"metric": {}, "value": [1.0, "NaN"]},
        {"metric": {}, "value": [1.0, "+Inf"]},
    ]}  # fmt: skip
    assert metric_query.samples({"data": vector}) == [
        {"labels": {"node": "app-1"}, "value": 3.0},
        {"labels": {}, "value": None},
        {"labels": {}, "value": None},
    ]
    scalar = {"resultType": "scalar", "result": [1.0, "2.5"]}
    assert metric_query.samples({"data": scalar}) == [{"labels": {}, "value": 2.5}]
