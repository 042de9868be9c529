"""A Redis Cluster as its nodes tell it."""

from __future__ import annotations

from dataclasses import replace

import captured

from sdctl.observer.probes import redis
from sdctl.observer.probes.redis import Seen


def seen(role: str) -> Seen:
    files = ("cluster-nodes", "cluster-info", "info")
    return redis.parse(*(captured.text(f"redis-{role}-{name}.txt") for name in files))


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


def test_hits_must_be_unknown_before_the_first_read() -> None:
    fresh = replace(PRIMARY, info={**PRIMARY.info, "keyspace_hits": "0", "keyspace_misses": "0"})
    assert redis.readings({"redis-2": fresh}, 6)["redis-2"].facts["hit_ratio"] is None


def test_a_node_must_know_everybody() -> None:
    assert redis.trouble(replace(PRIMARY, members=PRIMARY.members[:3]), 6) == (
        "joining: 3 of 6 nodes known"
    )
    strange = tuple(
        m if "myself" in m.flags else replace(m, flags=m.flags | {"handshake"})
        for m in PRIMARY.members
    )
    assert redis.trouble(replace(PRIMARY, members=strange), 6) == "joining: 1 of 6 nodes known"


def test_all_slots_must_be_covered() -> None:
    part = replace(PRIMARY, cluster={**PRIMARY.cluster, "cluster_slots_ok": "12384"})
    assert redis.trouble(part, 6) == "12384 of 16384 slots covered"
    fail = replace(PRIMARY, cluster={**PRIMARY.cluster, "cluster_state": "fail"})
    assert redis.trouble(fail, 6) == "the cluster's state is fail"


def test_a_replica_must_be_linked_to_its_primary() -> None:
    cut = replace(REPLICA, info={**REPLICA.info, "master_link_status": "down"})
    assert redis.trouble(cut, 6) == "the link to redis-4 is down"


def test_an_empty_node_must_have_no_role_yet() -> None:
    line = "0000 172.25.0.9:6379@16379,redis-9 myself,master - 0 0 0 connected\n"
    info = captured.text("redis-primary-info.txt")
    empty = redis.parse(line, "cluster_state:fail\ncluster_slots_ok:0\n", info)
    reading = redis.readings({"redis-9": empty}, 6)["redis-9"]
    assert (reading.role, reading.reason) == (None, "joining: 1 of 6 nodes known")


def test_single_and_moving_slots_must_be_counted_right() -> None:
    line = "0000 172.25.0.9:6379@16379,redis-9 myself,master - 0 0 0 connected 0-9 20 [93-<-77]\n"
    assert redis.parse(line, "", "").myself.slots == 11


def test_tables_must_show_who_is_in_trouble() -> None:
    found = [*redis.readings(PAIR, 6).values(), *redis.readings({"redis-1": REPLICA}, 7).values()]
    assert [table.title for table in redis.tables(found)] == ["primaries", "replicas", "in trouble"]
