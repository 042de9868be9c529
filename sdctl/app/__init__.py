"""The reference service: what runs in the `app` and `worker` containers.

Self-contained: it imports nothing from the rest of `sdctl`, because only this folder is
copied into the containers. `python3 -m sdctl.app.server` answers the HTTP API,
`python3 -m sdctl.app.worker` processes the work that the API accepted.
"""
