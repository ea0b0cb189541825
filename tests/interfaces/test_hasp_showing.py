"""What is shown of an equipment, message by message."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from custom_components.elfe_commande.core.model import Equipment, EquipmentTypeId, Mode
from custom_components.elfe_commande.core.screens import Page, PageKind, PageView
from custom_components.elfe_commande.interfaces import FACTORIES, Publication
from custom_components.elfe_commande.interfaces.pages import page_view

from .homes import LAYOUT, SCREEN, equipment

PARIS = ZoneInfo("Europe/Paris")
HASP = FACTORIES["hasp"](LAYOUT)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp())


def shown(of: Equipment) -> list[str]:
    view = page_view(LAYOUT, of, PARIS)
    assert view is not None
    found = HASP.show(SCREEN, view)
    assert {each.topic for each in found} == {"hasp/g0001/command/jsonl"}
    return [each.payload for each in found]


def test_a_machine_that_is_piloted() -> None:
    of = equipment(111, Mode.PILOTED, end=at("2026-11-21 18:30"), cycle=5400)
    assert shown(of) == [
        '{"page": "2", "id": 10, "bg_color": "#00FF00"}',
        '{"page": "2", "id": 8, "val": 18}',
        '{"page": "2", "id": 9, "val": 2}',
        '{"page": "2", "id": 5, "val": 1}',
        '{"page": "2", "id": 6, "val": 2}',
        '{"page": "2", "id": 3, "val": 1}',
        r'{"page": 9, "id": 8, "text": "ecran connect\u00e9"}',
        '{"page": 9, "id": 8, "text_color": "#208020"}',
        '{"page": "8", "id": 12, "bg_color": "#00FF00"}',
    ]


def test_a_car_that_is_manual() -> None:
    assert shown(equipment(221, end=at("2026-11-21 07:45"), charge=49)) == [
        '{"page": "5", "id": 10, "bg_color": "#FF0000"}',
        '{"page": "5", "id": 5, "val": 7}',
        '{"page": "5", "id": 6, "val": 3}',
        '{"page": "5", "id": 8, "val": 4}',
        '{"page": "5", "id": 3, "val": 0}',
        r'{"page": 9, "id": 8, "text": "ecran connect\u00e9"}',
        '{"page": 9, "id": 8, "text_color": "#208020"}',
        '{"page": "8", "id": 15, "bg_color": "#FF0000"}',
    ]


@pytest.mark.parametrize(("kind", "page", "light"), [(131, 6, 16), (151, 7, 17), (155, 7, 17)])
def test_a_tank_and_heaters(kind: int, page: int, light: int) -> None:
    # A tank with wishes of its own has no roller to show them.
    assert shown(equipment(kind, Mode.PILOTED, end=at("2026-11-21 18:30"), cycle=900)) == [
        f'{{"page": "{page}", "id": 10, "bg_color": "#00FF00"}}',
        f'{{"page": "{page}", "id": 3, "val": 1}}',
        r'{"page": 9, "id": 8, "text": "ecran connect\u00e9"}',
        '{"page": 9, "id": 8, "text_color": "#208020"}',
        f'{{"page": "8", "id": {light}, "bg_color": "#00FF00"}}',
    ]


@pytest.mark.parametrize(("kind", "page", "light"), [(112, 3, 13), (113, 4, 14)])
def test_the_other_machines(kind: int, page: int, light: int) -> None:
    lines = shown(equipment(kind, end=at("2026-11-21 00:00"), cycle=900))
    assert len(lines) == 9
    assert lines[:5] == [
        f'{{"page": "{page}", "id": 10, "bg_color": "#FF0000"}}',
        f'{{"page": "{page}", "id": 8, "val": 0}}',
        f'{{"page": "{page}", "id": 9, "val": 0}}',
        f'{{"page": "{page}", "id": 5, "val": 0}}',
        f'{{"page": "{page}", "id": 6, "val": 1}}',
    ]
    assert lines[-1] == f'{{"page": "8", "id": {light}, "bg_color": "#FF0000"}}'


@pytest.mark.parametrize("mode", [m for m in Mode if m != Mode.PILOTED])
def test_every_mode_but_piloted_is_shown_as_manual(mode: Mode) -> None:
    lines = shown(equipment(131, mode))
    assert lines[0] == '{"page": "6", "id": 10, "bg_color": "#FF0000"}'
    assert lines[1] == '{"page": "6", "id": 3, "val": 0}'


@pytest.mark.defect("D-28", "D-63")
@pytest.mark.parametrize(
    ("end", "cycle", "rollers"),
    [(None, None, []), (None, 3600, [5, 6]), (0, None, []), (1, 1, [8, 9, 5, 6])],
)
def test_a_machine_without_a_wish_keeps_its_rollers(
    end: int | None, cycle: int | None, rollers: list[int]
) -> None:
    lines = shown(equipment(111, end=end, cycle=cycle))
    assert lines[0] == '{"page": "2", "id": 10, "bg_color": "#FF0000"}'
    assert [line.split(", ")[1] for line in lines[1:-4]] == [f'"id": {n}' for n in rollers]
    assert len(lines) == 5 + len(rollers)


@pytest.mark.defect("D-28", "D-63")
def test_a_car_without_a_row_keeps_its_rollers() -> None:
    assert shown(equipment(221, Mode.PILOTED)) == [
        '{"page": "5", "id": 10, "bg_color": "#00FF00"}',
        '{"page": "5", "id": 3, "val": 1}',
        r'{"page": 9, "id": 8, "text": "ecran connect\u00e9"}',
        '{"page": 9, "id": 8, "text_color": "#208020"}',
        '{"page": "8", "id": 15, "bg_color": "#00FF00"}',
    ]


@pytest.mark.parametrize(("charge", "row"), [(0, 0), (9, 0), (10, 1), (100, 10), (150, 15)])
def test_the_row_of_a_charge(charge: int, row: int) -> None:
    assert f'{{"page": "5", "id": 8, "val": {row}}}' in shown(equipment(221, charge=charge))


@pytest.mark.parametrize(
    ("cycle", "hours", "minutes"),
    [(1, 0, 0), (900, 0, 1), (3599, 0, 3), (3600, 1, 0), (5400, 1, 2), (86_400, 24, 0)],
)
def test_the_rows_of_a_duration(cycle: int, hours: int, minutes: int) -> None:
    lines = shown(equipment(111, cycle=cycle))
    assert lines[1:3] == [
        f'{{"page": "2", "id": 5, "val": {hours}}}',
        f'{{"page": "2", "id": 6, "val": {minutes}}}',
    ]


@pytest.mark.defect("D-57")
@pytest.mark.parametrize(
    ("end", "zone", "hour", "minute"),
    [
        ("2026-11-21 18:37", "Europe/Paris", 18, 37),
        ("2026-07-21 18:30", "Europe/Paris", 18, 30),
        ("2026-07-21 18:30", "UTC", 16, 30),
        ("2026-07-21 18:30", "Asia/Kathmandu", 22, 15),
    ],
)
def test_a_wished_end_is_shown_by_the_clocks_of_the_home(
    end: str, zone: str, hour: int, minute: int
) -> None:
    view = page_view(LAYOUT, equipment(111, end=at(end)), ZoneInfo(zone))
    assert view is not None
    assert (view.end_hour, view.end_minute) == (hour, minute)


def test_an_end_between_quarters_is_shown_on_the_quarter_before() -> None:
    lines = shown(equipment(111, end=at("2026-11-21 18:44")))
    assert lines[1:3] == ['{"page": "2", "id": 8, "val": 18}', '{"page": "2", "id": 9, "val": 2}']


@pytest.mark.parametrize("kind", [1, 225, 410, 515, 901])
def test_types_on_no_page_are_not_shown(kind: int) -> None:
    assert page_view(LAYOUT, equipment(kind), PARIS) is None


def test_an_equipment_without_a_wished_end_has_no_clock() -> None:
    of = equipment(111, cycle=5400)
    assert page_view(LAYOUT, of, PARIS) == PageView(LAYOUT.pages[2], of)


@pytest.mark.defect("D-64")
def test_everything_is_where_the_layout_says() -> None:
    page = Page(11, (EquipmentTypeId(225),), PageKind.CAR)
    layout = replace(
        LAYOUT,
        pages={11: page, 12: replace(page, number=12, kind=PageKind.SIMPLE, status_led=30)},
        led=20,
        status_page=7,
        label='"relié"',
        label_color="#002080",
        label_page=1,
        label_id=2,
        indicator_topic="x/y",
    )
    hasp = FACTORIES["hasp"](layout)
    view = page_view(layout, equipment(225, Mode.PILOTED, charge=55), PARIS)
    assert view is not None
    assert [each.payload for each in hasp.show(SCREEN, view)] == [
        '{"page": "11", "id": 20, "bg_color": "#00FF00"}',
        '{"page": "11", "id": 8, "val": 5}',
        '{"page": "11", "id": 3, "val": 1}',
        r'{"page": 1, "id": 2, "text": "\"reli\u00e9\""}',
        '{"page": 1, "id": 2, "text_color": "#002080"}',
    ]
    other = PageView(layout.pages[12], view.equipment)
    assert hasp.show(SCREEN, other)[-1] == Publication(
        SCREEN.command_topic, '{"page": "7", "id": 30, "bg_color": "#00FF00"}'
    )
    assert hasp.refreshed() == (Publication("x/y", "1"),)


@pytest.mark.defect("D-63")
@pytest.mark.parametrize(
    ("mode", "color"),
    [(Mode.PILOTED, "#0000FF"), (Mode.MANUAL, "#FF8800"), (Mode.DISABLED, "#808080")],
)
def test_the_lights_can_have_other_colours(mode: Mode, color: str) -> None:
    layout = replace(
        LAYOUT, piloted_color="#0000FF", manual_color="#FF8800", disabled_color="#808080"
    )
    view = page_view(layout, equipment(131, mode), PARIS)
    assert view is not None
    lines = [each.payload for each in FACTORIES["hasp"](layout).show(SCREEN, view)]
    assert [line for line in lines if "bg_color" in line] == [
        f'{{"page": "6", "id": 10, "bg_color": "{color}"}}',
        f'{{"page": "8", "id": 16, "bg_color": "{color}"}}',
    ]


def test_the_indicators_are_asked_for() -> None:
    assert HASP.refreshed() == (Publication("INDICATEURS/refresh", "1"),)
