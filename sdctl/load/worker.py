"""The process in which a ``LoadRunner`` runs its plan: ``python -m sdctl.load.worker FD``.

It imports no more than the load itself needs. Over the connection it gets a plan, sends ticks
with the ledger's new rows, and at last the result or an error's text. It ends early when told to,
or when the other side is gone, so that no load outlives sdctl.
"""

from __future__ import annotations

import contextlib
import queue
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection

from sdctl.ledger import Ledger
from sdctl.load.messages import Broke, Progress, Report, unpack
from sdctl.load.result import LoadResult
from sdctl.load.run import run
from sdctl.load.tally import Tick


def main() -> None:
    # Ctrl-C reaches the whole process group; whether to stop is for the other side to say
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection: Connection = Connection(int(sys.argv[1]))
    reports: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
    sender = threading.Thread(target=_send, args=(connection, reports), daemon=True)
    sender.start()
    try:
        reports.put(_run(connection.recv_bytes(), connection, reports))
    except Exception:
        reports.put(Broke(text=traceback.format_exc()))
    reports.put(None)
    sender.join()


def _run(
    data: bytes, connection: Connection, reports: queue.SimpleQueue[Report | None]
) -> LoadResult:
    plan = unpack(data)
    stop = threading.Event()
    threading.Thread(target=_listen, args=(connection, stop), daemon=True).start()
    ledger = Ledger(plan.run)
    reported = 0

    def on_tick(tick: Tick) -> None:
        nonlocal reported
        rows = ledger.rows(reported)
        reported += len(rows.keys)
        reports.put(Progress(tick=tick, rows=rows))

    return run(plan, on_tick=on_tick, ledger=ledger, stop=stop)


def _send(connection: Connection, reports: queue.SimpleQueue[Report | None]) -> None:
    """Send reports as they come. In a thread: a reader that is slow must not make sends late."""
    while (report := reports.get()) is not None:
        try:
            connection.send(report)
        except OSError:
            return


def _listen(connection: Connection, stop: threading.Event) -> None:
    """Stop on any word, and when the other side is gone."""
    with contextlib.suppress(EOFError, OSError):
        connection.recv()
    stop.set()


if __name__ == "__main__":
    main()
