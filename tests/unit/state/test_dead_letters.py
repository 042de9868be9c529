"""Dead letters, asked for in a worker: what is run there, and what its answers become."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sdctl.foundation.errors import NoSuchTarget, NotReady, UsageError
from sdctl.state.dead_letters import ask, chosen
from sdctl.targets.operations import Exec
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance, Output, State


def stack(state: State = "running", out: str = "", err: str = "") -> RecordingTarget:
    said: Callable[[Exec], Output] = lambda op: Output(0, out, err)  # noqa: E731
    workers = [
        Instance(node=f"worker-{n}", tier="worker", component="worker", state=s, image="x")
        for n, s in ((1, "down"), (2, state))
    ]
    return RecordingTarget(workers, outputs=said)


def test_a_running_worker_must_be_asked_and_its_last_line_be_the_answer() -> None:
    target = stack(out='a warning\n{"letters": [{"id": "m-1"}]}\n')
    assert ask(target, "list") == {"letters": [{"id": "m-1"}]}
    [op] = target.ops
    assert isinstance(op, Exec)
    assert (op.node, op.command) == ("worker-2", ("python3", "-m", "sdctl.app.dlq", "list"))


def test_without_a_running_worker_nothing_must_be_asked() -> None:
    target = stack("down")
    with pytest.raises(NoSuchTarget, match="no worker is running"):
        ask(target, "list")
    assert target.ops == []


def test_an_unknown_letter_must_be_no_such_target() -> None:
    with pytest.raises(NoSuchTarget, match="no dead letter 'x'"):
        ask(stack(out='{"error": "no dead letter \'x\'"}'), "replay", "x")


@pytest.mark.parametrize(
    ("out", "err", "said"),
    [
        ('{"error": "the queue does not answer"}', "", "worker-2: the queue does not answer"),
        ('{"error": "cut", "replayed": ["a", "b"]}', "", "2 were replayed, then: worker-2: cut"),
        ("", "Traceback\nOSError: no route", "OSError: no route"),
        ("", "", "it printed nothing"),
        ("no JSON", "", "it printed nothing"),
    ],
)
def test_what_is_no_answer_must_be_said(out: str, err: str, said: str) -> None:
    with pytest.raises(NotReady, match=said):
        ask(stack(out=out, err=err), "list")


LETTERS = [{"id": "01a228fb-1"}, {"id": "01a228fb-2"}, {"id": "01a228fb-22"}]


def test_a_letter_must_be_named_by_what_only_its_id_begins_with() -> None:
    found = chosen(LETTERS, ["01a228fb-1", "01a228fb-2"])
    assert found == LETTERS[:2], "a whole id is that letter, though another begins so too"
    with pytest.raises(UsageError, match="3 dead letters begin with '01a228fb'"):
        chosen(LETTERS, ["01a228fb"])
    with pytest.raises(NoSuchTarget, match="there is no dead letter 'x'"):
        chosen(LETTERS, ["x"])


def test_a_dry_run_must_read_the_letters_and_change_none() -> None:
    real = stack(out='{"letters": [], "purged": 1}')
    double = RecordingTarget(reads=real)
    assert ask(double, "list") == {"letters": [], "purged": 1}
    assert (len(real.ops), double.ops) == (1, [])
    with pytest.raises(NotReady):
        ask(double, "purge")
    assert len(real.ops) == 1
