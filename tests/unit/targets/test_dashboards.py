from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import yaml

from sdctl.design.topology import Topology
from sdctl.state.addresses import addresses
from sdctl.targets import dashboards
from sdctl.targets.bundle import Bundle
from sdctl.targets.compose.bundle import render
from tests.metrics import TIERS

HOST = "127.0.0.1"
Make = Callable[..., Topology]
MakeBundle = Callable[..., Bundle]


@pytest.fixture
def bundle(bundle_of: MakeBundle) -> Bundle:
    return bundle_of("standard", f"tiers=[{', '.join((*TIERS, 'dashboards'))}]")


def made(bundle: Bundle) -> dict[str, dict[str, object]]:
    folder = "config/grafana/dashboards/"
    return {
        path.removeprefix(folder): json.loads(text)
        for path, text in bundle.files.items()
        if path.startswith(folder) and path.endswith(".json")
    }


def test_every_tier_must_have_a_dashboard_with_an_address_that_stays(bundle: Bundle) -> None:
    assert {file: dashboard["uid"] for file, dashboard in made(bundle).items()} == {
        f"{name}.json": f"sdctl-{name}" for name in (*TIERS, "overview")
    }
    assert all(dashboard["id"] is None for dashboard in made(bundle).values())


def test_every_panel_must_use_the_provisioned_source(bundle: Bundle) -> None:
    text = bundle.files["config/grafana/datasources/prometheus.yaml"]
    [source] = yaml.safe_load(text)["datasources"]
    assert source["uid"] == dashboards.SOURCE["uid"]
    for file, dashboard in made(bundle).items():
        panels = dashboard["panels"]
        assert isinstance(panels, list)
        assert panels, file
        for panel in panels:
            assert panel["datasource"] == dashboards.SOURCE, file
            assert all(target["datasource"] == dashboards.SOURCE for target in panel["targets"])


def test_panels_must_not_overlap() -> None:
    panels = [dashboards.panel(str(n), "short", {"": "up"}) for n in range(7)]
    made = json.loads(dashboards.dashboard("x", "X", panels))["panels"]
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in made}
    assert places == {(x, y) for y in (0, 8) for x in (0, 8, 16)} | {(0, 16)}
    assert [panel["id"] for panel in made] == list(range(1, 8))


def test_queries_must_find_every_expression() -> None:
    panels = [dashboards.panel("a", "s", {"x": "up", "y": "down"}), dashboards.table("b", "left")]
    assert dashboards.queries(dashboards.dashboard("x", "X", panels)) == ["up", "down", "left"]


def test_a_tier_left_out_must_have_no_rules_targets_or_dashboard(topology_of: Make) -> None:
    tiers = [tier for tier in TIERS if tier not in ("worker", "queue")]
    bundle = render(topology_of("lite", f"tiers=[{', '.join(tiers)}, dashboards]"))
    files = [path for path in bundle.files if path.startswith("config/")]
    assert not [path for path in files if "worker" in path or "queue" in path]
    assert "config/prometheus/rules/cache.yml" in files
    assert not [path for path in files if "/_" in path]


def test_scaling_must_not_touch_prometheus(bundle_of: MakeBundle) -> None:
    tiers = f"tiers=[{', '.join(TIERS)}]"
    two, five = (bundle_of("lite", tiers, f"app.replicas={n}").specs for n in (2, 5))
    assert two["prometheus-1"] == five["prometheus-1"]
    assert five.keys() - two.keys() == {"app-3", "app-4", "app-5"}


def test_env_must_show_grafanas_login_and_prometheus_only_when_exposed(topology_of: Make) -> None:
    tiers = f"tiers=[{', '.join((*TIERS, 'dashboards'))}]"
    shown = addresses(
        topology_of("lite", tiers, "metrics.expose=true"),
        {"grafana": "secret", "metrics": "pw"},
        HOST,
    )
    assert shown["connections"] == {"metrics": "http://observer:pw@127.0.0.1:9090"}
    assert shown["dashboards"] == {
        "grafana": {"url": "http://127.0.0.1:3000", "user": "admin", "password": "secret"}
    }
    assert addresses(topology_of("lite", tiers), {}, HOST)["connections"] == {}
