"""Processes that we start: they end with us, and ours run the sdctl that we are.

``python -m`` looks for every module in the current folder first, and in ``PYTHONPATH``. A user's
``json.py`` must not be what a healer imports. So: an isolated interpreter, this very package and no
other of its name, and the folders of this process's own imports last.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_END_S = 10.0
_PACKAGE = Path(__file__).resolve().parent.parent
_BOOT = """
import importlib, importlib.util, os, sys
home, folders, module = sys.argv[1:4]
del sys.argv[1:4]
sys.path += [folder for folder in folders.split(os.pathsep) if folder and folder not in sys.path]
spec = importlib.util.spec_from_file_location(
    "sdctl", os.path.join(home, "__init__.py"), submodule_search_locations=[home])
package = sys.modules["sdctl"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
importlib.import_module(module).main()
"""


def command(module: str, *words: str) -> list[str]:
    """The command line that calls ``main()`` of ``module``, with ``words`` in ``sys.argv[1:]``."""
    here = Path.cwd() if _there() else None
    folders = [Path(entry).resolve() for entry in sys.path if entry]
    names = [str(folder) for folder in folders if folder != here and folder != _PACKAGE.parent]
    home, joined = str(_PACKAGE), os.pathsep.join(names)
    isolated = ["-I", "-B"] if sys.dont_write_bytecode else ["-I"]
    return [sys.executable, *isolated, "-c", _BOOT, home, joined, module, *words]


@contextlib.contextmanager
def ended_with_us(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """A process that is told to end when the block is left early, by an error or a signal; with all
    that it started, if it leads a session of its own."""
    with process:
        try:
            yield process
        except BaseException:
            # asked while it is there: what it started may outlive it
            leads = _leads(process)
            _send(process, signal.SIGTERM, leads=leads)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_END_S)
            _send(process, signal.SIGKILL, leads=leads)
            raise


def _leads(process: subprocess.Popen[str]) -> bool:
    """Whether it leads a group of its own; one that has been waited for is nobody's leader."""
    with contextlib.suppress(ProcessLookupError):
        return process.returncode is None and os.getpgid(process.pid) == process.pid
    return False


def _send(process: subprocess.Popen[str], number: int, *, leads: bool) -> None:
    with contextlib.suppress(ProcessLookupError):
        if leads:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def _there() -> bool:
    """Whether the current folder still exists."""
    try:
        Path.cwd()
    except OSError:
        return False
    return True
