"""A line must read the same however it was come by, and an event must be seen in it."""

from __future__ import annotations

from sdctl.state.logs.lines import fields, parsed
from sdctl.terminal.log import line

FAILED = (
    '{"at":"2026-01-01T00:00:01.123Z","level":"warning","node":"worker-1",'
    '"message":"attempt 1 of 4 failed: injected; again in 1 s","order_id":"o-1","request_id":"r"}'
)


def shown(node: str, text: str) -> str:
    return line(parsed(node, "", text)).plain


def test_a_line_in_json_must_be_a_sentence_with_what_else_it_has() -> None:
    assert shown("worker-1", FAILED) == (
        "00:00:01.123 worker-1     warning "
        "attempt 1 of 4 failed: injected; again in 1 s order_id=o-1"
    )


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


def test_words_that_are_no_json_object_must_stay_as_they_are() -> None:
    for text in ("LOG:  checkpoint", "7", "[1]", '"x"', "{", ""):
        assert fields(text) is None


def test_a_traceback_must_be_shown_below() -> None:
    broken = '{"at":"","level":"error","message":"attempt broke","stack":"Traceback\\n  x"}'
    assert shown("worker-1", broken).endswith("attempt broke\nTraceback\n  x")
