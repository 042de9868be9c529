"""What is accepted starts: each server, all settings at their least and at their greatest."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

import pytest

from sdctl.components.node import Node, Secret
from sdctl.design import validation
from sdctl.design.topology import Topology, expand
from sdctl.foundation import certificate
from sdctl.targets.bundle_folder import write as write_bundle
from sdctl.targets.compose.bundle import render
from tests.bounds import settings_at
from tests.integration.test_real_tools import run_in

pytestmark = pytest.mark.docker
Images = Mapping[str, str]


@pytest.fixture(params=["least", "greatest"], scope="module")
def topology(request: pytest.FixtureRequest) -> Topology:
    loaded = validation.load("standard", settings_at(request.param))
    return expand("bounds", loaded)


@pytest.fixture(scope="module")
def written(topology: Topology, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    write_bundle(folder, render(topology).files)
    folder.chmod(0o755)
    return folder / "config"


def starts(image: str, memory: int, config: Path, script: str, said: str, **env: str) -> None:
    """A container with the node's own memory limit runs ``script``, which ends by itself and must
    have said so much. Its data is on a disk, as a node's: in memory it would count."""
    variables = [word for name, value in env.items() for word in ("-e", f"{name}={value}")]
    limit = min(memory, 4 * 1024**3)  # no more than the machine has; the server is not told
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", "--memory", str(limit), "--memory-swap",
         str(limit), "-v", "/data", "-v", f"{config}:/etc/sdctl:ro", *variables,
         "--entrypoint", "timeout", image, "290", "sh", "-c", script],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert said in done.stdout + done.stderr, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.parametrize("tier", ["gateway", "lb"])
def test_haproxy_must_start(topology: Topology, written: Path, images: Images, tier: str) -> None:
    """Started, not only checked: its checker does not ask for as many open files as it needs."""
    node = topology.tiers[tier][0]
    script = (
        "haproxy -db -f /etc/sdctl/haproxy.cfg & for i in $(seq 900); do "
        "echo 'show info' | socat - /tmp/haproxy.sock 2>/dev/null | grep ^Maxconn && break; "
        "sleep 0.1; done; kill %1"
    )
    wanted = topology.profile.settings[tier].all_connections  # type: ignore[attr-defined]
    starts(
        images["haproxy"], node.memory, written / tier, script, f"Maxconn: {wanted}", API_KEY="k"
    )


def environment(node: Node) -> dict[str, str]:
    """As the node's own, with secrets of the test's."""
    made = certificate.make(("localhost",))
    return {
        name: (made if value.kind == "certificate" else "x") if isinstance(value, Secret) else value
        for name, value in node.env.items()
    }


def test_etcd_must_start_and_keep_something(
    topology: Topology, written: Path, images: Images
) -> None:
    node = topology.tiers["consensus"][0]
    script = (
        "sh /opt/sdctl/start.sh >/tmp/log 2>&1 & "
        "until bash -c 'echo >/dev/tcp/127.0.0.1/2379' 2>/dev/null; do sleep 0.1; done; "
        # the log-in is switched on meanwhile, and refuses what comes at that moment
        "for n in $(seq 20); do until etcdctl put $n $n >/dev/null; do sleep 0.1; done; done; "
        "etcdctl get --prefix '' --count-only --write-out fields; cat /tmp/log"
    )
    env = environment(node) | {
        "NODE_NAME": "localhost", "ETCD_INITIAL_CLUSTER": "localhost=https://localhost:2380",
        "ETCDCTL_ENDPOINTS": "https://localhost:2379",
    }  # fmt: skip
    starts(images["etcd"], node.memory, written, script, '"Count" : 20', **env)


@pytest.mark.parametrize(
    ("tier", "url", "said"),
    [
        ("app", "8000/healthz", '{"alive":true}'),
        ("worker", "8000/healthz", '{"alive":true}'),
        ("observer", "8000/healthz", '{"alive":true}'),
        ("fencing", "8080/", '"watched": '),
        ("containers", "8080/metrics", "no container of this stack"),
    ],
    ids=["app", "worker", "observer", "fencing", "containers"],
)
def test_a_program_of_the_service_must_start_and_go_on(
    topology: Topology, written: Path, images: Images, tier: str, url: str, said: str
) -> None:
    """Whom it needs is not there, and it says that it lives, also when it was asked often. Who asks
    is the shell: another Python would take of the memory too."""
    node = topology.tiers[tier][0]
    port, _, path = url.partition("/")
    get = f"printf 'GET /{path} HTTP/1.0\\r\\n\\r\\n'"
    script = (
        f"exec 2>/tmp/log; {' '.join(node.command)} >/tmp/log & "
        f"ask() {{ exec 3<>/dev/tcp/127.0.0.1/{port} && {get} >&3 && cat <&3; }}; "
        "for i in $(seq 300); do (ask) >/dev/null && break; sleep 0.2; done; "
        "for i in $(seq 100); do (ask) >/dev/null; done; ask; cat /tmp/log"
    )
    env = environment(node)
    starts(images["python"], node.memory, written / tier, f"bash -c {quote(script)}", said, **env)


def test_redis_must_start_and_keep_something(
    topology: Topology, written: Path, images: Images
) -> None:
    node = topology.tiers["cache"][0]
    script = (
        "redis-server /etc/sdctl/redis.conf >/dev/null & "
        "until redis-cli ping 2>/dev/null | grep -q PONG; do sleep 0.1; done; "
        "redis-cli cluster addslotsrange 0 16383 >/dev/null; "
        "until redis-cli set a b | grep OK; do sleep 0.1; done; "
        # made once: two hundred processes that have just ended still count in this memory
        "x=$(head -c 4000 /dev/zero | tr '\\0' x); "
        "for i in $(seq 100); do echo set k$i $x; done | redis-cli >/dev/null; "
        "echo has $(redis-cli dbsize) $(redis-cli get k100 | cut -c 1-3)"
    )
    starts(images["redis"], node.memory, written / "redis", script, "has 101 xxx")


def test_postgres_must_accept_what_it_is_given(topology: Topology, images: Images) -> None:
    """Its own checker, which knows what shared memory that makes."""
    settings = topology.profile.settings["database"].model_dump()
    shown = run_in(
        images["postgres"], Path("/tmp"),
        "sh", "-c",
        "/usr/lib/postgresql/17/bin/initdb --no-sync -D /tmp/pg >/dev/null 2>&1 && exec "
        "/usr/lib/postgresql/17/bin/postgres -D /tmp/pg -C shared_memory_size "
        f"-c shared_buffers={settings['shared_buffers'] // 1024}kB "
        f"-c max_connections={settings['max_connections']}",
    )  # fmt: skip
    shared_mb = int(shown.split()[-1])
    assert shared_mb * 1024**2 + 64 * 1024**2 <= settings["memory"]


def test_patroni_must_accept_its_configuration(
    topology: Topology, written: Path, images: Images
) -> None:
    shown = run_in(
        images["postgres"], written / "postgres",
        "sh", "-c", "patroni --validate-config --ignore-listen-port /etc/sdctl/patroni.yml; true",
        PATRONI_NAME="postgres-1", PATRONI_ETCD3_HOSTS="etcd-1:2379",
        PATRONI_POSTGRESQL_CONNECT_ADDRESS="postgres-1:5432",
        PATRONI_RESTAPI_CONNECT_ADDRESS="postgres-1:8008",
        PATRONI_SUPERUSER_USERNAME="postgres", PATRONI_SUPERUSER_PASSWORD="x",
        PATRONI_REPLICATION_USERNAME="replication", PATRONI_REPLICATION_PASSWORD="x",
    )  # fmt: skip
    for word in ("ttl", "loop_wait", "retry_timeout", "max_connections"):
        assert word not in shown, shown


# the slow ones: what is too little is what can fail
@pytest.mark.parametrize("topology", ["least"], indirect=True)
def test_rabbitmq_must_start(topology: Topology, written: Path, images: Images) -> None:
    node = topology.tiers["queue"][0]
    conf = "grep -v -e cluster_ /etc/sdctl/rabbitmq.conf > /tmp/rabbitmq.conf"
    script = (
        f"{conf}; sed s,/etc/sdctl/rabbitmq.conf,/tmp/rabbitmq.conf, /opt/sdctl/start.sh "
        "> /tmp/s.sh; "
        "sh /tmp/s.sh >/tmp/log 2>&1 & "
        # a client of its own takes as much memory as is left: none until the server listens
        "until bash -c 'echo >/dev/tcp/127.0.0.1/5672' 2>/dev/null; do sleep 0.3; done; "
        "for i in $(seq 200); do rabbitmqctl -n rabbit@localhost eval "
        "'rabbit_alarm:get_alarms().' 2>/tmp/err >/tmp/out && grep -q '^\\[\\]' /tmp/out && "
        "rabbitmqctl -n rabbit@localhost await_startup >/dev/null 2>&1 && break; sleep 0.3; done; "
        "echo alarms $(cat /tmp/out /tmp/log)"
    )
    starts(
        images["rabbitmq"], node.memory, written / "rabbitmq", script, "alarms []",
        NODE_NAME="localhost", QUEUE_PASSWORD="x", QUEUE_OBSERVER_PASSWORD="y", ERLANG_COOKIE="z",
    )  # fmt: skip


def test_prometheus_must_accept_its_configuration_and_its_options(
    topology: Topology, written: Path, images: Images
) -> None:
    node = topology.tiers["metrics"][0]
    script = (
        "promtool check config --syntax-only /etc/sdctl/prometheus.yml && "
        "(prometheus --config.file=/etc/sdctl/prometheus.yml --storage.tsdb.path=/data "
        "--storage.tsdb.retention.time=$RETENTION_TIME "
        "--storage.tsdb.retention.size=$RETENTION_SIZE 2>&1 & for i in $(seq 900); do "
        "curl -fs http://127.0.0.1:9090/-/ready && break; sleep 0.1; done)"
    )
    env = {k: str(v) for k, v in node.env.items() if k.startswith("RETENTION")}
    starts(
        images["prometheus"], node.memory, written / "prometheus", script, "Server is ready", **env
    )


def test_rsyslog_must_accept_its_configuration(
    topology: Topology, written: Path, images: Images
) -> None:
    run_in(
        images["rsyslog"], written / "rsyslog",
        "sh", "-c", "mkdir -p /spool && sh /opt/sdctl/fault.sh '' '' '' && "
        "rsyslogd -N1 -f /etc/sdctl/rsyslog.conf",
    )  # fmt: skip


@pytest.mark.parametrize("topology", ["least"], indirect=True)
def test_opensearch_must_start(topology: Topology, written: Path, images: Images) -> None:
    node = topology.tiers["search"][0]
    script = (
        "sh /opt/sdctl/start.sh >/tmp/log 2>&1 & for i in $(seq 500); do "
        "curl -fs http://127.0.0.1:9200/_cluster/health && break; sleep 0.2; done; cat /tmp/log"
    )
    starts(
        images["opensearch"], node.memory, written / "opensearch", script, '"timed_out":false',
        HEAP_MB=str(node.env["HEAP_MB"]),
    )  # fmt: skip
