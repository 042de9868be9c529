"""A game day: several faults with their times, in one run with one verdict."""
