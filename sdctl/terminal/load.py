"""A load on the terminal: live while it runs, then its summary."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import typer

from sdctl import loading, runs
from sdctl.context import Context
from sdctl.errors import Interrupted, VerdictFalse, VerdictUnknown
from sdctl.ledger import Ledger
from sdctl.load.beats import Tick
from sdctl.load.plan import LoadPlan
from sdctl.load.result import LoadResult
from sdctl.load.runner import LoadRunner
from sdctl.load.summary import summary
from sdctl.load.view import LoadView


def conduct(context: Context, plan: LoadPlan, *, out: Path | None, own: bool) -> None:
    """Run ``plan`` to its end or to Ctrl-C, show it, and exit 8 or 9 where it deserves that.

    ``own``: it goes to this stack, not to a stranger's service.
    """
    if context.dry_run:
        print(
            f"send {plan.schedule.mean_rps:g} rps of {plan.workload.name} to {plan.base_url} "
            f"from {plan.processes} process{'es' if plan.processes > 1 else ''}"
        )
        return
    folder = runs.folder(context.stack, plan.run)
    folder.write("run", _manifest(context, plan, own=own))
    ledger = Ledger(plan.run, path=folder.ledger)
    ledger.flush()
    view = LoadView(plan, console=context.err)
    interrupted = False

    def on_tick(tick: Tick) -> None:
        folder.note(tick)
        if not context.json:
            view.update(tick)

    runner = LoadRunner(plan, on_tick=on_tick, ledger=ledger)
    with (
        # a fault on this stack has no use for a load on another service
        loading.announced(context.stack, folder.ledger) if own else nullcontext(),
        nullcontext() if context.json else view,
        runner,
    ):
        try:
            result = runner.result()
        except KeyboardInterrupt:
            interrupted = True
            runner.stop()
            result = runner.result(timeout_s=15)
    ledger.close()
    folder.write("result", result.to_json())
    if out is not None:
        out.write_text(json.dumps(result.to_file(folder.series()), indent=1) + "\n")
    _show(context, result)
    if interrupted:
        raise Interrupted("interrupted; the figures are of what ran")
    _judge(context, result)


def _manifest(context: Context, plan: LoadPlan, *, own: bool) -> dict[str, Any]:
    profile, engine = (context.running_profile(), context.engine) if own else (None, None)
    return runs.manifest("load", plan, context.stack, profile, engine)


def _show(context: Context, result: LoadResult) -> None:
    if context.json:
        context.print_json(result.to_json())
    else:
        context.out.print(summary(result))


def _judge(context: Context, result: LoadResult) -> None:
    wrong = [each.expr for each in result.assertions if not each.ok]
    if context.json and (result.saturated or wrong):
        # the value on stdout says it all; a second JSON would break it
        raise typer.Exit(VerdictUnknown.code if result.saturated else VerdictFalse.code)
    if result.saturated:
        raise VerdictUnknown(
            "the generator was the limit, so the run says nothing about the system",
            hint="Lower --rps, or give the machine more cores.",
        )
    if wrong:
        raise VerdictFalse(f"not so: {', '.join(wrong)}", hint="The figures above show why.")
