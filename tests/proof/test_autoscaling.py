"""The autoscaler beside Kubernetes' own, on 100,000 random cases: `make prove`.

What Kubernetes answers to the first of them is kept in tests/unit/design/autoscaling, where the
unit tests compare it: `pytest tests/proof --prove --update-golden` writes it anew.
"""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.autoscaling import cases, decided, digest, heard

pytestmark = pytest.mark.proof

_CASES, _BATCH, _KEPT = 100_000, 10_000, 3_000
_HERE = Path(__file__).parent
KEPT = _HERE.parent / "unit" / "design" / "autoscaling" / "kubernetes-1.34.4.txt"


@pytest.fixture(scope="module")
def kubernetes() -> Path:
    build = str(_HERE / "podautoscaler" / "build.sh")
    said = subprocess.run([build, "--path"], capture_output=True, text=True, check=True)
    program = Path(said.stdout.strip())
    if not program.exists():
        pytest.skip("Kubernetes' autoscaler is not built here; `make prove` builds it")
    return program


def _answers(program: Path, asked: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    lines = "".join(json.dumps(case) + "\n" for case in asked)
    said = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    return (heard(json.loads(line)) for line in said.stdout.splitlines())


@pytest.mark.timeout(1800)
def test_it_decides_what_kubernetes_decides(
    kubernetes: Path, request: pytest.FixtureRequest
) -> None:
    """Not one of 100,000 random cases differs: replicas that are not ready, say nothing, fail or
    go; one to four metrics, some of which cannot be had; windows, policies and what is remembered.
    """
    source = cases(seed=1)
    digests: list[str] = []
    desired: set[int] = set()
    for _ in range(_CASES // _BATCH):
        batch = list(itertools.islice(source, _BATCH))
        for case, said in zip(batch, _answers(kubernetes, batch), strict=True):
            theirs = said
            if decided(case) != theirs:
                # it looks at the clock in between: where the machine kept it waiting for half a
                # second, it decided at another moment than it was asked about
                [theirs] = _answers(kubernetes, [case])
            assert decided(case) == theirs, json.dumps(case)
            desired.add(theirs["desired"] - case["current"])
            digests.append(digest(theirs))
    # not all of them stay where they are
    assert len(desired) > 20
    if request.config.getoption("--update-golden"):
        KEPT.write_text("\n".join(digests[:_KEPT]) + "\n")
