"""An entry whose engine is a stand-in."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import ExitStack
from unittest.mock import PropertyMock, patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.coordinator import ElfeCoordinator
from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.devices.roster import Roster
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus

from .world import ANNA, ENTRY_ID, FakeEngine, FakeHub, World

PACKAGE = "custom_components.elfe_commande"

type Start = Callable[..., Awaitable[World]]


@pytest.fixture
def start_default(hass: HomeAssistant) -> Iterator[Start]:
    """Start an entry with the entities that are enabled by default."""
    with ExitStack() as replaced:
        yield _starter(hass, replaced)


@pytest.fixture
def start(start_default: Start) -> Iterator[Start]:
    """Start an entry with every entity enabled."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        new_callable=PropertyMock(return_value=True),
    ):
        yield start_default


def _starter(hass: HomeAssistant, replaced: ExitStack) -> Start:
    # The broker is no part of these tests.
    hass.config.components.add("mqtt")

    async def start(
        statuses: Iterable[EquipmentStatus] = (),
        *,
        compact: bool = False,
        code: Code = Code.RUNNING,
        entry_id: str = ENTRY_ID,
    ) -> World:
        engine = FakeEngine()
        engine.statuses = {status.equipment.id: status for status in statuses}
        while engine.lifecycle.code < code:
            codes = list(Code)
            engine.lifecycle.advance(codes[codes.index(engine.lifecycle.code) + 1])
        entry = MockConfigEntry(domain=DOMAIN, title="Territory", entry_id=entry_id)
        world = World(hass, engine, entry)
        entry.add_to_hass(hass)
        MockUser(id=ANNA, is_owner=True).add_to_hass(hass)

        async def create_hub(hass: HomeAssistant, entry: MockConfigEntry) -> FakeHub:
            coordinator = ElfeCoordinator(hass, engine, Timing())
            roster = Roster(hass, entry, coordinator, compact=compact)
            world.hub = FakeHub(entry, engine, coordinator, roster, compact)
            return world.hub

        replaced.enter_context(patch(f"{PACKAGE}.async_create_hub", create_hub))
        assert await hass.config_entries.async_setup(entry.entry_id)
        await world.settle()
        return world

    return start
