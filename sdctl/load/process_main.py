"""A process of a ``LoadRunner``: ``main()`` with ``FD PART`` (children.py).

It imports no more than the load itself needs. Over the connection it gets a plan, says when it is
ready and is told when to begin; it sends beats with the ledger's new rows, and at last its figures
or an error's text. It ends early when told to, or when the other side is gone, so that no load
outlives sdctl.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection

from sdctl.judge.ledger import Ledger
from sdctl.load.beats import Beat
from sdctl.load.generator import run_part
from sdctl.load.limits import go_first
from sdctl.load.process_figures import ProcessFigures
from sdctl.load.process_messages import Failed, ProgressReport, Ready, Report, unpack
from sdctl.load.workload_requests import WorkloadFailed

Reports = queue.SimpleQueue[Report | None]


def main() -> None:
    # when to stop is for the other side to say, or for its end
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.dup2(2, 1)  # what a plug-in prints is no result of the command
    go_first()
    connection: Connection = Connection(int(sys.argv[1]))
    reports: Reports = queue.SimpleQueue()
    sender = threading.Thread(target=_send, args=(connection, reports), daemon=True)
    sender.start()
    try:
        reports.put(_run(int(sys.argv[2]), connection, reports))
    except WorkloadFailed as error:
        reports.put(Failed(text=traceback.format_exc(), workload=str(error)))
    except Exception:
        reports.put(Failed(text=traceback.format_exc()))
    reports.put(None)
    sender.join()


def _run(part: int, connection: Connection, reports: Reports) -> ProcessFigures:
    plan = unpack(connection.recv_bytes())
    begin: queue.SimpleQueue[float] = queue.SimpleQueue()
    stop = threading.Event()
    threading.Thread(target=_listen, args=(connection, begin, stop), daemon=True).start()
    ledger = Ledger(plan.run)
    reported = 0

    def on_beat(beat: Beat) -> None:
        nonlocal reported
        rows = ledger.rows(reported)
        reported += len(rows.keys)
        reports.put(ProgressReport(beat=beat, rows=rows))

    def ready() -> float:
        reports.put(Ready())
        return begin.get()

    return run_part(plan, part, on_beat=on_beat, ledger=ledger, stop=stop, begin=ready)


def _send(connection: Connection, reports: Reports) -> None:
    """Send reports as they come. In a thread: a reader that is slow must not make sends late."""
    while (report := reports.get()) is not None:
        try:
            connection.send(report)
        except OSError:
            return


def _listen(connection: Connection, begin: queue.SimpleQueue[float], stop: threading.Event) -> None:
    """Begin when told; stop on any other word, and when the other side is gone."""
    with contextlib.suppress(EOFError, OSError):
        while isinstance(word := connection.recv(), float):
            begin.put(word)
    stop.set()
    begin.put(time.monotonic())
