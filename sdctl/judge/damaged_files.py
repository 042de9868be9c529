"""A run is read although some of its files hold what no sdctl wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import chain, combinations
from typing import TypeVar

from sdctl.foundation import output
from sdctl.foundation.errors import SdctlError
from sdctl.judge.run_folder import RunFolder

T = TypeVar("T")
_FILES = {"verdict": "json", "result": "json", "samples": "jsonl", "series": "jsonl", "run": "json"}
_ILL = (TypeError, LookupError, ValueError, AttributeError, ArithmeticError)
"""What a reader meets in JSON that is not what it should be. A bug of ours looks the same."""


def tolerant(folder: RunFolder, use: Callable[[RunFolder], T]) -> T:
    """``use(folder)``. Files with JSON that is not what it should be are named and passed over, as
    few of them as it takes. What goes wrong without any of them too is none of theirs: it is let
    out as it is."""

    def without(names: Iterable[str]) -> T:
        return use(replace(folder, without=frozenset(names)))

    try:
        return use(folder)
    except SdctlError:
        raise
    except _ILL as error:
        why = error
    try:
        with suppress(SdctlError):  # it is not to be read without one of them
            without(_FILES)
    except _ILL:
        raise why from None
    for names in chain.from_iterable(combinations(_FILES, n) for n in range(1, len(_FILES) + 1)):
        with suppress(*_ILL):
            value = without(names)
            for name in names:
                path = folder.path / f"{name}.{_FILES[name]}"
                output.warn(f"{path} is passed over: it does not hold what it should ({why!r})")
            return value
    raise why
