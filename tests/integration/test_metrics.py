"""Prometheus' files and rules, checked and run by Prometheus' own tool in its own image."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sdctl.design.topology import Topology
from sdctl.targets import dotenv
from sdctl.targets.bundle import image_tag
from sdctl.targets.bundle_folder import write as write_bundle
from sdctl.targets.compose import images
from sdctl.targets.compose.bundle import render
from sdctl.targets.compose.docker import Docker
from sdctl.targets.target import Report
from tests.metrics import TIERS
from tests.stacks import docker_answers

pytestmark = pytest.mark.docker
Make = Callable[..., Topology]
CASES = Path(__file__).parent / "rules"
UNTESTED = {"NoReplica", "ReplicationLags", "StoreAway", "RequestsAreSlow",
            "TierIsFull", "MachineIsFull", "MachineMemoryIsShort", "RulesFail"}  # fmt: skip


@pytest.fixture
def promtool(topology_of: Make, tmp_path: Path) -> Callable[..., str]:
    """Runs promtool beside the rendered files, in `tests/` under them."""
    if not docker_answers():
        pytest.skip("no Docker daemon answers; `make integration` starts one")
    topology = topology_of("standard", f"tiers=[{', '.join(TIERS)}]")
    bundle = render(topology)
    write_bundle(tmp_path, bundle.files)
    dotenv.write(tmp_path, topology.secrets, {})
    node = topology.node("prometheus-1")
    tag = image_tag(bundle, node.image)
    images.ensure(Docker(), topology, bundle, tmp_path, "check", Report(print, print, print))
    config = tmp_path / "config" / "prometheus"
    shutil.copytree(CASES, config / "tests")
    tmp_path.chmod(0o755)

    def run(*words: str) -> str:
        done = subprocess.run(
            ["docker", "run", "--rm", "--network", "none", "-v", f"{config}:/etc/sdctl:ro",
             "--workdir", "/etc/sdctl/tests", "--entrypoint", "sh", tag, "-ec",
             # the configuration names a file that the node writes at its start
             f"touch /tmp/observer-token; promtool {' '.join(words)}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_prometheus_must_accept_its_configuration(promtool: Callable[..., str]) -> None:
    shown = promtool("check", "config", "/etc/sdctl/prometheus.yml")
    assert shown.count("rules found") == len(TIERS) - 1, "all tiers but two, and `all`"


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_rules_must_say_what_they_should(promtool: Callable[..., str], case: str) -> None:
    assert "SUCCESS" in promtool("test", "rules", case)


def test_every_alert_must_be_tested_or_named_as_not(topology_of: Make) -> None:
    files = render(topology_of("standard", f"tiers=[{', '.join(TIERS)}]")).files
    text = "".join(text for path, text in files.items() if "prometheus/rules/" in path)
    cases = yaml.safe_load((CASES / "alerts.yml").read_text())["tests"]
    tested = {tested_rule["alertname"] for case in cases for tested_rule in case["alert_rule_test"]}
    assert set(re.findall(r"alert: (\w+)", text)) == tested | UNTESTED
