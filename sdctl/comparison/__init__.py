"""Two measurements of the same kind beside each other: what differs, and what may be chance."""
