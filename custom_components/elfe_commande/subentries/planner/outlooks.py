"""What is known of the day to come, put together for the planner."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...core.plan import slot_start
from ...core.timing import Timing
from ...planning.readers.base_load import Method, foresee
from ...planning.readers.tariff import Colour, colour_of, priced, tempo_day
from ...planning.request import DAY_AND_A_HALF, Outlook
from .energy_dashboard import async_dashboard
from .findings import Finding
from .meters import async_history
from .planner_settings import PriceKind, Settings
from .prices import EntityPrices, PricesRead
from .sun import Sun

SLOTS: Final = DAY_AND_A_HALF
_SILENT: Final = 86_400
"""Seconds after which meters that say nothing more are told of."""
_NO_PRICE: Final = PricesRead([])


@dataclass(frozen=True, slots=True)
class Seen:
    """An outlook, and how it is with what it is made of."""

    outlook: Outlook
    findings: tuple[Finding, ...] = ()
    details: Mapping[Finding, str] | None = None
    guessed_from: int | None = None
    """Unix seconds from which on a price is a guess."""
    known_until: int | None = None
    """Unix seconds up to which prices of a list are known; `None` where there is no list."""
    base: Method = Method.NONE


class Outlooks:
    """Reads prices, sun and base load; nothing that fails there costs the others."""

    def __init__(self, hass: HomeAssistant, settings: Settings, timing: Timing) -> None:
        """Read nothing yet."""
        self._hass = hass
        self._settings = settings
        self._prices = self._export = None
        if settings.entity is not None:
            self._prices = EntityPrices(hass, settings.entity, timing)
        if settings.export_entity is not None:
            self._export = EntityPrices(hass, settings.export_entity, timing, export=True)
        self._sun = Sun(hass, settings.forecasts)
        self._colours: dict[date, Colour] = {}

    async def async_see(self, now: float, loads: Iterable[Mapping[int, float]]) -> Seen:
        """Return what is known at a unix time; `loads` are kWh by hour of what is planned."""
        zone, start = dt_util.get_default_time_zone(), slot_start(now)
        settings = self._settings
        dashboard = await async_dashboard(self._hass)
        prices = await self._async_prices(now, start)
        export = await self._async_export(now, start)
        sun = await self._sun.async_read(dashboard, start, SLOTS, zone)
        history = await async_history(self._hass, dashboard, now, loads, settings.limit)
        base = foresee(history, start, SLOTS, zone, settings.base_load)
        details = {
            each.finding: each.detail for each in (prices, export, sun) if each.finding is not None
        }
        silent = bool(history) and max(history) < now - _SILENT
        matters = bool(sun.watts) or settings.limit is not None
        if matters and (silent or base.method is Method.NONE):
            details[Finding.BASE_UNKNOWN] = ", ".join(meter for _, meter in dashboard.meters)
        return Seen(
            Outlook(
                now=now,
                slots=SLOTS,
                import_price=prices.prices,
                export_price=export.prices,
                pv=sun.watts,
                base=base.watts,
                limit=settings.limit,
                zone=zone,
            ),
            tuple(details),
            details,
            prices.guessed_from,
            prices.known_until if self._prices is not None else None,
            base.method,
        )

    async def _async_prices(self, now: float, start: int) -> PricesRead:
        settings, zone = self._settings, dt_util.get_default_time_zone()
        if self._prices is not None:
            return await self._prices.async_read(now, start, SLOTS, zone)
        if settings.kind is PriceKind.NUMBER:
            return PricesRead([settings.price] * SLOTS)
        if settings.two_rates is not None:
            return PricesRead(priced(settings.two_rates, start, SLOTS, zone).prices)
        if settings.tempo is not None:
            self._look_at_colours(now)
            tempo = replace(settings.tempo, colours=dict(self._colours))
            found = priced(tempo, start, SLOTS, zone)
            missing = self._colour_missing(now)
            finding = Finding.COLOUR_MISSING if missing else None
            return PricesRead(found.prices, finding, found.guessed_from, detail=missing)
        return _NO_PRICE

    def _colour_missing(self, now: float) -> str:
        """Return the entity that should have told a colour; empty if none is missed.

        That of tomorrow is not known before noon: only an entity that is gone is missed.
        """
        this, following = self._settings.colours
        today = tempo_day(dt_util.as_local(dt_util.utc_from_timestamp(now)))
        if today not in self._colours:
            return this
        state = self._hass.states.get(following) if following else None
        gone = state is None or state.state == STATE_UNAVAILABLE
        return following if gone else ""

    def _look_at_colours(self, now: float) -> None:
        """Take note of the colours that are known: of today and, from noon on, of tomorrow."""
        today = tempo_day(dt_util.as_local(dt_util.utc_from_timestamp(now)))
        for days, entity_id in enumerate(self._settings.colours):
            state = self._hass.states.get(entity_id) if entity_id else None
            colour = None if state is None else colour_of(state.state)
            if colour is not None:
                self._colours[today + timedelta(days=days)] = colour
            elif days and state is not None:
                # Said a moment too long, just after six, it would be that of a wrong day.
                self._colours.pop(today + timedelta(days=days), None)
        oldest = today - timedelta(days=2)
        self._colours = {day: each for day, each in self._colours.items() if day >= oldest}

    async def _async_export(self, now: float, start: int) -> PricesRead:
        """Return what is paid for what is sold: the number that was given where nobody else says."""
        given: list[float | None] = [self._settings.export] * SLOTS
        entity = self._settings.export_entity
        if self._export is None or entity is None:
            return PricesRead(given)
        zone = dt_util.get_default_time_zone()
        found = await self._export.async_read(now, start, SLOTS, zone)
        if found.finding is None:
            return found
        about = entity.entity_id
        if found.detail != about:
            about += f": {found.detail}"
        return PricesRead(given, Finding.EXPORT_MISSING, detail=about)
