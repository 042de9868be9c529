"""A YAML file by its name, if it comes with sdctl, or by its path."""

from __future__ import annotations

from pathlib import Path

from sdctl.design.plain_yaml import Document, read, text_of
from sdctl.foundation.controls import is_plain
from sdctl.foundation.errors import WHOLE, NoSuchTarget, Problem, no_such

SUFFIXES = (".yaml", ".yml")
_NAME = "its file's name holds a line end, or what is no text in UTF-8; rename the file"


def names_in(folder: Path) -> tuple[str, ...]:
    """The names of those that come with sdctl."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def read_file(name: str, what: str, folder: Path) -> tuple[str, Document]:
    """The stem of a file's name, and what the file says. One that cannot be read gives a document
    with that one problem. ``what``: what the files of ``folder`` are, for people. Raises
    ``NoSuchTarget`` for a name that is none of theirs, and for a path where no file is."""
    path, known = Path(name), names_in(folder)
    if not name.endswith(SUFFIXES):
        if name not in known:
            raise no_such(what, name, (*known, "or a path to a .yaml file"))
        path = folder / f"{name}.yaml"
    if not is_plain(path.stem):
        return "", Document(problems=(Problem(WHOLE, _NAME),))
    try:
        return path.stem, read(text_of(path))
    except FileNotFoundError:
        raise NoSuchTarget(
            f"there is no file {str(path)!r}",
            hint=f"A name with .yaml is the path of a file with a {what}. Is it spelt right?",
        ) from None
    except OSError as error:
        why = f"cannot be read: {(error.strerror or str(error)).lower()}"
    except ValueError as error:
        why = str(error)
    return path.stem, Document(problems=(Problem(WHOLE, why),))
