"""What builds a load's plan in these tests (``conftest.py``). A module of its own: where the tests
of two folders run, ``conftest`` is the name of both folders' own."""

from __future__ import annotations

from collections.abc import Callable

from sdctl.load.plan import LoadPlan

Plan = Callable[..., LoadPlan]
