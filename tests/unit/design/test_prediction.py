"""What the settings predict, and what others publish."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sdctl.components._documents import DocumentsSettings
from sdctl.components.band import Band, RunsOut
from sdctl.components.component import all_components, every_component
from sdctl.components.etcd import ELECTION_S, HEARTBEAT_S, ConsensusSettings
from sdctl.components.etcd import predict as etcd
from sdctl.components.mongodb import predict as mongodb
from sdctl.components.postgres import DatabaseSettings
from sdctl.components.postgres import predict as patroni
from sdctl.components.rabbitmq import QueueSettings
from sdctl.components.rabbitmq import predict as rabbitmq
from sdctl.components.redis import CacheSettings
from sdctl.components.redis import predict as redis
from sdctl.design.prediction import predict
from sdctl.design.profile import Profile
from sdctl.design.validation import validate


def profile(*overrides: str) -> Profile:
    raw = {"tiers": ["database", "consensus", "cache", "gateway", "lb", "app", "observer"]}
    return validate("mine", raw, overrides)


def test_the_consensus_must_be_led_within_two_election_timeouts() -> None:
    three = ConsensusSettings(nodes=3)
    band = etcd(three, "kill")
    assert band is not None
    assert (band.low_s, band.high_s, band.of) == (1.8, 5.0, "failover")
    start = Path("templates/etcd/image/start.sh").read_text()
    assert f"--heartbeat-interval {HEARTBEAT_S * 1000:.0f} " in start
    assert f"--election-timeout {ELECTION_S * 1000:.0f} " in start
    assert etcd(ConsensusSettings(nodes=1), "kill") is None
    assert etcd(three, "stop") is None


@given(st.integers(20, 120), st.integers(1, 20), st.integers(3, 20))
def test_a_lease_must_be_its_length_less_one_renewal_and_at_most_the_checks_more(
    ttl: int, loop_wait: int, retry: int
) -> None:
    assume(loop_wait + 2 * retry <= ttl)
    settings = DatabaseSettings(ttl=ttl, loop_wait=loop_wait, retry_timeout=retry, fencing="none")
    band = patroni(settings, "kill")
    assert band == patroni(settings.model_copy(update={"fencing": "confirmed"}), "pause")
    assert band is not None
    assert band.low_s == ttl - loop_wait
    assert band.high_s == ttl + 4.0
    assert 0 < band.low_s < band.high_s
    assert f"{ttl} s (the lease) − {loop_wait} s (since its last renewal)" in band.why


@given(st.floats(0.5, 60))
def test_a_node_timeout_must_move_the_whole_band(node_timeout: float) -> None:
    band = redis(CacheSettings(node_timeout=node_timeout), "kill")
    assert band is not None
    assert band.low_s == pytest.approx(node_timeout + 0.5)
    assert band.high_s == pytest.approx(node_timeout + 2.4)
    assert band.of == "failover"


@given(st.floats(1, 60))
def test_mongodbs_election_timeout_must_move_the_whole_band(timeout: float) -> None:
    band = mongodb(DocumentsSettings(election_timeout=timeout), "kill")
    assert band is not None
    assert band.low_s == pytest.approx(max(0.0, timeout - 2), abs=1e-6)
    assert band.high_s == pytest.approx(timeout * 1.15 + 0.5)


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_what_no_setting_tells_must_not_be_predicted(how: str) -> None:
    assert patroni(DatabaseSettings(durability="performance"), how) is None
    assert mongodb(DocumentsSettings(), how) is None
    assert redis(CacheSettings(), "crash") is None
    assert redis(CacheSettings(), "pause") is None
    assert rabbitmq(QueueSettings(), "stop") is None


def test_a_frozen_leader_must_lose_its_lease_like_a_dead_one() -> None:
    unfenced = DatabaseSettings(fencing="none")
    assert patroni(unfenced, "pause") == patroni(unfenced, "kill")
    assert mongodb(DocumentsSettings(), "pause") == mongodb(DocumentsSettings(), "kill")


@pytest.mark.parametrize(
    ("model", "tier"), [(DatabaseSettings, "database"), (DocumentsSettings, "documents")]
)
def test_a_dead_leader_that_is_fenced_must_be_missed_for_seconds_and_a_frozen_one_for_its_lease(
    model: type[DatabaseSettings | DocumentsSettings], tier: str
) -> None:
    fenced = patroni(model(), "kill")
    frozen = patroni(model(), "pause")
    assert fenced is not None
    assert frozen is not None
    assert (fenced.low_s, fenced.high_s) == (0.2, 4.0)
    assert fenced.first is None, "no lease is waited for"
    assert (frozen.low_s, frozen.high_s) == (18, 24)
    alone = model().in_effect(["consensus", tier])
    assert patroni(alone, "kill") == frozen, "nobody fences in a stack without that tier"
    assert patroni(model().in_effect(["fencing"]), "kill") == fenced


def test_a_crash_must_hand_over_unless_that_could_lose_writes() -> None:
    for durability in ("availability", "protection"):
        band = patroni(DatabaseSettings(durability=durability, loop_wait=3), "crash")
        assert band is not None
        assert (band.low_s, band.high_s) == (0.2, 5.0)
    assert patroni(DatabaseSettings(durability="performance"), "crash") is None


def test_redis_hands_nothing_over_so_a_stop_must_be_predicted_like_a_kill() -> None:
    assert redis(CacheSettings(), "stop") == redis(CacheSettings(), "kill")


def test_a_dead_process_closes_its_connections_so_the_net_tick_must_not_matter() -> None:
    band = rabbitmq(QueueSettings(net_tick=60), "kill")
    assert band is not None
    assert band == rabbitmq(QueueSettings(), "crash")
    assert (band.low_s, band.high_s) == (0.1, pytest.approx(1.8))


@pytest.mark.parametrize("how", ["pause", "partition"])
def test_a_silent_broker_must_be_missed_by_its_net_tick_and_a_quarter_more(how: str) -> None:
    band = rabbitmq(QueueSettings(net_tick=60), how)
    assert band is not None
    assert (band.low_s, band.high_s, band.of) == (0.1, pytest.approx(76.8), "failover")
    usual = rabbitmq(QueueSettings(), how)
    assert usual is not None
    assert usual.high_s == pytest.approx(20.55)
    assert usual.holds(7.37), "the median of ten, docs/measured.md"
    assert rabbitmq(QueueSettings(nodes=1), how) is None


def test_with_nobody_to_take_over_nothing_must_be_predicted() -> None:
    assert patroni(DatabaseSettings(nodes=1), "kill") is None
    assert redis(CacheSettings(replicas_per_master=0), "kill") is None
    assert mongodb(DocumentsSettings(nodes=1), "kill") is None
    assert rabbitmq(QueueSettings(nodes=1), "kill") is None


def test_the_running_profiles_settings_must_count() -> None:
    components = all_components()
    usual = predict(profile(), components, "database", "kill")
    longer = predict(profile("database.ttl=30s"), components, "database", "kill")
    assert usual == Band(
        low_s=18,
        high_s=24,
        why="at least 20 s (the lease) − 2 s (since its last renewal), at most 20 s (the lease) + "
        "4 s (checks, and the promotion)",
        first=RunsOut(name="lease", low_s=18, high_s=20),
    )
    assert longer is not None
    assert (longer.low_s, longer.high_s) == (28, 34)
    assert predict(profile(), components, "app", "kill") is None
    assert predict(profile(), components, "database", None) is None
    assert predict(profile(), components, "no-such-tier", "kill") is None


def test_a_measurement_must_be_held_against_the_band_as_finely_as_it_was_taken() -> None:
    band = Band(low_s=18, high_s=23, why="")
    assert band.holds(18)
    assert band.holds(23)
    assert not band.holds(17.9)
    assert not band.holds(23.1)
    assert band.holds(23.1, resolution=0.1)
    assert band.to_json() == {"of": "outage", "low_ms": 18000, "high_ms": 23000, "why": ""}


def test_published_bands_must_be_ranges_with_a_source_of_tiers_that_exist() -> None:
    known = {component.name: component for component in every_component()}
    assert {name for name, component in known.items() if component.published} == {
        "ferretdb", "mongodb", "postgres", "rabbitmq", "redis",
    }  # fmt: skip
    for component in known.values():
        for band in component.published:
            assert component.leads
            assert band.source
            assert 0 < (band.low_s or 0.1) <= band.high_s
    [mongodb_median] = known["mongodb"].published
    assert mongodb_median.to_json()["low_ms"] is None
    [patroni] = known["ferretdb"].published
    assert patroni in known["postgres"].published, "that is what runs it"
