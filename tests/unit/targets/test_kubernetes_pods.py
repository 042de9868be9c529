"""What pods may do and take, and what is left out of a cluster."""

from __future__ import annotations

from sdctl.design import validation, variants
from sdctl.targets.kubernetes.target import KubernetesTarget
from tests.unit.targets.kubernetes_objects import (
    of_kind,
    pods,
    rendered,
)


def test_every_pod_must_keep_the_restricted_standard() -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
    for name, pod in pods(rendered()["standard"]).items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"].get("runAsUser") != 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), name
        assert all({"emptyDir", "configMap"} & volume.keys() for volume in pod["volumes"]), name
        (container,) = pod["containers"]
        rights = container["securityContext"]
        assert rights["allowPrivilegeEscalation"] is False, name
        assert rights["capabilities"] == {"drop": ["ALL"]}, name
        assert not any("hostPort" in port for port in container["ports"]), name
    labels = of_kind(rendered()["lite"], "Namespace")["sdctl"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_what_needs_the_machine_must_be_left_out_and_said() -> None:
    profile = variants.able(validation.load("standard"), KubernetesTarget.abilities)
    assert {"collector", "containers"} <= profile.left_out.keys()
    assert "cannot show the" in profile.left_out["containers"]


def test_lite_must_fit_one_node_of_4_gb_and_standard_three() -> None:
    """Of 2 processors and 4 GiB each, of which the system takes a part."""
    for name, memory, processors in (("lite", 3300, 1.8), ("standard", 3 * 3300, 5.4)):
        asked = [
            (int(pod["containers"][0]["resources"]["requests"]["memory"]) * count,
             int(pod["containers"][0]["resources"]["requests"]["cpu"].rstrip("m")) * count)
            for one, pod in pods(rendered()[name]).items()
            for count in [of_kind(rendered()[name], "StatefulSet")[one]["spec"]["replicas"]]
        ]  # fmt: skip
        assert sum(request[0] for request in asked) < memory * 1024**2, name
        assert sum(request[1] for request in asked) < processors * 1000, name


def test_a_budget_must_never_keep_a_machine_from_being_emptied() -> None:
    for bundle in rendered().values():
        sets = of_kind(bundle, "StatefulSet")
        budgets = of_kind(bundle, "PodDisruptionBudget")
        several = {name for name, one in sets.items() if one["spec"]["replicas"] > 1}
        assert budgets.keys() == several
        assert all(one["spec"]["maxUnavailable"] == 1 for one in budgets.values())
