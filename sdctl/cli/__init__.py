"""One file per command: parse, one call, show. `main.py` finds them."""
