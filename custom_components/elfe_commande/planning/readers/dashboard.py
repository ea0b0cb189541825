"""What the energy dashboard knows already: prices, forecasts and meters that people chose there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """What was chosen; entities and statistics by id."""

    price_entity: str = ""
    price: float | None = None
    """Currency per kWh, where it is one number."""
    export_entity: str = ""
    export: float | None = None
    forecasts: tuple[str, ...] = ()
    """Config entries that forecast the panels, each once."""
    meters: tuple[tuple[int, str], ...] = ()
    """Statistics of the whole home's consumption, each with its sign; their sum is the home."""
    devices: tuple[tuple[str, str], ...] = ()
    """Statistics of single appliances with the names given to them; no part of another one."""

    readable: bool = True
    """Whether nothing stands here because nothing was chosen, not because it cannot be read."""

    @property
    def any_price(self) -> bool:
        """Whether it says what a kWh costs."""
        return bool(self.price_entity) or self.price is not None


def read_dashboard(preferences: Mapping[str, Any] | None) -> Dashboard:
    """Return what the preferences of the energy dashboard say; `None` if never saved."""
    preferences = preferences or {}
    sources: list[Mapping[str, Any]] = list(preferences.get("energy_sources") or ())
    grids = [source for source in sources if source.get("type") == "grid"]
    forecasts = {
        entry: None
        for source in sources
        if source.get("type") == "solar"
        for entry in source.get("config_entry_solar_forecast") or ()
    }
    return Dashboard(
        price_entity=_first(grids, "entity_energy_price") or "",
        price=_first(grids, "number_energy_price"),
        export_entity=_first(grids, "entity_energy_price_export") or "",
        export=_first(grids, "number_energy_price_export"),
        forecasts=tuple(forecasts),
        meters=tuple(_meters(sources)),
        devices=tuple(_devices(preferences.get("device_consumption") or ())),
    )


def _first(sources: Iterable[Mapping[str, Any]], key: str) -> Any:
    return next((source[key] for source in sources if source.get(key) is not None), None)


def _meters(sources: Iterable[Mapping[str, Any]]) -> Iterable[tuple[int, str]]:
    """Yield what adds up to the home: its own meter, or all that comes in less all that goes out."""
    signs = {
        "grid": (("stat_energy_from", 1), ("stat_energy_to", -1)),
        "solar": (("stat_energy_from", 1),),
        "battery": (("stat_energy_from", 1), ("stat_energy_to", -1)),
    }
    found: dict[str, int] = {}
    for source in sources:
        if source.get("type") == "home" and source.get("stat_energy_to"):
            return [(1, source["stat_energy_to"])]
        for key, sign in signs.get(str(source.get("type")), ()):
            if statistic := source.get(key):
                found.setdefault(statistic, sign)
    if 1 not in found.values():
        return []
    return [(sign, statistic) for statistic, sign in found.items()]


def _devices(devices: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    """Yield appliances that are no part of another one: nothing is taken off twice."""
    for device in devices:
        if not device.get("included_in_stat") and device.get("stat_consumption"):
            yield device["stat_consumption"], device.get("name") or ""
