"""Observer: runs inside the stack's networks and asks every node what it is, right now."""
