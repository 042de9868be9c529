"""A Redis Cluster as its nodes tell it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import captured
import pytest

from sdctl.observer.probes import redis
from sdctl.observer.redis_cluster import ClusterView, Member, disagreements, parse, trouble


def seen(role: str) -> ClusterView:
    files = ("cluster-nodes", "cluster-info", "info")
    return parse(*(captured.text(f"redis-{role}-{name}.txt") for name in files))


PRIMARY, REPLICA = seen("primary"), seen("replica")
PAIR = {"redis-2": PRIMARY, "redis-1": REPLICA}


def test_a_primary_must_have_its_slots_and_figures() -> None:
    reading = redis.readings(PAIR, 6)["redis-2"]
    assert (reading.role, reading.health, reading.reason) == ("primary", "ok", "")
    assert reading.facts["slots"] == 5461
    assert reading.facts["keys"] == int(PRIMARY.info["db0"].split("=")[1].split(",")[0])


def test_a_replica_must_name_whom_it_follows_since_the_failover() -> None:
    reading = redis.readings(PAIR, 6)["redis-1"]
    assert (reading.role, reading.health) == ("replica", "ok")
    assert reading.facts["replica_of"] == "redis-4"


def test_lag_must_be_the_distance_from_the_primary_and_unknown_without_it() -> None:
    offset = int(REPLICA.info["slave_repl_offset"])
    primary = replace(PRIMARY, info={**PRIMARY.info, "master_repl_offset": str(offset + 70)})
    both = redis.readings({"redis-4": primary, "redis-1": REPLICA}, 6)
    assert both["redis-1"].facts["lag_bytes"] == 70
    ahead = replace(primary, info={**primary.info, "master_repl_offset": "0"})
    assert (
        redis.readings({"redis-4": ahead, "redis-1": REPLICA}, 6)["redis-1"].facts["lag_bytes"] == 0
    )
    assert redis.readings({"redis-1": REPLICA}, 6)["redis-1"].facts["lag_bytes"] is None


def test_hits_must_be_those_of_who_reads_because_redis_counts_notes_of_changes_too() -> None:
    assert "hit_ratio" not in redis.readings(PAIR, 6)["redis-2"].facts
    counts = [("app-1", 3, 1), ("app-2", 0, 0)]
    stats = {name: {"cache": {"hits": hits, "misses": misses}} for name, hits, misses in counts}
    assert redis.reads(stats).rows == (("app-1", 3, 1, 0.75), ("app-2", 0, 0, None))


def test_commands_that_found_no_room_must_be_counted() -> None:
    full = replace(PRIMARY, info={**PRIMARY.info, "errorstat_OOM": "count=12"})
    assert redis.readings({"redis-2": full}, 6)["redis-2"].facts["refused"] == 12
    assert redis.readings(PAIR, 6)["redis-2"].facts["refused"] == 0


def cluster(**odd: Member) -> dict[str, ClusterView]:
    """Two primaries and a replica that agree, but for how ``a`` sees some of them."""
    sound = {
        "a": member("a", epoch=1, ranges=("0-8191",)),
        "b": member("b", epoch=2, ranges=("8192-16383",)),
        "c": member("c", flags={"slave"}, primary="b", epoch=2),
    }

    def seen(viewer: str) -> ClusterView:
        view = {**sound, **(odd if viewer == "a" else {})}
        view[viewer] = replace(sound[viewer], flags=sound[viewer].flags | {"myself"})
        return ClusterView(members=tuple(view.values()), cluster={}, info={})

    return {name: seen(name) for name in sound}


def member(
    name: str,
    flags: Iterable[str] = (),
    primary: str = "-",
    epoch: int = 0,
    ranges: tuple[str, ...] = (),
) -> Member:
    return Member(
        id=name, host=name, flags=frozenset(flags), primary=primary, epoch=epoch, ranges=ranges
    )


def test_nodes_that_see_the_same_must_not_disagree() -> None:
    assert disagreements(cluster()) == {}
    # what a replica shows is how far it has heard of its primary
    assert disagreements(cluster(c=member("c", {"slave"}, "b", epoch=1))) == {}
    assert disagreements(cluster(b=member("b", {"handshake"}))) == {}


@pytest.mark.parametrize(
    ("odd", "what"),
    [
        (member("b", epoch=3, ranges=("8192-16383",)), "one of epoch 3, not 2"),
        (member("b", epoch=2, ranges=("8192-16382",)), "the owner of other slots"),
        (member("b", {"fail?"}, epoch=2, ranges=("8192-16383",)), "failing"),
        (member("b", {"slave"}, "a", epoch=1), "a follower of another node"),
    ],
)
def test_what_one_node_sees_otherwise_must_be_said_of_both(odd: Member, what: str) -> None:
    assert disagreements(cluster(b=odd)) == {
        "a": f"takes b for {what}",
        "b": f"a takes it for {what}",
    }


def test_a_cluster_that_disagrees_must_not_be_ok() -> None:
    spoilt = tuple(
        replace(m, epoch=m.epoch + 1) if m.id == REPLICA.myself.primary else m
        for m in PRIMARY.members
    )
    primary = next(m for m in PRIMARY.members if m.id == REPLICA.myself.primary)
    own = tuple(
        replace(m, flags=m.flags | {"myself"})
        if m == primary
        else replace(m, flags=m.flags - {"myself"})
        for m in PRIMARY.members
    )
    found = redis.readings(
        {"redis-2": replace(PRIMARY, members=spoilt), primary.host: replace(PRIMARY, members=own)},
        6,
    )
    assert found["redis-2"].health == found[primary.host].health == "failing"
    assert found[primary.host].reason.startswith("redis-2 takes it for one of epoch")


def test_a_node_must_know_everybody() -> None:
    assert trouble(replace(PRIMARY, members=PRIMARY.members[:3]), 6) == (
        "joining: 3 of 6 nodes known"
    )
    strange = tuple(
        m if "myself" in m.flags else replace(m, flags=m.flags | {"handshake"})
        for m in PRIMARY.members
    )
    assert trouble(replace(PRIMARY, members=strange), 6) == "joining: 1 of 6 nodes known"


def test_all_slots_must_be_covered() -> None:
    part = replace(PRIMARY, cluster={**PRIMARY.cluster, "cluster_slots_ok": "12384"})
    assert trouble(part, 6) == "12384 of 16384 slots covered"
    fail = replace(PRIMARY, cluster={**PRIMARY.cluster, "cluster_state": "fail"})
    assert trouble(fail, 6) == "the cluster's state is fail"


def test_a_replica_must_be_linked_to_its_primary() -> None:
    cut = replace(REPLICA, info={**REPLICA.info, "master_link_status": "down"})
    assert trouble(cut, 6) == "the link to redis-4 is down"


def test_an_empty_node_must_have_no_role_yet() -> None:
    line = "0000 172.25.0.9:6379@16379,redis-9 myself,master - 0 0 0 connected\n"
    info = captured.text("redis-primary-info.txt")
    empty = parse(line, "cluster_state:fail\ncluster_slots_ok:0\n", info)
    reading = redis.readings({"redis-9": empty}, 6)["redis-9"]
    assert (reading.role, reading.reason) == (None, "joining: 1 of 6 nodes known")


def test_single_and_moving_slots_must_be_counted_right() -> None:
    line = "0000 172.25.0.9:6379@16379,redis-9 myself,master - 0 0 0 connected 0-9 20 [93-<-77]\n"
    assert parse(line, "", "").myself.slots == 11


def test_tables_must_show_who_is_in_trouble() -> None:
    found = [*redis.readings(PAIR, 6).values(), *redis.readings({"redis-1": REPLICA}, 7).values()]
    assert [table.title for table in redis.tables(found)] == ["primaries", "replicas", "in trouble"]
