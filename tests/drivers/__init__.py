"""The protocols of devices, against what the vendors document."""
