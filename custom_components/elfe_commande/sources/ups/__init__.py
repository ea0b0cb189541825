"""Uninterruptible power supplies behind a NUT server."""
