"""A value is what its reader takes it for, or it is said where it is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import pytest
from typing_extensions import TypedDict

from sdctl.foundation.shape import check


class Node(TypedDict, total=False):
    name: str
    lag_s: float | None
    ill: Mapping[str, str]
    role: Literal["leader", "follower"]
    seen: float | str | None


@pytest.mark.parametrize(
    "value",
    [
        {}, {"name": "a", "more": object()}, {"lag_s": None}, {"lag_s": 1}, {"lag_s": 1.5},
        {"ill": {"a": "b"}}, {"role": "leader"},
    ],
)  # fmt: skip
def test_what_is_so_must_pass(value: object) -> None:
    check([value], list[Node])
    check(value, Mapping[str, Any])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (5, "nodes, item 2 is 5, not a mapping"),
        ({"name": 5}, "nodes, item 2, name is 5, not a text"),
        ({"lag_s": True}, "nodes, item 2, lag_s is True, not a number"),
        ({"ill": []}, "nodes, item 2, ill is [], not a mapping"),
        ({"ill": {"a": None}}, "nodes, item 2, ill.a is nothing, not a text"),
        ({"role": "king"}, "nodes, item 2, role is 'king', not 'leader' or 'follower'"),
        ({"seen": []}, "nodes, item 2, seen is [], not a number or a text"),
        ({"seen": [], "name": 5}, "nodes, item 2, name is 5, not a text"),
    ],
)
def test_what_is_not_so_must_be_said_with_its_place(value: object, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        check({"nodes": [{}, value]}, Mapping[str, list[Node]])


def test_a_value_that_is_wrong_as_a_whole_must_be_said() -> None:
    with pytest.raises(ValueError, match=r"^it is 3, not a list$"):
        check(3, list[str])
