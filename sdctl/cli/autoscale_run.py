"""What `sdctl autoscale` does once its options are read: it decides on a stack, or over a file."""

from __future__ import annotations

from pathlib import Path

from sdctl.bringup import autoscaler
from sdctl.bringup.autoscale_loop import AutoscaleLoop
from sdctl.cli.context import Context
from sdctl.design.autoscaling import replay as recorded
from sdctl.design.autoscaling.settings import AutoscaleSettings
from sdctl.foundation.errors import UsageError
from sdctl.foundation.files import text_of
from sdctl.state import lock
from sdctl.terminal import autoscale as view

_MOST_BYTES = 64 * 1024**2  # a decision every second for a day


def run(context: Context, tier: str, settings: AutoscaleSettings, period_s: float) -> None:
    """Decide every period, until Ctrl-C."""
    running = context.running
    autoscaler.check(running, tier, settings)
    scaler = autoscaler.Autoscaler(running, tier, settings, context.changing)
    if context.dry_run:
        context.screen.print_plan([view.headline(tier, scaler.decide())])
        return
    loop = AutoscaleLoop(scaler, running.profile().settings[tier].count)
    claim = context.stack.folder / f"autoscale-{tier}.lock"
    with lock.held(claim, context.stack.name, f"autoscale {tier}"):
        try:
            loop.run(period_s, view.DecisionLines(context.screen, tier))
        except KeyboardInterrupt:
            raise view.ended(tier, loop) from None


def replay(
    context: Context, file: Path, settings: AutoscaleSettings, cpu_request: float, *, changed: bool
) -> None:
    """Decide over a file, and say where that differs from what was recorded."""
    text = text_of(file, most=_MOST_BYTES)
    try:
        made = recorded.decisions(text, settings, cpu_request, changed=changed)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{file}: {error}",
            hint="`sdctl --json autoscale app > FILE` records one that can be replayed.",
        ) from None
    view.replayed(context.screen, made)
