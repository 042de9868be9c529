"""The load generator: an open loop whose schedule never waits for an answer."""
