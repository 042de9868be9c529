"""One file per check; `check.py` is the contract."""
