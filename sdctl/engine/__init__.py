"""The only door to Docker: `engine.py` is the contract, `docker.py` the real one, `recording.py`
the double that is both ``--dry-run`` and the tests' engine."""
