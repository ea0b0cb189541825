"""The plan of a home: the runs to come, and those that were, as far back as the record goes."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import chain
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
from .core.decision import Source
from .core.model import EquipmentId, HomeId
from .core.wish import Origin
from .devices.identifiers import home_identifier
from .entities.base import ElfeEntity
from .entities.population import async_add_in_turns
from .entities.runs import Span, spans
from .entities.sentences import owner_words, plan_words
from .hub import ElfeConfigEntry, Hub
from .record.rows import Cause

PARALLEL_UPDATES = 0

PLAN = CalendarEntityDescription(key="plan", translation_key="plan")

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
        self._following = False
        self._event_at: tuple[int, CalendarEvent | None] | None = None
        """The run under way or the next, and the second in which it was found."""
        self.members: dict[EquipmentId, CALLBACK_TYPE | None] = {}
        """The equipments shown, and how to follow them no longer."""

    # ---------------------------------------------------------------------------- members

    @callback
    def add(self, equipment_id: EquipmentId) -> None:
        """Show an equipment too."""
        self.members[equipment_id] = None
        if self._following:
            self._follow(equipment_id)
            self._changed()

    @callback
    def remove(self, equipment_id: EquipmentId) -> None:
        """Show an equipment no longer."""
        if (unwatch := self.members.pop(equipment_id)) is not None:
            unwatch()
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
        for equipment_id, unwatch in self.members.items():
            self.members[equipment_id] = None
            if unwatch is not None:
                unwatch()

    @callback
    def _follow(self, equipment_id: EquipmentId) -> None:
        self.members[equipment_id] = self._hub.archive.watch(equipment_id, self._changed)

    @callback
    def _changed(self) -> None:
        """Show what the loads do."""
        self._event_at = None
        self.async_write_ha_state()

    # ------------------------------------------------------------------------------- in words

    def _why(self, cause: Cause) -> str | None:
        """Return why a load that ran did."""
        if cause.origin == Origin.EMS or (
            cause.origin is None and cause.source == Source.EMS and cause.reason == "planned"
        ):
            return _capital(owner_words(self._hub.coordinator.hass, cause.plan_owner))
        if cause.origin is not None:
            key = f"{_WORDS}.event.activity.state_attributes.origin.state.{cause.origin}"
            return self._words.get(key)
        return self._words.get(
            f"{_WORDS}.sensor.decision.state_attributes.reason.state.{cause.reason}"
        )

    def _planned(self, equipment_id: EquipmentId) -> str:
        """Return whose plan a run to come is part of."""
        status = self._engine.statuses[equipment_id]
        return _capital(plan_words(self._hub.coordinator.hass, status.plan))

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
        kept = await self._hub.archive.async_runs(self.members, start, end)
        past = (
            Span(row.at, max(row.end, row.at + 1), row.equipment_id, row.cause)
            for row in kept
            if row.equipment_id in self._engine.statuses
        )
        found = chain(past, self._spans(_now()))
        within = (s for s in found if s.start < end and s.end > start)
        return [self._event(span) for span in sorted(within, key=_order)]

    def _spans(self, now: float) -> Iterable[Span]:
        for equipment_id in self.members:
            if (status := self._engine.statuses.get(equipment_id)) is not None:
                yield from spans(status, self._hub.archive.log.runs(equipment_id), now)

    def _event(self, span: Span) -> CalendarEvent:
        return CalendarEvent(
            start=dt_util.as_local(dt_util.utc_from_timestamp(int(span.start))),
            end=dt_util.as_local(dt_util.utc_from_timestamp(int(span.end))),
            summary=self._engine.statuses[span.equipment_id].equipment.name,
            description=self._planned(span.equipment_id)
            if span.cause is None
            else self._why(span.cause),
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _now() -> float:
    return dt_util.utcnow().timestamp()


def _order(span: Span) -> tuple[float, EquipmentId]:
    return span.start, span.equipment_id
