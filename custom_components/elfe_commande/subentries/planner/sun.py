"""What the panels should give, from whoever forecasts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from homeassistant.core import HomeAssistant

from ...planning.readers.dashboard import Dashboard
from ...planning.readers.intervals import Interval, added, merged, series
from ...planning.readers.sun import from_attributes, from_energy
from .energy_dashboard import ENERGY, async_forecast_of
from .findings import Finding


@dataclass(frozen=True, slots=True)
class SunRead:
    """Watts of quarter-hours, and how it is with them."""

    watts: list[float | None]
    finding: Finding | None = None
    detail: str = ""


class Sun:
    """Adds up the forecasts; the last of each stays until its time is over."""

    def __init__(self, hass: HomeAssistant, entities: Sequence[str]) -> None:
        """Read these entities, or what the energy dashboard names where there are none."""
        self._hass = hass
        self._entities = tuple(entities)
        self._known: dict[str, list[Interval]] = {}

    async def async_read(
        self, dashboard: Dashboard, start: int, slots: int, zone: tzinfo
    ) -> SunRead:
        """Return the watts of quarter-hours from a unix time on; none without any forecast."""
        sources = self._entities or dashboard.forecasts
        if not sources:
            finding = None if dashboard.readable else Finding.FORECAST_MISSING
            return SunRead([], finding, ENERGY)
        missing = []
        for source in sources:
            found = await self._async_found(source, zone)
            self._known[source] = [
                each for each in merged(self._known.get(source, ()), found) if each.end > start
            ]
            if not self._known[source]:
                missing.append(source)
        watts = added([series(self._known[each], start, slots) for each in sources], slots)
        finding = Finding.FORECAST_MISSING if missing else None
        return SunRead(watts, finding, ", ".join(missing))

    async def _async_found(self, source: str, zone: tzinfo) -> list[Interval]:
        if source in self._entities:
            state = self._hass.states.get(source)
            return [] if state is None else from_attributes(state.attributes, zone)
        found = await async_forecast_of(self._hass, source)
        if found is None:
            return []
        wh, by_end = found
        return from_energy(wh, zone, by_end=by_end)
