"""What runs a stack is known in one folder alone."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from sdctl.components.component import all_components
from sdctl.components.node import ALL_ABILITIES
from sdctl.faults._on_nodes import OnNodes
from sdctl.faults.fault import all_faults, impossible
from sdctl.foundation.errors import UsageError
from sdctl.state.snapshot import NodeStatus
from sdctl.targets import operations
from sdctl.targets.compose.target import ComposeTarget
from sdctl.targets.kubernetes.target import KubernetesTarget
from sdctl.targets.network_operations import Drain, Impair
from sdctl.targets.operations import Exec, Kill, Pause, Unpause
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Target

ROOT = Path(__file__).parents[2]
WORDS = re.compile(
    r"docker|\bcompose\b|compose\.yml|cgroup|json-file|log.driver|127\.0\.0\.|loopback|\"exited\"",
    re.IGNORECASE,
)
"""Of Docker and Compose alone."""
EXCEPTIONS = {
    "cli/commands/doctor.py": "names the targets that there are",
    "faults/_kernel.py": "where the kernel tells a node of its own limits",
    "bringup/own_bundle.py": "a bundle for plain Compose is that target's by its name",
    "bringup/ports.py": "names the process that holds a port of this machine, often Docker's",
    "cli/commands/load.py": "examples of a service of the user's own",
    "cli/commands/render.py": "promises people a bundle that plain Compose takes",
    "cli/commands/up.py": "names the targets that there are",
    "cli/main.py": "tells people what -v shows",
    "components/containers.py": "starts what reads the kernel's counters, see observer/cgroups",
    "components/versions.py": "names of registries",
    "guide/glossary/status.py": "says what its words for a node's state mean",
    "foundation/verbose.py": "-v names who is asked",
    "load/manifest.py": "a key of run.json",
    "observer/fencing/": "reads the kernel's files, where a target shows them",
    "observer/link/": "runs in a Linux network namespace, where the loopback and DNS are",
    "observer/cgroups/": "reads the engine's and the kernel's files, where a target shows them",
    "selftest/reference_process.py": "a service of its own, no stack",
    "selftest/reference.py": "a service of its own, no stack",
    "targets/kubernetes/answers.py": "Kubernetes' own word for a crash has one of them in it",
    "targets/kubernetes/diagnosis.py": "an example of how images come to a cluster",
    "targets/kubernetes/forward_process.py": "listens on this machine alone",
    "targets/kubernetes/forwarding.py": "listens on this machine alone",
    "targets/kubernetes/images.py": "the images are built and pushed by this machine's Docker",
    "targets/kubernetes/kubeconfig.py": "an example of a server's address",
    "targets/kubernetes/readme.py": "tells people how to build the images by hand",
    "targets/kubernetes/target.py": "holds the Docker that builds the images",
    "targets/opening.py": "chooses the target",
    "targets/recording.py": "renders what the usual target renders",
    "targets/rendering.py": "an image is built from a Dockerfile, whatever runs it",
    "targets/target.py": "says which targets there are",
}
"""Path below sdctl/ → why the words stand there."""


KUBERNETES_WORDS = re.compile(
    r"kubernetes|kubectl|kustomi|namespace|\bpods?\b|stateful|configmap|kubelet|\bhpa\b|"
    r"daemonset|lightkube",
    re.IGNORECASE,
)
"""Of Kubernetes alone."""
KUBERNETES_EXCEPTIONS = {
    "cli/commands/doctor.py": "names the targets that there are",
    "cli/commands/up.py": "names the targets that there are, and what each takes",
    "cli/stack_options.py": "names a target of which one is told the place",
    "guide/glossary/running.py": "says what its word for an autoscaler means",
    "app/contract.py": "its metrics look back as far, so that the two autoscalers agree",
    "cli/commands/autoscale.py": "tells people whose rules these are",
    "cli/autoscale_options.py": "tells people whose rules these are",
    "foundation/units.py": "says who writes processors so",
    "cli/commands/render.py": "names the targets that there are",
    "design/autoscaling/": "decides as Kubernetes' autoscaler does, and says whose rules these are",
    "observer/link/": "the kernel's word for a node's own network",
    "targets/compose/diagnosis.py": "the kernel's word for users of its own",
    "targets/compose/helper.py": "the kernel's word for a node's own network",
    "targets/target.py": "says which targets there are",
    "targets/bundle_form.py": "says what a project can be",
}


@pytest.mark.parametrize(
    ("folder", "words", "exceptions"),
    [
        ("compose", WORDS, EXCEPTIONS),
        ("kubernetes", KUBERNETES_WORDS, KUBERNETES_EXCEPTIONS),
    ],
)
def test_a_targets_words_must_be_in_its_folder_alone(
    folder: str, words: re.Pattern[str], exceptions: dict[str, str]
) -> None:
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "sdctl").rglob("*.py")):
        name = path.relative_to(ROOT / "sdctl").as_posix()
        if not name.startswith(f"targets/{folder}/"):
            place = next((known for known in exceptions if name.startswith(known)), name)
            lines = enumerate(path.read_text().splitlines(), 1)
            hits = [f"{name}:{number}: {line}" for number, line in lines if words.search(line)]
            found[place] = [*found.get(place, ()), *hits]
    strange = [hit for place, hits in found.items() if place not in exceptions for hit in hits]
    assert not strange, "\n".join(strange)
    assert all(found.get(place) for place in exceptions), "an exception that is none any more"


@pytest.mark.parametrize("name", ["gateway", "lb"])
def test_a_configuration_must_ask_its_machine_for_the_resolver_and_not_know_it(name: str) -> None:
    text = (ROOT / "templates" / name / "config" / "haproxy.cfg.j2").read_text()
    assert "127.0.0.11" not in text
    assert "parse-resolv-conf" in text


def test_the_contract_must_have_few_methods() -> None:
    methods = {name for name, value in vars(Target).items() if inspect.isfunction(value)}
    methods = {name for name in methods if not name.startswith("_")}
    assert len(methods) <= 10, sorted(methods)
    for target in (ComposeTarget, KubernetesTarget, RecordingTarget):
        own = {name for name, value in vars(target).items() if inspect.isfunction(value)}
        assert methods == {name for name in own if not name.startswith("_")}, target


def test_an_operation_that_a_target_cannot_do_must_be_refused_with_the_reason() -> None:
    all_of_them = [Pause(node="app-1", cause="x"), Kill(node="app-1", cause="x")]
    operations.check(all_of_them, ALL_ABILITIES)
    harmless = [Unpause(node="a", cause="x"), Exec(node="a", command=("true",), cause="x")]
    operations.check(harmless, ())
    with pytest.raises(UsageError, match=r"^what runs this stack cannot pause app-1$"):
        operations.check(all_of_them, ALL_ABILITIES - {"pause"})
    with pytest.raises(UsageError, match="cannot hold down a node, so it cannot kill app-1"):
        operations.check(all_of_them, ALL_ABILITIES - {"hold down"})


@pytest.mark.parametrize(
    ("asked", "is_done"),
    [
        ({"cut_to": ("b",), "cut_from": ("b",)}, True),
        ({"cut_to": ("b",)}, False),
        ({"cut_to": ("b",), "cut_from": ("b",), "loss": 0.1}, False),
        ({"latency_s": 0.1}, False),
        ({"outside": True}, False),
    ],
)
def test_who_can_only_cut_connections_must_be_asked_for_nothing_else(
    asked: dict[str, Any], is_done: bool
) -> None:
    op = Impair(node="a", cause="x", for_s=1, **asked)
    operations.check([op], ALL_ABILITIES - {"cut off"})
    able = ALL_ABILITIES - {"change the network of"}
    if is_done:
        operations.check([op], able)
    else:
        with pytest.raises(UsageError, match="cannot change the network of a: because"):
            operations.check([op], able, {"change the network of": "because"})


@pytest.mark.parametrize("target", [ComposeTarget, KubernetesTarget])
def test_whatever_an_operation_may_require_a_target_must_do_or_say_why_not(target: Any) -> None:
    required = {op.requires for op in get_args(operations.Op)} - {None}
    # who changes a node's network for it needs no lesser way
    required -= {"cut off"} if "change the network of" in target.abilities else set()
    assert required - target.abilities == target.unable.keys()


def test_what_components_require_must_be_known_abilities() -> None:
    required = {
        ability for component in all_components().values() for ability in component.requires
    }
    assert required == {"logs of all nodes", "usage of all nodes", "processes of all nodes"}
    assert required <= ComposeTarget.abilities <= ALL_ABILITIES


def test_what_a_fault_requires_must_be_what_its_operation_does() -> None:
    somebody = NodeStatus(name="postgres-2", state="running", role="follower")
    everywhere = ComposeTarget.abilities & KubernetesTarget.abilities
    for kind, fault in all_faults().items():
        if issubclass(fault, OnNodes):
            operation = fault().begins(somebody, "x")
            assert operation.lacks({*everywhere, "cut off"}) == fault.requires, kind


def test_a_fault_that_a_target_cannot_do_must_be_told_with_the_reason() -> None:
    here = impossible(ComposeTarget.abilities, ComposeTarget.unable)
    assert here == {"drain": ComposeTarget.unable["drain the machine of"]}
    on_a_cluster = impossible(KubernetesTarget.abilities, KubernetesTarget.unable)
    assert set(on_a_cluster) == {"bandwidth", "cpu", "loss", "slow"}
    assert impossible(ALL_ABILITIES, {}) == {}
    drain = Drain(node="app-1", cause="x", for_s=1)
    with pytest.raises(UsageError) as refused:
        operations.check([drain], ComposeTarget.abilities, ComposeTarget.unable)
    assert refused.value.message == (
        "this stack cannot drain the machine of app-1: all its nodes are on one machine, so they "
        "can go to no other"
    )
    assert impossible((), {})["drain"] == "what runs this stack cannot drain the machine of a node"


def test_the_page_of_a_cluster_must_say_of_every_fault_what_it_is_there() -> None:
    page = (ROOT / "docs" / "kubernetes.md").read_text().partition("## Faults")[2]
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", page.partition("\n## ")[0], re.M))
    told = {kind: said for kinds, said in rows.items() for kind in kinds.split(", ")}
    ways = {"kill-leader", "kill-leader --how partition", "kill-leader --how crash", "fault", "---"}
    assert told.keys() - ways == all_faults().keys() - ways
    refused = {kind for kind, said in told.items() if said.startswith("refused")}
    assert refused == set(impossible(KubernetesTarget.abilities, {}))
