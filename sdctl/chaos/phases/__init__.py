"""How long each step of a failover took, from what the servers themselves wrote. One file per
component that has a leader; nothing lists them."""
