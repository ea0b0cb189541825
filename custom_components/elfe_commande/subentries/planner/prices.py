"""Prices to come, from an entity and whoever is behind it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er

from ...core.plan import SLOT
from ...core.timing import Timing
from ...planning.readers.intervals import Interval, known_until, merged, number, scaled, series
from ...planning.readers.price_actions import PRICE_ACTIONS, Asked
from ...planning.readers.price_lists import PricesFound, read_answer, read_attributes
from ...planning.readers.price_units import factor_of
from .findings import Finding
from .planner_settings import PriceEntity

_DEAD: Final = (STATE_UNAVAILABLE, STATE_UNKNOWN)


@dataclass(frozen=True, slots=True)
class PricesRead:
    """The prices of quarter-hours, and how it is with them."""

    prices: list[float | None]
    finding: Finding | None = None
    guessed_from: int | None = None
    """Unix seconds from which on they are a guess."""
    known_until: int | None = None
    """Unix seconds up to which none is missing."""
    detail: str = ""


class EntityPrices:
    """Reads one entity: its attributes, the action of its integration, or its state alone.

    What was known stays known when the entity goes: until the time that it was for is over. Who
    gave prices to come once, or can be asked for them, is not believed for the price of now alone:
    that would be one flat price, and nobody would notice.
    """

    def __init__(
        self, hass: HomeAssistant, entity: PriceEntity, timing: Timing, *, export: bool = False
    ) -> None:
        """Know of no price yet; `export` wants those of what is fed in."""
        self._hass = hass
        self._entity = entity
        self._timing = timing
        self._export = export
        self._known: list[Interval] = []
        self._lists = False
        """Whether it has ever given prices with their times."""

    async def async_read(self, now: float, start: int, slots: int, zone: tzinfo) -> PricesRead:
        """Return the prices of quarter-hours from a unix time on, and what is wrong."""
        state = self._hass.states.get(self._entity.entity_id)
        found, detail, finding = await self._async_found(state, now, zone)
        if found:
            self._lists = True
            self._known = merged(self._known, found)
        self._known = [each for each in self._known if each.end > start]
        prices = [
            None if price is None else self._entity.total(price)
            for price in series(self._known, start, slots)
        ]
        if any(price is not None for price in prices):
            return PricesRead(prices, None, None, known_until(self._known, start), detail)
        price = None if finding is not None or self._lists else self._of_state(state)
        if price is not None:
            # It knows of now only: the same price is the best guess there is.
            total = self._entity.total(price)
            return PricesRead([total] * slots, None, start + SLOT, start + SLOT, detail)
        about = detail or self._entity.entity_id
        return PricesRead([], finding or Finding.PRICE_MISSING, detail=about)

    async def _async_found(
        self, state: State | None, now: float, zone: tzinfo
    ) -> tuple[list[Interval], str, Finding | None]:
        """Return what the entity's attributes or its integration know, per kWh."""
        factor = self._factor(state)
        if state is not None and state.state not in _DEAD:
            if factor is None:
                unit = str(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))
                return [], unit, Finding.PRICE_UNIT
            # Its today is that of the day on which it said so.
            said = state.last_reported.timestamp()
            listed = read_attributes(state.attributes, said, zone, self._entity.chosen)
            if listed.intervals:
                return scaled(listed.intervals, factor), "", None
            if listed.choices and not self._has_action():
                return [], ", ".join(listed.choices), Finding.PRICE_CHOICE
        return await self._async_asked(now, zone)

    def _factor(self, state: State | None) -> float | None:
        """Return what makes the entity's numbers currency per kWh, `None` if they cannot be."""
        unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        return 1.0 if not unit else factor_of(str(unit))

    def _of_state(self, state: State | None) -> float | None:
        """Return the price that the entity shows now, per kWh."""
        if state is None or state.entity_id.partition(".")[0] not in (
            SENSOR,
            "input_number",
            "number",
        ):
            return None
        price, factor = number(state.state), self._factor(state)
        return None if price is None or factor is None else price * factor

    def _has_action(self) -> bool:
        registered = er.async_get(self._hass).async_get(self._entity.entity_id)
        return registered is not None and registered.platform in PRICE_ACTIONS

    async def _async_asked(
        self, now: float, zone: tzinfo
    ) -> tuple[list[Interval], str, Finding | None]:
        """Ask the integration that the entity belongs to, if it can be asked."""
        registered = er.async_get(self._hass).async_get(self._entity.entity_id)
        action = None if registered is None else PRICE_ACTIONS.get(registered.platform)
        if registered is None or action is None:
            return [], self._entity.entity_id, None
        asked = Asked(
            today=datetime.fromtimestamp(now, zone).date(),
            zone=zone,
            entry_id=registered.config_entry_id or "",
            device_id=registered.device_id or "",
            export=self._export,
        )
        name = action.name(asked)
        if not name or not self._hass.services.has_service(registered.platform, name):
            return [], self._entity.entity_id, None
        answers: list[PricesFound] = []
        detail = ""
        for data in action.calls(asked):
            try:
                async with asyncio.timeout(self._timing.planner_answer):
                    answer = await self._hass.services.async_call(
                        registered.platform, name, dict(data), blocking=True, return_response=True
                    )
            except Exception as error:  # noqa: BLE001
                # Tomorrow is not known before noon, and this is somebody else's code: today's
                # answer stands.
                detail = str(error) or type(error).__name__
                continue
            answers.append(read_answer(answer, zone, self._entity.chosen))
        intervals = _joined(found.intervals for found in answers)
        if not intervals and (choices := next((f.choices for f in answers if f.choices), ())):
            return [], ", ".join(choices), Finding.PRICE_CHOICE
        finding = None if intervals else Finding.PRICE_MISSING
        return scaled(intervals, action.factor), detail, finding


def _joined(several: Iterable[Iterable[Interval]]) -> list[Interval]:
    found: list[Interval] = []
    for each in several:
        found = merged(found, each)
    return found
