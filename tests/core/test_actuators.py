"""The table of what can be driven: what entities offer, what is read of them, and their topics."""

from typing import Any

import pytest

from custom_components.elfe_commande.core.actuators import (
    DOMAINS,
    PAIRS,
    Actuator,
    OwnChanges,
    Part,
    Range,
    Shown,
    Way,
)
from custom_components.elfe_commande.core.entity_topics import (
    actuator_of,
    entities_of,
    shown_topic,
    topic_of_actuator,
)
from custom_components.elfe_commande.drivers import DRIVERS

HEATER = {
    "supported_features": 17,
    "preset_modes": ["comfort", "eco"],
    "hvac_modes": ["off", "heat"],
    "min_temp": 5,
    "max_temp": 30,
    "target_temp_step": 0.5,
}


def way(domain: str, key: str) -> Way:
    found = DOMAINS[domain].way(key)
    assert found is not None
    return found


def test_every_domain_has_a_driver_that_is_there() -> None:
    names = {driver.name for driver in DRIVERS.values()}
    assert {domain.driver for domain in DOMAINS.values()} <= names
    for pair in PAIRS.values():
        assert {name for half in pair.halves for name in half.domains} <= set(DOMAINS)


@pytest.mark.parametrize(
    ("domain", "attributes", "offered"),
    [
        ("climate", HEATER, ["preset_mode", "hvac_mode", "temperature"]),
        ("climate", {**HEATER, "supported_features": 1}, ["hvac_mode", "temperature"]),
        ("climate", {**HEATER, "preset_modes": None}, ["hvac_mode", "temperature"]),
        ("climate", {**HEATER, "max_temp": 5}, ["preset_mode", "hvac_mode"]),
        ("climate", {}, []),
        ("water_heater", {"supported_features": 12}, ["away_mode", "on_off"]),
        ("select", {"options": ["one"]}, []),
        ("select", {"options": "text"}, []),
        ("number", {"min": 0, "max": 32}, ["number"]),
        ("number", {"min": 0, "max": float("nan")}, []),
        ("fan", {"supported_features": 49}, ["on_off", "percentage"]),
        ("valve", {}, ["open_close"]),
    ],
)
def test_what_an_entity_offers(domain: str, attributes: dict[str, Any], offered: list[str]) -> None:
    assert [way.key for way in DOMAINS[domain].offered(attributes)] == offered


@pytest.mark.parametrize(
    ("shown", "value", "same"),
    [(20.8, 21.0, True), (20.7, 21.0, False), ("off", 21.0, False), (21.0, 21.0, True)],
)
def test_entities_round_to_their_step(shown: Any, value: float, same: bool) -> None:
    assert way("climate", "temperature").equal(shown, value, HEATER) is same


def test_what_a_range_takes() -> None:
    number = way("number", "number")
    attributes = {"min": 6, "max": 16, "step": 1}
    assert number.choices(attributes) == Range(6.0, 16.0, 1.0)
    assert [number.takes(v, attributes) for v in (5.0, 6.0, 16.0, 16.5)] == [
        False,
        True,
        True,
        False,
    ]
    with pytest.raises(ValueError, match="nan"):
        number.parse("nan")


def preset(on: str = "comfort", off: str = "eco") -> Actuator:
    return Actuator((Part("climate.heater", way("climate", "preset_mode"), on, off),))


@pytest.mark.parametrize(
    ("state", "mode", "reading", "intent"),
    [
        ("heat", "comfort", True, True),
        ("heat", "eco", False, False),
        ("heat", "away", None, ("away",)),
        # It heats nothing, whatever its preset.
        ("off", "comfort", False, False),
        ("heat", None, None, None),
        ("unavailable", None, None, None),
    ],
)
def test_what_an_entity_shows(state: str, mode: str | None, reading: Any, intent: Any) -> None:
    shown = Shown(state, {**HEATER, "preset_mode": mode})
    actuator = preset()
    assert actuator.reading(lambda _: shown) is reading
    assert actuator.intent(lambda _: shown) == intent
    assert actuator.reading(lambda _: None) is None
    assert actuator.intent(lambda _: None) is None


def charger() -> Actuator:
    current = Part("number.current", way("number", "number"), 16.0, None)
    switch = Part("switch.charge", way("switch", "on_off"), "on", "off")
    return Actuator((current, switch), pair="charger")


@pytest.mark.parametrize(
    ("amps", "switch", "reading", "intent"),
    [
        ("16", "on", True, True),
        ("10", "on", None, (10.0, "on")),
        # While it does not charge, its current is nobody's business.
        ("10", "off", False, False),
        ("16", "off", False, False),
        ("unavailable", "on", None, None),
        ("unavailable", "off", False, False),
    ],
)
def test_what_a_pair_shows(amps: str, switch: str, reading: Any, intent: Any) -> None:
    states = {"number.current": amps, "switch.charge": switch}
    actuator = charger()
    assert actuator.reading(lambda e: Shown(states[e], {"step": 1})) is reading
    assert actuator.intent(lambda e: Shown(states[e], {"step": 1})) == intent
    assert [value for _, value in actuator.steps(on=True)] == [16.0, "on"]
    assert [value for _, value in actuator.steps(on=False)] == ["off"]


@pytest.mark.parametrize(
    "actuator",
    [
        preset(),
        preset("Été à 21 °C & plus", "50 % | éco?"),
        preset("", "eco"),
        Actuator(preset().parts, OwnChanges.ASK),
        charger(),
    ],
)
def test_a_topic_says_all_of_it(actuator: Actuator) -> None:
    topic = topic_of_actuator(actuator)
    assert actuator_of(topic) == actuator
    assert entities_of(topic) == actuator.entity_ids


def test_a_topic_without_values_is_a_switch() -> None:
    found = actuator_of("entity/switch.plug")
    assert found is not None
    assert [value for _, value in found.steps(on=True)] == ["on"]
    for nothing in ("cmnd/plug/POWER", "entity/sensor.power", "entity/number.current"):
        assert actuator_of(nothing) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("eco", "eco"),
        ("19.5", "19.5"),
        ("16", "16"),
        ("1.2.3", "**REDACTED**"),
        ("Léa", "**REDACTED**"),
    ],
)
def test_of_what_is_chosen_numbers_and_words_of_home_assistant_are_shown(
    value: str, shown: str
) -> None:
    topic = f"entity/climate.room?by=preset_mode&on={value}&off=eco"
    assert shown_topic(topic, lambda _: "x") == f"entity/x?by=preset_mode&on={shown}&off=eco"


def test_what_a_topic_shows_to_others() -> None:
    shown = shown_topic(topic_of_actuator(preset("Chambre de Léa")), lambda _: "climate.1")
    assert shown == "entity/climate.1?by=preset_mode&on=**REDACTED**&off=eco"
    assert shown_topic(topic_of_actuator(charger()), lambda e: e.split(".")[0]) == (
        "entity/number?by=number&on=16.0&pair=charger|switch?by=on_off&on=on&off=off"
    )
