"""What a client sends as an event: which can be stored, and how it is told what cannot."""

from __future__ import annotations

from typing import Any

import bson
import pytest

from sdctl.app.http.events import kind_of, parse_document
from sdctl.app.http.problems import ProblemError
from sdctl.app.stores.event_document import MAX_DEPTH, UnstorableError, depth, encode
from sdctl.app.stores.event_indexes import indexes
from sdctl.app.stores.events import write_concern


def nested(levels: int, *, lists: bool = False) -> dict[str, Any]:
    """An object so many levels deep, itself among them."""
    value: Any = {}
    for _ in range(levels - 1):
        value = [value] if lists else {"in": value}
    return {"in": value} if lists else value


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"a": None, "b": [True, 1.5, "ä\n", {"c": []}]},
        {"": 1, "$set": {"a.b": 2}},
        {"least": -(2**63), "most": 2**63 - 1},
        nested(MAX_DEPTH),
    ],
)
def test_any_object_must_be_stored_as_it_came(document: dict[str, Any]) -> None:
    assert bson.decode(encode(document).raw) == document


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (nested(MAX_DEPTH + 1), f"nested deeper than {MAX_DEPTH} levels"),
        (nested(MAX_DEPTH, lists=True), f"nested deeper than {MAX_DEPTH} levels"),
        (nested(100_000), f"nested deeper than {MAX_DEPTH} levels"),
        ({"a": 2**63}, "a whole number does not fit into 64 bits"),
        ({"a": [{"b": -(2**63) - 1}]}, "a whole number does not fit into 64 bits"),
        ({"a\0b": 1}, "Key names must not contain the NULL byte"),
    ],
)
def test_what_no_try_can_store_must_be_said(document: dict[str, Any], said: str) -> None:
    with pytest.raises(UnstorableError, match=said):
        encode(document)


def test_depth_must_count_objects_and_lists_and_nothing_else() -> None:
    assert depth("text") == 0
    assert depth({"a": "{{{{", "b": 1}) == 1
    assert depth({"a": {"b": 1}, "c": [[[]]]}) == 4


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"{", 400), (b'{"a": NaN}', 400), (b'{"a": "\xff"}', 400), (b"{} {}", 400),
        (b"[]", 422), (b"null", 422), (b'"a"', 422), (b"5", 422),
    ],
)  # fmt: skip
def test_a_body_that_is_no_object_must_be_its_senders_fault(body: bytes, status: int) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_document(body)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("document", "kind"),
    [({"kind": "click"}, "click"), ({"kind": ""}, ""), ({"kind": 5}, None), ({}, None)],
)
def test_a_kind_must_be_a_text(document: dict[str, Any], kind: str | None) -> None:
    assert kind_of(document) == kind


def test_a_key_must_be_there_once_and_an_event_end_when_it_is_old() -> None:
    by_name = {index["name"]: index for index in indexes(90.5)}
    assert by_name["expiry"]["expireAfterSeconds"] == 90
    assert by_name["once_by_key"]["unique"] is True
    # events without a key are no copies of each other
    assert by_name["once_by_key"]["partialFilterExpression"] == {"key": {"$exists": True}}


def test_a_write_must_be_on_as_many_nodes_as_the_durability_says() -> None:
    assert write_concern("performance") == {"w": 1}
    assert write_concern("availability") == {"w": "majority", "j": False}
    assert write_concern("protection") == {"w": "majority", "j": True}
