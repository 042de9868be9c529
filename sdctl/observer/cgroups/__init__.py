"""What each container uses, as the kernel counts it. Runs inside the node ``containers-1``."""
