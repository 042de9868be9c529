"""Logstash's filter, run by the Ruby that Logstash has in it, on lines as the nodes print them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from sdctl.design.topology import Topology
from sdctl.foundation.harmless_lines import HARMLESS
from sdctl.targets.bundle_folder import write as write_bundle
from sdctl.targets.compose.bundle import render

JRUBY = "org.jruby:jruby-complete:9.4.13.0"
TIME = "2026-11-25T16:00:01.123456789Z"
PATH = "/containers/0123456789abcdef/0123456789abcdef-json.log"
Event = dict[str, Any]
Filter = Callable[[Iterable[str]], list[Event | None]]


def printed(text: str, node: str = "app-1", tier: str = "app", stack: str = "sdctl") -> str:
    """A line of the engine's log file."""
    labels = {"sdctl.node": node, "sdctl.stack": stack, "sdctl.tier": tier}
    value = {"log": f"{text}\n", "stream": "stdout", "attrs": labels, "time": TIME}
    return json.dumps(value, separators=(",", ":"))


@pytest.fixture(scope="session")
def jruby(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The jar, from Maven's own cache or from its registry."""
    if missing := [tool for tool in ("java", "mvn") if shutil.which(tool) is None]:
        pytest.skip(f"no {' and '.join(missing)} on this machine (Debian: apt-get install maven)")
    folder = tmp_path_factory.mktemp("jruby")
    goal = ("dependency:copy", f"-Dartifact={JRUBY}", f"-DoutputDirectory={folder}")
    words = ["mvn", "--quiet", "--batch-mode", *goal]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"Maven's registry does not give {JRUBY}")
    return next(folder.glob("*.jar"))


@pytest.fixture
def filtered(jruby: Path, topology_of: Callable[..., Topology], tmp_path: Path) -> Filter:
    """What the rendered filter makes of lines; None of one that it drops."""
    topology = topology_of("standard", "search.server=elasticsearch")
    write_bundle(tmp_path, render(topology).files)
    fault = tmp_path / "fault.json"
    fault.write_text('{"id": "f-1", "begin": "2026-11-25T16:00:00Z", "end": ""}')
    script = tmp_path / "config" / "logstash" / "lines.rb"
    runner = Path(__file__).parent / "logstash" / "run_lines.rb"

    def run(lines: Iterable[str]) -> list[Event | None]:
        words = ["java", "-jar", str(jruby), str(runner), str(script), str(fault)]
        events = "".join(json.dumps({"message": line, "path": PATH}) + "\n" for line in lines)
        done = subprocess.run(words, input=events, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


REQUEST = (
    '{"at":"2026-11-25T16:00:01.1Z","level":"INFO","msg":"request","method":"POST",'
    '"path":"/v1/orders","status":503,"took_ms":3,"request_id":"r1"}'
)
KNOWN = {
    REQUEST: ("info", "POST /v1/orders 503 in 3 ms", "2026-11-25T16:00:01.1Z"),
    '{"method":"GET","path":"/x","status":502,"took_ms":7}': ("error", "GET /x 502 in 7 ms", TIME),
    "2026-11-25 16:00:01.123 UTC [42] app@sdctl ERROR:  duplicate key": (
        "error", "duplicate key", "2026-11-25T16:00:01.123Z",
    ),
    "2026-11-25 16:00:01.123 UTC [42] LOG:  checkpoint starting": (
        "info", "checkpoint starting", "2026-11-25T16:00:01.123Z",
    ),
    "2026-11-25 16:00:01,123 INFO: no action": ("info", "no action", "2026-11-25T16:00:01.123Z"),
    "1:M 05 Nov 2026 16:00:01.123 # Server overloaded": (
        "warn", "Server overloaded", "2026-11-05T16:00:01.123Z",
    ),
    "2026-11-25 16:00:01.123456+00:00 [warning] <0.1.0> closing": (
        "warn", "closing", "2026-11-25T16:00:01.123456+00:00",
    ),
    "[ALERT]    (8) : backend app has no server available!": (
        "error", "backend app has no server available!", TIME,
    ),
    f"2026/11/25 16:00:01 ERROR: {HARMLESS[0]}": ("info", HARMLESS[0], TIME),
    "2026/11/25 16:00:01 ERROR: another": ("error", "another", TIME),
    "plain": ("info", "plain", TIME),
    '{"cut off': ("info", '{"cut off', TIME),
}  # fmt: skip


def test_every_nodes_lines_must_have_their_level_message_and_time(filtered: Filter) -> None:
    made = filtered([*map(printed, KNOWN), printed(REQUEST, stack="other"), printed(REQUEST)[:-9]])
    assert made[-2:] == [None, None], "another stack's line; one that is not whole"
    for event, expected in zip(made, KNOWN.values(), strict=False):
        assert event is not None
        assert (event["level"], event["message"], event["@timestamp"]) == expected
        assert (event["tier"], event["node"], event["read_at"]) == ("app", "app-1", TIME)
        assert event["fault_id"] == "f-1"
        assert event["@metadata"]["index"] == "logs-2026.11.25.16"
        assert "path" not in event or event["path"].startswith("/"), "the file's own is gone"
    ids = [event["@metadata"]["id"] for event in made if event]
    assert len(set(ids)) == len(KNOWN)
    again = filtered(map(printed, KNOWN))
    assert [event["@metadata"]["id"] for event in again if event] == ids, "and the same next time"


def test_an_event_must_keep_what_was_sent_and_have_an_index_of_its_own(filtered: Filter) -> None:
    sent = {"a": {"b": [1]}, "c.d": None}
    [event] = filtered([printed(json.dumps({"kind": "event", "document": json.dumps(sent)}))])
    assert event is not None
    assert (event["data"], event["message"]) == (sent, "event")
    assert event["@metadata"]["index"] == "events-2026.11.25.16"
