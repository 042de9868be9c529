"""`sdctl autoscale`: as many replicas as the load asks for, each decision with its arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sdctl.cli import values
from sdctl.cli.context import Context

_REPLAY = "replay"
_MAX = 10
_CPU_REQUEST = "250m"
_SELECT = "max|min|disabled"


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
            help="How much of its cpu_request a replica shall use, on average.",
            show_default="80 if no target",
        ),
    ] = None,
    target_rps: Annotated[
        float | None,
        typer.Option(
            parser=values.number,
            metavar="NUMBER",
            help="Requests per second that one replica shall get; app only.",
        ),
    ] = None,
    target_queue: Annotated[
        float | None,
        typer.Option(
            parser=values.number,
            metavar="NUMBER",
            help="Orders in the queue for one worker; worker only.",
        ),
    ] = None,
    target_p99: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="99 of 100 requests shall take less, such as 200ms; app only."
        ),
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
            help="The most that is added in this time, such as 4/15s or 100%/15s. Repeatable.",
            show_default="4/15s and 100%/15s",
        ),
    ] = None,
    down_policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NUMBER/TIME",
            help="The most that is removed in this time, such as 50%/1m. Repeatable.",
            show_default="100%/15s",
        ),
    ] = None,
    up_select: Annotated[
        str | None,
        typer.Option(
            metavar=_SELECT,
            help="Of several up policies, the one that allows most (max) or least (min); "
            "disabled: never go up.",
            show_default="max",
        ),
    ] = None,
    down_select: Annotated[
        str | None,
        typer.Option(metavar=_SELECT, help="The same for going down.", show_default="max"),
    ] = None,
    tolerance: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE",
            help="While the value is this close to the target, nothing is changed.",
            show_default="10%",
        ),
    ] = None,
    cpu_request: Annotated[
        str | None,
        typer.Option(
            metavar="CORES",
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
    sdctl autoscale worker --target-queue 50 --down-policy 1/30s
    sdctl autoscale replay recorded.jsonl
    """
    from sdctl.cli import autoscale_options as options
    from sdctl.cli import autoscale_run
    from sdctl.foundation.errors import UsageError

    context: Context = ctx.obj
    period_s = options.period(period)
    up = options.WrittenRules(up_window, up_policy, up_select, tolerance)
    down = options.WrittenRules(down_window, down_policy, down_select, tolerance)
    targets = options.targets(target_cpu, target_rps, target_queue, target_p99)
    settings = options.settings(min_, max_, targets, up, down)
    if tier == _REPLAY:
        if file is None:
            raise UsageError("replay needs a file", hint="For example: sdctl autoscale replay FILE")
        changed = bool(targets) or (min_, max_) != (1, _MAX) or up.given or down.given
        request = options.cpu_request(cpu_request or _CPU_REQUEST)
        autoscale_run.replay(context, file, settings, request, changed=changed)
        return
    if cpu_request is not None:
        raise UsageError(
            "--cpu-request goes with replay alone",
            hint=f"For a tier that runs it is a setting: `sdctl up --set {tier}.cpu_request=500m`.",
        )
    if file is not None:
        raise UsageError(f"{file} is one argument too many", hint="A file goes with replay alone.")
    autoscale_run.run(context, tier, settings, period_s)


COMMAND = autoscale
