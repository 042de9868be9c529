"""A line must read the same however it was come by, and an event must be seen in it."""

from __future__ import annotations

import json

import pytest

from sdctl.foundation import assets
from sdctl.foundation.harmless_lines import HARMLESS
from sdctl.state.logs import own_words
from sdctl.state.logs.lines import fields, in_time, parsed
from sdctl.terminal.log import line

FAILED = (
    '{"at":"2026-01-01T00:00:01.123Z","level":"warning","node":"worker-1",'
    '"message":"attempt 1 of 4 failed: injected; again in 1 s","order_id":"o-1","request_id":"r"}'
)


def shown(node: str, text: str) -> str:
    return line(parsed(node, "", text)).plain


def test_a_line_in_json_must_be_a_sentence_with_what_else_it_has() -> None:
    assert shown("worker-1", FAILED) == (
        "00:00:01.123 worker-1     warn  attempt 1 of 4 failed: injected; again in 1 s order_id=o-1"
    )


def test_lines_of_several_nodes_must_be_told_in_the_order_of_their_times() -> None:
    def text(clock: str) -> str:
        return f'{{"at":"2026-01-01T00:00:{clock}Z","message":"m"}}'

    one = [("a", text("01.1234567")), ("a", "a line without a time"), ("a", text("05.000"))]
    other = [("b", text("00.500")), ("b", text("03.000"))]
    found = in_time([*one, *other])
    assert found == [other[0], one[0], one[1], other[1], one[2]]


def test_an_event_must_be_printed_whole() -> None:
    event = (
        '{"at":"2026-01-01T00:00:01.123Z","level":"info","message":"event","kind":"event","id":"e",'
        '"document":"{\\"kind\\":\\"click\\",\\"x\\":1}"}'
    )
    assert shown("app-1", event).endswith('info  event {"kind":"click","x":1}')
    found = {"node": "app-1", "message": "event", "document": '{"x":1}', "data": {"x": 1}}
    assert line(found).plain.endswith('event {"x":1}')


def test_other_servers_names_for_message_and_time_must_be_understood() -> None:
    etcd = (
        '{"level":"warn","ts":"2026-01-01T00:00:01.5Z","caller":"a.go:1","msg":"slow","took":"9s"}'
    )
    assert shown("etcd-1", etcd) == "00:00:01.5Z  etcd-1       warn  slow took=9s"


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ('"status":500', "error"), ('"status":499', "info"), ('"status":"503"', "error"),
        ('"status":500,"level":"warning"', "warn"), ('"level":"ERROR"', "error"),
        ('"message":"m"', "info"),
    ],
)  # fmt: skip
def test_the_level_of_a_line_must_be_that_of_the_collectors(said: str, level: str) -> None:
    assert parsed("gateway-1", "gateway", f"{{{said}}}")["level"] == level


@pytest.mark.parametrize(
    ("node", "text", "said"),
    [
        ("postgres-1", "2026-11-25 16:09:02.002 UTC [231] app@sdctl ERROR:  no such table",
         "16:09:02.002 postgres-1   error no such table"),
        ("postgres-1", "2026-11-25 16:09:02,759 INFO: no action. I am (postgres-1)",
         "16:09:02.759 postgres-1   info  no action. I am (postgres-1)"),
        ("redis-1", "8:S 5 Nov 2026 16:07:40.154 # Connection with master lost.",
         "16:07:40.154 redis-1      warn  Connection with master lost."),
        ("rabbitmq-1", "2026-11-25 16:22:35.002266+00:00 [info] <0.547.0> queue down",
         "16:22:35.002 rabbitmq-1   info  queue down"),
        ("gateway-1", "[ALERT]    (8) : no server", "             gateway-1    error no server"),
        ("opensearch-1", "[2026-11-28T15:19:22.123Z][WARN][Node] low disk",
         "15:19:22.123 opensearch-1 warn  low disk"),
        ("prometheus-1", "2026/11/28 15:19:22 ERROR: gone",
         "             prometheus-1 error gone"),
        ("etcd-1", f"2026/11/28 15:19:22 ERROR: {HARMLESS[0]}",
         f"             etcd-1       info  {HARMLESS[0]}"),
        ("app-1", "words of nobody's", "             app-1        info  words of nobody's"),
        ("redis-1", "8:S 45 Nov 2026 16:07:40.154 * x", "             redis-1      info  x"),
    ],
)  # fmt: skip
def test_a_servers_own_words_must_read_like_every_other_line(
    node: str, text: str, said: str
) -> None:
    assert shown(node, text) == said


def test_levels_must_be_those_of_the_collectors() -> None:
    table = json.loads((assets.root() / "templates/rsyslog/image/level.json").read_text())["table"]
    theirs = {row["index"].lower(): row["value"] for row in table}
    assert theirs == own_words.LEVELS


def test_words_that_are_no_json_object_must_stay_as_they_are() -> None:
    for text in ("LOG:  checkpoint", "7", "[1]", '"x"', "{", ""):
        assert fields(text) is None


def test_a_traceback_must_be_shown_below() -> None:
    broken = '{"at":"","level":"error","message":"attempt broke","stack":"Traceback\\n  x"}'
    assert shown("worker-1", broken).endswith("attempt broke\nTraceback\n  x")
