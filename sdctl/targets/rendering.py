"""Topology → the files of its nodes that are the same wherever they run.

    config/<component>/…        from templates/<component>/config/*.j2, mounted at /etc/sdctl
    images/<image>/…            build contexts, from templates/<image>/image and the package

They hold no secret: those are named in the nodes' environment.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import jinja2

from sdctl.app import contract
from sdctl.components.node import Image, Login, Node
from sdctl.design.topology import Topology
from sdctl.foundation import assets
from sdctl.foundation.errors import TemplateFailed
from sdctl.foundation.harmless_lines import HARMLESS
from sdctl.targets import dashboards, kibana, probe_files


@dataclass(frozen=True)
class Names:
    """How nodes find each other, and whom nobody need find; for templates, as ``names``."""

    domain: str = ""
    """What follows a node's name where it is asked whole, such as ``.stack.svc.cluster.local``."""
    elastic: frozenset[str] = frozenset()
    """Nodes that come and go by themselves: while one of them is not there, nothing is wrong."""


def files_of(topology: Topology, names: Names) -> dict[str, str]:
    """Path → text. Raises ``TemplateFailed`` with file, line and name."""
    files: dict[str, str] = {}
    environment = _environment(*assets.template_roots())
    templates = environment.list_templates(extensions=["j2"])
    for image in topology.built_images:
        files.update(_image_files(image))
    for tier, nodes in topology.tiers.items():
        for component in dict.fromkeys(node.component for node in nodes):
            context = {
                "settings": topology.profile.settings[tier],
                "nodes": tuple(node for node in nodes if node.component == component),
                "topology": topology,
                "names": names,
            }
            files.update(_config_files(environment, templates, component, context))
    return files


def describe(topology: Topology, elastic: Collection[str] = ()) -> str:
    """The topology as the JSON that the observer reads: who is there and where they listen, and who
    need not be there."""
    value = {
        "stack": topology.stack,
        "profile": topology.profile.name,
        "tiers": {
            tier: {"nodes": [_describe_node(node, elastic) for node in nodes]}
            for tier, nodes in topology.tiers.items()
        },
    }
    return json.dumps(value, indent=1)


def _describe_node(node: Node, elastic: Collection[str]) -> dict[str, Any]:
    ports = {port.name: port.number for port in node.ports}
    logins = {port.name: _describe_login(port.login) for port in node.ports if port.login}
    described = {"name": node.name, "component": node.component, "ports": ports}
    return {
        **described,
        **({"logins": logins} if logins else {}),
        **({"elastic": True} if node.name in elastic else {}),
    }


def _describe_login(login: Login) -> dict[str, str]:
    """The secret by its variable: the value is in no rendered file."""
    return {
        "kind": login.secret.kind,
        "variable": login.variable,
        "user": login.user,
        "database": login.database,
    }


class _Templates(jinja2.Environment):
    def join_path(self, template: str, parent: str) -> str:
        """Includes are looked up beside the including template."""
        return template if "/" in template else f"{parent.rpartition('/')[0]}/{template}"


@functools.cache
def _environment(*roots: Path) -> jinja2.Environment:
    """The templates of these folders. A template is compiled once, and again when its file has
    changed."""
    environment = _Templates(
        loader=jinja2.FileSystemLoader(roots),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # configuration files, not pages
    )
    environment.filters["ms"] = lambda seconds: round(seconds * 1000)
    environment.filters["kb"] = lambda count: count // 1024
    environment.filters["describe"] = describe
    environment.globals["contract"] = contract
    environment.globals["dashboards"] = dashboards
    environment.globals["kibana"] = kibana
    environment.globals["harmless"] = HARMLESS
    return environment


def _config_files(
    environment: jinja2.Environment,
    templates: Iterable[str],
    component: str,
    context: Mapping[str, Any],
) -> Iterator[tuple[str, str]]:
    for name in templates:
        file = name.removeprefix(f"{component}/config/")
        # what begins with `_` is only imported by others
        if file != name and not file.startswith("_"):
            text = _render_one(environment, name, context)
            # what renders to nothing is not there: a file for a tier that this stack has not
            if text.strip():
                yield f"config/{component}/{file.removesuffix('.j2')}", text


def _render_one(environment: jinja2.Environment, name: str, context: Mapping[str, Any]) -> str:
    try:
        return environment.get_template(name).render(context)
    except jinja2.TemplateSyntaxError as error:
        why = f"{error.name}:{error.lineno}: {error.message}"
    except jinja2.TemplateNotFound as error:
        why = f"{name}:{_line_of(error)}: there is no template {error.name}"
    except UnicodeDecodeError:
        why = f"{name}: {_NO_TEXT}"
    except _ILL as error:
        why = f"{name}:{_line_of(error)}: {error}"
    raise TemplateFailed(f"templates/{why}", hint="Correct the template. Nothing was created.")


_NO_TEXT = "it is no text in UTF-8"
_ILL = (jinja2.TemplateError, TypeError, ValueError, LookupError, ArithmeticError)
"""What a template meets that asks for something that is not there, or reckons with a text."""


def _line_of(error: Exception) -> int:
    """The template line that raised: Jinja rewrites the traceback to template lines."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _image_files(image: Image) -> Iterator[tuple[str, str]]:
    for templates in (image.name, *image.shared):
        context = _context(templates)
        for path in sorted(context.rglob("*")):
            # an installer compiles every Python file it finds
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"images/{image.name}/{path.relative_to(context)}", _text(path)
    package = assets.package()
    for source in image.sources:
        path = package / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else (path,):
            yield f"images/{image.name}/sdctl/{file.relative_to(package)}", file.read_text()
    for folder in map(PurePosixPath, image.plugins):
        for name, text in probe_files.added(package / folder).items():
            yield f"images/{image.name}/sdctl/{folder / name}", text


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise TemplateFailed(
            f"{path}: {_NO_TEXT}",
            hint="Take it out of the folder: every file there goes into the image. Nothing was "
            "created.",
        ) from None


def _context(folder: str) -> Path:
    """``image/`` of a folder of templates. Raises ``TemplateFailed``."""
    for root in assets.template_roots():
        if (context := root / folder / "image").is_dir():
            return context
    raise TemplateFailed(
        f"templates/{folder}/image: no such folder",
        hint="An image needs a folder with a Dockerfile there.",
    )
