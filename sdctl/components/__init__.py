"""One file per component; `component.py` is the contract."""
