"""The words that code shows, read from its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


PACKAGE = ROOT / "sdctl"


ROWS = re.compile(r"(list|Iterator|Iterable)\[tuple\[str, \w+\]\]|Rows")


def tree(file: str) -> ast.Module:
    return ast.parse((PACKAGE / file).read_text())


def constants(module: ast.Module) -> dict[str, list[str]]:
    """By a module's name, the words that it holds: a tuple's members, a mapping's values."""
    found = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            found[statement.targets[0].id] = strings(statement.value)
    return found


def mappings(module: ast.Module) -> dict[str, list[str]]:
    """By a module's name, the keys of the mapping that it holds."""
    return {
        ast.unparse(statement.targets[0]): [
            word for key in statement.value.keys if key for word in strings(key)
        ]
        for statement in module.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict)
    }


def strings(node: ast.AST) -> list[str]:
    return [
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def rows(file: str) -> set[str]:
    """The left side of each row that a card has."""
    module = tree(file)
    named, found = constants(module), set[str]()
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef) or function.returns is None:
            continue
        if not ROWS.search(ast.unparse(function.returns)):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Tuple) and len(node.elts) == 2:
                found |= set(left(node.elts[0], named))
    return {word.strip() for word in found if word.strip()}


def left(node: ast.expr, named: dict[str, list[str]]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Call):  # a word by tier, and one for all others
        yield from strings(node.args[-1])
        for part in ast.walk(node.func):
            if isinstance(part, ast.Name):
                yield from named.get(part.id, [])


def headings(file: str) -> set[str]:
    """What stands above a table's columns."""
    found = set[str]()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.For) and "add_column" in ast.unparse(node.body[0]):
            found |= set(strings(node.iter))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("add_column"):
            found |= {word for part in node.args[:1] for word in strings(part)}
    return found


@cache
def facts() -> set[str]:
    """What the probes tell of a node: the keys of every mapping that becomes a reading's facts."""
    found = set[str]()
    for path in sorted((PACKAGE / "observer").rglob("*.py")):
        module = ast.parse(path.read_text())
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and makes_facts(node):
                found |= set(keys(node, module))
    return found


def makes_facts(function: ast.FunctionDef) -> bool:
    returned = "" if function.returns is None else ast.unparse(function.returns)
    return returned == "dict[str, Fact]" or any(
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Reading"
        and any(keyword.arg == "facts" for keyword in node.keywords)
        for node in ast.walk(function)
    )


def keys(function: ast.FunctionDef, module: ast.Module) -> Iterator[str]:
    held = {
        statement.targets[0].id: statement.value
        for statement in module.body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            yield from (word for key in node.keys if key for word in strings(key))
        elif isinstance(node, ast.Name) and isinstance(held.get(node.id), ast.Dict):
            yield from (word for key in held[node.id].keys for word in strings(key))  # type: ignore[attr-defined]
        elif isinstance(node, ast.DictComp) and isinstance(node.generators[0].iter, ast.Name):
            yield from strings(held.get(node.generators[0].iter.id, ast.Tuple(elts=[])))


def columns() -> set[str]:
    """What stands above the columns of `sdctl inspect`, from the tables that the probes make."""
    found = set[str]()
    for path in sorted((PACKAGE / "observer").rglob("*.py")):
        module = ast.parse(path.read_text())
        named, mapped = constants(module), mappings(module)
        for name, words in named.items():
            if name.endswith("COLUMNS"):
                found |= {*mapped.get(name, words)}
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Table":
                given = [keyword.value for keyword in node.keywords if keyword.arg == "columns"]
                found |= {word for part in given for word in strings(part)}
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "values":
                # a row of what Prometheus answers: a cell for each key
                found |= set(mapped.get(ast.unparse(node.args[-1]), ()))
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "columns":
                made = node.value
                parts = [key for key in made.keys if key] if isinstance(made, ast.Dict) else [made]
                found |= {word for part in parts for word in strings(part)}
    return found


def titles() -> set[str]:
    """What stands above the tables of `sdctl inspect`: a text, or the names of a loop."""
    found = set[str]()
    for path in sorted((PACKAGE / "observer").rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "Table":
                    [given] = [word.value for word in node.keywords if word.arg == "title"]
                    found |= set(strings(given) or looped(function))
    return found


def looped(function: ast.AST) -> Iterator[str]:
    """The first of each row that a function loops over, or the keys of its mapping."""
    for node in ast.walk(function):
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple):
            for row in node.iter.elts:
                yield from strings(row)[:1]
        elif isinstance(node, ast.Dict):
            yield from (word for key in node.keys if key for word in strings(key))
