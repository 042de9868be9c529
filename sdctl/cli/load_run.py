"""A load as `sdctl load` runs it: sent, shown while it is sent, and judged."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

from sdctl.cli.context import Context
from sdctl.foundation import files
from sdctl.foundation.errors import Interrupted, NotReady, VerdictFalse
from sdctl.load.judgement import judgement
from sdctl.load.listening import absent
from sdctl.load.plan import LoadPlan
from sdctl.load.recorded import recorded
from sdctl.terminal.load_remarks import next_step
from sdctl.terminal.load_summary import summary
from sdctl.terminal.load_view import LoadView


def conduct(context: Context, plan: LoadPlan, *, out: Path | None, own: bool) -> None:
    """Send ``plan`` to its end or to Ctrl-C, show it, and exit 8 or 9 where it deserves that.
    ``own``: it goes to this stack, not to a stranger's service."""
    if (why := absent(plan.address)) is not None:
        if own:
            raise NotReady(
                f"the stack's gateway takes no connections: {why}",
                hint="Nothing was sent. `sdctl status` says why, `sdctl up` starts it again.",
            )
        raise VerdictFalse(
            why, hint="Nothing was sent. Is the address right, and does the service run?"
        )
    screen = context.screen
    view = None if screen.json else LoadView(plan, console=screen.err)
    running = context.running if own else None
    shown = view.update if view else None
    interrupted = False
    with (
        view or nullcontext(),
        recorded("load", plan, context.stack, running, on_tick=shown) as load,
    ):
        try:
            result = load.result()
        except KeyboardInterrupt:
            interrupted = True
            result = load.stop()
    error = judgement(result)
    if interrupted:
        error = Interrupted("interrupted; the figures are those until then")
    if screen.json:
        screen.print_json(result.to_json())
    else:
        screen.out.print(summary(result, error=error.message if error else ""))
        screen.tell(next_step(result, own=own))
    # last: what the disk has no room for has been shown
    if out is not None:
        whole = result.to_file(load.folder.series())
        files.write_whole(out, json.dumps(whole, indent=1) + "\n")
    if error is not None:
        raise error
