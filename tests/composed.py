"""What Compose is given, read back."""

from __future__ import annotations

from typing import Any

import yaml

from sdctl.targets.bundle import Bundle


def services(bundle: Bundle) -> dict[str, Any]:
    """The services of a rendered ``compose.yml`` by their nodes' names."""
    # the loader in C takes a tenth of the time
    found: dict[str, Any] = yaml.load(bundle.files["compose.yml"], Loader=yaml.CSafeLoader)
    return dict(found["services"])
