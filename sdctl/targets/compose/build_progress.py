"""What a build's output says of each image: where it is, and that it is done."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping

from sdctl.foundation.units import counted, format_duration
from sdctl.targets.target import Report

_STEP = re.compile(r"#\d+ \[(?P<node>\S+) +(?P<step>\d+)/(?P<of>\d+)\] (?P<what>.*)")
_NAMED = re.compile(r"#\d+ naming to (?:\S+/)?sdctl/(?P<image>[^:\s]+):")


class BuildProgress:
    """Told each line of BuildKit's plain output, it tells people: what an image's step is when the
    step begins, and once that the image is there."""

    def __init__(
        self,
        images: Mapping[str, str],
        report: Report,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``images``: the node that stands for an image → the image's name."""
        self._images = images
        self._report = report
        self._clock = clock
        self._began: dict[str, float] = {}
        self._done: set[str] = set()

    def line(self, text: str) -> None:
        """The next line."""
        if (named := _NAMED.match(text)) is not None:
            self._built(named["image"])
        elif (step := _STEP.match(text)) is not None:
            image = self._images.get(step["node"], step["node"])
            self._began.setdefault(image, self._clock())
            self._report.detail(f"{image}, step {step['step']} of {step['of']}: {step['what']}")

    def _built(self, image: str) -> None:
        if image in self._done:
            return
        self._done.add(image)
        began = self._began.get(image)
        left = len(set(self._images.values()) - self._done)
        done = (
            "was built before"  # no step of it had to be done
            if began is None
            else f"is built, in {format_duration(self._clock() - began)}"
        )
        rest = f"{counted(left, 'more image')} to build" if left else "no more image to build"
        self._report.say(f"the image {image} {done}; {rest}")
