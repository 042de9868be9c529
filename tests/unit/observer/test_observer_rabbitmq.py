"""A RabbitMQ cluster as its nodes tell it."""

from __future__ import annotations

from dataclasses import replace

import captured

from sdctl.observer import broker_answers, brokers, queue_leaders
from sdctl.observer.broker_answers import BrokerAnswers, BrokerMetrics, Depth
from sdctl.observer.probes import rabbitmq

NODES = captured.value("rabbitmq-nodes.json")
QUEUES = captured.value("rabbitmq-queues.json")


def depth(ready: int, unacked: int, consumers: int) -> Depth:
    return Depth(ready=ready, unacked=unacked, consumers=consumers)


def stack() -> dict[str, BrokerAnswers]:
    names = [f"rabbitmq-{n}" for n in (1, 2, 3)]
    return {
        name: BrokerAnswers(
            metrics=broker_answers.parse_metrics(captured.text(f"{name}.txt")), nodes=NODES
        )
        for name in names
    }


def test_metrics_must_tell_memory_membership_and_the_queues_led() -> None:
    metrics = stack()["rabbitmq-1"].metrics
    assert metrics.memory_bytes == 115126272
    assert "orders.work" in metrics.members
    assert metrics.led["orders.work"] == Depth(ready=0, unacked=0, consumers=2)
    # a replica's own notifications are in no quorum queue
    assert not [queue for queue in metrics.led if queue.startswith("notifications.")]
    assert stack()["rabbitmq-2"].metrics.led == {}


def test_the_leader_of_the_work_must_lead_and_have_the_totals() -> None:
    seen = stack()
    leaders, unsettled = queue_leaders.claims(seen)
    assert unsettled == set()
    found = brokers.readings(seen, leaders, 3)
    assert {name: (r.role, r.health) for name, r in found.items()} == {
        "rabbitmq-1": ("leader", "ok"),
        "rabbitmq-2": ("follower", "ok"),
        "rabbitmq-3": ("follower", "ok"),
    }
    assert found["rabbitmq-1"].facts == {
        "queues_led": 5, "messages_ready": 0, "messages_unacked": 0, "consumers": 2,
        "retrying": 0, "dead": 0, "memory_bytes": 115126272,
        "leads": "orders.dead, orders.retry.1, orders.retry.2, orders.retry.3, orders.work",
    }  # fmt: skip


def test_a_node_that_is_no_member_of_every_queue_must_not_be_ok() -> None:
    """A queue of one copy stands still with its node, however many nodes there are."""
    seen = stack()
    third = seen["rabbitmq-3"].metrics
    missing = {"orders.work", "orders.dead"}
    few = replace(third, terms={q: n for q, n in third.terms.items() if q not in missing})
    seen["rabbitmq-3"] = replace(seen["rabbitmq-3"], metrics=few)
    found = brokers.readings(seen, queue_leaders.claims(seen)[0], 3)
    assert {name: reading.reason for name, reading in found.items()} == {
        "rabbitmq-1": "", "rabbitmq-2": "",
        "rabbitmq-3": "has no copy of orders.dead and 1 more yet",
    }  # fmt: skip


def test_a_queue_that_two_nodes_claim_must_be_settled_by_the_list() -> None:
    seen = stack()
    stale = replace(seen["rabbitmq-3"].metrics, led={"orders.work": depth(9, 9, 9)})
    seen["rabbitmq-3"] = replace(seen["rabbitmq-3"], metrics=stale)
    leaders, unsettled = queue_leaders.claims(seen)
    assert unsettled == {"orders.work"}
    assert "orders.work" not in leaders
    assert queue_leaders.listed_leaders(QUEUES)["orders.work"] == "rabbitmq-1"


def test_who_leads_a_queue_must_be_who_says_so_of_itself() -> None:
    def names(leader: str) -> list[dict[str, str]]:
        return [{"name": "orders.work", "leader": f"rabbit@{leader}"}]

    work = {"orders.work"}
    behind = {"a": names("b"), "b": names("c"), "c": names("c")}
    assert queue_leaders.settled(behind, work, {}) == {"orders.work": "c"}
    assert queue_leaders.settled({"a": names("c"), "b": names("c")}, work, {}) == {
        "orders.work": "c"
    }
    assert queue_leaders.settled({"a": names("b"), "b": names("c")}, work, {}) == {}, "they differ"
    both = {"a": names("a"), "b": names("b")}
    assert queue_leaders.settled(both, work, {}) == {}, "both lead"
    later = {"a": knows(3, leads=True), "b": knows(4)}
    assert queue_leaders.settled(both, work, later) == {"orders.work": "b"}
    assert queue_leaders.settled({}, work, {}) == {}


def knows(term: int, *, leads: bool = False, sees: str = "abc") -> BrokerAnswers:
    """One of three brokers: the last election of the work queue that it knows of, and whom it
    sees."""
    nodes = [{"name": f"rabbit@{name}", "running": name in sees} for name in "abc"]
    led = {"orders.work": depth(0, 0, 2)} if leads else {}
    return BrokerAnswers(metrics=BrokerMetrics(terms={"orders.work": term}, led=led), nodes=nodes)


def test_a_leader_that_is_cut_off_must_not_hide_who_was_elected_since() -> None:
    """It counts itself as the leader as long as nobody tells it of another."""
    first = {"a": knows(3, leads=True), "b": knows(3), "c": knows(3)}
    assert queue_leaders.claims(first) == ({"orders.work": "a"}, set())
    elected = {"a": knows(3, leads=True), "b": knows(4), "c": knows(4)}
    assert queue_leaders.claims(elected) == ({}, {"orders.work"}), "it has no figures yet"
    counted = {"a": knows(3, leads=True), "b": knows(4, leads=True), "c": knows(4)}
    assert queue_leaders.claims(counted) == ({"orders.work": "b"}, set())


def test_who_is_with_most_of_the_brokers_must_be_ok_and_who_is_cut_off_not() -> None:
    apart = {
        "a": knows(3, sees="a"),
        "b": knows(4, leads=True, sees="bc"),
        "c": knows(4, sees="bc"),
    }
    found = brokers.readings(apart, {"orders.work": "b"}, 3)
    assert {name: (reading.role, reading.reason) for name, reading in found.items()} == {
        "a": ("follower", "cut off from b, c"),
        "b": ("leader", ""),
        "c": ("follower", ""),
    }
    partial = {"a": knows(3, sees="ac"), "b": knows(3, leads=True, sees="bc"), "c": knows(3)}
    found = brokers.readings(partial, {"orders.work": "b"}, 3)
    assert {name: reading.reason for name, reading in found.items()} == {
        "a": "cut off from b", "b": "cut off from a", "c": "",
    }  # fmt: skip


def test_the_leader_of_other_queues_must_not_stand_for_that_of_the_work() -> None:
    assert brokers.leader_of_work({"orders.dead": "b"}, {"orders.dead", "orders.work"}) is None
    seen = stack()
    leaders = {
        queue: "rabbitmq-2" for queue in queue_leaders.claims(seen)[0] if queue != "orders.work"
    }
    assert {reading.role for reading in brokers.readings(seen, leaders, 3).values()} == {"member"}


def test_a_queue_that_nobody_claims_must_be_unsettled() -> None:
    seen = stack()
    del seen["rabbitmq-1"]
    leaders, unsettled = queue_leaders.claims(seen)
    assert leaders == {}
    assert "orders.work" in unsettled


def test_figures_of_a_leader_that_was_not_heard_must_be_unknown() -> None:
    seen = stack()
    leaders = {
        **queue_leaders.claims(seen)[0],
        "orders.dead": "rabbitmq-9",
        "orders.retry.2": "gone",
    }
    totals = brokers.totals(seen, leaders)
    assert (totals["dead"], totals["retrying"], totals["messages_ready"]) == (None, None, 0)


def test_waiting_and_dead_messages_must_be_counted() -> None:
    led = {
        "orders.work": depth(5, 2, 3),
        "orders.retry.1": depth(4, 0, 0),
        "orders.retry.2": depth(1, 0, 0),
        "orders.dead": depth(6, 1, 0),
    }
    terms = dict.fromkeys(led, 1)
    seen = {"a": BrokerAnswers(metrics=BrokerMetrics(led=led, terms=terms), nodes=NODES)}
    assert brokers.totals(seen, queue_leaders.claims(seen)[0]) == {
        "messages_ready": 5, "messages_unacked": 2, "consumers": 3, "retrying": 5, "dead": 7,
    }  # fmt: skip


def test_a_dead_peer_must_not_be_this_nodes_trouble_but_a_split_must() -> None:
    one = stack()["rabbitmq-1"]
    two, three = "rabbitmq-2", "rabbitmq-3"
    down = [*NODES[:2], {**NODES[2], "running": False}]
    alone = [NODES[0], *({**node, "running": False} for node in NODES[1:])]
    both = frozenset((two, three))
    assert brokers.trouble(replace(one, nodes=NODES[:1]), 3, both) == "joining: 1 of 3 nodes"
    assert brokers.trouble(replace(one, nodes=down), 3, frozenset({two})) == ""
    assert brokers.trouble(replace(one, nodes=down), 3, both) == "cut off from rabbitmq-3"
    assert brokers.trouble(replace(one, nodes=alone), 3, frozenset()) == (
        "no majority: 1 of 3 nodes run"
    )
    assert brokers.trouble(replace(one, nodes=None), 3, both) == "a member does not answer it"
    assert brokers.trouble(replace(one, nodes=None), 3, frozenset({two})) == ""
    assert brokers.trouble(replace(one, alarm="memory"), 3, both) == "memory"


def test_before_the_first_queue_every_node_must_be_a_member() -> None:
    seen = {"rabbitmq-1": BrokerAnswers(metrics=BrokerMetrics(), nodes=NODES)}
    assert brokers.readings(seen, {}, 3)["rabbitmq-1"].role == "member"
    assert brokers.leader_of_work({"a": "x", "b": "y", "c": "y"}) == "y"


def test_the_table_must_have_the_work_first_and_the_notifications_in_one_line() -> None:
    seen = stack()
    table = rabbitmq.queue_table(QUEUES, seen, queue_leaders.claims(seen)[0])
    assert table.rows[0] == ("orders.work", "quorum", "rabbitmq-1", 0, 0, 2, "3/3")
    assert table.rows[-1][0] == "3 × live notifications"


def test_queues_must_be_in_the_order_of_the_numbers_in_their_names() -> None:
    names = ("orders.retry.16000ms", "orders.retry.4000ms", "orders.dead", "orders.work")
    queues = [{"name": name, "type": "quorum"} for name in names]
    rows = rabbitmq.queue_table(queues, {}, {}).rows
    assert [row[0] for row in rows] == [
        "orders.work", "orders.dead", "orders.retry.4000ms", "orders.retry.16000ms",
    ]  # fmt: skip
