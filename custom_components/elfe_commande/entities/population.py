"""Entities that come and go with their equipments and screens."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import batched
from typing import Any

from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import DOMAIN
from ..core.model import DeviceId, EquipmentId
from ..devices.identifiers import unique_id_of
from ..engine.ground.status import EquipmentStatus
from ..hub import ElfeConfigEntry, Hub
from .base import EquipmentEntity, ScreenEntity

ENTITIES_PER_TURN = 200
"""Entities added in one turn of the event loop: Home Assistant adds what it is handed in a task
of its own, so that the time spent here says nothing of it."""


async def async_add_in_turns(
    hub: Hub,
    platform: str,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities: Iterable[Entity],
) -> None:
    """Add those entities that fit, a chunk in a turn of the loop."""
    for chunk in batched(entities, ENTITIES_PER_TURN, strict=False):
        async with hub.roster.turn:
            if admitted := hub.roster.capacity.admit(platform, list(chunk)):
                async_add_entities(admitted)
            await asyncio.sleep(0)


async def async_follow_screens(
    entry: ElfeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    platform: str,
    make: Callable[[Hub, DeviceId], ScreenEntity],
) -> None:
    """Add the entity of every screen; those of a screen that goes go with its device."""
    hub = entry.runtime_data

    async def add(ids: Collection[DeviceId]) -> None:
        entities = (make(hub, screen_id) for screen_id in ids)
        await async_add_in_turns(hub, platform, async_add_entities, entities)

    @callback
    def schedule(ids: Collection[DeviceId]) -> None:
        _ = entry.async_create_background_task(
            hub.coordinator.hass, add(ids), f"{DOMAIN} {platform} screens"
        )

    entry.async_on_unload(hub.roster.screens.watch_added(schedule))
    await add(hub.roster.screens.shown)


def _wants_nothing(_: EquipmentStatus) -> tuple[Any, ...]:
    return ()


class EquipmentEntities[D: EntityDescription]:
    """The entities of one platform, for as long as their equipments are shown."""

    def __init__(
        self,
        entry: ElfeConfigEntry,
        async_add_entities: AddConfigEntryEntitiesCallback,
        *,
        platform: str,
        descriptions: Collection[D],
        wanted: Callable[[EquipmentStatus], tuple[D, ...]],
        make: Callable[[Hub, EquipmentId, D], EquipmentEntity],
        in_compact: bool = False,
    ) -> None:
        """Add nothing yet; see `async_follow`.

        `wanted` returns which of the `descriptions` an equipment has now: one of a few
        constant tuples. `make` builds one entity. A compact entry has the entities of
        platforms that are `in_compact` only.
        """
        self._entry = entry
        self._hub = entry.runtime_data
        self._hass = self._hub.coordinator.hass
        self._async_add_entities = async_add_entities
        self._platform = platform
        self._descriptions = tuple(descriptions)
        self._wanted = wanted if in_compact or not self._hub.compact else _wants_nothing
        self._make = make
        self._added: dict[EquipmentId, tuple[D, ...]] = {}

    async def async_follow(self) -> None:
        """Add the entities of the equipments known now, and of each that comes."""
        roster = self._hub.roster
        self._entry.async_on_unload(roster.watch(self._schedule))
        await self._async_update(roster.shown)

    @callback
    def _schedule(self, ids: Collection[EquipmentId]) -> None:
        for equipment_id in ids:
            if not self._hub.roster.is_shown(equipment_id):
                # Removing the device removes its entities.
                self._added.pop(equipment_id, None)
        _ = self._entry.async_create_background_task(
            self._hass, self._async_update(ids), f"{DOMAIN} {self._platform} entities"
        )

    async def _async_update(self, ids: Iterable[EquipmentId]) -> None:
        """Add and remove entities so that these equipments have what they should."""
        waiting = iter(ids)
        more = True
        while more:
            # One chunk in a turn of the loop, whichever platform it is for.
            async with self._hub.roster.turn:
                more = self._update_some(waiting)
                if more:
                    await asyncio.sleep(0)

    @callback
    def _update_some(self, waiting: Iterator[EquipmentId]) -> bool:
        """Update one chunk; return whether more may be waiting."""
        chunk: list[EquipmentEntity] = []
        for equipment_id in waiting:
            chunk.extend(self._update(equipment_id))
            if len(chunk) >= ENTITIES_PER_TURN:
                break
        admitted = self._hub.roster.capacity.admit(self._platform, chunk)
        owned: dict[str | None, list[EquipmentEntity]] = {}
        for entity in admitted:
            owned.setdefault(self._hub.subentry_of(entity.equipment_id), []).append(entity)
        for subentry_id, entities in owned.items():
            self._async_add_entities(entities, config_subentry_id=subentry_id)
        return len(chunk) >= ENTITIES_PER_TURN

    @callback
    def _update(self, equipment_id: EquipmentId) -> list[EquipmentEntity]:
        """Remove what an equipment has no longer; return the entities that it lacks."""
        status = self._hub.engine.statuses.get(equipment_id)
        if status is None or not self._hub.roster.is_shown(equipment_id):
            return []
        wanted = self._wanted(status)
        added = self._added.get(equipment_id)
        if wanted is added:
            return []
        self._added[equipment_id] = wanted
        self._remove(equipment_id, self._descriptions if added is None else added, wanted)
        if not wanted:
            return []
        self._hub.roster.ensure_device(equipment_id)
        return [
            self._make(self._hub, equipment_id, description)
            for description in wanted
            if added is None or description not in added
        ]

    @callback
    def _remove(
        self, equipment_id: EquipmentId, former: tuple[D, ...], wanted: tuple[D, ...]
    ) -> None:
        """Remove entities that the equipment has no longer, those of former runs too."""
        if former is wanted:
            return
        registry = er.async_get(self._hass)
        for description in former:
            if description not in wanted and (
                entity_id := registry.async_get_entity_id(
                    self._platform,
                    DOMAIN,
                    unique_id_of(self._entry.entry_id, equipment_id, description.key),
                )
            ):
                registry.async_remove(entity_id)
