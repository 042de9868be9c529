"""The probes of plug-in folders, which go into the observer's image.

They run there, with libraries that this machine need not have. So they are read here, and not run.
"""

from __future__ import annotations

import ast
from pathlib import Path

from sdctl.foundation import assets
from sdctl.foundation.errors import TemplateFailed


def added(beside: Path) -> dict[str, str]:
    """File name → text of the plug-ins' files of one kind; ``beside``: the folder of the package's
    own. Raises ``TemplateFailed`` for one that no observer could use: waiting would not mend it."""
    own = {path.name for path in beside.glob("*.py")}
    found: dict[str, str] = {}
    for root in assets.plugin_roots():
        for path in sorted((root / beside.name).glob("*.py")):
            text = path.read_text()
            taken = path.name in own or path.name in found
            if why := "there is a probe of this name already" if taken else _wrong(path.name, text):
                raise TemplateFailed(
                    f"the plug-in {path} cannot be used: {why}",
                    hint="Correct it, or take it out of the folder. Nothing was created.",
                )
            found[path.name] = text
    return found


def _wrong(name: str, text: str) -> str:
    """Why a file can be no probe; empty: nothing is seen."""
    try:
        parsed = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    if name.startswith("_"):
        return ""
    if "PROBE" not in _bound(parsed):
        return "it has no PROBE; docs/extending.md says what it must define"
    literal = (ast.Constant, ast.List, ast.Dict, ast.Tuple, ast.Set, ast.Lambda)
    for line in parsed.body:
        given = line.value if isinstance(line, ast.Assign | ast.AnnAssign) else None
        if isinstance(given, literal) and "PROBE" in _bound(line):
            return "its PROBE is no Probe (sdctl/observer/probes/probe.py)"
    return ""


def _bound(part: ast.AST) -> set[str]:
    """Every name that a piece of code gives a value, or imports."""
    names = {node.id for node in ast.walk(part) if isinstance(node, ast.Name) and _stored(node)}
    for node in ast.walk(part):
        if isinstance(node, ast.alias):
            names.add(node.asname or node.name)
    return names


def _stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)
