"""The values shown of a UPS stay until they have moved enough."""

from dataclasses import fields

import pytest

from custom_components.elfe_commande.sources.ups.values import DEAD_BANDS, Values, settled


def shown(name: str, *readings: float | None) -> list[float | None]:
    """Return what is shown of a value, each time that it changes."""
    values, seen = Values(), []
    for reading in readings:
        after = settled(values, Values(**{name: reading}))
        if after != values:
            seen.append(getattr(after, name))
        values = after
    return seen


def test_every_value_has_its_band():
    assert set(DEAD_BANDS) == {field.name for field in fields(Values)}


@pytest.mark.parametrize(
    ("name", "readings", "expected"),
    [
        ("input_voltage", (230.0, 230.1, 230.2), [230.0, 230.2]),
        ("output_voltage", (230.0, 229.9, 229.8, 229.9), [230.0, 229.8]),
        ("battery_voltage", (13.0, 13.05, 13.1), [13.0, 13.1]),
        ("charge", (90, 91, 92, 91, 89), [90, 92, 89]),
        # A slow drift is shown in steps, never lost.
        ("charge", tuple(range(90, 80, -1)), [90, 88, 86, 84, 82]),
        ("input_voltage", (230.0, None, 230.1), [230.0, None, 230.1]),
    ],
)
def test_a_value_is_shown_once_it_has_left_its_band(name, readings, expected):
    assert shown(name, *readings) == expected
