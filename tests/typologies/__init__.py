"""The tables of scenarios, against literal ones."""
