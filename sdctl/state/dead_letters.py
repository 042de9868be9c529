"""Dead letters, asked for and handled inside a worker, where the queue can be reached."""

from __future__ import annotations

import json
from typing import Any

from sdctl.foundation.errors import NoSuchTarget, NotReady
from sdctl.targets.operations import Exec
from sdctl.targets.target import Target


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
    output = engine.apply(Exec(node=workers[0], command=command, cause=f"dead letters: {words[0]}"))
    try:
        answer = json.loads(output.stdout.strip().splitlines()[-1])
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
