"""What the engine needs of Home Assistant: its MQTT client, entities, disk and clock."""
