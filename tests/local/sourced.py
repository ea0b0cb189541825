"""Plan sources of a local home, added and looked at as a person does."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigSubentry
from homeassistant.core import State
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.subentries.plan_sources.unit import PlanSourceUnit
from tests.engine.bench import calm
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled

RELAY, OTHER, THIRD = "input_boolean.relay", "input_boolean.other", "input_boolean.third"


def unhurried(**changes: float) -> Timing:
    """Return waits with which a source is looked at when a test says so only."""
    values: dict[str, float] = {
        "plan_source_look": 3600.0,
        "plan_source_ahead": 0.0,
        "plan_source_again": 3600.0,
        "plan_source_settle": 0.05,
        "plan_source_answer": 10.0,
        "plan_source_patience": 3600.0,
    }
    return calm(ack_timeout=8.0, **values | changes)


class Sourced:
    """A local home, and what becomes of its plan sources."""

    def __init__(self, home: LocalInstalled) -> None:
        self.home = home
        self.hass = home.hass

    # -- as a person does

    async def begin(self) -> dict[str, Any]:
        """Open the menu of a new source."""
        return await self.hass.config_entries.subentries.async_init(
            (self.home.entry.entry_id, "plan_source"), context={"source": SOURCE_USER}
        )

    def named(self, load: dict[str, Any]) -> dict[str, Any]:
        """Return an item of the list of a form, which names its appliance."""
        return load | {"equipment": self.home.status(load["equipment"]).equipment.name}

    async def add(self, kind: str, loads: list[dict[str, Any]], **settings: Any) -> ConfigSubentry:
        """Add a source; wait for its first look."""
        flow = await self.home.answer(await self.begin(), next_step_id=kind)
        flow = await self.home.answer(flow, **settings)
        assert flow["step_id"] == "loads", flow
        known = set(self.home.entry.subentries)
        made = await self.home.answer(flow, loads=[self.named(each) for each in loads])
        assert made["type"] is FlowResultType.CREATE_ENTRY, made
        (subentry_id,) = set(self.home.entry.subentries) - known
        await wait_for(lambda: self._looked(subentry_id))
        await wait_for(lambda: self.hass.states.get(self.entity("sensor", "plan_source")))
        await self.hass.async_block_till_done()
        return self.home.entry.subentries[subentry_id]

    async def look(self) -> str:
        """Press the button; return the word that is shown then.

        `refusal` is what whoever pressed it is told, `None` where all went well.
        """
        self.refusal: HomeAssistantError | None = None
        try:
            await self.home.use("button.press", self.entity("button", "look_at_plan"))
        except HomeAssistantError as error:
            self.refusal = error
        # What follows from it is under way: the order, the states.
        await self.hass.async_block_till_done()
        return self.word

    # -- what is there

    def _looked(self, subentry_id: str) -> bool:
        return any(
            unit.subentry.subentry_id == subentry_id and unit.reading is not None
            for unit in self.units
        )

    @property
    def units(self) -> list[PlanSourceUnit]:
        return self.home.hub.subentries.units(PlanSourceUnit)

    @property
    def unit(self) -> PlanSourceUnit:
        """Return the only source."""
        (unit,) = self.units
        return unit

    def entity(self, platform: str, key: str) -> str:
        """Return the id of an entity of the only source."""
        unique_id = f"{self.home.entry.entry_id}_{self.unit.subentry.subentry_id}_{key}"
        found = er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, unique_id)
        assert found is not None
        return found

    @property
    def state(self) -> State:
        """Return the sensor of the only source."""
        state = self.hass.states.get(self.entity("sensor", "plan_source"))
        assert state is not None
        return state

    @property
    def word(self) -> str:
        return self.state.state

    @property
    def issues(self) -> dict[str, dict[str, str]]:
        """Return the issues of plan sources, and what fills their texts."""
        return {
            str(issue.translation_key): dict(issue.translation_placeholders or {})
            for (domain, _), issue in ir.async_get(self.hass).issues.items()
            if domain == DOMAIN and str(issue.translation_key).startswith("plan_")
        }

    def relay(self, entity_id: str = RELAY) -> str:
        """Return what an appliance does."""
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state.state
