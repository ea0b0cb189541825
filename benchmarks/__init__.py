"""Speed, memory and latency against the targets; start with scripts/bench."""
