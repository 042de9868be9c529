"""Finds plug-ins: one file each in a package's folder, and in the folders of ``SDCTL_PLUGINS``.

Adding a component, fault, workload, probe or command is adding one file; nothing lists them.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from sdctl.foundation import assets
from sdctl.foundation.errors import UsageError


def discover(package: str, constant: str, *, besides: Collection[str]) -> dict[str, Any]:
    """Every ``constant`` of the modules in ``package`` and in the plug-in folders of its name.

    ``besides``: the modules of the package that define the kind or what its files share, and so
    have no such constant. Returns
    ``{module name: value}`` sorted by module name. Raises ``UsageError`` for a plug-in file that
    cannot be imported or lacks the constant: a plug-in is never skipped in silence.
    """
    found = {}
    for module in sorted(_modules(package, besides), key=lambda each: each.__name__):
        name = module.__name__.rpartition(".")[2]
        if not hasattr(module, constant):
            raise UsageError(
                f"{module.__file__} has no {constant}",
                hint=f"A file in {package.rpartition('.')[2]}/ defines one {constant}; "
                "see docs/extending.md.",
            )
        found[name] = getattr(module, constant)
    return found


def _modules(package: str, besides: Collection[str]) -> Iterator[ModuleType]:
    home = importlib.import_module(package)
    for info in pkgutil.iter_modules(home.__path__):
        if info.name not in besides and not info.name.startswith("_"):
            yield importlib.import_module(f"{package}.{info.name}")
    folder = package.rpartition(".")[2]
    for root in assets.plugin_roots():
        for path in sorted((root / folder).glob("*.py")):
            if not path.name.startswith("_"):
                yield _load(path, folder)


def _load(path: Path, folder: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"sdctl_plugins.{folder}.{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # dataclasses and pydantic look a class's module up by name
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(
            f"the plug-in {path} cannot be imported: {error}",
            hint="Mend the file, or take its folder out of SDCTL_PLUGINS.",
        ) from error
    return module
