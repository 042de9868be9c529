"""One file per component; `probe.py` is the contract."""
