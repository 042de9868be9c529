"""Dead letters, asked for and handled inside a worker, where the queue can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sdctl.foundation import json_files
from sdctl.foundation.errors import NoSuchTarget, NotReady, UsageError, no_such
from sdctl.targets.operations import Exec
from sdctl.targets.recording import questions
from sdctl.targets.target import Target

_QUESTIONS = ("list", "depths")
"""They change nothing, so a dry run asks them too."""
_SHOWN = 5
"""Of ids that an error names."""


def ask(engine: Target, *words: str) -> dict[str, Any]:
    """The answer to ``list``, ``replay [ID ...]`` or ``purge``; see ``sdctl.app.dlq``.

    Raises ``NoSuchTarget`` without a running worker or for an unknown id, ``NotReady`` when the
    queue does not answer.
    """
    workers = [c.node for c in engine.nodes() if c.tier == "worker" and c.state == "running"]
    if not workers:
        raise NoSuchTarget(
            "no worker is running; only workers can read the queue",
            hint="`sdctl status` shows the nodes. `sdctl up` repairs the stack.",
        )
    command = ("python3", "-m", "sdctl.app.dlq", *words)
    apply = questions(engine) if words[0] in _QUESTIONS else engine.apply
    output = apply(Exec(node=workers[0], command=command, cause=f"dead letters: {words[0]}"))
    try:
        answer = json_files.parsed(output.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        answer = {"error": output.stderr.strip().splitlines()[-1:] or "it printed nothing"}
    if "error" not in answer:
        assert isinstance(answer, dict)
        return answer
    if "no dead letter" in str(answer["error"]):
        raise NoSuchTarget(str(answer["error"]), hint="`sdctl dlq list` shows all.")
    done = f"{len(answer['replayed'])} were replayed, then: " if answer.get("replayed") else ""
    raise NotReady(
        f"{done}{workers[0]}: {answer['error']}",
        hint="`sdctl inspect queue` and `sdctl status` say why.",
    )


def chosen(letters: Sequence[Mapping[str, Any]], begins: Iterable[str]) -> list[Mapping[str, Any]]:
    """Pure: for each word the one letter that it names, by its id or by a beginning of it that no
    other id has.

    Raises ``NoSuchTarget`` where none begins so, ``UsageError`` where several do.
    """
    return [_one(letters, word) for word in begins]


def _one(letters: Sequence[Mapping[str, Any]], word: str) -> Mapping[str, Any]:
    # a whole id is that letter, whatever else begins so
    alike = [letter for letter in letters if letter["id"] == word][:1] or [
        letter for letter in letters if letter["id"].startswith(word)
    ]
    if not alike:
        raise no_such("dead letter", word, [letter["id"] for letter in letters], most=_SHOWN)
    if len(alike) > 1:
        raise UsageError(
            f"{len(alike)} dead letters begin with {word!r}",
            hint=f"Give more of the id, such as {alike[0]['id']}. `sdctl dlq list` shows all.",
        )
    return alike[0]
