"""A value is what its reader takes it for, or it is said where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

import pytest

from sdctl.foundation.shape import check


class Node(TypedDict, total=False):
    name: str
    lag_s: float | None
    ill: Mapping[str, str]
    role: Literal["leader", "follower"]


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
        (5, "nodes is 5, not a mapping"),
        ({"name": 5}, "nodes.name is 5, not a text"),
        ({"lag_s": True}, "nodes.lag_s is True, not a number or null"),
        ({"lag_s": float("nan")}, "nodes.lag_s is nan, not a number or null"),
        ({"lag_s": float("inf")}, "nodes.lag_s is inf, not a number or null"),
        ({"ill": []}, "nodes.ill is [], not a mapping"),
        ({"ill": {"a": None}}, "nodes.ill.a is nothing, not a text"),
        ({"role": "king"}, "nodes.role is 'king', not leader or follower"),
    ],
)
def test_what_is_not_so_must_be_said_with_its_place(value: object, said: str) -> None:
    with pytest.raises(ValueError, match="^" + said.replace("[]", r"\[\]") + "$"):
        check(value, Node, "nodes")
