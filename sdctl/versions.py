"""Every pinned vendor image, in one place. What is built from Debian's packages follows Debian."""

from __future__ import annotations
