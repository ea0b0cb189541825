"""The one table of what can be driven: a domain of Home Assistant is one entry.

What a domain can be set to (its ways, the one to suggest first), what of it is measured, and
how its changes are to be taken. Everything else follows: the form that offers values, the calls,
what is read, whose change it was, what confirms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from .ways import Attributes, Call, Fixed, Listed, Range, Ranged, Way

_SWITCHED: Final = MappingProxyType({"on": Call("turn_on"), "off": Call("turn_off")})
ON_OFF: Final = Fixed("on_off", _SWITCHED)
_WORKS: Final = frozenset(
    {"cooling", "defrosting", "drying", "fan", "heating", "humidifying", "preheating"}
)
_TURNED_OFF: Final = MappingProxyType({"off": Call("turn_off")})


@dataclass(frozen=True, slots=True)
class Domain:
    """What every entity of one domain has in common."""

    name: str
    ways: tuple[Way, ...]
    driver: str = "entity_setting"
    """Name of the driver that says what is an answer."""
    action: str | None = None
    """The attribute that says what the device does now, as it measures it."""
    temperature: str | None = None
    """The attribute with the temperature that the load changes."""
    programmes: bool = False
    """Its devices may have a programme of their own, which changes them with nobody there."""

    def way(self, key: str) -> Way | None:
        """Return one of its ways by its key; the first one if none is named."""
        return next((way for way in self.ways if not key or way.key == key), None)

    def offered(self, attributes: Attributes) -> tuple[Way, ...]:
        """Return the ways in which an entity with these attributes can be driven."""
        return tuple(way for way in self.ways if way.choices(attributes) is not None)

    def works(self, attributes: Attributes) -> bool | None:
        """Return whether the device works now, by what it measures; `None` if it does not tell."""
        action = None if self.action is None else attributes.get(self.action)
        return None if action is None else action in _WORKS


def _select(name: str) -> Domain:
    return Domain(name, (Listed("option", "select_option", "option", "options"),))


def _number(name: str) -> Domain:
    return Domain(name, (Ranged("number", "set_value", "value", "min", "max", "step"),))


def _degrees(feature: int) -> Ranged:
    return Ranged(
        "temperature",
        "set_temperature",
        "temperature",
        "min_temp",
        "max_temp",
        "target_temp_step",
        attribute="temperature",
        feature=feature,
        rest="off",
    )


DOMAINS: Final[Mapping[str, Domain]] = MappingProxyType(
    {
        each.name: each
        for each in (
            Domain("switch", (ON_OFF,), driver="entity_switch"),
            Domain("input_boolean", (ON_OFF,), driver="entity_switch"),
            Domain("light", (ON_OFF,), driver="entity_switch"),
            Domain("button", (Fixed("press", {"on": Call("press")}),), driver="entity_button"),
            Domain(
                "climate",
                (
                    Listed(
                        "preset_mode",
                        "set_preset_mode",
                        "preset_mode",
                        "preset_modes",
                        attribute="preset_mode",
                        feature=16,
                        rest="off",
                    ),
                    # Not by `turn_on`: what works both ways might cool.
                    Listed("hvac_mode", "set_hvac_mode", "hvac_mode", "hvac_modes", rest="off"),
                    _degrees(1),
                ),
                action="hvac_action",
                temperature="current_temperature",
                programmes=True,
            ),
            Domain(
                "water_heater",
                (
                    Listed(
                        "operation_mode",
                        "set_operation_mode",
                        "operation_mode",
                        "operation_list",
                        feature=2,
                        rest="off",
                    ),
                    _degrees(1),
                    Fixed(
                        "away_mode",
                        {
                            "off": Call("set_away_mode", {"away_mode": False}),
                            "on": Call("set_away_mode", {"away_mode": True}),
                        },
                        attribute="away_mode",
                        feature=4,
                    ),
                    Fixed("on_off", _SWITCHED, feature=8, otherwise="on"),
                ),
                temperature="current_temperature",
                programmes=True,
            ),
            _select("select"),
            _select("input_select"),
            _number("number"),
            _number("input_number"),
            Domain(
                "fan",
                (
                    ON_OFF,
                    Ranged(
                        "percentage",
                        "set_percentage",
                        "percentage",
                        "",
                        "",
                        "percentage_step",
                        attribute="percentage",
                        feature=1,
                        rest="off",
                        bounds=Range(0.0, 100.0, 1.0),
                    ),
                    Listed(
                        "preset_mode",
                        "set_preset_mode",
                        "preset_mode",
                        "preset_modes",
                        attribute="preset_mode",
                        feature=8,
                        rest="off",
                        others=_TURNED_OFF,
                    ),
                ),
            ),
            Domain(
                "humidifier",
                (
                    ON_OFF,
                    Listed(
                        "mode",
                        "set_mode",
                        "mode",
                        "available_modes",
                        attribute="mode",
                        feature=1,
                        rest="off",
                    ),
                    Ranged(
                        "humidity",
                        "set_humidity",
                        "humidity",
                        "min_humidity",
                        "max_humidity",
                        "target_humidity_step",
                        attribute="humidity",
                        rest="off",
                    ),
                ),
                action="action",
            ),
            Domain(
                "valve",
                (
                    Fixed(
                        "open_close",
                        {"open": Call("open_valve"), "closed": Call("close_valve")},
                        toward={"opening": "open", "closing": "closed"},
                    ),
                ),
            ),
        )
    }
)
"""By name."""


def domain_of(entity_id: str) -> Domain | None:
    """Return the entry of an entity's domain, `None` if nothing of it can be driven."""
    return DOMAINS.get(entity_id.partition(".")[0])


def temperature_of(domain: Domain, attributes: Mapping[str, Any]) -> float | None:
    """Return the temperature that an entity measures, `None` if it does not."""
    found = None if domain.temperature is None else attributes.get(domain.temperature)
    return float(found) if isinstance(found, int | float) else None
