"""The helper of a fault: when packets are due, what it is told, and what it says to the kernel."""

from __future__ import annotations

import json
import random
import statistics
import struct
from types import SimpleNamespace

import pytest

from sdctl.observer.link import netlink, ruleset
from sdctl.observer.link.expressions import UNHEARD
from sdctl.observer.link.instructions import HelperInstructions
from sdctl.observer.link.shaping import LinkDirection
from sdctl.targets.compose import helper, helper_instructions
from sdctl.targets.compose.answers import Container
from sdctl.targets.network_operations import Impair


def test_a_latency_must_be_as_asked_with_its_jitter_to_both_sides() -> None:
    link = LinkDirection(latency_s=0.2, jitter_s=0.05, chance=random.Random(1))
    late = [(link.due(float(at), 100) or 0.0) - at for at in range(2000)]
    assert statistics.fmean(late) == pytest.approx(0.2, abs=0.003)
    assert min(late) < 0.155
    assert max(late) > 0.245
    assert max(late) <= 0.2501


@pytest.mark.parametrize("bits", [64_000.0, 1_000_000.0, 50_000_000.0])
def test_a_rate_must_be_kept_and_what_is_too_much_be_lost(bits: float) -> None:
    link, now, gone = LinkDirection(rate=bits), 0.0, list[float]()
    while now < 20:
        due = link.due(now, 1500)
        if due is not None:
            gone.append(due)
        now += 1500 * 8 / bits / 2  # twice as much comes
    kept = len([at for at in gone if at <= 20]) * 1500 * 8 / 20
    assert kept == pytest.approx(bits, rel=0.02)
    assert max(gone) < 20 + max(0.6, 60 * 1500 * 8 / bits)


def container(node: str, tier: str, **inside: str) -> Container:
    return Container(
        node=node, tier=tier, component=tier, state="running", name=node, image=f"{tier}:1",
        networks=frozenset(inside), inside=inside, id=node,
    )  # fmt: skip


STACK = (
    container("postgres-1", "database", data="10.0.1.1", consensus="10.0.2.1"),
    container("etcd-1", "consensus", consensus="10.0.2.2"),
    container("app-1", "app", data="10.0.1.3", service="10.0.3.3"),
    container("gateway-1", "gateway", service="10.0.3.4"),
    container("observer-1", "observer", data="10.0.1.9", service="10.0.3.9"),
)


def test_a_helper_must_read_what_it_is_told() -> None:
    op = Impair(node="postgres-1", cause="", for_s=9, cut_to=("app-1",), fault="f-3", loss=0.2)
    instructions = HelperInstructions.of_json(
        json.dumps(helper_instructions.instructions(op, STACK))
    )
    assert instructions.peers == {"etcd-1": ("10.0.2.2",), "app-1": ("10.0.1.3",)}
    assert (instructions.spare, instructions.cut_to, instructions.fault) == (
        ("10.0.1.9",),
        ("app-1",),
        "f-3",
    )
    assert instructions.addresses(("app-1", "gateway-1")) == ("10.0.1.3",)


def test_a_trial_must_know_no_address_of_the_stack() -> None:
    op = Impair(node="postgres-1", cause="", for_s=9, cut_to=("app-1",)).as_trial()
    instructions = HelperInstructions.of_json(
        json.dumps(helper_instructions.instructions(op, STACK))
    )
    assert instructions.addresses(("app-1",)) == ("192.0.2.1",)
    assert instructions.spare == ()


def test_messages_to_the_kernel_must_be_read_back() -> None:
    body = netlink.netfilter(2, 0, netlink.text(1, "sdctl_f_3") + netlink.number(2, 7))
    [(kind, read)] = netlink.messages(netlink.message(5, 1, 1, body))
    assert kind == 5
    assert netlink.attributes(read) == {1: b"sdctl_f_3\0", 2: struct.pack("!I", 7)}


def test_each_rule_must_say_what_it_is_for() -> None:
    rules = ruleset.FilterRules(
        table="t", spare=("10.0.0.9",), spare_not_port=27182, cut_to=("10.0.0.1",),
        cut_from=("10.0.0.2", "10.0.0.3"), cut_others_from=("10.0.0.4",), loss=0.1, queue_in=100,
        spare_calls=range(100, 200), own_calls=103,
    )  # fmt: skip
    queues: list[int] = []

    def queue(number: int) -> bytes:
        queues.append(number)
        return b""

    # the loopback; others' calls; two that are cut; one that is not and the drop; the observer; the
    # queue
    assert len(list(ruleset.incoming(rules, queue))) == 8
    # the loopback; others' calls; who is cut; the observer; the loss
    assert len(list(ruleset.outgoing(rules, queue))) == 5
    assert queues == [100, UNHEARD, UNHEARD]


def test_a_node_that_is_cut_off_and_comes_back_elsewhere_must_be_noticed() -> None:
    op = Impair(node="postgres-1", cause="", for_s=9, cut_to=("app-1",), cut_from=("etcd-1",))
    label = {"Labels": {helper.CUTS: helper_instructions.cut_off(op, STACK)}}
    found = [SimpleNamespace(attrs=label)]
    away = tuple(one for one in STACK if one.node != "app-1")
    moved = (*away, container("app-1", "app", data="10.0.1.4", service="10.0.3.3"))
    starts = (*away, container("app-1", "app", data="", service="10.0.3.3"))
    other = (*STACK[:-1], container("observer-1", "observer", data="10.0.1.8"))
    for stack in (STACK, away, starts, other):
        assert helper.looked_at(found, "postgres-1", lambda stack=stack: stack).code == 0
    seen = helper.looked_at(found, "postgres-1", lambda: moved)
    assert (seen.code, seen.stdout) == (2, "app-1")
    assert helper.looked_at([], "postgres-1", lambda: STACK).code == 1
