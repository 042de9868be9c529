"""What shall be, decided without looking at anything: profile → topology."""
