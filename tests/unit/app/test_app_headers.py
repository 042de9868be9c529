"""Headers of requests: an idempotency key, and how far a client has read its inbox."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from sdctl.app.http.notifications import parse_after
from sdctl.app.http.orders import parse_key, parse_order
from sdctl.app.http.problems import ProblemError


def request(**headers: str) -> Request:
    raw = [
        (name.replace("_", "-").encode(), text.encode("latin-1")) for name, text in headers.items()
    ]
    return Request({"type": "http", "headers": raw})


def test_a_key_must_be_taken_as_it_is() -> None:
    assert parse_key(request()) is None
    for key in ("a", "!~", "x" * 255):
        assert parse_key(request(idempotency_key=key)) == key


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ä", "a\n", "\x7f"])
def test_a_key_that_cannot_be_kept_must_be_refused(key: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_key(request(idempotency_key=key))
    assert (caught.value.status, caught.value.kind) == (400, "malformed")


@pytest.mark.parametrize(
    ("after", "header", "place"),
    [
        (None, None, None), (None, "", None), (None, " 17 ", 17), (None, "0", 0), (5, "17", 5),
        (0, "17", 0), (5, "rubbish", 5), (None, "9" * 18, 10**18 - 1),
    ],
)  # fmt: skip
def test_a_client_must_go_on_where_it_says(
    after: int | None, header: str | None, place: int | None
) -> None:
    asked = request() if header is None else request(last_event_id=header)
    assert parse_after(asked, after) == place


@pytest.mark.parametrize("header", ["-1", "1.5", "x", "9" * 19, "²", "1 2", "+1"])
def test_an_id_that_no_notification_has_must_be_refused(header: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_after(request(last_event_id=header), None)
    assert caught.value.status == 422
    assert caught.value.members["errors"] == [
        {"field": "Last-Event-ID", "message": "must be the id of a notification"}
    ]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b'{"user_id": "u", "item": "i"}', ["quantity"]),
        (b'{"user_id": "", "item": "  ", "quantity": 0}', ["user_id", "item", "quantity"]),
        (b'{"user_id": "a\\u0000", "item": "i", "quantity": 1001}', ["user_id", "quantity"]),
        (b'{"user_id": 5, "item": "i", "quantity": "1"}', ["user_id", "quantity"]),
        (b'{"user_id": "u", "item": "i", "quantity": 1.0}', ["quantity"]),
        (b"[]", ["body"]),
    ],
)
def test_every_wrong_field_of_an_order_must_be_named(body: bytes, wrong: list[str]) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_order(body)
    assert caught.value.status == 422
    assert [error["field"] for error in caught.value.members["errors"]] == wrong  # type: ignore[attr-defined]
