"""Sources of plans: what EMHASS and calendars say, what is made of it, what is shown."""
