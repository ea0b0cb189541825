"""The plan of a home: the runs to come, and those of the last day, as seen since the start."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import override

from homeassistant.components.calendar import (
    DOMAIN as PLATFORM,
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import EquipmentEvent
from .core.decision import Act
from .core.model import EquipmentId, HomeId
from .core.outcome import Outcome
from .core.plan import SLOT
from .core.wish import Origin
from .devices.identifiers import home_identifier
from .engine.events import OrderEnded
from .entities.base import ElfeEntity
from .entities.population import async_add_in_turns
from .entities.runs import RunLog, Span, spans
from .hub import ElfeConfigEntry, Hub

PARALLEL_UPDATES = 0

PLAN = CalendarEntityDescription(key="plan", translation_key="plan")

_STARTING = {Act.START, Act.ON, Act.RECORD_STARTED, Act.TO_MANUAL}
_DONE = {Outcome.ACKNOWLEDGED, Outcome.DOUBTFUL}
_WORDS = f"component.{DOMAIN}.entity"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ElfeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the calendar of every home, and those of subentries; a compact entry has none."""
    entry.runtime_data.subentries.async_follow(PLATFORM, async_add_entities)
    if entry.runtime_data.compact:
        registry = er.async_get(hass)
        for former in er.async_entries_for_config_entry(registry, entry.entry_id):
            if former.domain == PLATFORM and former.config_subentry_id is None:
                registry.async_remove(former.entity_id)
        return
    words = await async_get_translations(hass, hass.config.language, "entity", [DOMAIN])
    await HomeCalendars(entry, async_add_entities, words).async_follow()


class HomeCalendars:
    """The calendars, for as long as their homes have equipments."""

    def __init__(
        self,
        entry: ElfeConfigEntry,
        async_add_entities: AddConfigEntryEntitiesCallback,
        words: dict[str, str],
    ) -> None:
        """Add nothing yet; see `async_follow`."""
        self._entry = entry
        self._hub = entry.runtime_data
        self._hass = self._hub.coordinator.hass
        self._async_add_entities = async_add_entities
        self._words = words
        self._homes: dict[EquipmentId, HomeId] = {}
        self._calendars: dict[HomeId, PlanCalendar] = {}

    async def async_follow(self) -> None:
        """Add the calendars of the homes known now, and of each that comes."""
        roster = self._hub.roster
        self._entry.async_on_unload(roster.watch(self._schedule))
        await self._async_add(self._update(roster.shown))

    @callback
    def _schedule(self, ids: Collection[EquipmentId]) -> None:
        if new := self._update(ids):
            _ = self._entry.async_create_background_task(
                self._hass, self._async_add(new), f"{DOMAIN} {PLATFORM} entities"
            )

    async def _async_add(self, calendars: Iterable[PlanCalendar]) -> None:
        await async_add_in_turns(self._hub, PLATFORM, self._async_add_entities, calendars)

    @callback
    def _update(self, ids: Collection[EquipmentId]) -> list[PlanCalendar]:
        """Bring equipments to the calendar of their home; return the calendars that are new."""
        new: list[PlanCalendar] = []
        left: set[HomeId] = set()
        for equipment_id in ids:
            home = None
            if self._hub.roster.is_shown(equipment_id):
                home = self._hub.engine.statuses[equipment_id].equipment.home
            old = self._homes.pop(equipment_id, None)
            if home is not None:
                self._homes[equipment_id] = home
            if home == old:
                continue
            if old is not None:
                self._calendars[old].remove(equipment_id)
                left.add(old)
            if home is not None:
                if home not in self._calendars:
                    self._hub.roster.ensure_home(home)
                    self._calendars[home] = PlanCalendar(self._hub, home, self._words)
                    new.append(self._calendars[home])
                self._calendars[home].add(equipment_id)
        registry = er.async_get(self._hass)
        for home in left:
            if not self._calendars[home].members:
                gone = self._calendars.pop(home)
                if gone.registry_entry is not None:
                    registry.async_remove(gone.registry_entry.entity_id)
        return new


class PlanCalendar(ElfeEntity, CalendarEntity):
    """When the loads of a home ran and will run."""

    def __init__(self, hub: Hub, home: HomeId, words: dict[str, str]) -> None:
        """Belong to the home's device; `words` are the texts of our entities."""
        super().__init__(hub, PLAN)
        entry_id = hub.entry.entry_id
        self._attr_unique_id = f"{entry_id}_home_{home}_{PLAN.key}"
        self._attr_device_info = DeviceInfo(identifiers={home_identifier(entry_id, home)})
        self._words = words
        self._log = RunLog()
        self._asked: dict[EquipmentId, OrderEnded] = {}
        self._following = False
        self._event_at: tuple[int, CalendarEvent | None] | None = None
        """The run under way or the next, and the second in which it was found."""
        self.members: dict[EquipmentId, list[CALLBACK_TYPE]] = {}
        """The equipments shown, and how to follow them no longer."""

    # ---------------------------------------------------------------------------- members

    @callback
    def add(self, equipment_id: EquipmentId) -> None:
        """Show an equipment too."""
        self.members[equipment_id] = []
        if self._following:
            self._follow(equipment_id)
            self._changed()

    @callback
    def remove(self, equipment_id: EquipmentId) -> None:
        """Show an equipment no longer."""
        for unwatch in self.members.pop(equipment_id):
            unwatch()
        self._log.forget(equipment_id)
        self._asked.pop(equipment_id, None)
        if self._following:
            self._changed()

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the equipments of the home."""
        self._following = True
        for equipment_id in self.members:
            self._follow(equipment_id)

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Follow nothing any longer."""
        await super().async_will_remove_from_hass()
        self._following = False
        for unwatches in self.members.values():
            while unwatches:
                unwatches.pop()()

    @callback
    def _follow(self, equipment_id: EquipmentId) -> None:
        coordinator = self._hub.coordinator
        self.members[equipment_id] = [
            coordinator.watch_equipment(equipment_id, self._changed),
            coordinator.watch_equipment_events(equipment_id, self._ended),
        ]
        if (status := self._engine.statuses.get(equipment_id)) is not None:
            self._log.note(status, _now())

    # ------------------------------------------------------------------------ what happens

    @callback
    def _ended(self, event: EquipmentEvent) -> None:
        """Keep who started a load last."""
        if not isinstance(event, OrderEnded):
            return
        if event.act in _STARTING and event.result.outcome in _DONE:
            self._asked[event.equipment_id] = event
        elif not event.result.will_retry:
            self._asked.pop(event.equipment_id, None)

    @callback
    def _changed(self) -> None:
        """Take note of what the loads do, and show it."""
        now = _now()
        self._event_at = None
        for equipment_id in self.members:
            if (status := self._engine.statuses.get(equipment_id)) is not None:
                self._log.note(status, now, self._why(equipment_id, now))
        self.async_write_ha_state()

    def _why(self, equipment_id: EquipmentId, now: float) -> str | None:
        """Return why a load that starts now does."""
        asked = self._asked.get(equipment_id)
        if asked is not None and now - asked.result.at <= SLOT:
            if asked.origin is Origin.EMS:
                return self._reason("planned")
            key = f"{_WORDS}.event.activity.state_attributes.origin.state.{asked.origin.value}"
            return self._words.get(key)
        decision = self._engine.statuses[equipment_id].decision
        return None if decision is None else self._reason(decision.reason)

    def _reason(self, reason: str) -> str | None:
        return self._words.get(f"{_WORDS}.sensor.decision.state_attributes.reason.state.{reason}")

    # ---------------------------------------------------------------------- what is shown

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the run under way, else the next."""
        now = _now()
        # Home Assistant asks several times for one state.
        if self._event_at is None or self._event_at[0] != int(now):
            span = min((s for s in self._spans(now) if s.end > now), key=_order, default=None)
            self._event_at = int(now), None if span is None else self._event(span)
        return self._event_at[1]

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the runs within a time."""
        start, end = start_date.timestamp(), end_date.timestamp()
        within = (s for s in self._spans(_now()) if s.start < end and s.end > start)
        return [self._event(span) for span in sorted(within, key=_order)]

    def _spans(self, now: float) -> Iterable[Span]:
        for equipment_id in self.members:
            if (status := self._engine.statuses.get(equipment_id)) is not None:
                yield from spans(status, self._log, now)

    def _event(self, span: Span) -> CalendarEvent:
        return CalendarEvent(
            start=dt_util.as_local(dt_util.utc_from_timestamp(span.start)),
            end=dt_util.as_local(dt_util.utc_from_timestamp(span.end)),
            summary=self._engine.statuses[span.equipment_id].equipment.name,
            description=self._reason("planned") if span.planned else span.why,
        )


def _now() -> float:
    return dt_util.utcnow().timestamp()


def _order(span: Span) -> tuple[float, EquipmentId]:
    return span.start, span.equipment_id
