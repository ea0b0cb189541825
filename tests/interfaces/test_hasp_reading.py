"""What the messages of wall screens mean."""

import json
from typing import Any

import pytest

from custom_components.elfe_commande.core.gesture import (
    Gesture,
    ScreenTouched,
    SwitchTurned,
    ValueRefused,
    Wheel,
    WheelRolled,
)
from custom_components.elfe_commande.interfaces import FACTORIES

from .homes import LAYOUT

HASP = FACTORIES["hasp"](LAYOUT)


def read(topic: str, payload: Any, *, retained: bool = False) -> tuple[Gesture, ...]:
    if not isinstance(payload, bytes | str):
        payload = json.dumps(payload)
    raw = payload if isinstance(payload, bytes) else payload.encode()
    return HASP.read(topic, raw, retained=retained)


def meaning(item: str, payload: Any) -> Gesture | None:
    """Return the gesture beside the event itself, which always comes first."""
    touched, *rest = read(f"hasp/g0001/state/{item}", payload)
    assert isinstance(touched, ScreenTouched)
    assert len(rest) <= 1
    return rest[0] if rest else None


def rolled(item: str, text: Any, value: Any = 1, event: str = "changed") -> Gesture | None:
    return meaning(item, {"event": event, "val": value, "text": text})


def test_topics_are_narrow() -> None:
    assert HASP.topics() == ("hasp/+/state/+", "hasp/+/LWT")


@pytest.mark.parametrize(
    ("value", "piloted"), [(1, True), (0, False), (True, True), (False, False), (1.0, True)]
)
def test_a_switch_is_turned_when_released(value: Any, piloted: bool) -> None:
    assert read("hasp/g0001/state/p2b3", {"event": "up", "val": value}) == (
        ScreenTouched("g0001", 2, 3, "up", value),
        SwitchTurned("g0001", 2, piloted),
    )


@pytest.mark.parametrize("value", [2, -1, None, "1", "", 0.5])
def test_a_switch_that_says_neither_is_turned_back(value: Any) -> None:
    assert meaning("p2b3", {"event": "up", "val": value}) == ValueRefused("g0001", 2)


@pytest.mark.parametrize("event", ["down", "changed", "release", "long", "hold", "lost", "UP"])
def test_other_events_of_a_switch_are_events_only(event: str) -> None:
    assert meaning("p2b3", {"event": event, "val": 1}) is None


def test_a_switch_may_tell_more() -> None:
    payload = {"event": "up", "val": 1, "text": "x", "source": 3}
    assert read("hasp/g0001/state/p2b3", payload) == (
        ScreenTouched("g0001", 2, 3, "up", 1, "x"),
        SwitchTurned("g0001", 2, piloted=True),
    )


@pytest.mark.parametrize("page", [2, 3, 4, 5, 6, 7])
def test_every_page_has_a_switch(page: int) -> None:
    found = meaning(f"p{page}b3", {"event": "up", "val": 0})
    assert found == SwitchTurned("g0001", page, piloted=False)


@pytest.mark.parametrize("item", ["p1b3", "p8b3", "p9b3", "p0b3", "p10b3", "p2b10", "p2b7"])
def test_what_has_no_meaning_is_an_event_only(item: str) -> None:
    assert meaning(item, {"event": "up", "val": 1, "text": "10"}) is None


@pytest.mark.parametrize("item", ["p5b9", "p5b10", "p6b5", "p6b8", "p7b5", "p7b6", "p7b9"])
def test_a_roller_means_something_on_pages_that_have_it(item: str) -> None:
    assert rolled(item, "10") is None


MACHINE = {
    8: Wheel.END_HOUR,
    9: Wheel.END_MINUTE,
    5: Wheel.CYCLE_HOURS,
    6: Wheel.CYCLE_MINUTES,
}
CAR = {5: Wheel.END_HOUR, 6: Wheel.END_MINUTE, 8: Wheel.CHARGE}
ROLLERS = [(page, item, wheel) for page in (2, 3, 4) for item, wheel in MACHINE.items()]
ROLLERS += [(5, item, wheel) for item, wheel in CAR.items()]


@pytest.mark.defect("D-55")
@pytest.mark.parametrize(("page", "item", "wheel"), ROLLERS)
def test_rollers_by_kind_of_page(page: int, item: int, wheel: Wheel) -> None:
    name = f"p{page}b{item}"
    assert rolled(name, "12") == WheelRolled("g0001", page, wheel, 12)
    assert rolled(name, "12", event="up") == WheelRolled("g0001", page, wheel, 12, settled=False)
    assert rolled(name, "12", event="down") is None
    assert rolled(name, "12", event="release") is None


@pytest.mark.defect("D-56")
@pytest.mark.parametrize(
    ("item", "text", "value"),
    [
        ("p2b8", "07", 7),
        ("p2b8", "7h", 7),
        ("p2b8", "18h", 18),
        ("p2b8", "00", 0),
        ("p2b8", " 7", 7),
        ("p2b8", 12, 12),
        ("p2b9", "5", 5),
        ("p2b9", "45", 45),
        ("p2b5", "2h", 2),
        ("p2b6", "5m", 5),
        ("p5b8", "80%", 80),
        ("p5b8", "80", 80),
        ("p5b8", "8", 8),
        ("p5b8", "8.5%", 8),
        ("p5b8", "0%", 0),
        ("p5b8", "100%", 100),
    ],
)
def test_the_number_is_what_the_text_begins_with(item: str, text: Any, value: int) -> None:
    found = rolled(item, text)
    assert isinstance(found, WheelRolled)
    assert found.value == value


@pytest.mark.parametrize(
    ("item", "text", "value"),
    [
        ("p2b8", "24", 23),
        ("p2b8", "99999999999999999999", 23),
        ("p2b9", "60", 59),
        ("p2b9", "90", 59),
        ("p2b5", "99", 23),
        ("p2b6", "90", 59),
        ("p5b6", "60", 59),
        ("p5b8", "200%", 100),
    ],
)
def test_beyond_what_a_roller_holds_the_nearest_counts(item: str, text: str, value: int) -> None:
    found = rolled(item, text)
    assert isinstance(found, WheelRolled)
    assert found.value == value


@pytest.mark.defect("D-55")
@pytest.mark.parametrize("text", [None, "", "h8", "-1", "%", True, "٣"])
@pytest.mark.parametrize(
    ("item", "row", "value"),
    [
        ("p2b8", 7, 7),
        ("p2b8", 24, 23),
        ("p2b9", 3, 45),
        ("p2b9", 4, 59),
        ("p2b5", 2, 2),
        ("p2b6", 1, 15),
        ("p5b5", 0, 0),
        ("p5b6", 2, 30),
        ("p5b8", 8, 80),
        ("p5b8", 11, 100),
        ("p5b8", -1, 0),
    ],
)
def test_without_a_number_in_the_text_the_row_counts(
    item: str, text: Any, row: int, value: int
) -> None:
    found = rolled(item, text, row)
    assert isinstance(found, WheelRolled)
    assert found.value == value


def test_without_a_text_the_row_counts() -> None:
    found = meaning("p2b6", {"event": "changed", "val": 2})
    assert found == WheelRolled("g0001", 2, Wheel.CYCLE_MINUTES, 30)


@pytest.mark.defect("D-55")
@pytest.mark.parametrize("value", [None, "3", 1.5, True])
@pytest.mark.parametrize("item", ["p2b8", "p2b5", "p5b8"])
def test_a_roller_without_any_number_is_put_back_once(item: str, value: Any) -> None:
    page = int(item[1])
    assert rolled(item, "soon", value) == ValueRefused("g0001", page)
    assert rolled(item, "soon", value, event="up") is None


def test_a_null_row_beside_a_number_does_not_matter() -> None:
    assert rolled("p2b8", "12", None) == WheelRolled("g0001", 2, Wheel.END_HOUR, 12)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "null",
        "5",
        "[1, 2]",
        '"event val"',
        "{'event':'up','val':1}",
        "up",
        {"val": 1},
        {"event": None, "val": 1},
        {"event": 1, "val": 1},
        {"event": "", "val": 1},
        {"event": "up up", "val": 1},
        {"event": "u" * 33, "val": 1},
        {"event": "up", "val": [1]},
        {"event": "up", "val": {}},
        {"event": "up", "val": 1, "text": []},
        {"event": "up", "val": 1 << 64},
        {"event": "up", "val": 1, "text": "x" * 3000},
        '{"event":"up","val":NaN}',
        '{"event":"up","val":-Infinity}',
        '{"event":"up","val":1e999}',
        '{"event":"up","val":"\\ud800"}',
        b'\xef\xbb\xbf{"event":"up","val":1}',
        '{"event":"up","val":1}'.encode("utf-16"),
        "[" * 2000,
    ],
)
@pytest.mark.parametrize("item", ["p2b3", "p2b5", "p9b1"])
def test_what_is_not_an_event_means_nothing(item: str, payload: Any) -> None:
    assert read(f"hasp/g0001/state/{item}", payload) == ()
