"""For who is new: the tour through the architecture, and its words."""
