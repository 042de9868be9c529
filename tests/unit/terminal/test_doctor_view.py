"""How the doctor's findings look."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from sdctl.bringup.doctor.examination import Examination
from sdctl.bringup.doctor.visit import Visit
from sdctl.targets.check_result import CheckResult
from sdctl.terminal import doctor
from sdctl.terminal.screen import Screen

FIX = f"echo {'very ' * 30}long"
FOUND = (
    CheckResult(id="disk-full", message="it is full", status="failure", fix=FIX),
    CheckResult(id="memory", message="9 GB are free"),
    CheckResult(id="clock-slow", message="[red]hpet[/red]", status="warning", fix="reboot"),
)


def shown(*findings: CheckResult) -> list[str]:
    screen = Screen(as_json=False, color=False)
    out = io.StringIO()
    screen.out = Console(file=out, width=60, color_system=None)
    doctor.show(
        screen, Visit(stack="s", profile="lite", examination=Examination(findings=findings))
    )
    return out.getvalue().splitlines()


def test_what_is_wrong_must_come_last_and_its_command_be_one_line() -> None:
    lines = shown(*FOUND)
    assert lines[0].rstrip() == "the stack 's' does not run; this is what lite would need"
    assert [line.split() for line in lines[1:4]] == [
        ["✓", "memory", "9", "GB", "are", "free"],
        ["!", "clock-slow", "[red]hpet[/red]"],
        ["✗", "disk-full", "it", "is", "full"],
    ]
    assert f"  {FIX}" in lines, "it is there to be pasted"
    assert lines[-1] == "lite would not come up here: 1 to mend first; 1 warning"


def test_a_command_that_mends_several_findings_must_be_shown_once() -> None:
    lines = shown(*FOUND, replace(FOUND[0], id="disk-slow"))
    assert lines.count(f"  {FIX}") == 1
    assert "to mend disk-full, disk-slow:" in lines


def test_two_commands_for_findings_of_one_name_must_be_told_apart() -> None:
    other = replace(FOUND[0], message="kibana is left out: no image", fix="docker pull kibana")
    lines = shown(FOUND[0], other)
    assert f"to mend {FOUND[0].id} (kibana is left out):" in lines
    assert f"to mend {FOUND[0].id}:" not in lines


def test_a_sound_machine_must_be_said_to_be_one() -> None:
    assert shown(FOUND[1])[-1] == "lite can come up here"
    assert shown(*FOUND[1:])[-1] == "lite can come up here; 1 warning"


def test_the_stack_that_is_looked_at_must_be_named_and_how_to_look_at_another() -> None:
    there = Visit("s", "lite", Examination(()), running=9, known=("fresh", "s"))
    assert "which runs already (9 nodes)" in doctor.about(there)
    assert "fresh" not in doctor.about(there)
    gone = Visit("sdctl", "standard", Examination(()), known=("fresh",))
    assert "`sdctl --stack fresh doctor` looks at 'fresh'" in doctor.about(gone)
