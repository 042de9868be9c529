"""No word that sdctl shows lacks its explanation. The words come from the code that shows them: a
new label without an explanation fails here."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

import pytest
from shown_words import PACKAGE, ROOT, columns, facts, headings, rows, strings, titles, tree

from sdctl.app import contract
from sdctl.chaos.gameday import day_file
from sdctl.components.component import every_component
from sdctl.design import profile
from sdctl.faults import kill_leader
from sdctl.faults.fault import all_faults
from sdctl.foundation.units import utc
from sdctl.guide import explaining, words_page
from sdctl.guide.answer_headers import MEANINGS
from sdctl.guide.meanings import FIGURES, meanings
from sdctl.guide.word import glossaries
from sdctl.judge.audit import LISTED, check
from sdctl.judge.day_part import NOT_MEASURED
from sdctl.judge.expectation import COMPARED
from sdctl.judge.fault_facts import FaultFacts
from sdctl.judge.fault_timing import PHASE_NAMES
from sdctl.judge.holdings import Holdings
from sdctl.judge.outcome import WORDS, Error, Outcome
from sdctl.judge.run_list import RunRow
from sdctl.judge.verdict import Judgement, Verdict
from sdctl.report import page
from sdctl.report.load_tables import called
from sdctl.state.fact_label import label
from sdctl.state.fault_record import Record
from sdctl.state.snapshot import Health, Role
from sdctl.targets.target import State
from sdctl.terminal.inspect import with_unit
from sdctl.workloads.workload import all_workloads

PAGE = ROOT / "docs" / "words.md"
RULES = ROOT / "templates" / "prometheus" / "config" / "rules"
CARDS = (
    "terminal/verdict.py", "terminal/writes.py", "terminal/load_summary.py", "terminal/bench.py",
    "report/page.py", "report/load_tables.py", "report/verdict_tables.py", "report/trials_page.py",
    "terminal/day_card.py", "terminal/card.py",
)  # fmt: skip


AUTOSCALING = (
    "down window", "up window", "policies", "tolerance", "replica-seconds",
    "HorizontalPodAutoscaler",
)  # fmt: skip


PARTS = {
    "component", "leader", "member", "node", "queue", "replica", "tier", "worker",
}  # fmt: skip
"""What holds a name, and is the same thing wherever it is shown."""


def explained(words: Iterable[str]) -> None:
    assert explaining.missing(words) == [], "sdctl/guide/glossary/ is the place for their meaning"


@pytest.mark.parametrize("card", CARDS)
def test_every_row_of_a_card_must_be_explained(card: str) -> None:
    found = rows(card)
    assert len(found) >= 2, found
    explained(found)


def test_what_sdctl_sends_must_be_in_rps_and_every_other_rate_have_its_noun() -> None:
    """As its option is called, ``--rps``; else ``25 reads/s``."""
    files = sorted(PACKAGE.rglob("*.py"))
    told = {path: strings(tree(path.relative_to(PACKAGE).as_posix())) for path in files}
    assert any(" rps" in text for texts in told.values() for text in texts)
    assert [path.name for path, texts in told.items() if "requests/s" in " ".join(texts)] == []


def test_every_heading_of_a_table_must_be_explained() -> None:
    found = {
        word
        for card in sorted((PACKAGE / "terminal").glob("*.py"))
        for word in headings(f"terminal/{card.name}")
    }
    assert {"attempts", "given up by"} <= found
    explained(found - {"", "A", "B", "ms"})


def test_every_key_of_a_dead_letter_must_be_explained() -> None:
    [document] = (
        node
        for node in ast.walk(tree("app/dead_letter.py"))
        if isinstance(node, ast.FunctionDef) and node.name == "document"
    )
    found = {
        word
        for node in ast.walk(document)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if key
        for word in strings(key)
    }
    assert {"failed_by", "request_id"} <= found
    explained(found)


def test_every_judgement_phase_and_outcome_must_be_explained() -> None:
    explained([*get_args(Judgement), *PHASE_NAMES, *get_args(Outcome), *LISTED])


def test_every_reason_for_no_answer_must_be_explained_as_one_of_a_load() -> None:
    explained([*get_args(Error), *WORDS.values()])
    for error in get_args(Error):
        where = [meaning.where for meaning in explaining.find(error)]
        assert "the result of a load" in where, error


def names(value: object) -> Iterator[str]:
    """The keys of a JSON value, at every depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from names(inner)


def test_every_key_of_a_verdicts_json_and_of_a_faults_must_be_explained() -> None:
    begun = Record(id="f-1", kind="pause", params={}, how=None, tier="t", target="n",
                   started_at=utc(), until=utc())  # fmt: skip
    audit = check((), Holdings(copies=()))
    verdict = Verdict(run="r", fault=FaultFacts.of(begun), audit=audit)
    explained([*names(verdict.to_json()), *begun.to_json()])
    assert "led_after_ms" in verdict.to_json()


def test_what_stands_for_a_comparison_must_be_explained() -> None:
    explained([*COMPARED.values(), "not predicted", NOT_MEASURED, "not asked", "Disagreement"])


def test_every_word_for_a_run_in_the_list_of_runs_must_be_explained() -> None:
    nothing: dict[str, Any] = {"run": "r", "began": "", "day": None, "faults": (), "url": None,
                               "load": "", "verdict": None, "rto_ms": None,
                               "times_count": None}  # fmt: skip
    explained({RunRow(**nothing, running=running).word for running in (True, False)})
    explained([page.NOT_ASKED])


def test_what_became_of_writes_must_be_called_on_a_page_as_on_the_card() -> None:
    """A person reads both; the names of the JSON are for scripts."""
    on_card = rows("terminal/writes.py") | set(strings(tree("terminal/writes.py")))
    page_only = {"unknown, done after all", "refused, done anyway", "lost"}  # parts of a card's row
    names = {called(name) for name in (*LISTED, "recovered")}
    assert names - on_card - page_only == set()
    explained(names)


def test_every_queue_that_a_card_names_must_be_explained() -> None:
    explained([contract.WORK_QUEUE, contract.DEAD_QUEUE])


def test_every_role_state_and_health_must_be_explained() -> None:
    explained([*get_args(Role), *get_args(Health), *get_args(State)])


def test_every_figure_of_a_node_must_be_explained_by_its_component_and_none_be_left_over() -> None:
    told = {name for component in every_component() for name in component.figures}
    assert facts() - told == set(), "`figures` of the component is the place for their meaning"
    assert told - facts() == set(), "no probe tells these any more"
    explained([*told, *map(label, told)])


def test_every_column_of_inspect_must_be_explained() -> None:
    """Also where another thing has its name: `limit` is one of a container, and one of a load."""
    found = columns()
    assert len(found) >= 60, found
    in_both = {name for name in found if {f"{name[: -len('_seconds')]}_bytes", name} <= found}
    shown = {*found, *map(label, found), *map(with_unit, in_both)}
    explained(shown)
    assert missing_here(shown) == PARTS, "sdctl/guide/glossary/inspect*.py"


def test_every_title_of_a_table_of_inspect_must_be_explained() -> None:
    found = titles()
    assert {"primaries", "biggest tables", "storage", "in trouble"} <= found, found
    assert missing_here(found) == set()


def test_every_job_of_prometheus_must_be_explained_where_no_tier_has_its_name() -> None:
    files = sorted((RULES.parent / "scrape").glob("*.j2"))
    jobs = {job for path in files for job in re.findall(r"job_name: (\w+)", path.read_text())}
    others = jobs - {component.tier for component in every_component()}
    assert {"queues", "patroni"} <= others
    assert missing_here(others) == set()


def missing_here(words: Iterable[str]) -> set[str]:
    """What no meaning explains as a word of inspect, or as a node's figure."""
    here = [m for m in meanings() if m.where.startswith("inspect: ") or m.where == FIGURES]
    return set(explaining.missing(words, here))


def test_every_alert_must_be_explained() -> None:
    rules = "\n".join(path.read_text() for path in sorted(RULES.glob("*.j2")))
    alerts = set(re.findall(r'rules\.alert\("(\w+)"', rules))
    assert len(alerts) >= 20, alerts
    explained(alerts)
    [told] = [one for one in glossaries().values() if one.where == "alerts"]
    assert {word.name for word in told.words} == alerts


DESIGN = """
quorum, idempotency, outbox, inbox, autoscale, tour, linearizable, hpa, CAP theorem, raft,
eventual consistency, strong consistency, replication, sharding, leader election, lease, fencing,
split brain, network partition, quorum queue, load balancer, api gateway, rate limiting, backoff,
circuit breaker, bulkhead, back pressure, dead letter queue, exactly once, at least once, cache
aside, cache stampede, ttl, eviction, stale, RTO, RPO, SLO, p99, percentile, tail latency,
throughput, horizontal scaling, health check, readiness, single point of failure, observability,
tracing, chaos engineering, steady state, WAL, transaction, durability, read your writes,
lru, write-through, cold cache, isolation, gossip, api key, request id, read replica, multi-leader,
server-sent events, coordinated omission, graceful shutdown, game day, doctor, bench, heal,
golden signals"""


def test_the_words_of_a_book_on_system_design_must_be_explained() -> None:
    words = DESIGN.strip().replace("\n", " ").split(", ")
    assert len(words) >= 60
    explained(words)


def test_what_the_pages_and_the_kernel_say_must_be_explained() -> None:
    explained([*day_file.names(), *AUTOSCALING, "bundle", "plug-in", "ENOSPC", "up"])
    assert len(explaining.find("tolerance")) == 2, "an effect has one too"


def test_every_profile_tier_fault_workload_and_setting_must_be_explained() -> None:
    explained([*profile.names(), *all_faults(), *kill_leader.HOWS, *all_workloads()])
    for component in every_component():
        settings = [f"{component.tier}.{name}" for name in component.settings.model_fields]
        explained([component.tier, component.name, *settings])


def test_every_figure_that_a_fault_predicts_must_be_explained_by_it() -> None:
    for fault in all_faults().values():
        explained(fault.figures)
        made = {
            value
            for node in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(fault) or fault)))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Prediction"
            for keyword in node.keywords
            if keyword.arg == "what"
            for value in strings(keyword.value)
        }
        assert made - fault.figures.keys() == set(), "a constant names it in both places"


def test_what_a_fault_says_to_do_next_must_be_a_command_that_there_is() -> None:
    for fault in all_faults().values():
        assert re.fullmatch(r"Try `(sdctl [^`]+)`: [^.]+\.|", fault.next_step), fault.kind


def test_every_header_that_curl_shows_must_be_explained() -> None:
    explained(MEANINGS)


def test_the_page_must_be_what_the_explanations_say(request: pytest.FixtureRequest) -> None:
    text = words_page.page()
    if request.config.getoption("--update-golden"):
        PAGE.write_text(text)
    assert PAGE.read_text() == text, "pytest --update-golden writes it anew"
