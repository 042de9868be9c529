"""Every pinned vendor image, in one place. What is built from Debian's packages follows Debian."""

from __future__ import annotations

GRAFANA = "grafana/grafana:12.4.4"
"""Dashboards. Files that provision it mean the same to 11 and 12."""
MONGODB = "mongo:8.0.29"
"""Documents. The tags `8` and `latest` still resolve and are frozen at a line that was dropped."""
