"""`sdctl env`: addresses, key and connection strings of a running stack."""

from __future__ import annotations

from typing import Annotated

import typer

from sdctl.cli.context import Context

_OTHERS = (
    "any other tier: `sdctl shell TIER` opens its own client; "
    "`sdctl up --set TIER.expose=true` gives it an address here"
)


def env(
    ctx: typer.Context,
    export: Annotated[
        bool, typer.Option("--export", help="Print `export` lines for a shell.")
    ] = False,
) -> None:
    """Print addresses, the API key and logins.

    Tiers with expose=true also get a connection string.

    sdctl env
    eval "$(sdctl env --export)"
    curl -H "X-API-Key: $SDCTL_API_KEY" "$SDCTL_GATEWAY_URL/v1/orders?user_id=ada"
    """
    from sdctl.terminal import left_out

    context: Context = ctx.obj
    value = context.running.addresses()
    if context.screen.json:
        context.screen.print_json(value)
        return
    if not export:  # that is for a shell, at each start
        for line in left_out.lines(value["left_out"]):
            context.screen.tell(line)
        context.screen.tell(_OTHERS)
    flat = {"gateway_url": value["gateway_url"]}
    if value["outside_urls"]:
        flat["outside_urls"] = " ".join(value["outside_urls"])
    flat["api_key"] = value["api_key"]
    flat |= {f"{tier}_url": url for tier, url in value["connections"].items()}
    for name, page in value["dashboards"].items():
        flat |= {f"{name}_{key}": text for key, text in page.items()}
    for name, text in flat.items():
        if text is not None:
            quoted = "'" + str(text).replace("'", "'\\''") + "'"
            print(f"export SDCTL_{name.upper()}={quoted}" if export else f"{name:<16} {text}")


COMMAND = env
