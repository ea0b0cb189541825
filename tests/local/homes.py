"""A local home, its equipments added as a person adds them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import time
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigSubentry
from homeassistant.core import Context, HomeAssistant, State
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.engine.ground.events import Event, OrderEnded
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus
from custom_components.elfe_commande.hub import Hub
from demo.engine_host import SystemClock
from tests.engine.bench import calm
from tests.fixtures_home_assistant import ANNA, no_yaml, running_again, wait_for
from tests.hour import HERE

HOME = "Maison"
POWER = "sensor.power"
ADVANCED = {"home": HOME, "typology": "plug"}


def _said(form: vol.Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the values a form asks for, each where it does."""
    found: dict[str, Any] = {}
    for marker, asked in form.schema.items():
        key = str(marker)
        if key in values:
            found[key] = values[key]
        elif isinstance(asked, section) and (inner := _said(asked.schema, values)):
            found[key] = inner
        elif key == "measure":
            found[key] = {}
    return found


def _turn(state: str, entity_id: str) -> list[dict[str, Any]]:
    return [{"action": f"input_boolean.turn_{state}", "target": {"entity_id": entity_id}}]


THIRD = "input_boolean.third"
TEMPLATES: list[dict[str, Any]] = [
    {
        "switch": [
            {
                # There while `other` is on.
                "name": "Frail",
                "state": f"{{{{ is_state('{THIRD}', 'on') }}}}",
                "availability": "{{ is_state('input_boolean.other', 'on') }}",
                "turn_on": _turn("on", THIRD),
                "turn_off": _turn("off", THIRD),
            },
            {
                # Nothing tells what it did.
                "name": "Blind",
                "turn_on": _turn("on", THIRD),
                "turn_off": _turn("off", THIRD),
            },
        ]
    },
    {
        "button": [
            {"name": "Start", "press": _turn("on", THIRD)},
            {"name": "Power", "press": _turn("on", "input_boolean.other")},
        ]
    },
]
FRAIL, BLIND = "switch.frail", "switch.blind"
START, POWER_BUTTON = "button.start", "button.power"


@dataclass
class LocalInstalled:
    """The integration with one local home."""

    hass: HomeAssistant
    entry: MockConfigEntry
    clock: SystemClock
    timing: Timing
    events: list[Event] = field(default_factory=list)

    @property
    def hub(self) -> Hub:
        """Return what the entry holds while it is loaded."""
        hub: Hub = self.entry.runtime_data
        return hub

    # -- its life

    async def setup(self) -> None:
        """Set the entry up and wait until the engine runs."""
        with no_yaml():
            await self.hass.config_entries.async_setup(self.entry.entry_id)
        assert self.entry.state is ConfigEntryState.LOADED, self.entry.reason
        self.hub.coordinator.watch_all(self.events.append)
        await wait_for(lambda: self.hub.engine.lifecycle.running)
        await self.hass.async_block_till_done()

    async def unload(self) -> None:
        """Unload the entry."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.hass.async_block_till_done()

    async def reload(self, timing: Timing | None = None) -> None:
        """Unload the entry and set it up again, perhaps with other waits."""
        await self.unload()
        self.timing = timing or self.timing
        await self.setup()

    async def running_again(self, former: Hub) -> None:
        """Wait until a reload that something else asked for is done."""
        await running_again(self.entry, former)

    async def choose(self, step: str, **given: Any) -> dict[str, str] | None:
        """Choose options and wait for the reload; return what is wrong with them, if anything."""
        former = self.hub
        options = self.hass.config_entries.options
        menu = await options.async_init(self.entry.entry_id)
        form = await options.async_configure(menu["flow_id"], {"next_step_id": step})
        made = await options.async_configure(form["flow_id"], given)
        if made["type"] is FlowResultType.FORM:
            options.async_abort(made["flow_id"])
            return made["errors"]
        assert made["type"] is FlowResultType.CREATE_ENTRY
        await self.running_again(former)
        self.hub.coordinator.watch_all(self.events.append)
        await self.hass.async_block_till_done()
        return None

    async def cycle(self) -> None:
        """Run a cycle and let its states be written."""
        await self.hub.engine.run_cycle()
        await self.hass.async_block_till_done()

    # -- its equipments

    async def start_flow(self) -> dict[str, Any]:
        """Begin to add an equipment."""
        return await self.hass.config_entries.subentries.async_init(
            (self.entry.entry_id, "equipment"), context={"source": SOURCE_USER}
        )

    async def answer(self, flow: dict[str, Any], **given: Any) -> dict[str, Any]:
        """Answer a step of a flow; a menu is answered with `next_step_id`."""
        return await self.hass.config_entries.subentries.async_configure(flow["flow_id"], given)

    async def add(
        self,
        name: str,
        entity_id: str,
        *,
        kind: str = "washing_machine",
        operation: str = "once",
        advanced: dict[str, Any] | None = None,
        **used: Any,
    ) -> int:
        """Add an equipment driven by an entity; return its number."""
        flow = await self.start_flow()
        flow = await self.answer(flow, next_step_id="entity")
        flow = await self.answer(flow, name=name, entity_id=entity_id, equipment_type=kind)
        assert flow["step_id"] == "habits", flow
        return await self.finish(flow, operation, advanced, **used)

    async def add_setting(
        self,
        name: str,
        entity_id: str,
        way: str,
        values: tuple[Any, Any] | None = None,
        *,
        own: str | None = None,
        kind: str = "heater",
        operation: str = "continuous",
        **used: Any,
    ) -> int:
        """Add an equipment whose entity is given one of two values; return its number."""
        flow = await self.start_flow()
        flow = await self.answer(flow, next_step_id="entity")
        flow = await self.answer(flow, name=name, entity_id=entity_id, equipment_type=kind)
        if flow["step_id"] == "way":
            flow = await self.answer(flow, way=way)
        if values is not None:
            assert flow["step_id"] == "values", flow
            asked = {} if own is None else {"own_changes": own}
            flow = await self.answer(flow, on_value=values[0], off_value=values[1], **asked)
        assert flow["step_id"] == "habits", flow
        return await self.finish(flow, operation, **used)

    async def add_pair(
        self, name: str, pair: str, *, amps: float | None = None, **given: Any
    ) -> int:
        """Add an equipment driven by two entities; return its number."""
        used = {key: given.pop(key) for key in ("power_sensor",) if key in given}
        kind = "electric_car" if pair == "charger" else "controlled_heater"
        flow = await self.start_flow()
        flow = await self.answer(flow, next_step_id=pair)
        flow = await self.answer(flow, name=name, equipment_type=kind, **given)
        if amps is not None:
            assert flow["step_id"] == "current", flow
            flow = await self.answer(flow, on_value=amps)
        assert flow["step_id"] == "habits", flow
        return await self.finish(flow, "continuous", **used)

    async def add_mqtt(
        self,
        name: str,
        topic: str,
        driver: str,
        *,
        kind: str = "washing_machine",
        operation: str = "once",
    ) -> int:
        """Add an equipment driven by an MQTT device of that name; return its number."""
        flow = await self.start_flow()
        flow = await self.answer(flow, next_step_id="mqtt")
        flow = await self.answer(flow, name=name, equipment_type=kind, driver=driver)
        flow = await self.answer(flow, topic=topic, advanced={})
        assert flow["step_id"] == "habits", flow
        return await self.finish(flow, operation)

    async def finish(
        self,
        flow: dict[str, Any],
        operation: str = "once",
        advanced: dict[str, Any] | None = None,
        **used: Any,
    ) -> int:
        """Answer the last step; return the number of the equipment."""
        flow = await self.answer_habits(flow, operation, advanced, **used)
        assert flow["type"] is FlowResultType.CREATE_ENTRY, flow
        number: int = flow["data"]["equipment_id"]
        await wait_for(lambda: number in self.hub.engine.statuses)
        # Entities are added in the background.
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return number

    async def answer_habits(
        self,
        flow: dict[str, Any],
        operation: str = "once",
        advanced: dict[str, Any] | None = None,
        **used: Any,
    ) -> dict[str, Any]:
        """Say how an equipment is used; for one that runs otherwise than is usual, twice."""
        values = {**used, "advanced": ADVANCED | {"operation": operation} | (advanced or {})}
        for _ in range(2):
            flow = await self.answer(flow, **_said(flow["data_schema"], values))
            if flow.get("step_id") != "habits" or flow["errors"]:
                break
        return flow

    def subentry_id(self, number: int) -> str:
        """Return the subentry of an equipment."""
        return next(
            subentry.subentry_id
            for subentry in self.entry.subentries.values()
            if subentry.data.get("equipment_id") == number
        )

    async def put(self, kind: str, subentry_id: str = "", **data: Any) -> ConfigSubentry:
        """Add a subentry as it was stored, whatever its flow says to it."""
        name = subentry_id or kind
        found = ConfigSubentry(
            data=MappingProxyType(data),
            subentry_id=name,
            subentry_type=kind,
            title=name,
            unique_id=None,
        )
        self.hass.config_entries.async_add_subentry(self.entry, found)
        await self.hass.async_block_till_done()
        return self.entry.subentries[name]

    async def remove(self, number: int) -> None:
        """Remove an equipment, as a person does."""
        self.hass.config_entries.async_remove_subentry(self.entry, self.subentry_id(number))
        await wait_for(lambda: number not in self.hub.engine.statuses)
        await self.hass.async_block_till_done()

    # -- what it shows, and what is asked of it

    def status(self, number: int) -> EquipmentStatus:
        """Return what the engine knows of an equipment."""
        return self.hub.engine.statuses[number]

    def find(self, platform: str, number: int | None, key: str) -> str | None:
        """Return the id of an entity, `None` if it is not there."""
        middle = "" if number is None else f"{number}_"
        unique_id = f"{self.entry.entry_id}_{middle}{key}"
        return er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, unique_id)

    def state(self, platform: str, number: int | None, key: str) -> State:
        """Return the state of an entity."""
        entity_id = self.find(platform, number, key)
        assert entity_id is not None, f"no {platform} {key} of {number}"
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    async def until(self, platform: str, number: int | None, key: str, value: str) -> State:
        """Wait until an entity shows a value."""
        try:
            await wait_for(lambda: self.state(platform, number, key).state == value)
        except TimeoutError:
            pytest.fail(f"not {value}: {self.state(platform, number, key)}")
        return self.state(platform, number, key)

    async def act(
        self, platform: str, service: str, number: int | None, key: str, **data: Any
    ) -> None:
        """Use an entity as a person at a dashboard does."""
        entity_id = self.find(platform, number, key)
        await self.use(f"{platform}.{service}", entity_id, **data)

    async def use(self, action: str, entity_id: str | None, **data: Any) -> None:
        """Use any entity as a person at a dashboard does."""
        domain, service = action.split(".")
        await self.hass.services.async_call(
            domain,
            service,
            {"entity_id": entity_id, **data},
            blocking=True,
            context=Context(user_id=ANNA),
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

    def measure(self, watts: float | str, unit: str = "W") -> None:
        """Let the power sensor say something."""
        self.hass.states.async_set(
            POWER, str(watts), {"unit_of_measurement": unit, "device_class": "power"}
        )

    def ended(self, number: int) -> list[OrderEnded]:
        """Return the ends of the equipment's orders so far."""
        return [e for e in self.events if isinstance(e, OrderEnded) and e.equipment_id == number]


@asynccontextmanager
async def install(
    hass: HomeAssistant, entry: MockConfigEntry | None = None
) -> AsyncIterator[LocalInstalled]:
    """Set a local home up, its waits scaled; no quarter-hour begins while a test runs.

    A new home, unless an entry is given that is there already.
    """
    await hass.config.async_set_time_zone(HERE)
    MockUser(id=ANNA, is_owner=True).add_to_hass(hass)
    helpers = {name: {"name": name} for name in ("relay", "other", "third")}
    assert await async_setup_component(hass, "input_boolean", {"input_boolean": helpers})
    assert await async_setup_component(hass, "template", {"template": TEMPLATES})
    await hass.async_block_till_done()
    clock = SystemClock(300 - time.time() % 900)
    if entry is None:
        data = {"entry_type": "local", "home": HOME}
        entry = MockConfigEntry(domain=DOMAIN, title=HOME, data=data, options={})
        entry.add_to_hass(hass)
    assembly = "custom_components.elfe_commande.assembly"
    installed = LocalInstalled(hass, entry, clock, calm(ack_timeout=8.0))
    with (
        patch(f"{assembly}.settings.timing", side_effect=lambda _: installed.timing),
        patch(f"{assembly}.HomeAssistantClock", return_value=clock),
    ):
        await installed.setup()
        yield installed
        if entry.state.recoverable and hass.config_entries.async_get_entry(entry.entry_id):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
