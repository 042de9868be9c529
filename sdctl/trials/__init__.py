"""The same fault again and again: each trial kept as it ends, then what they come to."""
