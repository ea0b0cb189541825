"""Adding a plan source: which one, where it is, and which appliances follow it."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from yarl import URL

from ...const import SUBENTRY_EQUIPMENT
from ...devices.shapes import Kind, kind_of
from ...hub import Hub
from ...sources.plans import PLAN_SOURCES, Channel, FieldKind, Finding, PlanSource, Reading
from ..appliances.checks import is_own
from ..appliances.keys import CONF_EQUIPMENT_ID, CONF_NOMINAL_POWER
from .fetching import ask_of, async_ask
from .forms import given_fields, loads_schema, settings_schema
from .source_settings import (
    CONF_EQUIPMENT,
    CONF_LOADS,
    CONF_SETTINGS,
    CONF_SOURCE,
    SUBENTRY_PLAN_SOURCE,
)

_FAULTS = {
    Finding.AWAY: "source_away",
    Finding.GONE: "source_away",
    Finding.REFUSED: "source_refused",
    Finding.UNREADABLE: "source_unreadable",
    Finding.UNSUPPORTED: "source_unsupported",
}
_NEAR = 0.15
"""Share by which the power of an appliance and that of a load may differ to be the same."""
_POWER = "power"


class PlanSourceFlow(ConfigSubentryFlow):
    """Add a plan source, or change one."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._data: dict[str, Any] = {}
        self._channels: tuple[Channel, ...] = ()
        self._heard = ""

    def __getattr__(self, name: str) -> Any:
        """Return the step of a source: it is as many as there are files of sources."""
        kind = name.removeprefix("async_step_")
        if kind == name or kind not in PLAN_SOURCES:
            raise AttributeError(name)
        step: Callable[..., Awaitable[SubentryFlowResult]] = partial(self._async_settings, kind)
        return step

    async def async_step_user(self, _: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Offer the sources there are."""
        if (end := self._hindrance()) is not None:
            return end
        return self.async_show_menu(step_id="user", menu_options=list(PLAN_SOURCES))

    async def async_step_reconfigure(self, _: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask anew where a source is, and who follows it."""
        if (end := self._hindrance()) is not None:
            return end
        self._data = dict(self._get_reconfigure_subentry().data)
        kind = self._data[CONF_SOURCE]
        if kind not in PLAN_SOURCES:
            return self.async_abort(reason="unknown_source")
        return await self._async_settings(kind)

    async def _async_settings(
        self, kind: str, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the source needs, and look whether it is there."""
        if (end := self._hindrance()) is not None:
            return end
        source = PLAN_SOURCES[kind]
        errors: dict[str, str] = {}
        detail = ""
        known: Mapping[str, Any] = self._data.get(CONF_SETTINGS, {})
        if user_input is not None:
            known = given_fields(source.fields, user_input)
            errors = self._mistakes(source, known)
            if not errors:
                self._data |= {CONF_SOURCE: kind, CONF_SETTINGS: known}
                reading = await self._async_look(source)
                if (error := _FAULTS.get(reading.finding)) is None:
                    return await self.async_step_loads()
                errors["base"], detail = error, reading.detail
        return self.async_show_form(
            step_id=kind,
            data_schema=settings_schema(source, known),
            errors=errors,
            description_placeholders={"detail": detail},
        )

    async def async_step_loads(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which appliances follow the source."""
        if (end := self._hindrance()) is not None:
            return end
        source = PLAN_SOURCES[self._data[CONF_SOURCE]]
        free = self._free()
        errors: dict[str, str] = {}
        known = self._data.get(CONF_LOADS) or self._suggested(source, free)
        if user_input is not None:
            # Who went while the form was open has no number any more.
            numbers = {name: number for number, name in free.items()}
            known = [
                {CONF_EQUIPMENT: numbers.get(load[CONF_EQUIPMENT])}
                | given_fields(source.load_fields, load)
                for load in user_input[CONF_LOADS]
            ]
            if (error := _mistake(known, free)) is None:
                return self._finish(source, known)
            errors["base"] = error
        return self.async_show_form(
            step_id="loads",
            data_schema=loads_schema(source, known, free),
            errors=errors,
            description_placeholders={"heard": self._heard},
        )

    def _finish(self, source: PlanSource, loads: list[dict[str, Any]]) -> SubentryFlowResult:
        data = {**self._data, CONF_LOADS: loads}
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), data=data
            )
        return self.async_create_entry(title=self._title(source), data=data)

    # ------------------------------------------------------------------------------- the parts

    @property
    def _hub(self) -> Hub:
        hub: Hub = self._get_entry().runtime_data
        return hub

    def _hindrance(self) -> SubentryFlowResult | None:
        """Return the end of a flow in which nothing can be asked now, `None` if it can."""
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        return None if self._free() else self.async_abort(reason="no_equipment")

    def _mistakes(self, source: PlanSource, known: Mapping[str, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        for field in source.fields:
            value = known.get(field.key)
            if value is None and field.required:
                found[field.key] = "field_missing"
            elif field.kind is FieldKind.ADDRESS and value is not None and not _is_address(value):
                found[field.key] = "invalid_address"
            elif (
                field.kind is FieldKind.CALENDAR and value is not None and is_own(self.hass, value)
            ):
                found[field.key] = "own_entity"
        return found

    async def _async_look(self, source: PlanSource) -> Reading:
        """Ask the source once; keep what it tells of its loads."""
        ask = ask_of(self._hub, {**self._data, CONF_LOADS: []})
        answers = await async_ask(self._hub, source, ask)
        reading = source.read(ask, answers)
        self._channels = source.channels(ask, answers)
        self._heard = "\n".join(
            f"- {', '.join(f'{value}' for value in each.given.values())}: {each.text}"
            for each in self._channels
        )
        return reading

    def _free(self) -> dict[int, str]:
        """Return the appliances that may be planned and follow no other source.

        Their names, by number; those of one name with their number.
        """
        mine = self.context.get("subentry_id")
        taken = {
            load[CONF_EQUIPMENT]
            for subentry in self._get_entry().get_subentries_of_type(SUBENTRY_PLAN_SOURCE)
            if subentry.subentry_id != mine
            for load in subentry.data.get(CONF_LOADS, ())
        }
        found = {
            int(status.equipment.id): status.equipment.name
            for status in self._hub.engine.statuses.values()
            if status.supported
            and kind_of(status) is Kind.DRIVEN
            and int(status.equipment.id) not in taken
        }
        often = Counter(found.values())
        named = {i: name if often[name] == 1 else f"{name} ({i})" for i, name in found.items()}
        return dict(sorted(named.items(), key=lambda item: item[1].casefold()))

    def _suggested(self, source: PlanSource, free: Iterable[int]) -> list[dict[str, Any]]:
        """Return who probably follows which load: by power where the source tells of loads.

        All of them, where the source needs to know nothing of them.
        """
        if not any(field.required for field in source.load_fields):
            return [{CONF_EQUIPMENT: equipment} for equipment in free]
        powers = self._powers()
        found: list[dict[str, Any]] = []
        left = [each for each in free if each in powers]
        for channel in self._channels:
            near = [
                each
                for each in left
                if channel.power and abs(powers[each] / channel.power - 1) <= _NEAR
            ]
            if len(near) == 1:
                left.remove(near[0])
                found.append({CONF_EQUIPMENT: near[0], **channel.given, _POWER: powers[near[0]]})
        return found

    def _powers(self) -> dict[int, float]:
        """Return what appliances draw when they run (W), where their own subentries say it."""
        return {
            subentry.data[CONF_EQUIPMENT_ID]: float(subentry.data[CONF_NOMINAL_POWER])
            for subentry in self._get_entry().get_subentries_of_type(SUBENTRY_EQUIPMENT)
            if subentry.data.get(CONF_NOMINAL_POWER)
        }

    def _title(self, source: PlanSource) -> str:
        """Return the proper name of a source, else that of the calendar that it is, or its key."""
        if source.title:
            return source.title
        for field in source.fields:
            state = self.hass.states.get(str(self._data[CONF_SETTINGS].get(field.key)))
            if field.kind is FieldKind.CALENDAR and state is not None:
                return state.name
        return source.name.replace("_", " ").capitalize()


def _mistake(loads: list[dict[str, Any]], free: Mapping[int, str]) -> str | None:
    if not loads:
        return "no_load"
    chosen = [load[CONF_EQUIPMENT] for load in loads]
    if len(set(chosen)) < len(chosen):
        return "equipment_twice"
    return None if set(chosen) <= set(free) else "equipment_taken"


def _is_address(text: str) -> bool:
    try:
        address = URL(text)
    except ValueError:
        return False
    return address.scheme in {"http", "https"} and bool(address.host)
