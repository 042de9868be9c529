"""Words that nothing else owns, a file for each thing that people read."""
