"""A local home in a real Home Assistant, its waits scaled."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest

from .homes import LocalInstalled, install


@pytest.fixture
async def home(hass: HomeAssistant) -> AsyncIterator[LocalInstalled]:
    """A local home without any equipment, and without MQTT."""
    async with install(hass) as found:
        yield found
