"""Every rendered file, checked by the program that will read it, in the image it will run in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sdctl.components import versions
from sdctl.design import profile
from sdctl.design.topology import Topology
from sdctl.targets import dotenv
from sdctl.targets.bundle import Bundle
from sdctl.targets.bundle_folder import write as write_bundle
from sdctl.targets.compose.bundle import render

pytestmark = pytest.mark.docker
Make = Callable[..., Topology]


def run_in(image: str, folder: Path, *words: str, **env: str) -> str:
    """Run a command in an image with a config folder mounted; it must succeed."""
    variables = [word for name, value in env.items() for word in ("-e", f"{name}={value}")]
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", "-v", f"{folder}:/etc/sdctl:ro", *variables,
         "--entrypoint", words[0], image, *words[1:]],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(params=profile.names())
def written(request: pytest.FixtureRequest, topology_of: Make, tmp_path: Path) -> Path:
    """Each profile's bundle on disk."""
    topology = topology_of(request.param)
    bundle: Bundle = render(topology)
    write_bundle(tmp_path, bundle.files)
    dotenv.write(tmp_path, topology.secrets, {})
    tmp_path.chmod(0o755)
    return tmp_path


def test_compose_must_accept_the_bundle(written: Path, images: Mapping[str, str]) -> None:
    done = subprocess.run(
        ["docker", "compose", "config", "--format", "json"],
        cwd=written, capture_output=True, text=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    assert json.loads(done.stdout)["services"]["gateway-1"]["cap_drop"] == ["ALL"]


VENDORS = {
    "mongodb": versions.MONGODB,
    "elasticsearch": versions.ELASTICSEARCH,
    "logstash": versions.LOGSTASH,
    "kibana": versions.KIBANA,
    "grafana": versions.GRAFANA,
}


@pytest.fixture
def vendors(topology_of: Make, tmp_path: Path) -> Path:
    """The bundle of every vendor's image on disk: rendered, not run, as not every machine reaches
    their registries."""
    topology = topology_of(
        "ha", "documents.server=mongodb", "search.server=elasticsearch",
        "dashboards.servers=[grafana, kibana]",
    )  # fmt: skip
    write_bundle(tmp_path, render(topology).files)
    dotenv.write(tmp_path, topology.secrets, {})
    return tmp_path


def test_compose_must_accept_the_vendors_images(vendors: Path) -> None:
    done = subprocess.run(
        ["docker", "compose", "config", "--format", "json"],
        cwd=vendors, capture_output=True, text=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    services = json.loads(done.stdout)["services"]
    for name, reference in VENDORS.items():
        assert services[f"{name}-1"]["image"] == reference
    assert services["elasticsearch-3"]["ulimits"]["nofile"] in (
        65535,
        {"soft": 65535, "hard": 65535},
    )


def test_a_shell_must_accept_every_vendors_script(vendors: Path) -> None:
    scripts = sorted(path for name in VENDORS for path in (vendors / "config" / name).glob("*.sh"))
    assert {path.parent.name for path in scripts} == VENDORS.keys() - {"grafana"}
    shellcheck = Path(sys.executable).with_name("shellcheck")
    subprocess.run([shellcheck, "--severity=warning", "--shell=bash", *scripts], check=True)


def test_a_javascript_engine_must_accept_what_mongosh_runs(vendors: Path) -> None:
    """Its syntax alone: it needs mongosh's own functions to run."""
    if (node := shutil.which("node")) is None:
        pytest.skip("no node on this machine (Debian: apt-get install nodejs)")
    subprocess.run([node, "--check", vendors / "config" / "mongodb" / "join.js"], check=True)


@pytest.mark.parametrize("tier", ["gateway", "lb"])
def test_haproxy_must_accept_its_configuration(
    written: Path, images: Mapping[str, str], tier: str
) -> None:
    shown = run_in(
        images["haproxy"], written / "config" / tier,
        "haproxy", "-c", "-f", "/etc/sdctl/haproxy.cfg", API_KEY="k",
    )  # fmt: skip
    # the pages' lines go nowhere; and this container has no network, so no name server answers
    usual = ("log format ignored for frontend 'stats'", "resolvers 'engine': can't connect")
    warned = [line for line in shown.splitlines() if "WARNING" in line]
    assert [line for line in warned if not any(words in line for words in usual)] == [], shown


def test_patroni_must_accept_its_configuration(written: Path, images: Mapping[str, str]) -> None:
    """Its validator also wants to reach etcd, which is not there: its only complaint."""
    shown = run_in(
        images["postgres"], written / "config" / "postgres",
        "sh", "-c", "patroni --validate-config --ignore-listen-port /etc/sdctl/patroni.yml; true",
        PATRONI_NAME="postgres-1", PATRONI_ETCD3_HOSTS="etcd-1:2379",
        PATRONI_POSTGRESQL_CONNECT_ADDRESS="postgres-1:5432",
        PATRONI_RESTAPI_CONNECT_ADDRESS="postgres-1:8008",
        PATRONI_SUPERUSER_PASSWORD="p", PATRONI_REPLICATION_PASSWORD="p",
        PATRONI_RESTAPI_PASSWORD="p",
    )  # fmt: skip
    [complaint] = shown.strip().splitlines()
    assert complaint.startswith("etcd3.hosts.0 etcd-1:2379 didn't pass validation")


def test_redis_must_accept_its_configuration(written: Path, images: Mapping[str, str]) -> None:
    script = (
        "redis-server /etc/sdctl/redis.conf --daemonize yes --logfile /tmp/log && "
        "until redis-cli ping 2>/dev/null | grep -q PONG; do grep -i error /tmp/log && exit 1; "
        "done; "
        "redis-cli config get maxmemory-policy; redis-cli shutdown nosave || true"
    )
    shown = run_in(images["redis"], written / "config" / "redis", "sh", "-c", script)
    assert "allkeys-lru" in shown


# RabbitMQ's own schema compiler, as its start-up script runs it
CUTTLEFISH = """
cd /usr/lib/rabbitmq/lib/rabbitmq_server-*/plugins && mkdir -p /tmp/schema /tmp/out
cp rabbit-*/priv/schema/*.schema rabbitmq_management*/priv/schema/*.schema /tmp/schema/
touch /tmp/definitions.json
erl -noshell -pa */ebin -eval 'cuttlefish_escript:main(["-s","/tmp/schema",
"-e","/tmp/out","-d","/tmp/out","-c","/etc/sdctl/rabbitmq.conf","-f","rabbitmq","generate"]),
halt().'
"""


def test_rabbitmq_must_accept_its_configuration(written: Path, images: Mapping[str, str]) -> None:
    run_in(images["rabbitmq"], written / "config" / "rabbitmq", "sh", "-ec", CUTTLEFISH)
