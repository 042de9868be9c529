"""One file per fault; `fault.py` is the contract."""
