"""What registries offer: all of them asked at once, and none for long."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sdctl.components.versions import DEBIAN
from sdctl.design import variants
from sdctl.design.profile import Profile
from sdctl.targets.target import Target


def asked(target: Target, profile: Profile, *, within_s: float) -> Callable[[str], bool]:
    """For ``variants.resolve``: whether an image is here or its registry offers it. A registry that
    does not answer within ``within_s`` offers nothing."""
    images, end = variants.vendor_images(profile), time.monotonic() + within_s
    if images:
        # the base of what is built here is asked for later on: it costs no time of its own
        images += (profile.registry.reference("debian", DEBIAN),)
    pool = ThreadPoolExecutor(max_workers=max(1, len(images)))
    answers = {image: pool.submit(target.offers, image) for image in images}
    pool.shutdown(wait=False)

    def offered(image: str) -> bool:
        if image not in answers:
            return target.offers(image)  # another of the same registry was offered just now
        try:
            return answers[image].result(timeout=max(0.0, end - time.monotonic()))
        except TimeoutError:
            return False

    return offered
