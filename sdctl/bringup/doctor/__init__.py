"""Doctor: what stands in a stack's way on this machine, found out before anything is made."""
