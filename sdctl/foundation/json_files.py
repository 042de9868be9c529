"""JSON that somebody else may have cut short, copied or edited: read with a reason why not."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sdctl.foundation import files

_MOST_JSON = 256 * 1024**2
"""A load of a day, second by second, has a tenth of that."""


class Damaged(Exception):
    """A file that does not hold what it should; the text says why."""


def json_of(path: Path) -> Any:
    """The JSON value in a file. Raises as ``bytes_of``."""
    return parsed(files.bytes_of(path, most=_MOST_JSON))


def parsed(text: str | bytes) -> Any:
    """The JSON value in a text. What is no finite number is none, such as NaN, which only
    Python takes for JSON, and 1e999. Raises ``ValueError``."""
    try:
        return json.loads(text, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        raise ValueError("it is not whole JSON") from None


def _finite(word: str) -> float:
    if not math.isfinite(number := float(word)):
        raise ValueError(word)
    return number


def read_object(path: Path) -> Mapping[str, Any]:
    """The JSON object in a file. Raises ``Damaged``, and ``FileNotFoundError`` without a file."""
    try:
        value = json_of(path)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise Damaged((getattr(error, "strerror", None) or "").lower() or str(error)) from None
    if not isinstance(value, dict):
        raise Damaged("it holds no JSON object")
    return value


def objects(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The JSON objects that stand one a line; a line that holds none is left out."""
    for line in lines:
        with contextlib.suppress(ValueError):
            if isinstance(found := parsed(line), dict):
                yield found
