"""UPSs that people add: their flow, what runs, and what is shown."""
