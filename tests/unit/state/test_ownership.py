"""A stack that is another's is left alone by every command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import pytest

from sdctl.__main__ import run
from sdctl.foundation.errors import UsageError
from sdctl.state import ownership
from sdctl.state.ownership import UNMARKED, belongs
from sdctl.state.stack import Stack
from sdctl.targets.compose import answers
from sdctl.targets.compose.docker import Docker
from sdctl.targets.compose.target import ComposeTarget

COMMANDS = (
    ["status"], ["up"], ["up", "lite"], ["up", "--set", "app.replicas=3"], ["scale", "app=3"],
    ["down"], ["down", "--keep-data"], ["load"], ["chaos", "pause", "redis-1"],
    ["chaos", "kill-leader"], ["bench", "failover", "--trials", "1"], ["logs"],
    ["logs", "redis-1"], ["inspect", "cache"], ["shell", "cache"], ["dlq", "list"],
    ["dlq", "replay", "--all"], ["dlq", "purge"], ["env"], ["--dry-run", "up", "lite"],
    ["--dry-run", "down"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("mark", "secrets", "ours"),
    [
        ("mine", {"owner": "mine"}, True),
        ("other", {"owner": "mine"}, False),
        ("other", {}, False),
        ("other", {"api_key": "of an earlier version"}, False),
        (UNMARKED, {"api_key": "of an earlier version"}, True),
        (UNMARKED, {"owner": "mine", "api_key": "x"}, True),
        (UNMARKED, {}, False),
    ],
)
def test_a_stack_must_belong_to_whose_mark_it_carries(
    mark: str, secrets: dict[str, str], ours: bool
) -> None:
    assert belongs({"a": mark}, secrets) is ours
    assert belongs({}, secrets)


def test_one_strange_part_must_make_the_whole_anothers() -> None:
    assert not belongs({"a": "mine", "b": "other"}, {"owner": "mine"})


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_must_touch_or_ask_what_is_anothers(
    words: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the engine is asked but whose it is fails the test."""
    monkeypatch.setattr(Docker, "client", property(lambda self: pytest.fail("was asked")))
    monkeypatch.setattr(ComposeTarget, "owners", lambda self: {"sdctl-redis-1": "other"})
    with pytest.raises(UsageError, match="was made from another state folder") as refused:
        run(words)
    assert refused.value.code == 2
    assert not Stack("sdctl").folder.exists()


def test_a_users_own_project_of_that_name_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ComposeTarget, "owners", lambda self: {"sdctl-web-1": None})
    with pytest.raises(UsageError, match="sdctl did not make") as refused:
        run(["up", "lite"])
    assert refused.value.details == ("sdctl-web-1",)


@pytest.mark.parametrize(
    ("labels", "mark"),
    [
        ({"sdctl.stack": "s", "sdctl.owner": "mine"}, "mine"),
        ({"sdctl.stack": "s"}, UNMARKED),
        ({"com.docker.compose.volume": "postgres-1-data"}, None),
        ({"com.docker.compose.volume": "db"}, None),
        ({"com.docker.compose.service": "web"}, None),
    ],
)
def test_the_mark_must_be_read_from_the_labels(labels: dict[str, str], mark: str | None) -> None:
    assert answers.owner(labels) == mark


def test_a_stack_must_keep_its_mark_as_long_as_its_secrets() -> None:
    stack = Stack("sdctl")
    stack.make_secrets([])
    mark = stack.secrets()["owner"]
    assert len(mark) == 12
    stack.make_secrets([])
    assert stack.secrets()["owner"] == mark
    stack.forget(keep_data=True)
    assert stack.secrets()["owner"] == mark


def test_a_damaged_file_of_passwords_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the message sends its user to look for another state folder."""
    monkeypatch.setattr(ComposeTarget, "owners", lambda self: {"sdctl-redis-1": "mine"})
    engine, stack = ComposeTarget("sdctl"), Stack("sdctl")
    with pytest.raises(UsageError) as missing:
        ownership.check(engine, stack)
    assert missing.value.details == ()
    stack.bundle.mkdir(parents=True)
    (stack.bundle / ".env").write_text("SDCTL_API_KEY=cut off")
    with pytest.raises(UsageError) as damaged:
        ownership.check(engine, stack)
    assert damaged.value.details == (
        f"{stack.bundle}/.env is there, but does not say whose the stack is: it may be damaged",
    )


def test_an_engine_without_anything_of_the_name_must_be_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ComposeTarget, "owners", lambda self: {})
    ownership.check(ComposeTarget("sdctl"), Stack("sdctl"))


def test_what_somebody_runs_from_an_image_of_the_stacks_must_not_be_taken_for_its() -> None:
    """Compose marks the images that it builds, and a container has what its image has."""
    asked = []

    def containers(*, all: bool, filters: Mapping[str, object]) -> list[object]:  # noqa: A002
        asked.append(filters["label"])
        return []

    engine = ComposeTarget("sdctl")
    api = SimpleNamespace(containers=containers, volumes=lambda filters: {"Volumes": None})
    vars(engine.docker)["client"] = SimpleNamespace(api=api)
    assert engine.owners() == {}
    assert asked[1] == ["com.docker.compose.project=sdctl", "com.docker.compose.config-hash"]
