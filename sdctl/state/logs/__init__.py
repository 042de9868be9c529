"""Logs: what the nodes print, as it comes or by what it says."""
