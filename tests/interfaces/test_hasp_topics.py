"""Which topics of wall screens are listened to, and which plates, pages and objects there are."""

from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.gesture import (
    PlatePresence,
    ScreenTouched,
    SwitchTurned,
    Wheel,
    WheelRolled,
)
from custom_components.elfe_commande.core.model import EquipmentTypeId
from custom_components.elfe_commande.core.screens import Page, PageKind
from custom_components.elfe_commande.interfaces import FACTORIES

from .homes import LAYOUT
from .test_hasp_reading import read

UP = {"event": "up", "val": 1}


@pytest.mark.defect("D-62")
@pytest.mark.parametrize(
    ("item", "page", "number"),
    [("p10b3", 10, 3), ("p12b254", 12, 254), ("p0b1", 0, 1), ("p2b03", 2, 3)],
)
def test_pages_and_objects_have_any_number(item: str, page: int, number: int) -> None:
    first = read(f"hasp/g0001/state/{item}", UP)[0]
    assert first == ScreenTouched("g0001", page, number, "up", 1)


@pytest.mark.defect("D-62")
def test_pages_beyond_nine_can_be_laid_out() -> None:
    page = Page(11, (EquipmentTypeId(225),), PageKind.MACHINE)
    hasp = FACTORIES["hasp"](replace(LAYOUT, pages={11: page}))
    found = hasp.read("hasp/g1/state/p11b8", b'{"event":"changed","val":7}', retained=False)
    assert found[1] == WheelRolled("g1", 11, Wheel.END_HOUR, 7)
    assert len(hasp.read("hasp/g1/state/p2b3", b'{"event":"up","val":1}', retained=False)) == 1


@pytest.mark.defect("D-64")
def test_the_kind_of_a_page_is_laid_out_not_its_number() -> None:
    pages = {
        2: Page(2, (EquipmentTypeId(221),), PageKind.CAR),
        5: Page(5, (EquipmentTypeId(111),), PageKind.MACHINE),
    }
    hasp = FACTORIES["hasp"](replace(LAYOUT, pages=pages))
    payload = b'{"event":"changed","val":4,"text":"40%"}'
    assert hasp.read("hasp/g/state/p2b8", payload, retained=False)[1] == WheelRolled(
        "g", 2, Wheel.CHARGE, 40
    )
    assert hasp.read("hasp/g/state/p5b8", payload, retained=False)[1] == WheelRolled(
        "g", 5, Wheel.END_HOUR, 23
    )


@pytest.mark.parametrize(
    "item",
    [
        "p2bx",
        "pxb3",
        "p2b",
        "pb3",
        "p2b3x",
        "P2B3",
        "p2b-3",
        "p-2b3",
        "p02b3",
        "p2b 3",
        " p2b3",
        "p2b3\n",
        "p1000b3",
        "p2b33333",
        "p٢b3",
        "p2b٣",
        "p2_0b3",
        "2b3",
        "idle",
        "",
    ],
)
def test_other_objects_mean_nothing(item: str) -> None:
    assert read(f"hasp/g0001/state/{item}", UP) == ()


@pytest.mark.parametrize(
    "topic",
    [
        "hasp/g0001/command/p2b3",
        "hasp/g0001/STATE/p2b3",
        "HASP/g0001/state/p2b3",
        "cofybox/hasp/g0001/state/p2b3",
        "/hasp/g0001/state/p2b3",
        "hasp/g0001/state/p2b3/x",
        "hasp/g0001/state",
        "hasp/g0001",
        "hasp",
        "",
    ],
)
def test_other_topics_mean_nothing(topic: str) -> None:
    assert read(topic, UP) == ()


@pytest.mark.defect("D-22", "D-62")
@pytest.mark.parametrize(
    "plate", ["g0001", "G0001", "plates0600", "salon-du-haut-0601", "a_B-9", "x" * 32]
)
def test_plates_are_named_in_lower_case_and_may_be_long(plate: str) -> None:
    assert read(f"hasp/{plate}/state/p2b3", UP)[1] == SwitchTurned(plate.lower(), 2, piloted=True)
    assert read(f"hasp/{plate}/LWT", "online") == (PlatePresence(plate.lower(), online=True),)


@pytest.mark.defect("D-13")
@pytest.mark.parametrize(
    "plate", ["", "o'neil", "x' OR 1=1", "x" * 33, "a b", "g0001\n", "é", "a.b", '"', "a;b", "İ"]
)
def test_other_names_are_not_plates(plate: str) -> None:
    assert read(f"hasp/{plate}/state/p2b3", UP) == ()
    assert read(f"hasp/{plate}/LWT", "online") == ()


def test_a_retained_event_is_not_a_gesture() -> None:
    assert read("hasp/g0001/state/p2b3", UP, retained=True) == ()
    assert read("hasp/g0001/state/p2b8", {"event": "changed", "val": 1}, retained=True) == ()


@pytest.mark.defect("D-60")
@pytest.mark.parametrize("retained", [False, True])
def test_presence_is_known_from_the_first_message_on(retained: bool) -> None:
    for payload, online in (("online", True), ("offline", False)):
        found = read("hasp/g0001/LWT", payload, retained=retained)
        assert found == (PlatePresence("g0001", online),)


@pytest.mark.parametrize("payload", ["Online", "ONLINE", "starting", "", " online", "1", b"\xff"])
def test_other_presence_means_nothing(payload: str | bytes) -> None:
    assert read("hasp/g0001/LWT", payload) == ()


@pytest.mark.parametrize(
    "topic", ["hasp/g0001/lwt", "hasp/g0001/LWT/x", "hasp/LWT", "hasp/g0001/x/LWT", "x/g0001/LWT"]
)
def test_presence_has_one_topic(topic: str) -> None:
    assert read(topic, "online") == ()
