"""Automations: triggers, conditions, blueprints, and the logbook."""
