"""Wall screens as they are in the field: what their firmware sends, word by word.

Plain buttons have no value, texts are put between quotes as they are, and are cut at 127 bytes.
"""

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


def read(item: str, payload: str | bytes) -> tuple[Gesture, ...]:
    raw = payload if isinstance(payload, bytes) else payload.encode()
    return HASP.read(f"hasp/g0001/state/{item}", raw, retained=False)


def touched(item: str, payload: str | bytes) -> ScreenTouched:
    found = read(item, payload)[0]
    assert isinstance(found, ScreenTouched)
    return found


@pytest.mark.parametrize("event", ["down", "up", "long", "hold", "release", "lost"])
def test_t2_17_a_plain_button_has_no_value(event: str) -> None:
    assert read("p1b20", f'{{"event":"{event}"}}') == (
        ScreenTouched("g0001", 1, 20, event, None, None),
    )


def test_t2_18_a_switch_that_was_let_back_says_its_old_state() -> None:
    """That nothing follows from it is the engine's, which knows the state."""
    assert read("p2b3", '{"event":"up","val":1}') == (
        ScreenTouched("g0001", 2, 3, "up", 1),
        SwitchTurned("g0001", 2, piloted=True),
    )


def test_t2_20_only_the_last_of_a_long_touch_is_a_wish() -> None:
    messages = [
        '{"event":"down","val":0}',
        '{"event":"long"}',
        '{"event":"hold"}',
        '{"event":"lost"}',
        '{"event":"release"}',
        '{"event":"up","val":0}',
    ]
    found = [gesture for message in messages for gesture in read("p2b3", message)]
    assert [g for g in found if not isinstance(g, ScreenTouched)] == [
        SwitchTurned("g0001", 2, piloted=False)
    ]
    assert len(found) == 7


def test_a_button_where_a_switch_should_be_turns_nothing() -> None:
    """It has no state, and nothing was said."""
    assert read("p2b3", '{"event":"up"}')[1:] == ()
    assert read("p2b3", '{"event":"release"}')[1:] == ()


def test_a_text_without_a_row_is_no_rollers() -> None:
    assert read("p2b8", '{"event":"changed","text":"12"}')[1:] == ()


@pytest.mark.parametrize(
    ("payload", "event", "value", "text"),
    [
        # A text area, a colour picker, a calendar.
        ('{"event":"changed","text":"milk"}', "changed", None, "milk"),
        ('{"event":"up","color":"#ff8000","r":255,"g":128,"b":0}', "up", None, None),
        ('{"event":"changed","val":"24","text":"2026-12-24T00:00:00Z"}', "changed", "24", None),
        # A matrix of buttons that was left.
        ('{"event":"up","val":-1,"text":""}', "up", -1, ""),
    ],
)
def test_other_objects_fire_their_events(
    payload: str, event: str, value: Any, text: str | None
) -> None:
    found = touched("p1b30", payload)
    assert (found.event, found.value) == (event, value)
    assert text is None or found.text == text


ROLLED = WheelRolled("g0001", 2, Wheel.END_HOUR, 7, settled=True)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ('{"event":"changed","val":7,"text":"7 "h""}', '7 "h"'),
        ('{"event":"changed","val":7,"text":"07\\h"}', "07\\h"),
        ('{"event":"changed","val":7,"text":"7"}"}', '7"}'),
        ('{"event":"changed","val":7,"text":"7\th"}', "7h"),
        ('{"event":"changed","val":7,"text":"7 h", early"}', '7 h", early'),
        # Cut, once in the middle of a character.
        ('{"event":"changed","val":7,"text":"7 heu', "7 heu"),
        ('{"event":"changed","val":7,"text":"7 o’clo'.encode()[:-4], "7 o"),
        ('{"event":"changed","val":7,"text":"7 o\xe2"}'.encode("latin-1"), "7 o"),
    ],
)
def test_a_text_that_is_not_escaped_or_is_cut_is_read_all_the_same(
    payload: str | bytes, text: str
) -> None:
    seen, meant = read("p2b8", payload)
    assert isinstance(seen, ScreenTouched)
    assert (seen.value, seen.text) == (7, text)
    assert meant == ROLLED


def test_where_the_text_has_no_number_the_row_still_counts() -> None:
    assert read("p2b8", '{"event":"changed","val":7,"text":""seven""}')[1:] == (ROLLED,)


@pytest.mark.parametrize(
    "payload",
    [
        '{"event":"changed"',
        '{"event":"changed","val":',
        '{"event":"changed","val":1',
        '{"event":"changed","val":12,"te',
        # Twelve, perhaps.
        '{"event":"changed","val":12,"text":"1',
        '{"event":"changed","val":12,"text":"',
    ],
)
def test_a_roller_that_cannot_be_read_is_put_back(payload: str) -> None:
    wishes = [g for g in read("p2b8", payload) if not isinstance(g, ScreenTouched)]
    if payload.endswith('"text":"'):
        # Cut before its text: the row is whole.
        assert wishes == [WheelRolled("g0001", 2, Wheel.END_HOUR, 12)]
    else:
        assert wishes == [ValueRefused("g0001", 2)]


def test_a_switch_that_cannot_be_read_is_put_back() -> None:
    assert read("p2b3", '{"event":"up","va') == (ValueRefused("g0001", 2),)
    assert read("p2b3", '{"event":"down","va') == ()


@pytest.mark.parametrize("item", ["p1b8", "p6b8", "p2b20"])
def test_what_is_cut_elsewhere_means_nothing(item: str) -> None:
    assert read(item, '{"event":"changed","va') == ()


@pytest.mark.parametrize(
    "value", [[1], {"on": 1}, 1 << 64, "\ud800"], ids=["list", "object", "huge", "half"]
)
def test_what_no_screen_sends_is_still_nothing(value: Any) -> None:
    assert read("p2b8", json.dumps({"event": "changed", "val": value})) == ()
