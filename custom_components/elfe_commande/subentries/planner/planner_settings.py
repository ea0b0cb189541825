"""What the subentry of the planner holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ...planning.readers.tariff import Colour, Ranges, Tempo, TwoRates, parse_ranges

CONF_PRICES: Final = "prices"
"""One of `PriceKind`."""
CONF_EXPORT: Final = "export"
"""Currency per kWh that is fed in."""
CONF_EXPORT_ENTITY: Final = "export_entity"
CONF_FORECASTS: Final = "forecasts"
"""Entities with a forecast of the panels in their attributes."""
CONF_BASE_LOAD: Final = "base_load"
"""Watts that the home draws anyway."""
CONF_LIMIT: Final = "limit"
"""Watts of the subscribed power."""
CONF_PRICE: Final = "price"
CONF_ENTITY: Final = "entity"
CONF_CHOSEN: Final = "chosen"
"""An area, a home or a country, where one entity has prices of several."""
CONF_FACTOR: Final = "factor"
CONF_OFFSET: Final = "offset"
CONF_VAT: Final = "vat"
"""Percent."""
CONF_PEAK: Final = "peak"
CONF_OFF_PEAK: Final = "off_peak"
CONF_HOURS: Final = "hours"
"""Off-peak hours as text."""
CONF_SUMMER_HOURS: Final = "summer_hours"
CONF_WEEKEND: Final = "weekend"
CONF_COLOUR: Final = "colour"
"""Entity with the colour of today."""
CONF_NEXT_COLOUR: Final = "next_colour"

TEMPO_HOURS: Final = "22:00-06:00"


class PriceKind(StrEnum):
    """Where prices come from."""

    TWO_RATES = "two_rates"
    TEMPO = "tempo"
    ENTITY = "entity"
    NUMBER = "number"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceEntity:
    """An entity that knows prices, and what makes them those that people pay."""

    entity_id: str
    chosen: str = ""
    factor: float = 1.0
    offset: float = 0.0
    vat: float = 0.0
    """Share: 0.2 of 20 %."""

    def total(self, price: float) -> float:
        """Return what is paid for a price per kWh."""
        return (price * self.factor + self.offset) * (1 + self.vat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The planner as people set it up."""

    kind: PriceKind
    price: float = 0.0
    entity: PriceEntity | None = None
    two_rates: TwoRates | None = None
    tempo: Tempo | None = None
    colours: tuple[str, str] = ("", "")
    """Entities with the colour of today and of tomorrow."""
    export: float = 0.0
    export_entity: PriceEntity | None = None
    forecasts: tuple[str, ...] = ()
    base_load: float | None = None
    limit: float | None = None


def settings_of(data: Mapping[str, Any]) -> Settings:
    """Return the settings of a subentry. Raises `KeyError` or `ValueError` if they cannot be."""
    kind = PriceKind(data[CONF_PRICES])
    export = data.get(CONF_EXPORT_ENTITY)
    return Settings(
        kind=kind,
        price=float(data[CONF_PRICE]) if kind is PriceKind.NUMBER else 0.0,
        entity=_entity(data) if kind is PriceKind.ENTITY else None,
        two_rates=_two_rates(data) if kind is PriceKind.TWO_RATES else None,
        tempo=_tempo(data) if kind is PriceKind.TEMPO else None,
        colours=(data.get(CONF_COLOUR, ""), data.get(CONF_NEXT_COLOUR, "")),
        export=float(data.get(CONF_EXPORT) or 0.0),
        export_entity=PriceEntity(entity_id=export) if export else None,
        forecasts=tuple(data.get(CONF_FORECASTS) or ()),
        base_load=data.get(CONF_BASE_LOAD),
        limit=data.get(CONF_LIMIT),
    )


def tempo_key(colour: Colour, *, off_peak: bool) -> str:
    """Return the key of one of the six prices."""
    return f"{colour}_{CONF_OFF_PEAK if off_peak else CONF_PEAK}"


def entities_read(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the entities that a planner with these settings reads."""
    for key in (CONF_ENTITY, CONF_EXPORT_ENTITY, CONF_COLOUR, CONF_NEXT_COLOUR):
        if data.get(key):
            yield str(data[key])
    yield from data.get(CONF_FORECASTS) or ()


def _entity(data: Mapping[str, Any]) -> PriceEntity:
    return PriceEntity(
        entity_id=data[CONF_ENTITY],
        chosen=data.get(CONF_CHOSEN, ""),
        factor=float(data.get(CONF_FACTOR, 1.0)),
        offset=float(data.get(CONF_OFFSET, 0.0)),
        vat=float(data.get(CONF_VAT, 0.0)) / 100,
    )


def _two_rates(data: Mapping[str, Any]) -> TwoRates:
    summer = data.get(CONF_SUMMER_HOURS)
    return TwoRates(
        peak=float(data[CONF_PEAK]),
        off_peak=float(data[CONF_OFF_PEAK]),
        ranges=parse_ranges(data[CONF_HOURS]),
        summer=parse_ranges(summer) if summer else None,
        weekend=bool(data.get(CONF_WEEKEND)),
    )


def _tempo(data: Mapping[str, Any]) -> Tempo:
    ranges: Ranges = parse_ranges(data.get(CONF_HOURS) or TEMPO_HOURS)
    return Tempo(
        prices={
            colour: (
                float(data[tempo_key(colour, off_peak=False)]),
                float(data[tempo_key(colour, off_peak=True)]),
            )
            for colour in Colour
        },
        off_peak=ranges,
    )
