"""The whole integration in a real Home Assistant core: real MQTT, real database."""
