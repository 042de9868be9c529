"""HAProxy's statistics as readings of gateway and load balancer."""

from __future__ import annotations

import captured
import pytest

from sdctl.observer import haproxy
from sdctl.observer.probes import gateway, lb
from sdctl.observer.streams import BadAnswer

GATEWAY, LB = captured.text("gateway.csv"), captured.text("lb.csv")


def test_an_open_gateway_with_a_balancer_must_be_ok() -> None:
    seen = gateway.reading("gateway-1", haproxy.parse(GATEWAY))
    assert (seen.health, seen.reason, seen.role) == ("ok", "", None)
    assert seen.facts["requests"] == 1167
    assert seen.facts["rejected"] == 26
    assert seen.facts["errors_5xx"] == 0


def test_a_gateway_whose_balancer_is_down_must_say_so() -> None:
    rows = haproxy.parse(GATEWAY.replace("UP", "DOWN"))
    seen = gateway.reading("gateway-1", rows)
    assert (seen.health, seen.reason) == ("failing", "the load balancer does not answer yet")


def test_a_server_that_was_never_checked_must_not_count_as_up() -> None:
    rows = haproxy.parse(GATEWAY.replace("L4OK", "INI"))
    assert gateway.reading("gateway-1", rows).health == "failing"


def test_a_stopped_entrance_must_be_failing() -> None:
    seen = gateway.reading("gateway-1", haproxy.parse(GATEWAY.replace("OPEN", "STOP")))
    assert seen.reason == "the entrance is stop"


def test_a_balancer_must_count_replicas_and_not_empty_slots() -> None:
    seen = lb.reading("lb-1", haproxy.parse(LB))
    assert seen.health == "ok"
    assert (seen.facts["servers_up"], seen.facts["servers_total"]) == (3, 3)


def test_a_balancer_without_a_ready_replica_must_say_of_how_many() -> None:
    seen = lb.reading("lb-1", haproxy.parse(LB.replace(",UP,", ",DOWN,")))
    assert (seen.health, seen.reason) == ("failing", "none of 3 replicas is ready")
    none = lb.reading("lb-1", haproxy.parse(LB.replace(",UP,", ",MAINT (resolution),")))
    assert none.reason == "no replica found yet"


def test_servers_must_have_the_names_of_their_nodes_where_the_address_is_told() -> None:
    rows = [dict(row) for row in haproxy.parse(LB)]
    [address] = {row["addr"] for row in rows if row["svname"] == "app-1"}
    table = haproxy.server_table(rows, "app", {address.partition(":")[0]: "app-9"})
    assert [row[0] for row in table.rows] == ["app-9", "app-2", "app-3"]
    hidden = [{**row, "addr": ""} for row in rows]
    assert haproxy.server_table(hidden, "app", {}).rows[0][0] == "app-1"


@pytest.mark.parametrize(
    ("status", "check", "said"),
    [
        ("UP", "L7OK", "up"), ("UP", "INI", "not checked yet"), ("DOWN", "L4CON", "down"),
        ("UP 1/2", "L4CON", "up, last check failed"), ("DOWN 1/2", "L7OK", "down, last check well"),
        ("NOLB", "L7STS", "up, takes no new requests"), ("no check", "", "no check"),
    ],
)  # fmt: skip
def test_a_servers_state_must_be_in_plain_words(status: str, check: str, said: str) -> None:
    assert haproxy.state({"status": status, "check_status": check}) == said


def test_another_configuration_must_be_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="no entrance/FRONTEND"):
        gateway.reading("gateway-1", haproxy.parse(LB))
