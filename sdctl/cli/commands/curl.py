"""`sdctl curl`: one request to the stack's gateway, with the key filled in."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli.context import Context


def curl(
    ctx: typer.Context,
    method: Annotated[str, typer.Argument(metavar="METHOD", help="GET, POST …")],
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="What is asked for; it begins with /.")
    ] = "",
    body: Annotated[
        str | None,
        typer.Option(
            "--body",
            "-d",
            metavar="JSON|@FILE",
            help="What is sent. It is JSON, unless a header says otherwise.",
        ),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option("--header", "-H", metavar="'NAME: VALUE'", help="Repeatable."),
    ] = None,
    no_key: Annotated[
        bool, typer.Option("--no-key", help="Leave the key out, to see what happens.")
    ] = False,
) -> None:
    """Send one request through the gateway, with the key filled in.

    It shows the status, the headers that matter with what they mean, and the body. The body alone
    goes to stdout. The exit code is 0 for any answer, also for 404. It is 6 when no answer came.
    `--dry-run` shows the same request as a plain curl line.

    sdctl curl GET '/v1/orders?user_id=ada'
    sdctl curl POST /v1/orders \\
      --body '{"user_id": "ada", "item": "book", "quantity": 1}'
    sdctl curl POST /v1/orders --body @order.json --header 'Idempotency-Key: a1'
    sdctl curl GET '/v1/users/ada/notifications?poll=1'
    """
    from sdctl.components._collector import silence
    from sdctl.foundation import output
    from sdctl.foundation.arguments import parse
    from sdctl.foundation.errors import NotReady
    from sdctl.foundation.http_messages import HttpRequest
    from sdctl.guide import curl as asking
    from sdctl.load import headers
    from sdctl.load.options import body_of
    from sdctl.state.entrance import Entrance
    from sdctl.terminal import curl as view

    context: Context = ctx.obj
    # what is wrong with the words is said before the stack is asked
    verb, wanted = asking.method_of(method), asking.path_of(path)
    given = parse("--header", headers.parse, header or [])
    sent = None if body is None else body_of(body).decode(errors="surrogateescape")
    url, key = context.running.way_in()
    request = HttpRequest(
        method=verb, path=asking.path_of(wanted, url), headers=given, body=sent, key=not no_key
    )
    with Entrance(url, key) as entrance:
        if context.dry_run:
            context.screen.print_plan(
                [asking.plain(url, entrance.headers(request), request)], typed=True
            )
            return
        stream = view.EventsView(context.screen)
        try:
            answer = entrance.ask(request, stream.line)
        except KeyboardInterrupt:
            if not stream.begun:
                raise
            return  # how one leaves a stream
    if not answer.status:
        raise NotReady(
            f"{url} gave no answer: {answer.text}", hint="`sdctl status` shows what is wrong."
        )
    if context.screen.json:
        context.screen.print_json(asking.to_json(request, url, answer))
    elif not stream.begun:
        well = verb in ("GET", "HEAD") and answer.status < 400
        logged = not (well and silence(context.running.profile().settings))
        context.screen.err.print(view.head(answer, logged=logged))
        output.line(view.body(answer))


COMMAND = curl
