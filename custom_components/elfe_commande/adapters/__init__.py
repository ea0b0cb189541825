"""What the engine needs from Home Assistant: its MQTT client, its disk, its clock."""
