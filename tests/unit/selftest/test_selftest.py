from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from sdctl.__main__ import run as main
from sdctl.chaos import healing
from sdctl.cli import exits
from sdctl.load.host_cpu import HostCpu
from sdctl.selftest.check_runner import Row, prove, run
from sdctl.selftest.checks.check import Check, Variant, all_checks
from sdctl.selftest.finding import Finding, Invalid, exactly
from sdctl.selftest.reference_process import reference
from sdctl.selftest.workbench import QUICK, Workbench
from sdctl.terminal.selftest import WIDTHS, said, table

Command = Callable[..., tuple[int, str, str]]
GOOD = Finding(expected="1 lost", got="1 lost", ok=True)
BENCH = Workbench(durations=QUICK, say=lambda text: None)


def variant(answer: Callable[[Workbench], Finding], *, sound: bool = False) -> Variant:
    return Variant(name="a system", prove=answer, sound=sound)


@pytest.fixture
def sdctl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line where no Docker runs: its exit code, and what it printed."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")

    def call(*words: str) -> tuple[int, str, str]:
        code = exits.of(lambda: main(words), as_json="--json" in words)
        return code, *capsys.readouterr()

    return call


def test_a_check_must_have_a_broken_and_a_sound_variant() -> None:
    one = variant(lambda workbench: GOOD)
    for variants in ((), (one,), (variant(lambda workbench: GOOD, sound=True),)):
        with pytest.raises(ValueError, match="needs a broken and a sound variant"):
            Check(name="x", checker="y", variants=variants)


def test_every_checker_that_the_promise_rests_on_must_have_a_check() -> None:
    names = {check.name for check in all_checks()}
    assert {
        "lost", "duplicated", "recovered", "broken-promise", "delivery", "stale-reads", "unhealed",
        "generator", "rto", "freeze", "judgement", "live-pause", "live-deleted", "live-unanswered",
    } <= names  # fmt: skip


def test_other_keys_of_the_same_number_must_not_do() -> None:
    assert exactly("lost", ["a", "b"], ["b", "a"]) == Finding(
        expected="2 lost", got="2 lost", ok=True
    )
    assert exactly("lost", ["a", "b"], ["a", "c"]) == Finding(
        expected="2 lost", got="2 lost, but others", ok=False
    )
    assert not exactly("lost", ["a"], []).ok


def test_a_busy_machine_must_be_tried_again_and_then_be_no_success() -> None:
    tries = []

    def busy(workbench: Workbench) -> Finding:
        tries.append(1)
        if len(tries) < 3:
            raise Invalid("50 ms late")
        return GOOD

    assert prove(variant(busy), BENCH) == GOOD
    assert len(tries) == 3

    def always(workbench: Workbench) -> Finding:
        raise Invalid("50 ms late")

    assert prove(variant(always), BENCH) == Finding(
        expected="an idle machine", got="50 ms late", ok=False, busy=True
    )


def test_what_a_busy_machine_made_wrong_must_not_be_the_checkers_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = Finding(expected="1", got="2", ok=False)
    monkeypatch.setattr(HostCpu, "shares", lambda self: {"cpu_idle": 0.02, "cpu_steal": None})
    found = prove(variant(lambda workbench: wrong), BENCH, timed=True)
    assert (found.busy, found.got) == (True, "the CPU was 98% busy")
    assert prove(variant(lambda workbench: wrong), BENCH) == wrong, "no time is in it"
    assert prove(variant(lambda workbench: GOOD), BENCH, timed=True) == GOOD
    monkeypatch.setattr(HostCpu, "shares", lambda self: {"cpu_idle": 0.6, "cpu_steal": None})
    assert prove(variant(lambda workbench: wrong), BENCH, timed=True) == wrong


def test_too_busy_must_have_a_word_of_its_own() -> None:
    assert said(36, 0, 0) == "all 36 as expected"
    assert said(36, 2, 0) == "2 of 36 not as expected"
    assert said(36, 0, 2) == "2 of 36 could not be told, as the machine was too busy"
    assert said(36, 1, 2).startswith("1 of 36 not as expected; 2 of 36 could not")


def test_each_row_must_be_told_before_and_come_when_it_is_done() -> None:
    said: list[str] = []
    variants = (variant(lambda workbench: GOOD), variant(lambda workbench: GOOD, sound=True))
    check = Check(name="x", checker="y", variants=variants)
    rows = run([check], Workbench(durations=QUICK, say=said.append))
    assert next(rows).finding == GOOD
    assert said == ["x: a system"]
    assert len(list(rows)) == 1


def test_the_table_must_fit_80_columns_with_a_line_for_each_variant() -> None:
    widest = Finding(expected="e" * WIDTHS[2], got="g" * WIDTHS[3], ok=False)
    rows = [
        Row(check=check, variant=variant, finding=widest, seconds=1.0)
        for check in all_checks()
        for variant in check.variants
    ]
    out = io.StringIO()
    Console(file=out, width=80, color_system=None).print(table(rows))
    lines = out.getvalue().splitlines()
    assert len(lines) == len(rows) + 1
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert all("✗" in line for line in lines[1:])


def test_the_reference_service_must_end_with_its_owner() -> None:
    with reference() as service:
        process = service.process
        assert service.held() == {"held": {}, "hidden_reads": 0}
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0


def test_the_reference_service_must_be_quiet_when_its_owner_is_gone_at_its_start() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "sdctl.selftest.reference", "{}"],
        stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE, timeout=20, check=False,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_without_docker_it_must_say_so_and_check_what_needs_no_stack(
    sdctl: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(healing, "PROOF_S", 0.02)
    code, out, said = sdctl("--json", "selftest", "unhealed", "live-pause")
    assert code == 0, said
    value = json.loads(out)
    assert (value["passed"], value["live"]) == (True, False)
    assert [row["ok"] for row in value["checks"]] == [True, True, True]
    assert {row["check"] for row in value["checks"]} == {"unhealed"}
    assert "without the live part: Docker does not run" in said
    assert "live part" not in sdctl("--json", "selftest", "unhealed")[2], "it needs no stack"
    assert sdctl("selftest", "--live")[0] == 3
    assert sdctl("selftest", "live-pause")[0] == 3


def test_wrong_use_must_run_nothing(sdctl: Command) -> None:
    assert sdctl("selftest", "--offline", "--live")[0] == 2
    code, _, said = sdctl("selftest", "--offline", "nonsense")
    assert code == 7
    assert "stale-reads" in said
    code, out, _ = sdctl("--dry-run", "selftest", "--offline", "rto", "lost")
    assert code == 0
    assert out.splitlines()[0] == "lost: says 202, forgets"


def test_a_plug_in_s_check_that_is_not_as_expected_must_end_with_8(
    sdctl: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "mine.py").write_text(
        textwrap.dedent("""
            from sdctl.selftest.checks.check import Check, Finding, Variant

            def wrong(bench):
                return Finding(expected="1", got="2", ok=False)

            def right(bench):
                return Finding(expected="1", got="1", ok=True)

            CHECK = Check(
                name="mine", checker="my.own",
                variants=(
                    Variant(name="broken", prove=wrong),
                    Variant(name="sound", prove=right, sound=True),
                ),
            )
        """)
    )
    code, out, said = sdctl("selftest", "--offline", "mine")
    assert code == 8, said
    assert "1 of 2 not as expected" in out
    value = json.loads(sdctl("--json", "selftest", "--offline", "mine")[1])
    assert value["passed"] is False
    assert [row["ok"] for row in value["checks"]] == [False, True]
