"""The rules of the house, checked: who may import what, exit codes, the map in docs/design.md."""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sdctl.components.component import all_components
from sdctl.foundation import errors

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sdctl"
FILES = sorted(PACKAGE.rglob("*.py"))


@dataclass
class Source:
    """What a file imports, its variables, and its public classes."""

    imports: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)


@functools.cache
def source(path: Path) -> Source:
    """Each file is parsed once, for all tests."""
    found, module = Source(), ast.parse(path.read_text())
    for node in ast.walk(module):
        match node:
            case ast.Import():
                found.imports |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(name)):
                found.imports.add(name)
            case ast.Name():
                found.variables.add(node.id)
            case ast.arg():
                found.variables.add(node.arg)
    names = (statement.name for statement in module.body if isinstance(statement, ast.ClassDef))
    found.classes = {name for name in names if not name.startswith("_")}
    return found


def users_of(library: str) -> set[str]:
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        if any(name == library or name.startswith(f"{library}.") for name in source(path).imports)
    }


def test_only_one_file_must_know_docker() -> None:
    assert users_of("docker") == {"targets/compose/docker.py"}
    assert users_of("python_on_whales") == {"targets/compose/command.py"}


def test_only_commands_must_know_typer() -> None:
    inside = {p for p in users_of("typer") if not p.startswith(("cli/", "terminal/"))}
    assert inside == {"__main__.py"}


def test_only_what_is_shown_must_know_rich() -> None:
    allowed = ("terminal/",)
    assert {path for path in users_of("rich") if not path.startswith(allowed)} == set()


@pytest.mark.parametrize("folder", ["app", "observer"])
def test_what_runs_in_containers_must_import_only_what_is_copied_there(folder: str) -> None:
    allowed = {"sdctl", "sdctl.app.contract", "sdctl.app.stores.mongo", "sdctl.state.snapshot"}
    for path in sorted((PACKAGE / folder).rglob("*.py")):
        ours = {name for name in source(path).imports if name.partition(".")[0] == "sdctl"}
        beyond = {n for n in ours if not n.startswith(f"sdctl.{folder}") and n not in allowed}
        assert beyond == set(), path


def test_the_pure_part_must_do_no_input_or_output() -> None:
    forbidden = {"subprocess", "socket", "httpx", "requests", "asyncio", "docker", "threading"}
    pure = ["targets/compose/document.py", "targets/operations.py", "state/merging.py"]
    pure += ["targets/network_operations.py", "state/snapshot.py"]
    pure += ["foundation/units.py", "report/chart.py"]
    judging = ("audit", "fault_timing", "holdings", "intervals", "outage", "outcome")
    judging += ("run_evidence", "reasons", "verdict")
    pure += [f"judge/{noun}.py" for noun in judging]
    rooms = ["components", "design", "faults", "chaos/phases", "workloads"]
    plugins = [file for room in rooms for file in (PACKAGE / room).glob("*.py")]
    for path in [PACKAGE / name for name in pure] + sorted(plugins):
        used = {name.partition(".")[0] for name in source(path).imports}
        assert used & forbidden == set(), path


def test_exit_codes_must_be_distinct_but_for_kinds_of_the_same() -> None:
    found: dict[int, type] = {}
    for value in vars(errors).values():
        if isinstance(value, type) and issubclass(value, errors.SdctlError):
            other = found.setdefault(value.code, value)
            assert issubclass(value, other) or issubclass(other, value), value


def test_every_component_must_have_its_templates() -> None:
    folders = {path.name for path in (ROOT / "templates").iterdir()}
    for component in all_components().values():
        image_folders = {
            "app": "python", "worker": "python", "fencing": "python",
            "gateway": "haproxy", "lb": "haproxy",
        }  # fmt: skip
        assert image_folders.get(component.name, component.name) in folders, component.name


def test_the_map_must_name_every_room_and_no_other() -> None:
    text = (ROOT / "docs" / "design.md").read_text()
    [shown] = re.findall(r"```text\n(sdctl/\n.*?)```", text, re.S)
    named = set(re.findall(r"^  ([\w./]+)", shown, re.M))
    there = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in PACKAGE.iterdir()
        if not path.name.startswith("_") and (path.is_file() or (path / "__init__.py").is_file())
    }
    assert named == there


def test_nothing_must_wait_by_sleeping() -> None:
    """`waiting.py` is the way. What runs in containers has no sdctl to import: bounded retries."""
    for path in FILES:
        if path.relative_to(PACKAGE).parts[0] not in ("app", "observer"):
            assert "time.sleep(" not in path.read_text(), path


def test_a_stranger_must_find_few_rooms() -> None:
    rooms = [path for path in PACKAGE.iterdir() if not path.name.startswith("__")]
    assert len(rooms) <= 18


def test_a_loop_variable_must_be_called_what_it_is() -> None:
    for path in FILES:
        assert "each" not in source(path).variables, path


KINDS = {"components", "observer/probes", "chaos/phases", "workloads", "selftest/checks",
         "guide/steps", "guide/glossary", "cli/commands", "terminal"}  # fmt: skip
"""Folders of one file a component, a workload, a check, a step, a command or what people read: its
name is the file's."""
NAMESAKES = {
    "bundle": "what every target's bundle is, and each one's own",
    "target": "the contract, and each one's own",
    "answers": "each target's own",
    "diagnosis": "each target's own",
    "images": "each target's own",
    "execution": "each target's own",
    "form": "each target's own",
    "readme": "each target's own",
    "refusals": "each target's own",
    "server": "what answers in a container: the service, the observer",
    "orders": "the same thing as a table and as routes",
    "events": "the same thing as a collection and as routes",
}


def test_no_two_files_must_have_one_name_but_namesakes() -> None:
    found: dict[str, set[str]] = {}
    for path in FILES:
        file = path.relative_to(PACKAGE)
        if file.parent.as_posix() not in KINDS and not file.name.startswith("__"):
            found.setdefault(file.stem, set()).add(file.as_posix())
    assert {stem for stem, files in found.items() if len(files) > 1} == set(NAMESAKES)


def test_no_two_test_files_of_one_run_must_have_one_name() -> None:
    """pytest takes them for one, and runs none."""
    together = (ROOT / "tests" / part for part in ("unit", "contract", "integration"))
    names = [path.name for part in together for path in part.rglob("test_*.py")]
    assert {name for name in names if names.count(name) > 1} == set()


def test_no_two_classes_must_have_one_name_but_namesakes() -> None:
    found: dict[str, set[str]] = {}
    for path in FILES:
        for name in source(path).classes:
            found.setdefault(name, set()).add(path.relative_to(PACKAGE).as_posix())
    twice = {name: files for name, files in found.items() if len(files) > 1}
    assert twice == {
        # the observer may import nothing of the host's, and reads these from topology.json
        "Node": {"components/node.py", "observer/node.py"},
        "Login": {"components/node.py", "observer/node.py"},
        # the contract, and what fulfils it
        "Steps": {"chaos/experiment.py", "terminal/steps.py"},
    }
