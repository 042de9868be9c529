"""The steps of the tour, one file each."""
