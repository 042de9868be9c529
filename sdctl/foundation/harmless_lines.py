"""Log lines that a server calls errors and that are none: whoever reads logs calls them ``info``.
Nothing is hidden. The two collectors have the same list (``targets/rendering.py``)."""

from __future__ import annotations

HARMLESS = ("Failed to decode request: http: invalid Read on closed Body",)
"""By their message, whole:

- etcd: Patroni renews a lease by HTTP (``/v3/lease/keepalive``), which etcd takes for a stream.
  Where the answer is sent before etcd looks for the stream's next message, it finds the request
  closed. The lease is renewed and the answer is whole (github.com/etcd-io/etcd/issues/8237).
  Neither Patroni nor etcd has a setting for it.
"""
