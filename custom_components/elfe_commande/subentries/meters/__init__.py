"""Smart meters: added by listening, shown as they are heard."""
