"""Documents as YAML, so that no reader takes a text for anything else."""

from __future__ import annotations

import re
from typing import Any

import yaml

_NUMBER = re.compile(r"[-+]?(\.\d+|\d[\d_]*(\.[\d_]*)?)([eE][-+]?\d+)?|0o[0-7_]+")
"""What the readers written in Go take for a number: also 346932497e73, which may be a digest, and
which our writer would not quote."""
_BASE: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_BASE):  # type: ignore[misc]
    """The one in C writes the same and takes a tenth of the time."""

    def ignore_aliases(self, data: Any) -> bool:
        """Everything stands where it is read."""
        return True


def _text(dumper: Any, value: str) -> Any:
    style = "'" if _NUMBER.fullmatch(value) else "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def written(*documents: Any) -> str:
    """Pure: the documents of one file, keys in the order in which they are."""
    several = len(documents) > 1
    text: str = yaml.dump_all(
        documents, Dumper=_Dumper, sort_keys=False, width=100, explicit_start=several
    )
    return text
