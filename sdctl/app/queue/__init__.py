"""Work that waits: messages, retries, dead letters."""
