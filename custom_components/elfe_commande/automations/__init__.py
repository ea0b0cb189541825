"""What triggers, conditions and the logbook share."""
