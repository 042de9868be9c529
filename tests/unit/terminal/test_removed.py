"""The end of `down`: what is gone, and what is kept."""

from __future__ import annotations

import pytest

from sdctl.foundation.errors import NoSuchTarget
from sdctl.targets.target import Removed
from sdctl.terminal import removed

KEPT = NoSuchTarget("the stack 'b' is down. Its data are kept", hint="`sdctl up` brings it back.")


@pytest.mark.parametrize(
    ("names", "kept", "said"),
    [
        ((), None, "nothing of b was there"),
        (("b-app-1", "b-lb-1"), None, "b is down: 2 things removed"),
        (
            ("b-app-1", "b-lb-1"),
            KEPT,
            "2 things removed: the stack 'b' is down. Its data are kept. "
            "`sdctl up` brings it back.",
        ),
        ((), KEPT, "the stack 'b' is down. Its data are kept. `sdctl up` brings it back."),
    ],
)
def test_what_is_kept_must_be_said_also_when_nothing_was_there_to_remove(
    names: tuple[str, ...], kept: NoSuchTarget | None, said: str
) -> None:
    assert removed.summary("b", Removed(names), kept) == said


def test_a_network_that_stays_must_be_named_with_who_is_in_it() -> None:
    left = {"sdctl-b_data": ("other",), "sdctl-b_edge": ()}
    first, second = removed.networks(Removed((), left))
    assert first == "the network sdctl-b_data stays: other is in it"
    assert "nobody is in it" in second
