from __future__ import annotations

import time
from threading import Event

import pytest

from sdctl.bringup.registry_offers import asked
from sdctl.design import validation, variants
from sdctl.targets.recording import RecordingTarget


def test_all_registries_must_be_asked_at_once_and_a_silent_one_offers_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profile = validation.load("standard")
    images = variants.vendor_images(profile)
    assert len(images) >= 3
    silent, target = Event(), RecordingTarget()
    monkeypatch.setattr(target, "offers", lambda image: silent.wait(20))
    offered = asked(target, profile, within_s=1.0)
    began = time.monotonic()
    assert not any(offered(image) for image in images)
    took_s = time.monotonic() - began
    silent.set()
    assert took_s < 15
