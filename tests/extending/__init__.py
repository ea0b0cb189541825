"""The examples of docs/extending.md: put where they belong, found, and driven for real."""
