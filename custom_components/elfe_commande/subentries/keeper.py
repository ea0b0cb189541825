"""Keeps an entry's units in step with its subentries: a change touches that one only."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
import logging
from types import MappingProxyType
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..core.timing import Timing
from ..engine.ground.background import Background, within
from ..engine.ground.ports import Sources
from .unit import Adaptable, Unit, UnitKind

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True)
class _Kept:
    subentry: ConfigSubentry
    content: tuple[object, ...]
    """What the subentry held when the unit was made: Home Assistant changes it in place."""
    unit: Unit
    entities: list[Entity] = field(default_factory=list)
    shown: bool = True
    """No platform had to go without its entities."""
    wait: float = 0.0
    """Seconds after which it was tried again last; 0 once it works."""


class Subentries(Sources):
    """The units of an entry. Their work begins with `open`, and ends with `close`."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, timing: Timing) -> None:
        """Make nothing yet."""
        self._timing = timing
        self._hass = hass
        self._entry = entry
        self.kinds: Mapping[str, UnitKind] = MappingProxyType({})
        """By type of subentry; those without are somebody else's."""
        self.failed: Callable[[ConfigSubentry, Exception | None], None] = lambda *_: None
        """Called when a unit cannot work, and without an error once it does or is gone."""
        self._kept: dict[str, _Kept] = {}
        self._unmade: dict[str, ConfigSubentry] = {}
        """Those that no unit can be made of, which is told."""
        self._platforms: dict[str, AddConfigEntryEntitiesCallback] = {}
        self._open = False
        self._turn = asyncio.Lock()
        self._again = Background()
        """The starts to come of what could not be started."""

    def units[U](self, kind: type[U]) -> list[U]:
        """Return the units of one class."""
        return [kept.unit for kept in self._kept.values() if isinstance(kept.unit, kind)]

    def kept(self) -> list[tuple[ConfigSubentry, Unit]]:
        """Return every subentry that is followed here, with its unit."""
        return [(kept.subentry, kept.unit) for kept in self._kept.values()]

    async def async_make(self) -> None:
        """Make the units of the subentries there are; none begins to work."""
        async with self._turn:
            for subentry in self._wanted().values():
                _ = self._make(subentry)

    @override
    async def open(self) -> None:
        """Let every unit work."""
        async with self._turn:
            self._open = True
            await asyncio.gather(*map(self._start, self._kept.values()))

    @override
    async def close(self) -> None:
        """End the work of every unit."""
        async with self._turn:
            self._open = False
            self._again.cancel()
            await asyncio.gather(*map(self._stop, self._kept.values()))

    async def async_apply(self) -> None:
        """Follow subentries that were added, changed or removed; leave the others alone."""
        async with self._turn:
            wanted = self._wanted()
            for subentry_id, kept in list(self._kept.items()):
                fresh = wanted.get(subentry_id)
                if content_of(fresh) == kept.content:
                    continue
                if fresh is not None and _adapts(kept.unit, fresh):
                    kept.subentry, kept.content = fresh, content_of(fresh)
                else:
                    await self._end(subentry_id, gone=subentry_id not in wanted)
            for subentry_id in self._unmade.keys() - wanted.keys():
                self.failed(self._unmade.pop(subentry_id), None)
            for subentry_id, subentry in wanted.items():
                if subentry_id not in self._kept:
                    await self._take_in(subentry)

    async def _take_in(self, subentry: ConfigSubentry) -> None:
        """Make a unit, show it, and let it work if the others do."""
        kept = self._make(subentry)
        if kept is None:
            return
        for platform in self._platforms:
            self._add(kept, platform)
        self._forget_others(kept)
        if self._open:
            await self._start(kept)

    @callback
    def async_follow(
        self, platform: str, async_add_entities: AddConfigEntryEntitiesCallback
    ) -> None:
        """Add the entities of every unit to a platform, and of each that comes."""
        self._platforms[platform] = async_add_entities
        for kept in self._kept.values():
            self._add(kept, platform)

    def _wanted(self) -> dict[str, ConfigSubentry]:
        return {
            subentry_id: subentry
            for subentry_id, subentry in self._entry.subentries.items()
            if subentry.subentry_type in self.kinds
        }

    def _make(self, subentry: ConfigSubentry) -> _Kept | None:
        """Make a unit; `None` of a subentry that none can be made of, which costs no other."""
        try:
            unit = self.kinds[subentry.subentry_type].make(subentry)
        except Exception as error:
            _LOGGER.exception("%s cannot be used as it is stored", subentry.title)
            self._unmade[subentry.subentry_id] = subentry
            self.failed(subentry, error)
            return None
        self._unmade.pop(subentry.subentry_id, None)
        kept = self._kept[subentry.subentry_id] = _Kept(subentry, content_of(subentry), unit)
        return kept

    def _add(self, kept: _Kept, platform: str) -> None:
        try:
            kind = self.kinds[kept.subentry.subentry_type]
            entities = list(kind.entities(kept.unit, platform))
        except Exception as error:
            _LOGGER.exception("%s cannot be shown (%s)", kept.subentry.title, platform)
            kept.shown = False
            self.failed(kept.subentry, error)
            return
        if entities:
            kept.entities.extend(entities)
            self._platforms[platform](entities, config_subentry_id=kept.subentry.subentry_id)

    def _forget_others(self, kept: _Kept) -> None:
        """Remove the registered entities that a changed subentry has no longer."""
        registry = er.async_get(self._hass)
        has = {entity.unique_id for entity in kept.entities}
        for entry in er.async_entries_for_config_entry(registry, self._entry.entry_id):
            if entry.config_subentry_id == kept.subentry.subentry_id and entry.unique_id not in has:
                registry.async_remove(entry.entity_id)

    async def _start(self, kept: _Kept) -> None:
        title = kept.subentry.title
        try:
            await self._within_limit(kept.unit.async_start(), f"start of {title}")
        except Exception as error:
            if not kept.wait:
                _LOGGER.exception("%s could not be started; it is tried again", title)
            self.failed(kept.subentry, error)
            self._again.begin(self._start_again(kept), f"another start of {title}")
        else:
            kept.wait = 0.0
            if kept.shown:
                self.failed(kept.subentry, None)

    async def _start_again(self, kept: _Kept) -> None:
        """Try once more after a while, a longer one each time: what was missing may be there."""
        timing = self._timing
        kept.wait = min(2 * kept.wait or timing.retry_first, timing.retry_rest)
        await asyncio.sleep(kept.wait)
        async with self._turn:
            if self._open and self._kept.get(kept.subentry.subentry_id) is kept:
                # What the start before left half done.
                await self._stop(kept)
                await self._start(kept)

    async def _stop(self, kept: _Kept) -> None:
        title = kept.subentry.title
        try:
            await self._within_limit(kept.unit.async_stop(), f"stop of {title}")
        except Exception:
            _LOGGER.exception("%s could not be stopped", title)

    async def _within_limit(self, work: Coroutine[Any, Any, None], name: str) -> None:
        timing = self._timing
        await within(timing.unit_limit, work, name, allowance=timing.stop_allowance)

    async def _end(self, subentry_id: str, *, gone: bool) -> None:
        kept = self._kept.pop(subentry_id)
        await self._stop(kept)
        self.failed(kept.subentry, None)
        if gone:
            # Home Assistant removed devices and entities along with the subentry.
            return
        for entity in kept.entities:
            if entity.hass is not None and entity.registry_entry is not None:
                await entity.async_remove()


def _adapts(unit: Unit, subentry: ConfigSubentry) -> bool:
    """Let a unit follow a change by itself, if it can; whether it did."""
    return isinstance(unit, Adaptable) and unit.adapt(subentry)


def content_of(subentry: ConfigSubentry | None) -> tuple[object, ...]:
    """Return what a unit is made of, nothing for a subentry that is gone."""
    return () if subentry is None else (subentry.data, subentry.title, subentry.unique_id)
