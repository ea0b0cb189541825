"""What happened to each load, kept: planned, ordered, confirmed, drawn, by whom and why."""
