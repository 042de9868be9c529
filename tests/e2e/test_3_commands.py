"""What a user does with a stack that runs."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.orders import someone
from tests.stacks import ROOT, Stack, docker, eventually

pytestmark = pytest.mark.docker


def test_scaling_must_be_found_by_the_balancer_without_a_restart(lite: Stack) -> None:
    before = lite.containers()
    lite.run("scale", "app=4")
    after = lite.containers()
    assert {name for name in before if before[name] != after.get(name)} == set()
    with lite.client() as client:
        user = someone()

        def served() -> set[str]:
            query = {"user_id": user}
            return {
                client.get("/v1/orders", params=query).headers["X-Served-By"] for _ in range(40)
            }

        eventually(served, lambda seen: seen == {"app-1", "app-2", "app-3", "app-4"})
        lite.run("scale", "app=2")
        assert served() <= {"app-1", "app-2"}
    lite.run("scale", "cache=5", code=2)
    lite.run("scale", "nonsense=5", code=7)


def test_the_leader_must_keep_nothing_for_a_node_of_the_database_that_went(lite: Stack) -> None:
    asked = ("shell", "database", "--", "SELECT slot_name FROM pg_replication_slots")
    lite.run("scale", "database=3")
    assert lite.run(*asked).stdout.count("postgres_") == 2
    lite.run("scale", "database=2")
    kept = lite.run(*asked).stdout
    assert kept.count("postgres_") == 1
    assert "postgres_3" not in kept


@pytest.mark.parametrize(
    ("rps", "counts"),
    [
        pytest.param(40, (5, 1, 2), id="once"),
        pytest.param(150, (2, 6, 1) * 5, id="five times", marks=pytest.mark.proof),
    ],
)
def test_scaling_up_and_down_under_load_must_fail_no_request(
    lite: Stack, rps: int, counts: tuple[int, ...]
) -> None:
    """What the machine itself was too busy for is not judged."""
    words = ("--json", "load", "--rps", str(rps), "--workload", "orders", "--duration", "20m")
    with subprocess.Popen(
        lite.command(*words), env=lite.environment, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as load:  # fmt: skip
        try:
            for count in counts:
                lite.run("scale", f"app={count}")
        finally:
            load.send_signal(signal.SIGINT)  # its figures so far
            shown, _ = load.communicate()
    seen = json.loads(shown)
    failed = seen["requests"]["failed"] + seen["requests"]["unknown"]
    print(f"{seen['requests']['sent']:,} requests, {failed} failed; generator: {seen['generator']}")
    if failed and seen["generator"]["saturated"]:
        pytest.skip(f"the machine was too busy: {seen['generator']}")
    assert failed == 0, seen["requests"]
    assert seen["requests"]["sent"] > rps * len(counts), "it sent while each change was under way"


def test_an_autoscaler_must_scale_its_tier_alone_and_end_when_told(lite: Stack) -> None:
    before = lite.containers()
    words = ("--json", "autoscale", "worker", "--min", "2", "--max", "3", "--period", "1s")
    with subprocess.Popen(
        lite.command(*words), env=lite.environment, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as scaler:  # fmt: skip
        assert scaler.stdout is not None
        assert scaler.stderr is not None
        first = json.loads(scaler.stdout.readline())
        assert (first["line"], first["carried_out"]) == ("1 is less than min 2 → 2", True)
        lite.run("autoscale", "worker", code=2)
        second = json.loads(scaler.stdout.readline())
        assert second["replicas"][1]["phase"] == "running"
        scaler.send_signal(signal.SIGINT)
        assert "worker 1 → 2" in scaler.stderr.read()
    assert scaler.returncode == 130
    after = lite.containers()
    assert after.keys() - before.keys() == {f"sdctl-{lite.name}-worker-2"}
    assert {name: after[name] for name in before} == before
    lite.run("scale", "worker=1")


def test_a_second_up_must_touch_nothing_and_take_seconds(lite: Stack) -> None:
    before, began = lite.containers(), time.monotonic()
    lite.json("status")
    asked_s, began = time.monotonic() - began, time.monotonic()
    done = lite.json("up")
    # a first one takes half a minute, where the question for the state takes less than one second
    assert time.monotonic() - began < max(5.0, 15 * asked_s)
    # first, because it names what is not as it was
    assert lite.containers() == before
    assert done["changed"] is False


def test_an_up_that_starts_a_dead_node_must_say_that_it_changed_something(lite: Stack) -> None:
    docker("kill", f"sdctl-{lite.name}-app-2")
    done = lite.json("up")
    assert (done["changed"], done["healthy"]) == (True, True)
    assert lite.json("up")["changed"] is False


def test_a_changed_setting_must_change_only_what_it_concerns(lite: Stack) -> None:
    before = lite.containers()
    lite.up("--set", "gateway.rate_limit=20")
    after = lite.containers()
    changed = {name.removeprefix(f"sdctl-{lite.name}-") for name in before
               if before[name] != after[name]}  # fmt: skip
    assert changed == {"gateway-1", "observer-1"}
    with lite.client() as client, ThreadPoolExecutor(20) as pool:  # more than 20 in one second
        answers = list(
            pool.map(lambda _: client.get("/v1/orders", params={"user_id": "x"}), range(200))
        )
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert limited[0].headers["Retry-After"] == "1"
    assert limited[0].headers["RateLimit-Remaining"] == "0"
    assert {answer.headers["RateLimit-Limit"] for answer in answers} == {"20"}
    lite.up("--set", "gateway.rate_limit=5000")


def test_every_tier_must_be_inspected_and_have_its_own_client(lite: Stack) -> None:
    def inspected(tier: str) -> None:
        tables = lite.json("inspect", tier)["tables"]
        assert all(table["title"] for table in tables), tier
        assert len(lite.run("inspect", tier).stdout.splitlines()) > 1

    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(inspected, lite.json("status")["tiers"]))) > 9
    assert "1 row" in lite.run("shell", "database", "--", "SELECT 1").stdout
    assert lite.run("shell", "redis-2", "--", "PING").stdout.strip() == "PONG"
    assert "orders.work" in lite.run("shell", "queue", "--", "list_queues", "name").stdout
    health = lite.run("shell", "consensus", "--", "endpoint", "health")
    assert "is healthy" in health.stdout + health.stderr
    stranger = ("docker", "exec", "-e", "ETCDCTL_CERT=", "-e", "ETCDCTL_KEY=",
                f"sdctl-{lite.name}-etcd-1", "etcdctl", "get", "--prefix", "/")  # fmt: skip
    assert subprocess.run(stranger, capture_output=True, check=False).returncode != 0
    assert "Status: true" in lite.run("shell", "consensus", "--", "auth", "status").stdout
    assert "Uptime" in lite.run("shell", "lb", "--", "show info").stdout
    logged = lite.run("logs", "database", "--tail", "50").stdout
    assert "postgres-1" in logged
    assert "postgres-2" in logged


def test_what_fences_must_be_refused_every_key_but_those_it_is_for(lite: Stack) -> None:
    store = (
        "import os; from sdctl.observer.client_certificate import shown; "
        "from sdctl.observer.fencing import consensus, leadership; "
        "store = consensus.Consensus(os.environ['CONSENSUS_HOSTS'].split(','), "
        "shown(os.environ['CONSENSUS_PEM']), os.environ['CONSENSUS_PASSWORD']); "
    )
    read = "store.ask('/v3/kv/txn', leadership.question('sdctl')); print('read')"
    config = (
        "\ntry: store.ask('/v3/kv/range', {'key': leadership.encoded('/service/sdctl/config')})"
        "\nexcept Exception as refused: print(refused)"
    )
    may = lite.run("shell", "fencing", "--", "python3", "-c", store + read)
    assert may.stdout.strip() == "read"
    may_not = lite.run("shell", "fencing", "--", "python3", "-c", store + config)
    assert "permission denied" in may_not.stdout


def test_a_status_must_be_one_quick_readable_call(lite: Stack) -> None:
    shown = lite.run("status").stdout
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= 80
    for word in ("postgres-1", "leader", "follower", "lag", "slots", "ready"):
        assert word in shown


def test_the_doctor_must_find_nothing_in_the_way_of_a_stack_that_runs(lite: Stack) -> None:
    found = lite.json("doctor")
    assert found["summary"]["failure"] == 0, found
    plan = lite.json("--dry-run", "up", "--set", "gateway.rate_limit=77")["plan"]
    assert [line for line in plan if "rate_limit 5000 → 77" in line], plan
    assert not [line for line in plan if "postgres" in line], plan


def test_bad_input_must_create_nothing_and_say_what_to_do(lite: Stack) -> None:
    other = Stack("e2e-bad", lite.home, port=lite.port)
    taken = other.run("up", "lite", "--set", f"gateway.port={lite.port}", code=2)
    assert "is used by" in taken.stderr
    assert "is free" in taken.stderr
    wrong = other.run("up", "lite", "--set", "app.replicas=0", "--set", "x.y=1", code=2)
    assert "app.replicas" in wrong.stderr
    assert "x:" in wrong.stderr
    other.run("status", code=7)
    unknown = lite.run("inspect", "databse", code=7)
    assert "database" in unknown.stderr
    assert "database" in lite.run("logs", "postgres-7", code=7).stderr
    assert "postgres-1" in lite.run("shell", "postgres-7", code=7).stderr
    assert other.leftovers() == []
