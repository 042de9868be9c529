"""How `sdctl doctor` looks: what is wrong comes last, where the eye is."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sdctl.bringup.doctor.visit import Visit
from sdctl.foundation.own_command import named, typed
from sdctl.targets.check_result import CheckResult, Status
from sdctl.terminal.prose import Prose
from sdctl.terminal.screen import Screen

_MARKS: dict[Status, tuple[str, str]] = {
    "pass": ("✓", "green"),
    "warning": ("!", "yellow"),
    "failure": ("✗", "bold red"),
}


def show(screen: Screen, visit: Visit) -> None:
    """Every finding with its command, and a sentence at the end."""
    found = visit.examination
    if screen.json:
        screen.print_json({"stack": visit.stack, "profile": visit.profile, **found.to_json()})
        return
    screen.out.print(Prose(about(visit), "dim"))
    listed(screen.out, (*found.of("pass"), *found.of("warning"), *found.of("failure")))
    failures, warnings = len(found.of("failure")), len(found.of("warning"))
    if failures:
        text = f"{visit.profile} would not come up here: {failures} to mend first"
    else:
        text = f"{visit.profile} can come up here"
    more = f"; {warnings} warning{'s' if warnings != 1 else ''}" if warnings else ""
    screen.out.print(Text(f"\n{text}{more}", style="bold"))


def _whose(finding: CheckResult, findings: tuple[CheckResult, ...]) -> str:
    """What a command mends: also of which it is, where another command mends one of this name."""
    fixes = {other.fix for other in findings if other.id == finding.id and other.fix}
    return finding.id if len(fixes) < 2 else f"{finding.id} ({finding.message.partition(':')[0]})"


def about(visit: Visit) -> str:
    """Which stack was looked at, and how to have another one looked at."""
    said = f"looking at the stack {visit.stack!r} with the profile {visit.profile}"
    if visit.running:
        said += f", which runs already ({visit.running} nodes)"
    else:
        said = f"the stack {visit.stack!r} does not run; this is what {visit.profile} would need"
    others = [stack for stack in visit.known if stack != visit.stack]
    if visit.running or not others:
        return said
    return f"{said}; `{typed('doctor', others[0])}` looks at {others[0]!r}, which is yours too"


def listed(console: Console, findings: tuple[CheckResult, ...]) -> None:
    """Each finding; below those that are more than a pass, the command that mends it, each once."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column()
    for finding in findings:
        mark, style = _MARKS[finding.status]
        grid.add_row(Text(mark, style=style), finding.id, Prose(named(finding.message)))
    console.print(grid)
    mends: dict[str, dict[str, None]] = {}
    for finding in findings:
        if finding.fix:
            mends.setdefault(finding.fix, {})[_whose(finding, findings)] = None
    for fix, ids in mends.items():
        # alone on its line and never broken: it is there to be pasted
        console.print(Text(f"\nto mend {', '.join(ids)}:", style="dim"))
        console.print(Text(f"  {fix}"), soft_wrap=True)
