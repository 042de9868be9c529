"""Real stacks."""
