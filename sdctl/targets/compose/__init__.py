"""Docker Compose on this machine: all that knows Docker or Compose."""
