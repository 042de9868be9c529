"""A load on the terminal: live while it runs, then its summary."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from sdctl.cli.context import Context
from sdctl.foundation import files
from sdctl.foundation.errors import Interrupted, SdctlError, VerdictFalse, VerdictUnknown
from sdctl.judge import runs
from sdctl.judge.ledger import Ledger
from sdctl.load import manifest, request
from sdctl.load.beats import Tick
from sdctl.load.plan import LoadPlan
from sdctl.load.result import LoadResult
from sdctl.load.runner import LoadRunner
from sdctl.load.validity import SLOW
from sdctl.terminal.load_summary import summary
from sdctl.terminal.load_view import LoadView


def conduct(context: Context, plan: LoadPlan, *, out: Path | None, own: bool) -> None:
    """Run ``plan`` to its end or to Ctrl-C, show it, and exit 8 or 9 where it deserves that.

    ``own``: it goes to this stack, not to a stranger's service.
    """
    if context.dry_run:
        context.print_plan(
            [
                f"send {plan.schedule.mean_rps:g} rps of {plan.workload.name} to {plan.address} "
                f"from {plan.processes} process{'es' if plan.processes > 1 else ''}"
            ]
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
        request.announced(context.stack, folder.ledger) if own else nullcontext(),
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
        files.write_whole(out, json.dumps(result.to_file(folder.series()), indent=1) + "\n")
    _show(context, result)
    if interrupted:
        raise Interrupted("interrupted; the figures are of what ran")
    _judge(result)


def _manifest(context: Context, plan: LoadPlan, *, own: bool) -> dict[str, Any]:
    profile, engine = (context.running_profile(), context.engine) if own else (None, None)
    return manifest.manifest("load", plan, context.stack, profile, engine)


def _show(context: Context, result: LoadResult) -> None:
    if context.json:
        context.print_json(result.to_json())
    else:
        context.out.print(summary(result))


def _judge(result: LoadResult) -> None:
    if (error := judgement(result)) is not None:
        raise error


def judgement(result: LoadResult) -> SdctlError | None:
    """What a result deserves; None: nothing is wrong with it.

    How requests ended are facts, also when the latencies do not count, unless the generator could
    not send them.
    """
    limit = result.limit
    facts = limit is None or limit.whose in SLOW
    false = [each for each in result.assertions if each.ok is False]
    if facts and result.hopeless:
        ended = (*result.by_status.items(), *result.by_error.items())
        return VerdictFalse(
            f"every request failed ({', '.join(f'{why}: {count}' for why, count in ended)})",
            hint=next((_WHY[each] for each in result.by_error if each in _WHY), _SHOWN),
        )
    if facts and (wrong := [each.expr for each in false if each.counts]):
        return VerdictFalse(f"not so: {', '.join(wrong)}", hint=_SHOWN)
    if limit is not None:
        return VerdictUnknown(str(limit), hint=limit.hint)
    if false:
        return VerdictFalse(f"not so: {', '.join(each.expr for each in false)}", hint=_SHOWN)
    if missing := [each.expr for each in result.assertions if each.ok is None]:
        return VerdictUnknown(f"not measured: {', '.join(missing)}", hint=_SHOWN)
    return None


_SHOWN = "The figures above show how each request ended."
_WHY = {
    "refused": "Nothing listens there: is the address right, and does the service run?",
    "dns": "The name has no address: is it spelt right?",
    "unreachable": "No way leads there: is the address right?",
    "connect_timeout": "Nobody takes the connection: is the address right? Is there a firewall?",
    "protocol": "What answers there does not speak HTTP/1.1: is the port right?",
}
