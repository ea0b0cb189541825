"""The forms of the planner: where prices come from, then those prices."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from homeassistant.const import PERCENTAGE, Platform, UnitOfPower
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TimeSelector,
)
import voluptuous as vol

from ...const import CONF_USUAL_END, SECTION_ADVANCED
from ...planning.readers.dashboard import Dashboard
from ...planning.readers.tariff import Colour, RangesError, parse_ranges
from .planner_settings import (
    CONF_BASE_LOAD,
    CONF_CHOSEN,
    CONF_COLOUR,
    CONF_ENTITY,
    CONF_EXPORT,
    CONF_EXPORT_ENTITY,
    CONF_FACTOR,
    CONF_FORECASTS,
    CONF_HOURS,
    CONF_LIMIT,
    CONF_NEXT_COLOUR,
    CONF_OFF_PEAK,
    CONF_OFFSET,
    CONF_PEAK,
    CONF_PRICE,
    CONF_PRICES,
    CONF_SUMMER_HOURS,
    CONF_VAT,
    CONF_WEEKEND,
    TEMPO_HOURS,
    PriceKind,
    tempo_key,
)

_WATTS: Final = 100_000
_NIGHT: Final = "22:00-06:00"
_PRICES: Final = EntitySelectorConfig(
    filter={"domain": [Platform.SENSOR, Platform.EVENT, "input_number", Platform.NUMBER]}
)


def known_from(dashboard: Dashboard) -> dict[str, Any]:
    """Return what the energy dashboard says already, as the forms have it."""
    found: dict[str, Any] = {CONF_PRICES: PriceKind.TWO_RATES}
    if dashboard.price_entity:
        found |= {CONF_PRICES: PriceKind.ENTITY, CONF_ENTITY: dashboard.price_entity}
    elif dashboard.price is not None:
        found |= {CONF_PRICES: PriceKind.NUMBER, CONF_PRICE: dashboard.price}
    if dashboard.export is not None:
        found[CONF_EXPORT] = dashboard.export
    if dashboard.export_entity:
        found[CONF_EXPORT_ENTITY] = dashboard.export_entity
    return found


def first_fields(known: Mapping[str, Any], *, sells: bool) -> dict[vol.Marker, Any]:
    """Return what a new home is asked beside its prices; `sells`: panels are known of."""
    export: dict[vol.Marker, Any] = {_open(CONF_EXPORT, known): _price()} if sells else {}
    return {**export, _open(CONF_USUAL_END, known): TimeSelector()}


def planner_schema(known: Mapping[str, Any], own: Collection[str]) -> vol.Schema:
    """Return the first form; `own` are entities of ours, which cannot be chosen."""
    forecasts = EntitySelector(
        EntitySelectorConfig(
            filter={"domain": Platform.SENSOR}, multiple=True, exclude_entities=sorted(own)
        )
    )
    return vol.Schema(
        {
            vol.Required(CONF_PRICES, default=str(known.get(CONF_PRICES, "two_rates"))): (
                _kinds(*PriceKind)
            ),
            _open(CONF_EXPORT, known): _price(),
            _open(CONF_USUAL_END, known): TimeSelector(),
            **_folded(
                {
                    _open(CONF_EXPORT_ENTITY, known): EntitySelector(_PRICES),
                    _open(CONF_FORECASTS, known): forecasts,
                    _open(CONF_BASE_LOAD, known): _watts(),
                    _open(CONF_LIMIT, known): _watts(),
                }
            ),
        }
    )


def prices_schema(
    kind: PriceKind, known: Mapping[str, Any], beside: Mapping[vol.Marker, Any]
) -> vol.Schema | None:
    """Return the form of a kind of prices, with what is asked `beside`; `None` if nothing is."""
    asked, folded = _prices_of(kind, known)
    fields = {**asked, **beside, **(_folded(folded) if folded else {})}
    return vol.Schema(fields) if fields else None


def _prices_of(
    kind: PriceKind, known: Mapping[str, Any]
) -> tuple[dict[vol.Marker, Any], dict[vol.Marker, Any]]:
    """Return the fields of a kind of prices: those in sight, and those on request."""
    match kind:
        case PriceKind.NUMBER:
            return {_asked(CONF_PRICE, known.get(CONF_PRICE)): _price()}, {}
        case PriceKind.TWO_RATES:
            weekend = vol.Required(CONF_WEEKEND, default=known.get(CONF_WEEKEND, False))
            return {
                _asked(CONF_PEAK, known.get(CONF_PEAK)): _price(),
                _asked(CONF_OFF_PEAK, known.get(CONF_OFF_PEAK)): _price(),
                _asked(CONF_HOURS, known.get(CONF_HOURS, _NIGHT)): TextSelector(),
            }, {
                _open(CONF_SUMMER_HOURS, known): TextSelector(),
                weekend: BooleanSelector(),
            }
        case PriceKind.TEMPO:
            prices = [
                tempo_key(colour, off_peak=off_peak)
                for colour in Colour
                for off_peak in (True, False)
            ]
            entity = EntitySelector(EntitySelectorConfig(filter={"domain": Platform.SENSOR}))
            return {
                _asked(CONF_COLOUR, known.get(CONF_COLOUR)): entity,
                _open(CONF_NEXT_COLOUR, known): entity,
                **{_asked(key, known.get(key)): _price() for key in prices},
                _asked(CONF_HOURS, known.get(CONF_HOURS, TEMPO_HOURS)): TextSelector(),
            }, {}
        case PriceKind.ENTITY:
            percent = NumberSelectorConfig(
                min=0,
                max=100,
                step="any",
                unit_of_measurement=PERCENTAGE,
                mode=NumberSelectorMode.BOX,
            )
            return {_asked(CONF_ENTITY, known.get(CONF_ENTITY)): EntitySelector(_PRICES)}, {
                _open(CONF_CHOSEN, known): TextSelector(),
                vol.Required(CONF_FACTOR, default=known.get(CONF_FACTOR, 1.0)): _price(),
                vol.Required(CONF_OFFSET, default=known.get(CONF_OFFSET, 0.0)): _price(),
                vol.Required(CONF_VAT, default=known.get(CONF_VAT, 0.0)): NumberSelector(percent),
            }
        case PriceKind.NONE:
            return {}, {}


def given(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form says, flat, without what was left empty."""
    flat = {key: value for key, value in user_input.items() if key != SECTION_ADVANCED}
    flat |= user_input.get(SECTION_ADVANCED) or {}
    return {
        key: value for key, value in flat.items() if value is not None and value not in ("", [])
    }


def mistakes(data: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with prices, by field."""
    errors: dict[str, str] = {}
    for key in (CONF_HOURS, CONF_SUMMER_HOURS):
        try:
            ranges = parse_ranges(data.get(key) or "")
        except RangesError:
            ranges = None
        if ranges is None or (key == CONF_HOURS and key in data and not ranges):
            errors["base" if key == CONF_SUMMER_HOURS else key] = "invalid_hours"
    return errors


def _kinds(*options: str) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[str(kind) for kind in options],
            translation_key="planner_prices",
            mode=SelectSelectorMode.LIST,
        )
    )


def _folded(fields: dict[vol.Marker, Any]) -> dict[vol.Marker, section]:
    """Return a section that is shown closed, and that a caller may leave out."""
    schema = vol.Schema(fields)
    # The frontend takes the default for the section's whole content.
    suggested = {
        str(marker): value
        for marker in fields
        if isinstance(marker.description, dict)
        and (value := marker.description.get("suggested_value")) is not None
    }
    marker = vol.Required(SECTION_ADVANCED, default=lambda: {**schema({}), **suggested})
    return {marker: section(schema, {"collapsed": True})}


def _asked(key: str, value: Any | None) -> vol.Required:
    return vol.Required(key) if value is None else vol.Required(key, default=value)


def _open(key: str, known: Mapping[str, Any]) -> vol.Optional:
    return vol.Optional(key, description={"suggested_value": known.get(key)})


def _price() -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(min=-1000, max=1000, step="any", mode=NumberSelectorMode.BOX)
    )


def _watts() -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=0,
            max=_WATTS,
            step=1,
            unit_of_measurement=UnitOfPower.WATT,
            mode=NumberSelectorMode.BOX,
        )
    )
