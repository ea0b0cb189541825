"""Fixture: the integration set up in a real Home Assistant core, on real parts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
import time
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import Context, HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.hub import Hub
from demo.appliances import Fleet
from demo.database import SCHEMA
from demo.engine_host import SystemClock
from demo.parts import Access, Broker, PostgresServer
from tests.fixtures_engine import SCALE, World
from tests.fixtures_parts import fresh_database
from tests.hour import HERE

ANNA = "anna"
"""A person with an account."""


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
        "schema": SCHEMA,
        "ems_database": "",
        "ems_table": f"{SCHEMA}.result",
    }


def mqtt_entry_for(broker: Broker) -> MockConfigEntry:
    """Return an entry of Home Assistant's MQTT integration, not set up yet."""
    return MockConfigEntry(
        domain="mqtt",
        title="broker",
        version=2,
        data={"broker": broker.host, "port": broker.port, "protocol": "5"},
    )


@contextmanager
def no_yaml() -> Iterator[None]:
    """Answer the MQTT integration, which looks for its old YAML: there is no file here."""
    with patch("homeassistant.config.load_yaml_config_file", return_value={}):
        yield


async def wait_for(condition: Callable[[], object], within: float = 60.0) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.01)


async def running_again(entry: ConfigEntry[Hub], former: Hub) -> None:
    """Wait until an entry was reloaded, and its engine runs."""
    await wait_for(
        lambda: (
            entry.state is ConfigEntryState.LOADED
            and entry.runtime_data is not former
            and entry.runtime_data.engine.lifecycle.running
        )
    )


@dataclass
class Installed:
    """The integration, installed; add equipments to `world` before `setup`."""

    hass: HomeAssistant
    world: World
    entry: MockConfigEntry

    @property
    def hub(self) -> Hub:
        """Return what the entry holds while it is loaded."""
        hub: Hub = self.entry.runtime_data
        return hub

    # -- its life

    async def setup(self) -> None:
        """Set the entry up and wait until the engine runs."""
        await self.load()
        await wait_for(lambda: self.hub.engine.lifecycle.running)
        await self.hass.async_block_till_done()

    async def load(self) -> None:
        """Set the entry up; the engine may still wait for Home Assistant's start."""
        with no_yaml():
            await self.hass.config_entries.async_setup(self.entry.entry_id)
        assert self.entry.state is ConfigEntryState.LOADED, self.entry.reason
        await self.hass.async_block_till_done()
        self.hub.coordinator.watch_all(self.world.events.append)

    async def unload(self) -> None:
        """Unload the entry, as a person does who disables it."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.hass.async_block_till_done()

    async def reload(self) -> None:
        """Unload the entry and set it up again."""
        await self.unload()
        await self.setup()

    async def running_again(self, former: Hub) -> None:
        """Wait until a reload that something else asked for is done."""
        await running_again(self.entry, former)
        await self.hass.async_block_till_done()

    async def cycle(self) -> None:
        """Run a cycle and let its states be written."""
        await self.hub.engine.run_cycle()
        await self.hass.async_block_till_done()

    # -- what it shows, and what is asked of it

    def entity_id(self, platform: str, number: int | None, key: str) -> str:
        """Return the id of an equipment's entity, of the hub's without a number."""
        found = self.find(platform, number, key)
        assert found is not None, f"no {platform} {key} of {number}"
        return found

    def find(self, platform: str, number: int | None, key: str) -> str | None:
        """Return the id of an entity, `None` if it is not there."""
        middle = "" if number is None else f"{number}_"
        unique_id = f"{self.entry.entry_id}_{middle}{key}"
        return er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, unique_id)

    def state(self, platform: str, number: int | None, key: str) -> State:
        """Return the state of an entity."""
        state = self.hass.states.get(self.entity_id(platform, number, key))
        assert state is not None
        return state

    async def until(
        self, platform: str, number: int | None, key: str, value: str, within: float = 60.0
    ) -> State:
        """Wait until an entity shows a value."""
        try:
            await wait_for(lambda: self.state(platform, number, key).state == value, within)
        except TimeoutError:
            shown = self.state(platform, number, key)
            pytest.fail(f"{platform} {key} of {number} is not {value}: {shown}")
        return self.state(platform, number, key)

    async def act(
        self, platform: str, service: str, number: int | None, key: str, **data: Any
    ) -> None:
        """Use an entity as a person at a dashboard does."""
        target = {"entity_id": self.entity_id(platform, number, key), **data}
        await self.hass.services.async_call(
            platform, service, target, blocking=True, context=Context(user_id=ANNA)
        )
        await self.hass.async_block_till_done()

    async def call(self, action: str, **data: Any) -> Any:
        """Call one of the integration's own actions, and return its answer once it shows."""
        answer = await self.hass.services.async_call(
            DOMAIN,
            action,
            data,
            blocking=True,
            return_response=True,
            context=Context(user_id=ANNA),
        )
        await self.hass.async_block_till_done()
        return answer


@pytest.fixture
async def mqtt_entry(
    hass: HomeAssistant, broker: Broker, socket_enabled: None
) -> AsyncIterator[MockConfigEntry]:
    """Home Assistant's MQTT integration, connected to the real broker."""
    entry = mqtt_entry_for(broker)
    entry.add_to_hass(hass)
    with no_yaml():
        assert await hass.config_entries.async_setup(entry.entry_id)
    yield entry
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)


@asynccontextmanager
async def install_on(hass: HomeAssistant, world: World) -> AsyncIterator[Installed]:
    """Give an entry for the world's database, its waits and clock those of the world."""
    await hass.config.async_set_time_zone(HERE)
    MockUser(id=ANNA, is_owner=True).add_to_hass(hass)
    assert isinstance(world.clock, SystemClock)
    # No quarter-hour begins while a test runs.
    world.clock.offset = 300 - time.time() % 900
    access = world.database.access
    entry = MockConfigEntry(domain=DOMAIN, title="ELFE", data=entry_data(access), options={})
    entry.add_to_hass(hass)
    assembly = "custom_components.elfe_commande.assembly"
    with (
        patch(f"{assembly}.settings.timing", side_effect=lambda _: world.timing),
        patch(f"{assembly}.HomeAssistantClock", return_value=world.clock),
    ):
        yield Installed(hass, world, entry)
        if entry.state.recoverable and hass.config_entries.async_get_entry(entry.entry_id):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()


@pytest.fixture
async def installed(
    hass: HomeAssistant, mqtt_entry: MockConfigEntry, world: World
) -> AsyncIterator[Installed]:
    """The integration with an entry for the world's database, its waits scaled."""
    async with install_on(hass, world) as found:
        yield found


@pytest.fixture
async def own_world(own_postgres: PostgresServer, broker: Broker) -> AsyncIterator[World]:
    """A world whose database server may be stopped, `world.database.server`."""
    database = await fresh_database(own_postgres)
    owner = await database.owner.connect()
    async with Fleet(broker.host, broker.port, scale=SCALE) as fleet:
        yield World(database, broker, fleet, owner)


@pytest.fixture
async def installed_alone(
    hass: HomeAssistant, mqtt_entry: MockConfigEntry, own_world: World
) -> AsyncIterator[Installed]:
    """The integration with an entry for a server that may be stopped."""
    async with install_on(hass, own_world) as found:
        yield found
