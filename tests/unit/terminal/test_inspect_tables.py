"""The tables of `inspect`."""

from __future__ import annotations

from snapshots import shown

from sdctl.terminal import inspect


def test_inspect_must_show_each_table_numbers_to_the_right_and_an_empty_one_as_none() -> None:
    rows = [{"node": "redis-1", "keys": 5, "used_bytes": 1024}, {"node": "redis-2", "keys": 1234,
             "used_bytes": None}]  # fmt: skip
    text = shown(inspect.tables({"tables": [{"title": "nodes", "rows": rows},
                                            {"title": "clients", "rows": []}]}))  # fmt: skip
    lines = text.splitlines()
    assert lines[0] == "nodes"
    assert lines[1].split() == ["node", "keys", "used"]
    assert lines[2].index("5") + 1 == lines[3].index("1234") + 4
    assert lines[-2:] == ["clients", "  none"]


def test_one_thing_counted_in_two_ways_must_be_told_apart_without_a_second_unit() -> None:
    row = {"lag_bytes": 0, "lag_seconds": 0.0, "used_bytes": 1}
    text = shown(inspect.tables({"tables": [{"title": "nodes", "rows": [row]}]}))
    assert [" ".join(line.split()) for line in text.splitlines()[1:]] == [
        "lag size lag time used",
        "0 B 0 ms 1 B",
    ]


def test_inspect_must_never_break_a_name_or_a_number_over_two_lines() -> None:
    row = {"node": "opensearch-1", "messages_unacked": 1234567, "used_bytes": 5 * 1024**3,
           "why": "it has not answered, and " * 8, "leader": "rabbitmq-2"}  # fmt: skip
    text = shown(inspect.tables({"tables": [{"title": "nodes", "rows": [row]}]}))
    for whole in ("opensearch-1", "1234567", "5 GiB", "rabbitmq-2", "answered,"):
        assert f" {whole} " in text, text
