"""What is special of a component or a tier stands in its own files: nobody else names it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from sdctl.components.component import every_component

PACKAGE = Path(__file__).parents[2] / "sdctl"
NAMES = {name for component in every_component() for name in (component.name, component.tier)}
OWN = ("components/", "observer/probes/", "chaos/phases/", "guide/steps/", "app/")
"""One file per component or per part that the tour shows; and the service, which knows its
stores."""

WORKERS = "only workers finish an order: whether there are any, and how often they try"
SEARCH = "log lines are asked of the search tier"
OBSERVER = "the observer is how sdctl sees: its own address and token"
ENTRANCE = "the gateway is where requests come in"
DATABASE = "the database holds the service's own rows"
OTHER = "another meaning of the word: "
KNOWN: dict[str, tuple[set[str], str]] = {
    "bringup/canary.py": (
        {"app", "gateway", "lb"},
        ENTRANCE + "; how far an order came that was not accepted",
    ),
    "bringup/replica_watch.py": ({"queue"}, "how many orders wait is known there"),
    "bringup/lifecycle.py": ({"gateway"}, ENTRANCE),
    "chaos/attempts.py": ({"worker"}, WORKERS),
    "chaos/settling.py": ({"worker"}, WORKERS),
    "cli/autoscale_options.py": ({"queue"}, OTHER + "a metric"),
    "cli/commands/env.py": ({"dashboards"}, OTHER + "a key of the JSON"),
    "cli/commands/logs.py": ({"search"}, SEARCH),
    "design/autoscaling/calculator.py": ({"queue"}, OTHER + "a metric"),
    "design/autoscaling/explanation.py": ({"queue"}, OTHER + "a metric"),
    "design/autoscaling/settings.py": ({"queue"}, OTHER + "a metric"),
    "guide/glossary/inspect_data.py": ({"documents"}, OTHER + "a column of a collection's"),
    "guide/glossary/inspect_tables.py": ({"containers"}, OTHER + "a table's title"),
    "guide/glossary/agreement.py": ({"fencing"}, OTHER + "what it is in any system"),
    "faults/_in_service.py": ({"database"}, DATABASE),
    "faults/limit_cpu.py": ({"app"}, "the default of an option"),
    "faults/flush_cache.py": ({"cache"}, "the default of an option"),
    "faults/dependency_down.py": (
        {"app", "cache", "worker"},
        "who is the service; the default of an option",
    ),
    "faults/fail_messages.py": ({"worker"}, "the fault is one of the workers"),
    "faults/kill_leader.py": ({"database"}, "the default of an option"),
    "faults/_groups.py": (
        {"app", "gateway", "lb", "observer", "worker"},
        "the tiers that a request passes; who measures must not be hit",
    ),
    "faults/_link.py": ({"observer"}, "who measures must not be hit"),
    "faults/_on_nodes.py": ({"observer"}, "who measures must not be hit"),
    "faults/pause.py": ({"gateway"}, "the default of an option"),
    "faults/promises.py": (
        {"app", "database"},
        "where the writes of the usual loads are kept, and whose connections they wait for",
    ),
    "faults/slow_consumer.py": ({"worker"}, "the fault is one of the workers"),
    "faults/_lease_cut.py": ({"app"}, "writes stop where no replica of it reaches the leader"),
    "faults/slow_queries.py": ({"app"}, "the fault is one of the service"),
    "faults/selector.py": ({"database"}, "the default of an option"),
    "judge/error_answers.py": ({"app"}, "whose the service's own problems are, by their type"),
    "load/samples.py": ({"app", "queue", "worker"}, "a run's curves show cache, queue and workers"),
    "observer/broker_answers.py": ({"queue"}, OTHER + "a label of RabbitMQ's figures"),
    "observer/connections.py": ({"postgres", "redis"}, OTHER + "the names of ports"),
    "observer/document_store.py": ({"documents"}, OTHER + "a column"),
    "observer/log_search.py": ({"search"}, OTHER + "a parameter"),
    "observer/fencing/consensus.py": ({"fencing"}, OTHER + "its user in the consensus store"),
    "observer/link/expressions.py": ({"queue"}, OTHER + "a word of nf_tables"),
    "observer/node.py": ({"observer"}, OBSERVER),
    "observer/server.py": ({"metrics", "search"}, SEARCH + "; PromQL of the metrics tier"),
    "observer/survey.py": ({"metrics", "search"}, SEARCH + "; PromQL of the metrics tier"),
    "selftest/checks/live_deleted.py": ({"database"}, DATABASE),
    "selftest/checks/live_pause.py": ({"gateway"}, ENTRANCE),
    "selftest/checks/unhealed.py": ({"gateway"}, ENTRANCE),
    "selftest/live.py": ({"app", "database", "gateway", "observer"}, "what the checks need"),
    "state/addresses.py": ({"dashboards", "gateway"}, ENTRANCE + "; a key of the JSON"),
    "state/dead_letters.py": ({"worker"}, "a worker tells what is left in the queue"),
    "state/logs/search.py": ({"search"}, OTHER + "a parameter"),
    "state/observation.py": ({"observer"}, OBSERVER),
    "state/stack.py": ({"observer"}, OBSERVER),
    "targets/compose/helper.py": ({"observer"}, OBSERVER),
    "targets/compose/helper_instructions.py": ({"observer"}, OBSERVER),
    "targets/compose/readme.py": ({"gateway"}, ENTRANCE),
    "targets/kubernetes/answers.py": ({"containers"}, OTHER + "a word of Kubernetes"),
    "targets/kubernetes/parity.py": ({"fencing"}, OTHER + "a setting of a store"),
    "targets/kubernetes/pods.py": ({"containers"}, OTHER + "a word of Kubernetes"),
    "targets/kubernetes/workloads.py": ({"metrics"}, OTHER + "a word of Kubernetes"),
    "targets/dashboards.py": ({"dashboards", "prometheus"}, OTHER + "Grafana's own words"),
    "targets/kibana.py": ({"search"}, OTHER + "Kibana's own word"),
    "targets/rendering.py": ({"dashboards", "database", "kibana"}, OTHER + "names for templates"),
    "terminal/writes.py": ({"database", "postgres", "mongodb", "ferretdb"}, "sentences for people"),
    "workloads/events.py": ({"documents", "search"}, "the tier that it needs; a kind of event"),
}


def named(path: Path) -> set[str]:
    """The names of components and tiers among a file's texts; docstrings may tell of them."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and id(node) not in told and isinstance(node.value, str)
    } & NAMES


def others() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(OWN):
            yield name, path


def test_only_files_with_a_reason_must_name_a_component_or_a_tier() -> None:
    found = {name: words for name, path in others() if (words := named(path))}
    assert found == {name: words for name, (words, _) in KNOWN.items()}


def test_the_observers_own_file_must_name_no_other() -> None:
    """It comes to each of them by what their own files say (``Port.login``, their networks)."""
    assert named(PACKAGE / "components" / "observer.py") == {"observer"}


def test_a_name_must_be_found(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text('"""redis"""\nTIERS = ("cache", "nothing")\n')
    assert named(tmp_path / "x.py") == {"cache"}
