"""`sdctl logs` where the search tier is off: it says so, and reads the containers' own logs."""

from __future__ import annotations

import json
import subprocess
import threading
import uuid
from typing import Any

import pytest

from tests.stacks import ROOT, Stack, docker, eventually

pytestmark = pytest.mark.docker
SAID = "This stack has no tier search."


def found(stack: Stack, *words: str) -> list[dict[str, Any]]:
    """The lines of a search; it must have said where it looked."""
    done = stack.run("--json", "logs", *words)
    assert SAID in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def say(stack: Stack, node: str, line: str) -> None:
    """Have a node's main process print a line."""
    write = "import sys; open('/proc/1/fd/1', 'w').write(sys.argv[1] + '\\n')"
    docker("exec", f"sdctl-{stack.name}-{node}", "python3", "-c", write, line)


def test_a_failed_request_must_be_found_at_every_node_it_passed(lite: Stack) -> None:
    """`lite` has no document store, so the service says that it has none (501)."""
    name = f"lost-{uuid.uuid4().hex}"
    with lite.client() as client:
        answer = client.post("/v1/events", json={"a": 1}, headers={"X-Request-ID": name})
    assert answer.status_code == 501
    journey = eventually(lambda: found(lite, "--request", name), lambda lines: len(lines) >= 3)
    assert [line["tier"] for line in journey] == ["gateway", "lb", "app"]
    assert {line["status"] for line in journey} == {501}
    [one] = found(lite, "app", "--request", name)
    assert one["node"] == journey[-1]["node"]
    assert found(lite, one["node"], "--search", f"{name} AND level:error", "--since", "5m") == [one]
    assert found(lite, "cache", "--request", name) == []


def test_an_order_that_went_well_must_be_found_by_its_id(lite: Stack) -> None:
    name = f"well-{uuid.uuid4().hex}"
    order = {"user_id": "ann", "item": "book", "quantity": 1}
    with lite.client() as client:
        assert client.post("/v1/orders", json=order, headers={"X-Request-ID": name}).is_success
    journey = eventually(lambda: found(lite, "--request", name), lambda lines: len(lines) >= 2)
    assert [line["tier"] for line in journey] == ["app", "worker"]


def test_since_must_leave_out_what_is_older(lite: Stack) -> None:
    word = uuid.uuid4().hex
    say(lite, "worker-1", f"old {word}")
    eventually(lambda: found(lite, "--search", f"old {word}"), bool)
    # the engine's clock is this machine's
    eventually(lambda: found(lite, "--search", word, "--since", "1s"), lambda lines: not lines)
    say(lite, "worker-1", f"new {word}")
    lines = found(lite, "worker", "--search", word, "--since", "5m", "--tail", "1")
    assert [line["message"] for line in lines] == [f"new {word}"]


def test_a_search_that_finds_nothing_must_say_so(lite: Stack) -> None:
    assert "no line" in lite.run("logs", "--search", uuid.uuid4().hex).stderr


@pytest.mark.parametrize("words", [("--search", "{}"), ("worker",)])
def test_new_lines_must_be_followed(lite: Stack, words: tuple[str, ...]) -> None:
    """By what they say, or all of a tier: the same without a search tier as with one."""
    word = uuid.uuid4().hex
    command = lite.command("--json", "logs", *(text.format(word) for text in words), "--follow")
    with subprocess.Popen(
        command, env=lite.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as following:
        seen: list[str] = []
        threading.Thread(target=lambda: seen.extend(following.stdout or ()), daemon=True).start()

        def told() -> list[str]:
            """It goes on being said: nothing from before its reader was there is shown."""
            say(lite, "worker-1", f"news {word}")
            return [line for line in seen if word in line]

        try:
            assert json.loads(eventually(told, bool)[0])["node"] == "worker-1"
        finally:
            following.terminate()
