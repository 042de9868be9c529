"""Logs of a real stack: every line searchable, a request's journey, the search tier away."""

from __future__ import annotations

import json
import re
import time
import uuid
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from sdctl.foundation.units import utc
from tests.full_machine import bad, failed, told
from tests.orders import order
from tests.stacks import Stack, docker, eventually, in_three

pytestmark = pytest.mark.docker
FOUND_S = 60.0
"""A line takes seconds; on a full machine, so does each look for it."""
# Prints $1 lines at $2 a second, each with the request id $3, as its node's main process would.
NOISE = """
import sys, time
count, rate, mark = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
step, began = rate // 20, time.monotonic()
with open("/proc/1/fd/1", "w") as out:
    for first in range(0, count, step):
        time.sleep(max(0.0, began + first / rate - time.monotonic()))
        for n in range(first, first + step):
            text = "line %d of a lot, as services print them" % n
            out.write('{"request_id":"%s","message":"%s"}\\n' % (mark, text))
        out.flush()
"""
INDICES = "logs-*,events-*"
LOGGED = (
    *("gateway", "lb", "app", "worker", "cache", "database", "documents", "consensus", "queue"),
    *("search", "metrics"),
)
"""All tiers that write lines at all, but the collector: it does not read its own."""


def lines(stack: Stack, *words: str) -> list[dict[str, Any]]:
    """The lines of `sdctl logs`, each as its JSON."""
    return [json.loads(line) for line in stack.run("--json", "logs", *words).stdout.splitlines()]


def total(stack: Stack, *words: str) -> int:
    """How many lines there are, where that is more than one; -1 where the search tier was too busy
    to tell (exit code 6)."""
    done = stack.run("logs", *words, "--tail", "1", code=None)
    assert done.returncode in (0, 6), done.stderr
    found = re.search(r"newest 1 of (\d+) lines", done.stderr)
    return -1 if done.returncode else int(found[1]) if found else 0


def collected(stack: Stack) -> dict[str, Any]:
    """What the collector counts of the lines it sent."""
    return stack.json("inspect", "collector")["tables"][0]["rows"][0]  # type: ignore[no-any-return]


def ask_search(stack: Stack, path: str, *curl: str) -> dict[str, Any]:
    """The search server's own answer; only the collector and the observer can reach it."""
    ask = 'path=$1; shift; exec curl -sSf "$@" "$SEARCH_URL/$path"'
    kind = ("-H", "content-type: application/json")
    node = f"sdctl-{stack.name}-rsyslog-1"
    answer = docker("exec", node, "sh", "-c", ask, "ask", path, *kind, *curl)
    return json.loads("".join(answer))  # type: ignore[no-any-return]


def print_in(stack: Stack, node: str, *arguments: str) -> None:
    """Run ``NOISE`` in a node of the service."""
    docker("exec", f"sdctl-{stack.name}-{node}", "python3", "-c", NOISE, *arguments)


def test_every_tier_must_be_searchable(standard: Stack) -> None:
    with standard.client() as client:
        order(client, "searcher")

    def silent() -> list[str]:
        return [t for t in LOGGED if not lines(standard, "--search", f"tier:{t}", "--tail", "1")]

    eventually(silent, lambda tiers: not tiers, timeout_s=FOUND_S)


def test_a_request_must_be_shown_from_the_gateway_to_the_worker(standard: Stack) -> None:
    with standard.client() as client:
        request_id = order(client, "traveller").headers["x-request-id"]
    journey = eventually(
        lambda: lines(standard, "--request", request_id),
        lambda found: len(found) >= 4,
        timeout_s=FOUND_S,
    )
    assert [line["tier"] for line in journey] == ["gateway", "lb", "app", "worker"]
    assert {line["request_id"] for line in journey} == {request_id}


def test_an_event_must_be_found_by_what_is_in_it_within_5_s(standard: Stack) -> None:
    write = "import sys; open('/proc/1/fd/1', 'w').write(sys.argv[1] + '\\n')"

    def soon() -> tuple[str, dict[str, Any]]:
        word = f"w{uuid.uuid4().hex}"
        document = json.dumps({"kind": "reading", "sensor": {"name": word, "values": [1, "two"]}})
        line = json.dumps({"kind": "event", "id": word[:8], "document": document})
        docker("exec", f"sdctl-{standard.name}-app-1", "python3", "-c", write, line)
        [found] = eventually(lambda: lines(standard, "--search", word), bool, timeout_s=5)
        return word, found

    word, found = in_three(soon)
    assert (found["kind"], found["node"]) == ("event", "app-1")
    assert json.loads(found["document"])["sensor"]["name"] == word
    [same] = lines(standard, "--search", f"data.sensor.name:{word}")
    assert same["id"] == found["id"]


def test_what_nobody_searches_must_not_be_refreshed_and_be_found(standard: Stack) -> None:
    def figure(names: str, kind: str, of: str) -> int:
        return int(ask_search(standard, f"{names}/_stats")["_all"]["total"][kind][of])

    def indexed() -> int:
        return figure(INDICES, "indexing", "index_total")

    def refreshes() -> int:
        return figure(names, "refresh", "external_total")

    def unsearched() -> None:
        mark = uuid.uuid4().hex
        print_in(standard, "worker-1", "200", "100", mark)
        before, count = refreshes(), indexed()
        print_in(standard, "worker-1", "600", "100", mark)
        eventually(indexed, lambda now: now >= count + 600, timeout_s=FOUND_S)
        assert refreshes() == before
        look = partial(total, standard, "--request", mark)
        eventually(look, lambda found: found == 800, timeout_s=FOUND_S)

    # these only: of a new hour's index the server thinks for half a minute that it is searched
    names = ",".join(ask_search(standard, f"{INDICES}/_stats")["indices"])
    idle = ("-XPUT", "-d", '{"index.search.idle.after": "1s"}')
    ask_search(standard, f"{names}/_settings", *idle)
    in_three(unsearched)  # a full machine is late with a refresh that was due before
    ask_search(standard, f"{names}/_settings", "-XPUT", "-d", '{"index.search.idle.after": null}')


@pytest.mark.parametrize(("node", "program"), [("opensearch-1", "java"), ("rsyslog-1", "rsyslogd")])
def test_log_work_must_give_way_to_the_services(standard: Stack, node: str, program: str) -> None:
    container = f"sdctl-{standard.name}-{node}"
    assert docker("exec", container, "ps", "-C", program, "-o", "cls=") == ["IDL"]
    (pid,) = docker("exec", container, "pgrep", "-x", program)
    (mask,) = docker("exec", container, "taskset", "--pid", pid)
    (processors,) = map(int, docker("exec", container, "nproc"))
    assert int(mask.rpartition(":")[2], 16).bit_count() == processors - processors // 2


@pytest.mark.proof
def test_2000_lines_a_second_must_be_indexed_as_fast_as_they_come(standard: Stack) -> None:
    mark, count, rate = uuid.uuid4().hex, 40_000, 2000
    again = collected(standard)["had_already"]
    began = time.monotonic()
    print_in(standard, "worker-1", str(count), str(rate), mark)
    assert time.monotonic() - began < 1.2 * count / rate, "they were printed at that rate"
    eventually(
        lambda: total(standard, "--request", mark), lambda found: found == count, timeout_s=5
    )
    # the log file was rotated meanwhile
    assert collected(standard)["had_already"] == again, "no file was read twice"


def test_a_query_that_cannot_be_read_must_be_a_usage_error(standard: Stack) -> None:
    done = standard.run("logs", "--search", "level:(error", code=2)
    assert "parse" in done.stderr.lower()


def test_a_killed_primary_must_be_replaced_and_lines_carry_the_fault(standard: Stack) -> None:
    kill = ("chaos", "kill-leader", "cache", "--rps", "50", "--for", "20s")
    too_many = partial(failed, share=0.02)
    verdict = told(lambda: standard.json(*kill), too_many)
    assert verdict["writes"]["lost"] == []
    assert bad(verdict) <= 0.02 * verdict["requests"]["sent"] or too_many(verdict)
    nodes = {n["name"]: n for n in standard.json("status")["tiers"]["cache"]["nodes"]}
    assert nodes[verdict["fault"]["target"]]["role"] == "replica", "it comes back as a replica"
    assert all(node["health"] == "ok" for node in nodes.values())
    fault = verdict["fault"]["id"]
    marked = eventually(
        lambda: lines(standard, "--search", f"fault_id:{fault}", "--tail", "5000"),
        lambda found: {"gateway", "cache"} <= {line["tier"] for line in found},
        timeout_s=FOUND_S,
    )
    # the collector hears of it before it begins; of its end it hears a moment after, and then no
    # line carries it. How long that takes is the machine's
    eventually(lambda: newest(standard), lambda line: not line.get("fault_id"), timeout_s=FOUND_S)
    after = newest(standard)
    assert not after.get("fault_id")
    marked = lines(standard, "--search", f"fault_id:{fault}", "--tail", "5000")
    read = sorted(moment(line["read_at"]) for line in marked)
    assert moment(opened(standard, fault)) <= read[0]
    assert read[-1] <= moment(after["read_at"])


def moment(text: str) -> datetime:
    """To a tenth of a second: the engine writes more digits than Python reads."""
    return datetime.fromisoformat(text[:21])


def newest(stack: Stack) -> dict[str, Any]:
    """The gateway's line of a request that is made now."""
    with stack.client() as client:
        request_id = order(client, "latest").headers["x-request-id"]
    [line] = eventually(
        lambda: lines(stack, "gateway", "--request", request_id), bool, timeout_s=FOUND_S
    )
    return line


def opened(stack: Stack, fault: str) -> str:
    """When its record was opened, before it was injected."""
    record = stack.home / "history" / stack.name / "faults" / f"{fault}.json"
    return str(json.loads(record.read_text())["started_at"])


def test_a_dead_search_tier_must_change_no_answer_and_lose_no_line(standard: Stack) -> None:
    """Each write leaves one line at the gateway; as many must be found in the end, none twice."""

    began = utc()
    [name] = docker(
        "ps", "--filter", f"label=sdctl.stack={standard.name}",
        "--filter", "label=sdctl.tier=search", "--format", "{{.Names}}",
    )  # fmt: skip
    sent: list[int] = []

    def load() -> dict[str, Any]:
        """Any exit code: a machine too busy for the schedule is no matter, each request counts."""
        words = ("load", "--workload", "orders", "--rps", "50", "--duration", "8s")
        result: dict[str, Any] = standard.json(*words, code=None)
        sent.append(result["requests"]["sent"])
        return result

    quiet = told(load, failed)
    docker("kill", name)
    try:
        away = told(load, failed)
        refused = standard.run("logs", "--search", "level:error", code=6)
        assert "search tier" in refused.stderr
    finally:
        docker("start", name)
    for result in (quiet, away):
        assert bad(result) == 0 or failed(result), result["requests"]
    assert set(sent) == {400}
    eventually(
        lambda: standard.node(name.split("-", 3)[-1])["health"], lambda health: health == "ok", 90
    )
    theirs = f'tier:gateway AND method:* AND @timestamp:["{began}" TO "{utc()}"]'

    def found() -> int:
        """How many; -1 where the tier, which has just started, does not answer in time."""
        words = ("--json", "logs", "--search", theirs, "--tail", "10000")
        done = standard.run(*words, code=None)
        return len(done.stdout.splitlines()) if done.returncode == 0 else -1

    assert eventually(found, lambda now: now >= sum(sent), timeout_s=60) == sum(sent), "none twice"
    collector = standard.json("inspect", "collector")["tables"][0]["rows"][0]
    assert collector["dropped"] == collector["refused"] == 0


def container(stack: Stack, tier: str) -> str:
    """The first one of a tier, whichever server it is."""
    node = stack.json("status")["tiers"][tier]["nodes"][0]["name"]
    return f"sdctl-{stack.name}-{node}"


# what the vendor's server asks for its stand-in does not know
ADD = """curl -fsS ${ELASTIC_PASSWORD:+-u "elastic:$ELASTIC_PASSWORD"} \\
    -H 'Content-Type: application/json' -d '{"message":"of another hour"}' \\
    "http://localhost:9200/$1/_doc?refresh=true" """
# one look: where it would wait for the next it ends
KEEP = """sleep() { exit 0; }
for file in /opt/sdctl/keep.sh /etc/sdctl/keep.sh; do [ -e $file ] && . $file; done"""


def test_a_collector_that_was_killed_must_lose_no_line_and_send_none_twice(standard: Stack) -> None:
    mark, count = uuid.uuid4().hex, 8000
    print_in(standard, "worker-1", str(count // 2), "2000", mark)
    docker("kill", container(standard, "collector"))
    print_in(standard, "worker-1", str(count // 2), "2000", mark)
    docker("start", container(standard, "collector"))
    eventually(
        lambda: total(standard, "--request", mark), lambda found: found >= count, timeout_s=60
    )
    # it has read everything again by then
    eventually(
        lambda: collected(standard),
        lambda row: row.get("had_already", 0) > 0,
        timeout_s=30,
    )
    assert total(standard, "--request", mark) == count


def test_what_is_too_old_or_too_much_must_be_deleted_by_the_hour(standard: Stack) -> None:
    old, before = "logs-2020.01.01.00", f"logs-{datetime.now(UTC) - timedelta(hours=3):%Y.%m.%d.%H}"
    for index in (old, before):
        docker(
            "exec", container(standard, "search"), "sh", "-c", ADD, "add", index,
        )  # fmt: skip

    def kept(**limits: str) -> set[str]:
        """Which indices there are after a look with these limits."""
        words = [word for name, value in limits.items() for word in ("-e", f"{name}={value}")]
        docker("exec", *words, container(standard, "collector"), "bash", "-c", KEEP)
        rows = standard.json("inspect", "search")["tables"][0]["rows"]
        return {row["index"] for row in rows}

    def hour(index: str) -> tuple[str, str]:
        return index[-13:], index

    by_age = kept(KEEP_S="86400", MAX_BYTES="1000000000000")
    assert old not in by_age
    assert before in by_age
    # a line that comes after the look may begin another index
    [last] = eventually(lambda: kept(KEEP_S="86400", MAX_BYTES="1"), lambda seen: len(seen) == 1)
    assert hour(last) >= max(map(hour, by_age)), "the newest stays"
