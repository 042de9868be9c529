"""One file per workload; `workload.py` is the contract."""
