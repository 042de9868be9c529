"""Kubernetes' own schemas, by the types that lightkube-models makes of its OpenAPI document."""

from __future__ import annotations

import importlib
from typing import Any

import msgspec


def problem(document: dict[str, Any]) -> str:
    """What is wrong with an object: a field of another type, one that is missing, or one that its
    kind does not have. Empty: nothing."""
    group, _, version = document["apiVersion"].rpartition("/")
    name = f"{group.split('.')[0] or 'core'}_{version}"
    kind = getattr(importlib.import_module(f"lightkube.models.{name}"), document["kind"])
    try:
        read = msgspec.convert(document, kind, strict=True)
    except msgspec.ValidationError as error:
        return str(error)
    return _lost(document, read.to_dict(), document["kind"])


def _lost(given: Any, kept: Any, path: str) -> str:
    """The first thing that was given and was not kept."""
    if isinstance(given, dict):
        for key, value in given.items():
            if key not in kept:
                return f"{path} has no {key}"
            if found := _lost(value, kept[key], f"{path}.{key}"):
                return found
    if isinstance(given, list):
        for one, other in zip(given, kept, strict=True):
            if found := _lost(one, other, path):
                return found
    return ""
