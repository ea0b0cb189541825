"""Moments that not every zone has are refused in words, or mean the first and the last day."""

from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from .homes import LocalInstalled

ONES = [1] * 96


@pytest.fixture(params=["Europe/Paris", "America/Lima"])
async def number(home: LocalInstalled, request: pytest.FixtureRequest) -> int:
    """A machine with a wished end, in a home to the east or to the west."""
    await home.hass.config.async_set_time_zone(request.param)
    return await home.add(
        "Lave-linge", "input_boolean.relay", ready_by="07:00:00", cycle_duration=60
    )


@pytest.mark.usefixtures("number")
@pytest.mark.parametrize("action", ["get_record", "get_shadow_report"])
async def test_what_is_asked_since_ever_is_told(home: LocalInstalled, action: str) -> None:
    for first in ("0001-01-01 00:00:00", "0001-01-01T00:00:00+14:00"):
        told = await home.call(action, **{"from": first, "to": "9999-12-31T23:59:59-12:00"})
        assert (told["from"][:4], told["to"][:4]) == ("0002", "9998")
    for day in ("0001-01-01 00:00:00", "9999-12-31 23:59:59"):
        with pytest.raises(ServiceValidationError) as refused:
            await home.call(action, **{"from": day, "to": day})
        assert refused.value.translation_key == "record_period"


@pytest.mark.parametrize(
    ("action", "given", "key"),
    [
        ("set_deadline", {"datetime": "0001-01-01T00:00:00+14:00"}, "deadline_past"),
        ("set_plan", {"slots": ONES, "start": "0001-01-01T00:00:00+14:00"}, "plan_past"),
        ("set_plan", {"slots": ONES, "start": "9999-12-31T23:59:59-12:00"}, "plan_future"),
        ("set_plan", {"slots": [{"start": "0001-01-01 00:00:00", "value": 1}]}, "plan_past"),
        ("set_plan", {"slots": [{"start": "9999-12-31 23:59:59", "value": 1}]}, "plan_future"),
        (
            "set_plan",
            {"runs": [{"from": "0001-01-01 00:00:00", "to": "9999-12-31 23:59:59"}]},
            "plan_run",
        ),
        ("set_plan", {"runs": [], "start": "0001-01-01T00:00:00+14:00"}, "plan_past"),
        ("set_plan", {"runs": [], "start": "9999-12-31T23:59:59-12:00"}, "plan_future"),
    ],
)
async def test_what_is_asked_for_ever_is_refused_in_words(
    home: LocalInstalled, number: int, action: str, given: dict[str, Any], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await home.call(action, equipment_id=number, **given)
    assert refused.value.translation_key == key
