"""A node's network spoiled on purpose, from inside its network namespace. Here is what runs in the
helper of a fault (`__main__.py`), and what the observer measures it with (`measuring.py`).

Nothing here knows why: the helper is told what to do, and for how long.
"""
