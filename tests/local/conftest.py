"""A local home in a real Home Assistant, its waits scaled."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from .homes import LocalInstalled, install
from .looking import connect

__all__ = ["connect"]


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Keep what is stored in a folder of the test's own."""
    return str(tmp_path)


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Do not replace the disk, as the fixture of the same name does elsewhere."""
    return {}


@pytest.fixture
async def home(hass: HomeAssistant) -> AsyncIterator[LocalInstalled]:
    """A local home without any equipment, and without MQTT."""
    async with install(hass) as found:
        yield found
