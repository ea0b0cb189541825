"""The storages, each against what it really stands on."""
