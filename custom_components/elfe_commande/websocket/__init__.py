"""What dashboards are told, over Home Assistant's WebSocket."""
