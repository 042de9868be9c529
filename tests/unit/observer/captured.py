"""Answers of real nodes, captured from a running `standard` stack after some failovers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "captured"


def text(name: str) -> str:
    return (_FOLDER / name).read_text()


def value(name: str) -> Any:
    return json.loads(text(name))
