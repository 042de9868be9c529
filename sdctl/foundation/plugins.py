"""Finds plug-ins: one file each in a package's folder, and in the folders of ``SDCTL_PLUGINS``.

Adding a component, fault, workload, probe or command is adding one file (and a component's
templates); nothing lists them. A
plug-in file that cannot be used is left out and named: it blocks what needs it and nothing else.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import pkgutil
import sys
import zlib
from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from sdctl.foundation import assets, output, places, signals
from sdctl.foundation.files import regular


def _its_file(stem: str, _: Any) -> str:
    """What a plug-in is called where its file says it."""
    return stem


_broken: dict[Path, str] = {}
"""Why each file cannot be used."""


def discover(
    package: str,
    constant: str,
    *,
    besides: Collection[str] = (),
    fits: Callable[[Any], None],
    called: Callable[[str, Any], str] = _its_file,
) -> dict[str, Any]:
    """Every ``constant`` of the modules in ``package`` and in the plug-in folders of its name.

    ``besides``: the modules of the package that define the kind or what its files share, and so
    have no such constant. ``fits`` raises for a plug-in's value that does not keep the contract.
    ``called`` gives the name by which people know one, from its module's name and its value.
    Returns ``{module name: value}`` sorted by module name. A plug-in takes nobody's place: one of
    a name that is taken already counts as broken. Each file is run once in a process.
    """
    roots = assets.plugin_roots()
    return dict(_found(package, constant, frozenset(besides), fits, called, roots))


def broken() -> tuple[str, ...]:
    """A sentence for each plug-in file that was found so far and cannot be used."""
    return tuple(_left_out(path, why) for path, why in sorted(_broken.items()))


def _left_out(path: Path, why: str) -> str:
    return f"the plug-in {path} is left out: {why}"


@cache
def _found(
    package: str,
    constant: str,
    besides: frozenset[str],
    fits: Callable[[Any], None],
    called: Callable[[str, Any], str],
    roots: tuple[Path, ...],
) -> dict[str, Any]:
    found = {name: getattr(module, constant) for name, module in _own(package, besides)}
    taken = {*found, *(called(name, value) for name, value in found.items())}
    folder = package.rpartition(".")[2]
    for root in roots:
        if why := _unusable(root):
            _broken[root] = why
            output.warn(_left_out(root, why))
            continue
        name = _as_package(root / folder)
        for path in files(root / folder):
            try:
                _refuse_taken(path.stem, taken)
                value = _value(path, f"{name}.{path.stem}", constant)
                fits(value)
                known_as = called(path.stem, value)
                _refuse_taken(known_as, taken)
            except signals.Stopped:
                raise
            # a plug-in may do anything while it is imported, also end the process
            except BaseException as error:
                kind = "" if isinstance(error, Taken) else type(error).__name__
                _broken[path] = f"{kind}: {error}".strip(": ")
                output.warn(_left_out(path, _broken[path]))
            else:
                found[path.stem] = value
                taken |= {path.stem, known_as}
    return dict(sorted(found.items()))


def _as_package(folder: Path) -> str:
    """A plug-in folder as a package, so that its files reach what they share: ``from ._shared
    import ...``. Its name: the same name in two folders is two modules."""
    name = f"{_ALL}.{folder.name}_{zlib.crc32(os.fsencode(folder)):x}"
    for package, paths in ((_ALL, []), (name, [str(folder)])):
        module = ModuleType(package)
        module.__path__ = paths
        sys.modules.setdefault(package, module)
    return name


_ALL = "sdctl_plugins"
"""The package of all plug-in folders."""


def _unusable(root: Path) -> str:
    if not places.may_look_into(root):
        return "this user may not look into it"
    return "" if root.is_dir() else "there is no such folder"


class Taken(LookupError):
    """There is one of this name already."""


def _refuse_taken(name: str, taken: Collection[str]) -> None:
    if name in taken:
        raise Taken(f"there is a {name!r} already, and a plug-in takes nobody's place; rename it")


def files(folder: Path) -> tuple[Path, ...]:
    """A plug-in folder's files; those whose names begin with ``_`` are what others share."""
    return tuple(path for path in sorted(folder.glob("*.py")) if not path.name.startswith("_"))


def _own(package: str, besides: frozenset[str]) -> Iterator[tuple[str, ModuleType]]:
    home = importlib.import_module(package)
    for info in pkgutil.iter_modules(home.__path__):
        if info.name not in besides and not info.name.startswith("_"):
            yield info.name, importlib.import_module(f"{package}.{info.name}")


def _value(path: Path, name: str, constant: str) -> Any:
    # a file beside it may have imported it already
    module = sys.modules.get(name) or _run(path, name)
    if not hasattr(module, constant):
        raise LookupError(f"it has no {constant}; docs/extending.md says what it must define")
    return getattr(module, constant)


def _run(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, regular(path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # dataclasses and pydantic look a class's module up by name
    sys.modules[name] = module
    # what a command prints is for programs too: a plug-in that says something while it is
    # imported says it to people
    try:
        with contextlib.redirect_stdout(sys.stderr):
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
