"""The stores behind the service, and what it keeps in them."""
