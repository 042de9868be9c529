"""What is accepted works: it breaks neither what is made of it nor the service that reads it. What
is not accepted ends in one error, whatever was written: never in a traceback, and at once."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdctl.app.config import read_config
from sdctl.components.component import all_components
from sdctl.components.node import Secret
from sdctl.design import setting_texts, validation
from sdctl.design.profile import Profile
from sdctl.design.topology import Topology, expand
from sdctl.foundation.errors import InvalidProfile, SdctlError
from sdctl.targets.compose.bundle import render
from sdctl.terminal import profiles as view
from tests.bounds import bound_of, settings_at

COMPONENTS = all_components()
PATHS = sorted(
    f"{tier}.{name}"
    for tier, component in COMPONENTS.items()
    for name in component.settings.model_fields
)
CPU_S = 20.0
"""Of one example. Less than that is a slow machine, more is something that does not end."""


def works(loaded: Profile) -> Topology:
    """The services take the environment that is made of it, and a running stack's label says the
    same again."""
    again = validation.validate(loaded.name, loaded.to_json())
    assert again == loaded
    topology = expand("x", loaded)
    for node in topology.nodes:
        if node.tier in ("app", "worker"):
            read_config({k: "s" if isinstance(v, Secret) else v for k, v in node.env.items()})
    return topology


def tried(name: str, changes: list[str]) -> Profile | None:
    """The profile; None if it was refused as it should be."""
    started = time.process_time()
    told: SdctlError | None = None
    loaded = None
    try:
        loaded = validation.load(name, changes)
    except SdctlError as error:
        told = error
    assert time.process_time() - started < CPU_S
    if told is not None:
        assert told.code in (2, 7)
        assert all(detail.isprintable() and len(detail) < 600 for detail in told.details)
    return loaded


@pytest.mark.parametrize("end", ["least", "greatest"])
def test_every_setting_at_its_bound_at_once_must_work(end: str, tmp_path: Path) -> None:
    loaded = validation.load("standard", settings_at(end))
    assert render(works(loaded)).files
    path = tmp_path / "standard.yaml"
    path.write_text(view.page(loaded))
    assert validation.load(str(path)) == loaded


@pytest.mark.parametrize("end", ["least", "greatest"])
def test_a_setting_at_its_bound_must_work_or_name_what_it_contradicts(end: str) -> None:
    for tier, component in COMPONENTS.items():
        for name, field in component.settings.model_fields.items():
            if (text := bound_of(field, end)) is None:
                continue
            told: tuple[str, ...] = ()
            try:
                works(validation.load("standard", [f"{tier}.{name}={text}"]))
            except InvalidProfile as error:
                told = error.details
            for text in told:
                assert sum(1 for path in PATHS if path in text) >= 2, text


def test_a_bound_that_the_service_reads_must_be_the_same_there() -> None:
    """One beyond is refused on both sides; the bound itself is taken on both."""
    for end in ("least", "greatest"):
        loaded = validation.load("standard", settings_at(end))
        topology = expand("x", loaded)
        env = topology.node("app-1").env
        read = read_config({k: "s" if isinstance(v, Secret) else v for k, v in env.items()})
        cache = loaded.settings["cache"].model_dump()
        worker = loaded.settings["worker"].model_dump()
        assert read.cache_ttl_s == cache["ttl"]
        assert read.work_retry_delays_s == worker["retry_delays"]
        assert read.max_body_bytes == loaded.settings["gateway"].model_dump()["body_limit"]
        assert read.events_keep_s == loaded.settings["documents"].model_dump()["keep"]


# fmt: off
NASTY = [
    "", " ", "0", "-1", "1", "2", "3", "64", "1.5", "0.0001", "1e300", "-0", "+1", ".inf", "-.inf",
    ".nan", "inf", "nan", "true", "yes", "No", "on", "~", "null", "2024-02-30", "2024-02-03",
    "1:30", "017", "0x10", "1_000", "9" * 5000, "-" + "9" * 5000, "1ms", "0.1ms", "1s", "90s",
    "87600h", "1000000h", "1m30s", "5mm", "1kb", "1mb", "64mb", "1pb", "999999gb", "0.3gb", "1 gb",
    "[]", "[1s]", "[[1s]]", "[1s,2s]", "[a: b]", "{}", "{a: b}", "{", "[", "]", "[" * 100, "*a",
    "&a 1", "!!int 1", "'1'", '"1"', '"\\ud800"', "${HOME}", "$(id)", "{{ x }}", "{% x %}", "%s",
    "a\nb", "a\tb", "a'b", 'a"b', "a#b", "a: b", "ü", "日本", "\u202e", "\ufeff", "\x00", "\x1b[3m",
    "[bold]x", "x" * 10_000, "٣", "²", "gateway", "auto", "local", "lru", "auto,grafana",
]
ODD_KEYS = ["", ".", "a", "app", "app.", ".app", "app.x", "a.b.c", "x" * 5000, "[b]", "\x1b"]
TOKENS = [
    "app", "gateway", "replicas", "memory", "port", "tiers", "description", "images", "registry",
    ": ", ":", "- ", "? ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ", ", "&a ", "*a", "<<: ",
    "!!int ", "!x ", "|\n", ">\n", "'", '"', "#", "---\n", "...\n", "%YAML 1.1\n", "\t", "\r\n",
    "@", *NASTY,
]
# fmt: on
VALUES = st.sampled_from(NASTY) | st.text(max_size=30) | st.floats().map(str)
KEYS = st.sampled_from([*PATHS, "tiers", "images", "description", "registry", "registry.mirror"])
CHANGE = st.tuples(KEYS | KEYS | st.sampled_from(ODD_KEYS), VALUES).map("=".join)
CHANGES = st.lists(CHANGE, min_size=1, max_size=3)
TEXTS = st.lists(st.sampled_from(TOKENS), max_size=30).map("".join)
BOUNDED = settings(
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@BOUNDED
@given(CHANGES)
def test_whatever_is_set_must_work_or_be_refused(changes: list[str]) -> None:
    loaded = tried("standard", changes)
    if loaded is not None:
        works(loaded)


@BOUNDED
@given(TEXTS)
def test_whatever_is_in_a_file_must_work_or_be_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    tried(str(path), [])


@BOUNDED
@given(st.binary(max_size=200))
def test_whatever_bytes_a_file_has_must_be_refused_or_work(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(data)
    tried(str(path), [])


def test_what_a_seeded_choice_accepts_must_work() -> None:
    """Values within the bounds, several at a time: all that is made of them is made."""
    dice = random.Random(19)
    accepted = 0
    for _ in range(25):
        changes = []
        for path in dice.sample(PATHS, 4):
            tier, name = path.split(".")
            field = COMPONENTS[tier].settings.model_fields[name]
            ends = [text for end in ("least", "greatest") if (text := bound_of(field, end))]
            usual = (
                setting_texts.text_of(field, field.default) if field.default is not None else "1"
            )
            changes.append(f"{path}={dice.choice([*ends, usual])}")
        loaded = tried("standard", changes)
        if loaded is not None:
            accepted += 1
            works(loaded)
    assert accepted >= 3
