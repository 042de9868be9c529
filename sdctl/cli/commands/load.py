"""`sdctl load`: open-loop load through the gateway, with honest latencies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sdctl.cli import values
from sdctl.cli.context import Context
from sdctl.foundation.errors import UsageError
from sdctl.workloads.workload import all_workloads

_KNOWN = ", ".join(sorted(all_workloads()))


def load(
    ctx: typer.Context,
    rps: Annotated[
        float | None,
        typer.Option(
            parser=values.number,
            metavar="NUMBER",
            help="Requests per second.",
            show_default="about 100 for each core",
        ),
    ] = None,
    duration: Annotated[
        list[str] | None,
        typer.Option(
            "--duration",
            "--for",  # as every fault has it
            metavar="TIME",
            help="How long, such as 60s.",
            show_default="30s; with --ramp to its last point",
        ),
    ] = None,
    workload: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help=f"One of {_KNOWN}.", show_default="mixed; with --url get"
        ),
    ] = None,
    ramp: Annotated[
        str | None,
        typer.Option(
            metavar="TIME:RATE,…",
            help="Instead of --rps: a rate that changes, such as 0s:50,30s:500.",
        ),
    ] = None,
    assert_: Annotated[
        list[str] | None,
        typer.Option(
            "--assert",
            metavar="FIGURE<LIMIT",
            help="What must be true, such as 'p99<100ms'. Repeatable.",
        ),
    ] = None,
    retries: Annotated[
        int,
        typer.Option(
            parser=values.count,
            metavar="NUMBER",
            help="How often a request is tried again that failed or got no answer.",
        ),
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="Write result, time series and histograms into this file."),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            parser=values.seed, metavar="NUMBER", help="The same seed sends the same requests."
        ),
    ] = 0,
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Send to this HTTP service, not to the stack."),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            metavar="METHOD",
            help="With --url: the method, such as PUT.",
            show_default="GET; with --body POST",
        ),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(metavar="'NAME: VALUE'", help="With --url: a header. Repeatable."),
    ] = None,
    body: Annotated[
        str | None,
        typer.Option(metavar="WORDS|@FILE", help="With --url: the body of each request."),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(
            parser=values.count,
            metavar="NUMBER",
            help="How many processes send the load.",
            show_default="what the rate needs",
        ),
    ] = None,
) -> None:
    """Send requests at a fixed rate.

    The rate does not wait for answers. There are two latencies. Response time begins when a
    request was due. Service time begins when it was sent.

    Exit code 8: an assertion is false, every request failed, or nobody listens at --url.

    Exit code 9: the load generator or the machine was the limit, so the times do not count. An
    assertion about times is then neither true nor false. One about how requests ended still ends
    with 8 if it is false.

    sdctl load --rps 200 --duration 60s
    sdctl load --workload orders --assert 'p99<100ms' --assert 'failed<=0'
    sdctl load --ramp 0s:50,30s:500 --out run.json
    sdctl load --workload orders --retries 3
    sdctl load --url http://127.0.0.1:8000/hello --rps 2000
    sdctl load --url http://127.0.0.1:8000/items --method PUT --body @item.json
    """
    from sdctl.cli.load_run import conduct
    from sdctl.design import needs
    from sdctl.foundation.arguments import parse
    from sdctl.foundation.digits import plain
    from sdctl.foundation.own_processors import processors
    from sdctl.load import headers
    from sdctl.load.options import LoadOptions, make_plan
    from sdctl.load.to_stack import plan_to_stack
    from sdctl.workloads.get import Get

    context: Context = ctx.obj
    options = LoadOptions(
        rps=needs.comfortable_rate(processors()) if rps is None else rps,
        duration=_once("--duration", duration or []),
        workload=workload or (None if url is None else "get"),
        method=method,
        body=body,
        processes=processes,
        retries=retries,
        ramp=ramp,
        assertions=tuple(assert_ or ()),
        seed=seed,
    )
    if rps is not None and ramp is not None:
        raise UsageError("--rps and --ramp both say the rate", hint="Leave one of them out.")
    if header and url is None:
        raise UsageError("--header works only with --url", hint="Leave it out, or add --url.")
    if workload == Get.name and url is None:
        raise UsageError(
            "--workload get works only with --url",
            hint="It asks for that address alone. Leave it out, or add --url.",
        )
    context.try_out(out)
    # what is wrong with the options is said before the stack is asked
    plan = make_plan(
        options,
        "http://gateway" if url is None else url,
        parse("--header", headers.parse, header or []),
    )
    if url is None:
        with context.screen.working("looking for the gateway"):
            plan = plan_to_stack(options, context.running)
    if context.dry_run:
        context.screen.print_plan(
            [
                f"send {plain(plan.schedule.mean_rps)} rps of {plan.workload.name} to "
                f"{plan.address} from {plan.processes} process{'es' if plan.processes > 1 else ''}"
            ]
        )
        return
    conduct(context, plan, out=out, own=url is None)


def _once(option: str, given: Sequence[str]) -> str | None:
    """The value of an option that has two names: one of them would be passed over."""
    if len(given) > 1:
        raise UsageError(
            f"{option} is given {len(given)} times, as --for is the same: {', '.join(given)}",
            hint="Leave out all but one.",
        )
    return given[0] if given else None


COMMAND = load
