"""The executor of plans, free of Home Assistant: it is handed storage, MQTT, disk and clock."""
