"""A home without a server."""
