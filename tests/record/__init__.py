"""The record: what was planned, ordered, confirmed, measured, and why not."""
