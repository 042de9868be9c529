"""What every container is kept from, and that no secret is where others read."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sdctl.components.component import every_component
from sdctl.components.node import Secret
from sdctl.design.topology import Topology
from sdctl.targets.bundle import Bundle
from tests.composed import services

ROOT = Path(__file__).parents[2]
VENDORS = ("documents.server=mongodb", "search.server=elasticsearch", "collector.server=logstash",
           "dashboards.servers=grafana,kibana")  # fmt: skip
WRITABLE = {"elasticsearch", "logstash", "kibana", "grafana", "mongodb"}
"""Whose root is not read-only; docs/security.md says why."""
BETWEEN = re.compile(r"\|\||&&|[|;]|<\(|\$\(|^\s*\(|\b(?:do|then|else|until|while|if)\b")
"""What stands between two commands of a shell script."""
BUILTINS = {"printf", "echo", "export", "unset", "[", "set"}
"""What a shell does itself: no process of its own has these words as its arguments."""


@pytest.fixture(params=[("lite",), ("standard",), ("ha",), ("standard", *VENDORS)], ids=str)
def profile(request: pytest.FixtureRequest) -> tuple[str, ...]:
    words: tuple[str, ...] = request.param
    return words


def test_no_container_may_be_without_its_limits(
    profile: tuple[str, ...],
    topology_of: Callable[..., Topology],
    bundle_of: Callable[..., Bundle],
) -> None:
    topology = topology_of(*profile)
    for name, service in services(bundle_of(*profile)).items():
        node = topology.node(name)
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"] == service["memswap_limit"] == node.memory, name
        assert service["pids_limit"] == node.processes, name
        assert not {"privileged", "cap_add", "pid", "ipc", "devices"} & service.keys(), name
        if node.component not in WRITABLE:
            assert service["read_only"] is True, name
            assert "/tmp:mode=1777,uid=10001,gid=10001" in service["tmpfs"], name
        # what it does write to is its own; what it only reads of the machine is read-only
        others = [mount for mount in service.get("volumes", ()) if mount[0] in "./$"]
        assert all(mount.endswith(":ro") for mount in others), name


EXPOSED = tuple(
    f"{tier}.expose=true"
    for tier in ("cache", "database", "documents", "queue", "search", "metrics")
)
ASKS = {
    "gateway": {8080: r"http-request return {{ problem\(tier, 401, "},
    "observer": {
        8000: r""
    },  # tests/unit/observer/test_observer_server.py asks it without its token
    "redis": {6379: r'"requirepass \$CACHE_PASSWORD"'},
    "postgres": {5432: r"host all all all scram-sha-256"},
    "ferretdb": {27017: r"host postgres postgres all scram-sha-256"},
    "mongodb": {27017: r"--keyFile /tmp/member.key"},
    "rabbitmq": {5672: r"load_definitions = /tmp/definitions.json"},  # so there is no default user
    "opensearch": {9201: r"bind :9201\n +http-request auth .* unless \{ http_auth\(users\) \}"},
    "elasticsearch": {9200: r"xpack.security.enabled: true"},
    "prometheus": {9090: r"--web.config.file=/tmp/web.yml"},
    "grafana": {3000: r""},  # Grafana and Kibana have a page for the login
    "kibana": {5601: r""},
}
"""Each port that can be published, and what in its component's files has it ask for a login."""


@pytest.mark.parametrize("vendors", [(), VENDORS], ids=["built", "vendors"])
def test_whatever_can_be_published_must_ask_who_comes(
    vendors: tuple[str, ...], topology_of: Callable[..., Topology]
) -> None:
    for node in topology_of("standard", *vendors, *EXPOSED).nodes:
        published = {port.number for port in node.ports if port.publish}
        assert published <= ASKS.get(node.component, {}).keys(), node.name
        files = (ROOT / "templates" / node.component).rglob("*")
        text = "\n".join(path.read_text() for path in files if path.is_file())
        for number in published:
            assert re.search(ASKS[node.component][number], text), (node.name, number)


def test_a_server_without_a_login_must_be_heard_by_nobody_but_who_asks_for_one() -> None:
    config = (ROOT / "templates" / "opensearch" / "config" / "opensearch.yml.j2").read_text()
    assert re.search(r"^network.host: 127.0.0.1$", config, re.M)


def test_every_component_must_say_how_many_processes_it_may_have() -> None:
    """The figure that a component of somebody else's has by default is nobody's own."""
    for component in every_component():
        text = (ROOT / "sdctl" / "components" / f"{component.name}.py").read_text()
        assert re.search(r"^        processes=", text, re.M), component.name


def test_only_those_that_cannot_may_have_a_writable_root() -> None:
    open_ones = {
        component.name
        for component in every_component()
        if "scratch=None" in (ROOT / "sdctl" / "components" / f"{component.name}.py").read_text()
    }
    assert open_ones == WRITABLE
    page = (ROOT / "docs" / "security.md").read_text().lower()
    for name in WRITABLE:
        assert name in page


def commands(script: str) -> Iterator[str]:
    """Each command of a shell script, without what here-documents feed it."""
    end = None
    for line in script.splitlines():
        if end is not None:
            end = None if line.strip() == end else end
            continue
        if found := re.search(r"<<-?\s*'?(\w+)'?", line):
            end = found[1]
        bare = "" if line.lstrip().startswith("#") else line
        yield from (part.strip(" {}()") for part in BETWEEN.split(bare) if part.strip())


def shown(script: str, secrets: set[str]) -> list[str]:
    """The commands that hand a secret to a process as an argument."""
    functions = set(re.findall(r"^(\w+)\(\)", script, re.M))
    found = []
    for command in commands(script):
        first = command.split()[0] if command.split() else ""
        given = secrets & set(re.findall(r"\$\{?(\w+)", command))
        assigns = re.fullmatch(r'\w+="[^"]*"|\w+=\S+', first) or re.match(r'\w+="', command)
        if given and first not in BUILTINS | functions and not assigns:
            found.append(command)
    return found


def secrets_of(topology: Topology) -> set[str]:
    """The variables of all nodes that hold a secret."""
    return {
        name
        for node in topology.nodes
        for name, value in node.env.items()
        if isinstance(value, Secret)
    }


def test_no_script_may_put_a_secret_on_a_command_line(topology_of: Callable[..., Topology]) -> None:
    secrets = secrets_of(topology_of("standard")) | secrets_of(topology_of("standard", *VENDORS))
    assert {"CACHE_PASSWORD", "ELASTIC_PASSWORD", "CONSENSUS_PEM"} <= secrets
    scripts = [*ROOT.glob("templates/*/image/*.sh"), *ROOT.glob("templates/*/config/*.sh.j2")]
    texts = {path.as_posix(): path.read_text() for path in scripts}
    for component in every_component():
        words = (component.shell, component.shell_command or (), component.crash or ())
        texts[component.name] = "\n".join(word for group in words for word in group if " " in word)
    assert len(texts) > 30
    found = {name: bad for name, text in texts.items() if (bad := shown(text, secrets))}
    assert found == {}


@pytest.mark.parametrize(
    "script",
    [
        'psql -v app="$APP_PASSWORD" <<X\nX',
        'a | curl -u "x:$APP_PASSWORD" b',
        'exec x "$APP_PASSWORD"',
    ],
)  # fmt: skip
def test_a_secret_on_a_command_line_must_be_seen(script: str) -> None:
    assert shown(script, {"APP_PASSWORD"})


@pytest.mark.parametrize("component", ["postgres", "ferretdb"])
def test_the_first_start_must_hand_the_passwords_over_unseen(
    component: str, tmp_path: Path
) -> None:
    """The script as it is, with a client that writes down what it is called with."""
    fake = tmp_path / "psql"
    fake.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/words\ncat > {tmp_path}/stdin\n')
    fake.chmod(0o755)
    passwords = {
        f"{name}_PASSWORD": f"secret-{name.lower()}" for name in ("APP", "OBSERVER", "METRICS")
    }
    script = ROOT / "templates" / component / "image" / "post-bootstrap.sh"
    subprocess.run(
        ["sh", str(script), "postgres://x"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", **passwords},
        check=True,
    )
    words, stdin = (tmp_path / "words").read_text(), (tmp_path / "stdin").read_text()
    assert "secret" not in words + stdin
    for variable in set(passwords) - ({"METRICS_PASSWORD"} if component == "ferretdb" else set()):
        assert re.search(rf"^\\getenv \w+ {variable}$", stdin, re.M)
    assert "SET log_min_error_statement = panic;" in stdin.partition("CREATE")[0]
    assert "VERBOSITY=terse" in words
