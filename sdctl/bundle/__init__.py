"""Bundle: the files that a topology becomes."""
