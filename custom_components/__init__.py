"""The folder that Home Assistant reads integrations from."""
