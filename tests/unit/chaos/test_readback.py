"""Reading a run's writes back from whatever keeps them, through an observer on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sdctl.app.contract import DEAD_QUEUE
from sdctl.chaos import readback
from sdctl.foundation.errors import SdctlError
from sdctl.judge.audit import check
from sdctl.judge.holdings import Backlog, Copy, Holdings, StoredWrite
from sdctl.judge.ledger import Write
from sdctl.state.merging import merge
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.operations import Op
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance, Output
from tests.extension import write

Answers = dict[str, tuple[int, Mapping[str, Any]]]


@pytest.fixture
def answers() -> Answers:
    return {}


@pytest.fixture
def port(answers: Answers) -> Iterator[int]:
    """An observer that says of each node what ``answers`` has."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, value = answers.get(self.path, (404, {"detail": "keeps nothing"}))
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def stack_of(port: int, *nodes: str) -> tuple[RecordingTarget, Snapshot]:
    """A database of these nodes, the first of them leading, a plug-in's tier, and the observer."""
    placed = {**dict.fromkeys(nodes, ("database", "postgres")), "whoami-1": ("echo", "whoami")}
    target = RecordingTarget(
        [
            *(
                Instance(node=node, tier=tier, component=component, state="running")
                for node, (tier, component) in placed.items()
            ),
            Instance(
                node="observer-1",
                tier="observer",
                component="observer",
                state="running",
                addresses={8000: f"127.0.0.1:{port}"},
            ),
        ]
    )
    readings = [
        {"name": node, "role": "leader" if node in (nodes[0], "whoami-1") else "follower",
         "health": "ok", "reason": "", "facts": {}}
        for node in placed
    ]  # fmt: skip
    return target, merge("s", target.nodes(), readings)


def test_each_node_must_be_read_and_the_leaders_outbox_count(port: int, answers: Answers) -> None:
    answers["/holdings/r1/postgres-1"] = 200, {"lines": "r1-1,1,completed,1,77,o-1\n", "waiting": 3}
    answers["/holdings/r1/postgres-2"] = 200, {"lines": "", "waiting": 9}
    target, seen = stack_of(port, "postgres-1", "postgres-2")
    held = readback.holdings(target, Stack("s"), seen, "r1")
    assert held.found == {
        "r1-1": StoredWrite(count=1, status="completed", notifications=1, digest=77, id="o-1")
    }
    assert [(copy.node, copy.leads) for copy in held.copies] == [
        ("postgres-1", True), ("postgres-2", False),
    ]  # fmt: skip
    assert held.remains is not None
    assert held.remains.outbox == 3
    assert held.remains.queues is None  # there is no worker to ask


def test_a_follower_that_cannot_be_read_must_be_named_and_a_leader_be_an_error(
    port: int, answers: Answers
) -> None:
    answers["/holdings/r1/postgres-1"] = 200, {"lines": "", "waiting": 0}
    answers["/holdings/r1/postgres-2"] = 503, {"detail": "connection refused"}
    target, seen = stack_of(port, "postgres-1", "postgres-2")
    held = readback.holdings(target, Stack("s"), seen, "r1")
    why = "the writes cannot be read back from postgres-2: connection refused"
    assert held.unread == {"postgres-2": why}
    target, seen = stack_of(port, "postgres-2", "postgres-1")
    with pytest.raises(SdctlError, match="from postgres-2: connection refused"):
        readback.holdings(target, Stack("s"), seen, "r1")


def test_a_plug_ins_store_must_be_read_back_like_any_other(
    port: int, answers: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    answers["/holdings/r1/postgres-1"] = 200, {"lines": "r1-1,1,completed,1,77\n", "waiting": 0}
    answers["/holdings/r1/whoami-1"] = 200, {"lines": "r1-2,2\n", "waiting": None}
    target, seen = stack_of(port, "postgres-1")
    held = readback.holdings(target, Stack("s"), seen, "r1")
    assert set(held.found) == {"r1-1", "r1-2"}
    assert held.found["r1-2"] == StoredWrite(count=2)


class Letters(RecordingTarget):
    """A worker that lists dead letters, by the items of their orders."""

    def __init__(self, *items: str) -> None:
        super().__init__([Instance(node="worker-1", tier="worker", component="worker",
                                   state="running")])  # fmt: skip
        self.items = items

    def apply(self, op: Op) -> Output:
        super().apply(op)
        letters = [{"id": item, "body": {"item": item}} for item in self.items]
        return Output(0, json.dumps({"letters": [*letters, {"id": "?", "body": "torn"}]}), "")


def test_letters_of_other_runs_must_not_stand_for_those_that_are_missing() -> None:
    """Two orders failed for good. One of their letters was purged, and an old one is there."""
    found = {f"r1-{n}": StoredWrite(count=1, status="failed", notifications=1) for n in (1, 2)}
    held = Holdings(
        copies=(Copy(node="postgres-1", leads=True, found=found),),
        remains=Backlog(outbox=0, queues={DEAD_QUEUE: 2}),
    )
    ledger = [Write(key, 0.0, 1.0, "acknowledged") for key in found]
    assert check(ledger, held).missing_letters is None, "by their number alone"
    own = readback.with_letters(Letters("r1-1", "r10-7"), held, "r1")
    audit = check(ledger, own)
    assert (audit.own_letters, audit.other_letters) == (1, 1)
    assert str(audit.missing_letters).startswith(
        "2 orders finally failed, and 1 dead letter of theirs is there"
    )
    whole = check(ledger, readback.with_letters(Letters("r1-1", "r1-2"), held, "r1"))
    assert (whole.missing_letters, whole.other_letters) == (None, 0)


def test_where_no_order_failed_nobody_must_take_letters_into_his_hand() -> None:
    done = {"r1-1": StoredWrite(count=1, status="completed")}
    held = Holdings(
        copies=(Copy(node="postgres-1", leads=True, found=done),),
        remains=Backlog(outbox=0, queues={DEAD_QUEUE: 9}),
    )
    engine = Letters("r0-1")
    assert readback.with_letters(engine, held, "r1") is held
    assert engine.record == []
