"""Revokes the lease of a leader that is dead. Runs inside the node ``fencing-1``."""
