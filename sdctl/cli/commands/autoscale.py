"""`sdctl autoscale`: as many replicas as the load asks for, each decision with its arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdctl.cli import values
from sdctl.cli.context import Context

if TYPE_CHECKING:
    from sdctl.design.autoscaling.settings import AutoscaleSettings, Rules, Select

_REPLAY = "replay"
_MAX = 10
_CPU_REQUEST = "250m"
_LEAST = {"cpu": "1 %", "rps": "0.001", "queue": "0.001", "p99": "1ms"}
_MOST = {"cpu": "1000 %", "rps": "1,000,000", "queue": "1,000,000,000", "p99": "1h"}
_MOST_BYTES = 64 * 1024**2
"""Of a file to replay: a decision every second for a day."""


def autoscale(
    ctx: typer.Context,
    tier: Annotated[str, typer.Argument(metavar="TIER|replay", help="app or worker; or replay.")],
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="With replay: what was recorded.")
    ] = None,
    min_: Annotated[
        int,
        typer.Option("--min", parser=values.count, metavar="NUMBER", help="Never fewer replicas."),
    ] = 1,
    max_: Annotated[
        int, typer.Option("--max", parser=values.count, metavar="NUMBER", help="Never more.")
    ] = _MAX,
    target_cpu: Annotated[
        int | None,
        typer.Option(
            parser=values.count,
            metavar="PERCENT",
            help="A replica shall use so many percent of its cpu_request, on average.",
            show_default="80 if no target",
        ),
    ] = None,
    target_rps: Annotated[
        float | None,
        typer.Option(
            parser=values.number,
            metavar="NUMBER",
            help="Requests per second that one replica shall get.",
        ),
    ] = None,
    target_queue: Annotated[
        float | None,
        typer.Option(
            parser=values.number,
            metavar="NUMBER",
            help="Waiting messages that one replica may have.",
        ),
    ] = None,
    target_p99: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="99 of 100 requests shall take less, such as 200ms."),
    ] = None,
    period: Annotated[
        str, typer.Option(metavar="TIME", help="The time between two decisions.")
    ] = "15s",
    up_window: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Go up only to the lowest number that was proposed in this time.",
            show_default="0s",
        ),
    ] = None,
    down_window: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Go down only to the highest number that was proposed in this time.",
            show_default="5m",
        ),
    ] = None,
    up_policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NUMBER/TIME",
            help="Add at most so many replicas, or percent of them, in this time. Repeatable.",
            show_default="4/15s and 100%/15s",
        ),
    ] = None,
    down_policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NUMBER/TIME",
            help="Remove at most so many replicas, or percent of them, in this time. Repeatable.",
            show_default="100%/15s",
        ),
    ] = None,
    up_select: Annotated[
        str | None,
        typer.Option(
            help="Of several up policies, the one that allows most (max) or least (min); "
            "disabled: never go up.",
            show_default="max",
        ),
    ] = None,
    down_select: Annotated[
        str | None, typer.Option(help="The same for going down.", show_default="max")
    ] = None,
    tolerance: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE", help="So close to the target nothing is changed.", show_default="10%"
        ),
    ] = None,
    cpu_request: Annotated[
        str | None,
        typer.Option(
            help="With replay of a table: the CPU that one replica requests.",
            show_default=_CPU_REQUEST,
        ),
    ] = None,
) -> None:
    """Add and remove replicas as the load asks for.

    It decides as Kubernetes' HorizontalPodAutoscaler does, and shows the arithmetic of each
    decision. It goes on until Ctrl-C. Then the replicas stay as they are. With --json, each
    decision is one JSON document on a line of its own, also with replay.

    sdctl autoscale app --min 2 --max 8 --target-cpu 60
    sdctl autoscale app --target-rps 50 --target-p99 200ms
    sdctl autoscale worker --target-queue 50 --down-window 1m --down-policy 1/30s
    sdctl autoscale replay recorded.jsonl
    """
    from sdctl.foundation.arguments import parse
    from sdctl.foundation.errors import UsageError
    from sdctl.foundation.units import cores, duration

    context: Context = ctx.obj
    period_s = parse("--period", duration, period)
    if not 1 <= period_s <= 3600:
        raise UsageError(f"--period: {period} is not within 1s and 1h", hint="Kubernetes has 15s.")
    up = _Side(up_window, up_policy, up_select, tolerance)
    down = _Side(down_window, down_policy, down_select, tolerance)
    targets = _targets(target_cpu, target_rps, target_queue, target_p99)
    settings = _settings(min_, max_, targets, up, down)
    if tier == _REPLAY:
        if file is None:
            raise UsageError("replay needs a file", hint="For example: sdctl autoscale replay FILE")
        changed = bool(targets) or (min_, max_) != (1, _MAX) or up.given or down.given
        request = parse("--cpu-request", cores, cpu_request or _CPU_REQUEST)
        _replay(context, file, settings, request, given=changed)
        return
    if cpu_request is not None:
        raise UsageError(
            "--cpu-request goes with replay alone",
            hint=f"Of what runs, it is a setting: `sdctl up --set {tier}.cpu_request=500m`.",
        )
    if file is not None:
        raise UsageError(f"{file} is one argument too many", hint="A file goes with replay alone.")
    _run(context, tier, settings, period_s)


@dataclass(frozen=True)
class _Side:
    """How it may go one way, as it was written; None: the default."""

    window: str | None
    policies: list[str] | None
    select: str | None
    tolerance: str | None

    @property
    def given(self) -> bool:
        return any((self.window, self.policies, self.select, self.tolerance))

    def rules(self, way: str, default: Rules) -> Rules:
        from sdctl.design.autoscaling.settings import policies
        from sdctl.foundation.arguments import parse
        from sdctl.foundation.units import share

        rules = default
        if self.window is not None:
            rules = replace(rules, window_s=parse(f"--{way}-window", _window, self.window))
        if self.policies:
            given = parse(f"--{way}-policy", policies, self.policies)
            rules = replace(rules, policies=given)
        if self.select is not None:
            rules = replace(rules, select=parse(f"--{way}-select", _select, self.select))
        if self.tolerance is not None:
            rules = replace(rules, tolerance=parse("--tolerance", share, self.tolerance))
        return rules


def _window(text: str) -> int:
    from sdctl.foundation.units import duration

    seconds = duration(text)
    if seconds != int(seconds) or seconds > 3600:
        raise ValueError(f"a window is 0s to 1h in whole seconds, not {text}")
    return int(seconds)


def _select(text: str) -> Select:
    for known in ("max", "min", "disabled"):
        if text == known:
            return known
    raise ValueError(f"{text!r} is not max, min or disabled")


def _targets(
    cpu: int | None, rps: float | None, queue: float | None, p99: str | None
) -> dict[str, int]:
    """What was given, as ``METRICS`` says."""
    from sdctl.foundation.arguments import parse
    from sdctl.foundation.errors import UsageError
    from sdctl.foundation.units import duration

    slowest = None if p99 is None else parse("--target-p99", duration, p99) * 1e6
    given: dict[str, float | None] = {
        "cpu": cpu,
        "rps": None if rps is None else rps * 1000,
        "queue": None if queue is None else queue * 1000,
        "p99": slowest,
    }
    found = {name: value for name, value in given.items() if value is not None}
    for name, value in found.items():
        if not 1 <= value <= 1e12:
            raise UsageError(
                f"--target-{name} must be at least {_LEAST[name]} and no more than {_MOST[name]}",
                hint="Nothing was done.",
            )
    return {name: round(value) for name, value in found.items()}


def _settings(
    least: int, most: int, targets: dict[str, int], up: _Side, down: _Side
) -> AutoscaleSettings:
    from sdctl.design.autoscaling.settings import DOWN, UP, AutoscaleSettings
    from sdctl.foundation.errors import UsageError

    if not 1 <= least <= most:
        raise UsageError(
            f"--min {least} and --max {most} do not go together",
            hint="The least is 1, and --max is no less than --min.",
        )
    return AutoscaleSettings(
        min=least,
        max=most,
        targets=targets or {"cpu": 80},
        up=up.rules("up", UP),
        down=down.rules("down", DOWN),
    )


def _run(context: Context, tier: str, settings: AutoscaleSettings, period_s: float) -> None:
    """Decide every period, until Ctrl-C."""
    import time

    from sdctl.bringup import autoscaler
    from sdctl.foundation import output, waiting
    from sdctl.foundation.errors import Interrupted
    from sdctl.foundation.units import counted, format_duration
    from sdctl.state import lock
    from sdctl.terminal import autoscale as view

    running = context.running
    autoscaler.check(running, tier, settings)
    scaler = autoscaler.Autoscaler(running, tier, settings, context.changing)
    if context.dry_run:
        decision = scaler.decide()
        context.screen.print_plan([view.headline(tier, decision)])
        return
    alone = context.stack.folder / f"autoscale-{tier}.lock"
    began = due = time.monotonic()
    first = now = running.profile().settings[tier].count
    decisions = changes = 0
    with lock.held(alone, context.stack.name, f"autoscale {tier}"):
        try:
            while True:
                waiting.moment(due)
                decision = scaler.decide()
                view.decided(context.screen, tier, decision)
                outcome = scaler.carry_out(decision)
                view.done(context.screen, tier, decision, outcome)
                output.check()
                decisions += 1
                changes += outcome.carried_out
                now = decision.desired if outcome.carried_out else decision.current
                due = max(due + period_s, time.monotonic())
        except KeyboardInterrupt:
            lasted = format_duration(round(time.monotonic() - began))
            back = f" `sdctl scale {tier}={first}` goes back." if now != first else ""
            raise Interrupted(
                f"after {lasted}: {counted(decisions, 'decision')}, {counted(changes, 'change')}, "
                f"{tier} {first if now == first else f'{first} → {now}'}",
                hint=f"{tier} stays as it is.{back}",
            ) from None


def _replay(
    context: Context, file: Path, settings: AutoscaleSettings, cpu_request: float, *, given: bool
) -> None:
    """Decide over a file, and say where that differs from what was recorded."""
    from sdctl.design.autoscaling import replay
    from sdctl.foundation.errors import UsageError
    from sdctl.foundation.files import text_of
    from sdctl.terminal import autoscale as view

    if cpu_request <= 0:
        raise UsageError("--cpu-request must be more than 0", hint="Such as 250m, or 0.5.")
    text = text_of(file, most=_MOST_BYTES)
    try:
        if replay.is_recorded(text):
            made = tuple(replay.recorded(text, settings if given else None))
        else:
            made = tuple(replay.simulated(text, settings, cpu_request, settings.min))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file}: {error}", hint="See docs/autoscaling.md.") from None
    view.replayed(context.screen, made)


COMMAND = autoscale
