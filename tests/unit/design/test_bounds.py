"""What a profile's settings and `--set` may say, and what each refusal tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from refusals import refused

from sdctl.design import agreement, validation, variants
from sdctl.foundation.errors import InvalidProfile


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("gateway.timeout=.inf", "not a duration: '.inf'"),
        ("gateway.timeout=nan", "not a duration"),
        ("gateway.timeout=1e300", "not a duration"),
        ("gateway.timeout=-1s", "cannot be negative"),
        ("gateway.timeout=0", "0 is too little; allowed is a duration from 1s to 1h"),
        ("gateway.timeout=0.1ms", "0.1ms is too little"),
        ("gateway.timeout=1000000h", "1000000h is too much"),
        ("gateway.timeout=5000", "would be 5000 seconds, write 5000ms if you mean that"),
        ("gateway.timeout=", "not a duration: ''"),
        ("gateway.timeout=[1s]", "not a duration: ['1s']"),
        ("cache.ttl=50ms", "allowed is a duration from 100ms to 30d"),
        ("database.ttl=20.5", "no whole number of seconds"),
        ("worker.retry_delays=[]", "0 are too few; allowed is a list of 1 to 10"),
        ("worker.retry_delays=[[1s]]", "not a duration"),
        ("worker.retry_delays=1s", "is not allowed; allowed is a list"),
        (f"worker.retry_delays=[{'1s,' * 10_000}1s]", "10001 are too many"),
        ("app.memory=0", "0 is too little; allowed is a size from 128mb to 256gb"),
        ("app.memory=64", "64 would be 64 bytes; allowed is a size from 128mb"),
        ("gateway.body_limit=100", "100 would be 100 bytes, write 100kb if you mean that"),
        ("gateway.body_limit=5000000", "5000000 would be 5000000 bytes; allowed is"),
        ("app.memory=1kb", "1kb is too little"),
        ("app.memory=1pb", "not a size: '1pb'"),
        ("app.memory=1000000gb", "too much"),
        ("app.memory=" + "9" * 5000, "not a size: '999"),
        ("queue.memory=40mb", "40mb is too little"),
        ("cache.max_memory=2mb", "allowed is a size from 4mb"),
        ("app.replicas=yes", "not a whole number: 'yes'"),
        ("app.replicas=2.5", "not a whole number"),
        ("app.replicas=0x10", "not a whole number"),
        ("app.replicas=1:30", "not a whole number"),
        ("app.replicas=-3", "-3 is too little; allowed is a whole number from 1 to 20"),
        ("app.replicas=" + "9" * 5000, "not a whole number: '999"),
        ("app.replicas={a: 1}", "not a whole number"),
        ("gateway.port=true", "not a whole number: 'true'"),
        ("gateway.port=65536", "allowed is a whole number from 1 to 65535"),
        ("queue.nodes=2", "allowed is 1, 3 or 5"),
        ("queue.nodes=true", "not a whole number"),
        ("cache.expose=1", "not true or false: '1'"),
        ("cache.eviction=[lru]", "allowed is allkeys-lru"),
        ("dashboards.servers=[grafana, grafana]", "a list of grafana and kibana"),
        ("dashboards.servers=[]", "a list of grafana and kibana"),
        ("registry.mirror=http://a.b/c", "no host and prefix"),
        ("registry.mirror=$(id)", "no host and prefix"),
        ("registry.mirror={a: 1}", "is not allowed; allowed is text"),
    ],
)
def test_a_value_out_of_bounds_must_be_told_with_what_it_means_and_what_is_allowed(
    change: str, told: str
) -> None:
    path = change.partition("=")[0]
    found = refused(change)
    assert {name for name in found if not name.startswith(path)} == set()
    assert any(told in message for message in found.values()), found


@pytest.mark.parametrize(
    "reference",
    [
        "a b",
        "a/B:c",
        "x:1\ny",
        'x"',
        "{{x}}",
        "${X}",
        "x:%s",
        "ü:1",
        "x" * 300,
        "x:" + "t" * 200,
        "",
    ],
)
def test_what_is_no_images_reference_must_never_reach_a_file(
    reference: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    quoted = reference.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    path.write_text(f'registry: {{images: {{mongodb: "{quoted}"}}}}\n')
    assert "registry.images" in refused(name=str(path))


@pytest.mark.parametrize(
    "reference",
    ["mongo", "mongo:8.0.29", "r.example.org:5000/a/b_c/d-e:T_1.2", f"x@sha256:{'a' * 64}"],
)
def test_an_images_reference_must_be_taken(reference: str) -> None:
    taken = validation.load("standard", [f"registry.images={{mongodb: '{reference}'}}"])
    assert taken.registry.images["mongodb"] == reference


@pytest.mark.parametrize(
    ("changes", "path", "both"),
    [
        (("cache.max_memory=10gb",), "cache.max_memory", "cache.memory (128mb)"),
        (("cache.max_memory=120mb",), "cache.max_memory", "at least 166mb"),
        (("database.shared_buffers=1gb",), "database.shared_buffers", "database.memory (512mb)"),
        (("database.max_connections=2000", "database.memory=128mb"), "database.shared_buffers",
         "max_connections (2000)"),
        (("search.heap=800mb",), "search.heap", "search.memory (800mb)"),
        (("search.server=elasticsearch", "search.heap=1gb"), "search.heap", "at least 2gb"),
        (("gateway.memory=32mb",), "gateway.max_connections", "gateway.memory (32mb)"),
        (("lb.memory=32mb",), "lb.max_connections", "lb.memory (32mb)"),
        (("lb.max_replicas=2",), "lb.max_replicas", "app.replicas (3)"),
        (("app.pool_size=100",), "database.max_connections", "app.pool_size (100)"),
        (("worker.pool_size=100",), "database.max_connections", "worker.pool_size (100)"),
        (("app.autoscale_max=20",), "database.max_connections", "app.autoscale_max (20)"),
        (("documents.pool_size=100",), "documents.max_connections", "documents.pool_size (100)"),
        (("gateway.timeout=3s",), "gateway.timeout", "app.request_timeout (5s)"),
        (("gateway.timeout=8s",), "gateway.timeout", "lb.timeout (9s)"),
        (("lb.timeout=3s",), "lb.timeout", "app.request_timeout (5s)"),
        (("gateway.memory=64mb", "gateway.max_connections=4000"), "gateway.max_connections",
         "gateway.memory (64mb), which holds 1280"),
        (("lb.max_connections=9000",), "lb.max_connections", "lb.memory (160mb)"),
        (("database.ttl=20s", "database.loop_wait=20s"), "database.ttl", "database.loop_wait"),
        (("database.expose=yes", "database.port=8080"), "database.port", "gateway.port"),
        (("database.expose=yes", "database.port=8079"), "database.port", "postgres-2"),
        (("cache.expose=yes", "database.expose=yes", "cache.port=5430"), "database.port",
         "cache.port"),
        (("metrics.expose=yes", "metrics.port=8080"), "metrics.port", "gateway.port"),
        *(((f"{tier}.expose=true",), f"{tier}.expose", "no entry point")
          for tier in ("app", "lb", "worker", "consensus", "containers", "collector")),
    ],
)  # fmt: skip
def test_settings_that_contradict_each_other_must_be_named_together(
    changes: tuple[str, ...], path: str, both: str
) -> None:
    assert both in refused(*changes)[path]


def test_what_was_open_must_be_looked_at_again_once_it_is_decided() -> None:
    """Which server it is decides what its heap may be."""
    open_yet = validation.load("standard", ["search.heap=700mb", "search.memory=1gb"])
    local = variants.resolve(open_yet, (), lambda reference: False, lambda tool: True)
    assert agreement.agreed("x", local.profile)
    vendors = variants.resolve(open_yet, (), lambda reference: True)
    with pytest.raises(InvalidProfile) as caught:
        agreement.agreed("x", vendors.profile)
    assert [problem.path for problem in caught.value.problems] == ["search.heap"]


def test_an_exposed_tier_must_be_where_something_is_published() -> None:
    for tier in ("cache", "database", "documents", "queue", "search", "metrics", "gateway"):
        chosen = validation.load("standard", [f"{tier}.expose=true"])
        assert chosen.settings[tier].model_dump()["expose"] is True


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (("app.replicas=2", "app.replicas=3"), "is set twice: '2', '3'"),
        (("app.a.b=",), "no such setting"),
        (("app.autoscale.max=2", "app.autoscale_max=3"), "is set twice: '2', '3'"),
        (("app..b=1",), "write --set tier.setting=value"),
        (("app=3",), "write --set tier.setting=value"),
        (("app.replicas",), "write --set tier.setting=value"),
        (("=1",), "write --set tier.setting=value"),
        (("memory=0",), "write --set tier.setting=value"),
        (("tiers=[a: ]]",), "not YAML"),
        (("tiers=[a",), "no such tier '[a'"),
        (("registry.mirror=[red]a",), "no host and prefix"),
        (("tiers=[[gateway]]",), "no such tier ['gateway']"),
        (("tiers=",), "no such tier ''"),
        (("images=[local]",), "none of auto, registry, local"),
        (("description={a: 1}\x1b",), "control character"),
        (("description=" + "x" * 1_000_000,), "characters, more than 200"),
        (("description=a\x1bb",), "control character"),
        (("worker.retry_delays=" + "[" * 3000,), "allowed is a list"),
        (("worker.retry_delays=" + "[" * 3000 + "]" * 3000,), "more than 8"),
    ],
)
def test_a_change_that_cannot_be_must_say_why(changes: tuple[str, ...], told: str) -> None:
    assert any(told in message for message in refused(*changes).values())


def test_a_text_must_stay_the_text_that_was_written() -> None:
    for text in ("2024-02-30", "no", "1e3", "0x10", "a: b", "${HOME} {{x}} %s [b]", "日本"):
        taken = validation.load("standard", [f"description={text}"])
        assert taken.description == text
        assert validation.validate("again", taken.to_json()).description == text


def test_an_error_must_name_no_python() -> None:
    told = " ".join(refused("registry.images={mongodb: [a]}").values())
    assert not re.search(r"pydantic|str\b|Input", told)
