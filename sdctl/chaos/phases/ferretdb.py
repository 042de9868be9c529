"""Documents on FerretDB: its leader is whom Patroni says."""

from __future__ import annotations

from sdctl.chaos.phases import _patroni

PHASES = _patroni.read
