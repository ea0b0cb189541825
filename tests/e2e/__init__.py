"""End to end: the demonstration as a user starts it, looked at from outside."""
