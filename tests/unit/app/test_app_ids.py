"""Ids must be in order of time, and carry one request through every tier."""

from sdctl.app import ids


def test_order_ids_must_sort_by_time_and_be_version_7() -> None:
    earlier, later = ids.new_order_id(now_ms=1_000), ids.new_order_id(now_ms=1_001)
    assert earlier < later
    assert str(earlier) < str(later)
    assert earlier.version == 7
    assert earlier.variant == "specified in RFC 4122"


def test_a_callers_request_id_must_be_kept_where_it_is_usable() -> None:
    assert ids.request_id(b"abc-123") == "abc-123"
    for unusable in (None, b"", b"with space", b"x" * 129, b"line\nbreak"):
        assert len(ids.request_id(unusable)) == 32


def test_a_callers_trace_must_be_continued() -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    given = f"00-{trace}-b7ad6b7169203331-01".encode()
    assert ids.traceparent(given, "r").startswith(f"00-{trace}-")
    assert ids.traceparent(given, "r") != given.decode()


def test_a_trace_must_follow_from_the_request_id() -> None:
    uuid = "0af76519-16cd-43dd-8448-eb211c80319c"
    assert ids.traceparent(None, uuid).split("-")[1] == uuid.replace("-", "")
    assert ids.traceparent(None, "x").split("-")[1] == ids.traceparent(None, "x").split("-")[1]
    assert ids.traceparent(b"nonsense", uuid).split("-")[1] == uuid.replace("-", "")


def test_text_that_is_no_uuid_must_be_none() -> None:
    assert ids.parse_uuid("nope") is None
