"""A bench: what is repeated, and the trials so far. Its file is whole JSON after every trial."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from sdctl.foundation import files, json_files, shape
from sdctl.foundation.errors import UsageError
from sdctl.judge import trial_summary
from sdctl.judge.flat_json import flat
from sdctl.judge.trial import Trial

KIND = "bench"
FAILOVER = "kill-leader"
_KIND_OF_FAILOVER = "bench failover"
"""As its files had it before any fault could be repeated, and have it still."""

KINDS = (KIND, _KIND_OF_FAILOVER)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The head says what each trial was done with; with another head they are other trials."""

    fault: str = FAILOVER
    params: Mapping[str, Any] | None = None
    """The fault's options; None: they were not written down then."""
    tier: str
    how: str | None
    rps: float
    profile: str
    settings: Mapping[str, Any]
    """The profile's JSON."""
    sdctl: str
    host: Mapping[str, Any]
    started_at: str
    trials: tuple[Trial, ...] = ()

    @property
    def kind(self) -> str:
        """What its file says that it is."""
        return _KIND_OF_FAILOVER if self.fault == FAILOVER else KIND

    @property
    def title(self) -> str:
        """What is repeated, for people: with whom it was aimed at."""
        asked = next((trial.asked for trial in self.trials if trial.asked), self.tier)
        return f"{self.fault} {asked}" + (f", {self.how}" if self.how else "")

    def with_trial(self, verdict: Mapping[str, Any]) -> Bench:
        """This bench and one trial more."""
        return replace(self, trials=(*self.trials, Trial.of(verdict)))

    def going_on(self, before: Bench, path: Path) -> Bench:
        """The trials of ``before``, to be continued. Raises ``UsageError`` if it is another."""
        ours, theirs = self.head(), before.head()
        if before.params is None:
            del ours["params"]
        now, then = flat(ours), flat({name: theirs[name] for name in ours})
        other = sorted(name for name in {*now, *then} if now.get(name) != then.get(name))
        if other:
            raise UsageError(
                f"{path} has trials of another bench: {_some(other)}",
                hint="Name another file with --out; nothing was broken.",
            )
        return before

    def head(self) -> dict[str, Any]:
        """What must be the same for trials to belong together."""
        return {"fault": self.fault, "params": self.params, "tier": self.tier, "how": self.how,
                "rps": self.rps, "settings": self.settings, "sdctl": self.sdctl,
                "host": self.host}  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The value of ``sdctl bench FAULT --json``, and its file."""
        return {
            "kind": self.kind,
            "started_at": self.started_at,
            "profile": self.profile,
            **self.head(),
            "summary": trial_summary.summarise(self.trials).to_json(),
            "trials": [dict(trial.json) for trial in self.trials],
        }

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Bench:
        """From :meth:`to_json`; the summary is computed anew, never read."""
        return cls(
            fault=raw.get("fault", FAILOVER),
            params=raw.get("params"),
            tier=raw["tier"],
            how=raw["how"],
            rps=raw["rps"],
            profile=raw["profile"],
            settings=raw["settings"],
            sdctl=raw["sdctl"],
            host=raw["host"],
            started_at=raw["started_at"],
            trials=tuple(Trial.of(trial) for trial in raw["trials"]),
        )


class _Shape(TypedDict):
    """What every version of sdctl wrote into its file."""

    kind: Literal["bench", "bench failover"]
    tier: str
    how: str | None
    rps: float
    profile: str
    settings: Mapping[str, Any]
    sdctl: str
    host: Mapping[str, Any]
    started_at: str
    trials: list[Any]
    fault: NotRequired[str]
    params: NotRequired[Mapping[str, Any] | None]


def read(path: Path) -> Bench:
    """The bench in a file. Raises ``UsageError`` if there is none."""
    try:
        raw = json_files.json_of(path)
        shape.check(raw, _Shape)
        return Bench.of(raw)
    except KeyError as missing:
        why = f"a trial has no {missing}"
    except (OSError, ValueError, TypeError, AttributeError) as error:
        why = (getattr(error, "strerror", None) or "").lower() or str(error)
    raise UsageError(
        f"{path} is not a file of `sdctl bench`: {why}",
        hint="Name another file; this one is left as it is.",
    )


def write(bench: Bench, path: Path) -> None:
    """Replace the file in one step, so that whoever is killed leaves it whole."""
    files.write_whole(path, json.dumps(bench.to_json(), indent=1) + "\n")


def _some(names: Sequence[str]) -> str:
    """Which differ; of many the first."""
    more = f" and {len(names) - _FIRST} more" if len(names) > _FIRST else ""
    return f"{', '.join(names[:_FIRST])}{more} {'differs' if len(names) == 1 else 'differ'}"


_FIRST = 5
