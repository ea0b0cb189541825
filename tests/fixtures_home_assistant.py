"""Fixture: the integration set up in a real Home Assistant core, on real parts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.hub import Hub
from demo.parts import Access, Broker
from tests.fixtures_engine import SCALE, World


def entry_data(access: Access) -> dict[str, Any]:
    """Return the data of a config entry for a database."""
    return {
        "entry_type": "postgresql",
        "host": access.host,
        "port": access.port,
        "database": access.database,
        "username": access.user,
        "password": access.password,
        "ssl": "disable",
    }


async def wait_for(condition: Callable[[], object], within: float = 10.0) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.01)


@dataclass
class Installed:
    """The integration, installed; add equipments to `world` before `setup`."""

    hass: HomeAssistant
    world: World
    mqtt_entry: MockConfigEntry
    entry: MockConfigEntry

    @property
    def hub(self) -> Hub:
        """Return what the entry holds while it is loaded."""
        hub: Hub = self.entry.runtime_data
        return hub

    async def setup(self) -> None:
        """Set the entry up and wait until the engine runs."""
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done()
        await wait_for(lambda: self.hub.engine.lifecycle.running)

    async def cycle(self) -> None:
        """Run a cycle and let its states be written."""
        await self.hub.engine.run_cycle()
        await self.hass.async_block_till_done()


@pytest.fixture
async def mqtt_entry(
    hass: HomeAssistant, broker: Broker, socket_enabled: None
) -> AsyncIterator[MockConfigEntry]:
    """Home Assistant's MQTT integration, connected to the real broker."""
    entry = MockConfigEntry(
        domain="mqtt",
        title="broker",
        version=2,
        data={"broker": broker.host, "port": broker.port, "protocol": "5"},
    )
    entry.add_to_hass(hass)
    # The MQTT integration looks for its old YAML; there is no configuration file here.
    with patch("homeassistant.config.load_yaml_config_file", return_value={}):
        assert await hass.config_entries.async_setup(entry.entry_id)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def installed(
    hass: HomeAssistant, mqtt_entry: MockConfigEntry, world: World
) -> AsyncIterator[Installed]:
    """The integration with an entry for the world's database, its waits scaled."""
    await hass.config.async_set_time_zone("Europe/Paris")
    access = world.database.access
    entry = MockConfigEntry(domain=DOMAIN, title="ELFE", data=entry_data(access), options={})
    entry.add_to_hass(hass)
    with patch(
        "custom_components.elfe_commande.hub.settings.timing",
        return_value=Timing().scaled(SCALE),
    ):
        yield Installed(hass, world, mqtt_entry, entry)
        if entry.state.recoverable:
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
