"""Meters in a running Home Assistant."""
