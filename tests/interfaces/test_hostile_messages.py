"""Whatever arrives on whatever topic, a surface says what it means, or nothing."""

import json
from typing import get_args

from hypothesis import given, strategies as st
import pytest

from custom_components.elfe_commande.core.gesture import (
    Gesture,
    PanelMode,
    PlatePresence,
    PortalUpdate,
    ScreenTouched,
    SwitchTurned,
    ValueRefused,
    Wheel,
    WheelRolled,
)
from custom_components.elfe_commande.interfaces import FACTORIES

from .homes import LAYOUT

SURFACES = {name: create(LAYOUT) for name, create in FACTORIES.items()}
NAMES = sorted(SURFACES)
LIMITS = {
    Wheel.END_HOUR: 23,
    Wheel.END_MINUTE: 59,
    Wheel.CYCLE_HOURS: 23,
    Wheel.CYCLE_MINUTES: 59,
    Wheel.CHARGE: 100,
}

WORDS = st.sampled_from(
    [
        "hasp",
        "viriya",
        "Socorel",
        "state",
        "LWT",
        "update",
        "Mode",
        "g0001",
        "E0712",
        "p2b3",
        "p2b8",
        "p5b8",
        "p3b6",
        "p9b1",
        "7",
        "0",
        "command",
        "",
        "o'neil",
        "p2b3\n",
        "\x00",
        "+",
        "#",
    ]
)
LEVELS = WORDS | st.text(max_size=12)
TOPICS = (
    st.lists(LEVELS, max_size=6).map("/".join)
    | LEVELS.map(lambda item: f"hasp/g0001/state/{item}")
    | LEVELS.map(lambda plate: f"hasp/{plate}/LWT")
    | LEVELS.map(lambda number: f"viriya/update/{number}")
    | LEVELS.map(lambda serial: f"Socorel/{serial}/Mode")
    | st.sampled_from(["hasp/g/state/p2b3", "hasp/g/state/p2b6", "hasp/g/state/p5b8"])
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-2, 120)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["up", "changed", "down", "07h", "80%", "h8", "-1", "9" * 400])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
EVENTS = st.fixed_dictionaries(
    {}, optional={"event": LEAVES, "val": LEAVES | JSON, "text": LEAVES | JSON, "source": JSON}
)
PAYLOADS = (
    st.binary(max_size=200)
    | (JSON | EVENTS).map(lambda value: json.dumps(value).encode())
    | st.sampled_from([b"online", b"offline", b"manuel", b"auto", b""])
)


def check(gesture: Gesture) -> None:
    """Hold a gesture against everything that is promised of one."""
    assert isinstance(gesture, get_args(Gesture.__value__))
    match gesture:
        case ScreenTouched(plate, page, item, event, value, text):
            assert plate == plate.lower()
            assert 0 <= page <= 999
            assert 0 <= item <= 9999
            assert event
            # Can be stored and sent on.
            json.dumps([value, text], allow_nan=False, ensure_ascii=False).encode()
            assert text is None or isinstance(text, str)
        case SwitchTurned(plate, page, piloted):
            assert page in LAYOUT.pages
            assert type(piloted) is bool
        case WheelRolled(plate, page, wheel, value):
            assert page in LAYOUT.pages
            assert type(value) is int
            assert 0 <= value <= LIMITS[wheel]
        case ValueRefused(plate, page):
            assert page in LAYOUT.pages
        case PlatePresence(plate, online):
            assert type(online) is bool
            assert plate.isascii()
        case PortalUpdate(number):
            assert 0 < number < 2**31
        case PanelMode(serial, manual):
            assert type(manual) is bool
            assert serial.isascii()


@pytest.mark.defect("D-74")
@given(st.sampled_from(NAMES), TOPICS, PAYLOADS, st.booleans())
def test_no_message_raises(name: str, topic: str, payload: bytes, retained: bool) -> None:
    found = SURFACES[name].read(topic, payload, retained=retained)
    assert isinstance(found, tuple)
    for gesture in found:
        check(gesture)
    if retained:
        assert all(isinstance(g, PlatePresence | PanelMode) for g in found)


@given(EVENTS, st.sampled_from(["p2b3", "p2b8", "p4b5", "p5b8", "p7b3", "p9b8"]))
def test_an_event_is_told_once_and_first(event: dict[str, object], item: str) -> None:
    found = SURFACES["hasp"].read(
        f"hasp/g/state/{item}", json.dumps(event).encode(), retained=False
    )
    assert len(found) <= 2
    if found:
        assert isinstance(found[0], ScreenTouched)
        assert not any(isinstance(each, ScreenTouched) for each in found[1:])
        assert "event" in event


@given(st.binary(max_size=40))
def test_only_exact_words_of_a_panel_count(payload: bytes) -> None:
    found = SURFACES["socorel"].read("Socorel/E1/Mode", payload, retained=False)
    assert not found or payload.decode().lower() in {"manuel", "auto", "automatique", "connecte"}


@pytest.mark.defect("D-13", "D-74")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "payload",
    [
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"event":' * 50_000,
        b'{"event":"up","val":' + b"1" * 5000 + b"}",
        b'{"event":"changed","val":1,"text":"' + b"7" * 1900 + b'"}',
        b"\0",
        b"1" * 5000,
    ],
)
@pytest.mark.parametrize(
    "topic",
    [
        "hasp/g/state/p2b8",
        "hasp/g/LWT",
        "viriya/update/" + "1" * 5000,
        "Socorel/E1/Mode",
        "/" * 5000,
        "hasp/" + "g" * 60000 + "/state/p2b3",
        "hasp/g/state/p" + "9" * 5000 + "b3",
    ],
)
def test_known_bombs(name: str, topic: str, payload: bytes) -> None:
    for gesture in SURFACES[name].read(topic, payload, retained=False):
        check(gesture)
