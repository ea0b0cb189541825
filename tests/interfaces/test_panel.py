"""Panels of eight: presses to choices, modes to bars; the clock is handed in."""

import pytest

from custom_components.elfe_commande.core.relay_mode import RelayMode, intent_of, relay_mode
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.interfaces.panel import Panel, Position

OFF, AUTO_OFF, AUTO_ON, ON = RelayMode


def committed(panel: Panel, presses: list[tuple[float, int]], positions: dict[int, Position]):
    """Press at given times, and return when what is carried out, as a clock would find it."""
    found = []
    times = iter(presses)
    pressed = next(times, None)
    for tick in range(101):
        now = tick / 10
        while pressed is not None and pressed[0] <= now:
            panel.press(pressed[1], positions[pressed[1]], pressed[0])
            pressed = next(times, None)
        due = panel.due_at()
        if due is not None and due <= now:
            found.append((now, panel.take(positions)))
    return found


def test_presses_are_carried_out_once_two_seconds_after_the_last():
    positions = {0: Position(AUTO_OFF), 1: Position(AUTO_ON)}

    found = committed(Panel(2.0), [(0.0, 0), (1.5, 1), (3.0, 0)], positions)

    assert found == [(5.0, {0: OFF, 1: ON})]


def test_a_press_after_that_is_another():
    found = committed(Panel(2.0), [(0.0, 0), (2.5, 0)], {0: Position(AUTO_OFF)})

    assert [at for at, _ in found] == [2.0, 4.5]


@pytest.mark.parametrize("start", [AUTO_OFF, AUTO_ON])
def test_a_button_goes_round(start: RelayMode):
    panel, position = Panel(2.0), Position(start)

    shown = []
    for _ in range(4):
        assert panel.press(2, position, 0.0)
        shown.append(panel.picture([None, None, position]).text)

    assert shown == ["  ~     .", "  _     .", "        .", "  ~     ."]


def test_once_round_changes_nothing():
    panel, positions = Panel(2.0), {0: Position(AUTO_ON)}
    for _ in range(3):
        panel.press(0, positions[0], 0.0)

    assert panel.take(positions) == {}
    assert panel.due_at() is None


def test_what_cannot_be_forced_off_is_not():
    panel, position = Panel(2.0), Position(ON, can_force_off=False)
    panel.press(0, position, 0.0)

    assert panel.take({0: position}) == {0: AUTO_OFF}


def test_nothing_is_chosen_for_what_nobody_may_drive_or_is_gone():
    panel = Panel(2.0)
    assert not panel.press(0, Position(None), 0.0)
    assert panel.due_at() is None

    panel.press(1, Position(AUTO_ON), 0.0)
    assert panel.take({}) == {}


def test_a_picture_shows_modes_as_bars_and_loads_as_leds():
    positions = [
        Position(OFF, running=False),
        Position(AUTO_ON, running=True),
        None,
        Position(ON, running=None),
    ]
    picture = Panel(2.0).picture(positions)

    assert picture.text == "_  ~    "
    assert picture.leds == (False, True, *[False] * 6)


@pytest.mark.parametrize(
    ("mode", "forced_off", "wanted", "found"),
    [
        (20, True, None, OFF),
        (30, False, None, AUTO_OFF),
        (30, False, False, AUTO_OFF),
        (30, True, True, AUTO_ON),
        (20, False, False, ON),
        (10, False, True, None),
        (70, False, None, None),
    ],
)
def test_the_four_modes_are_those_of_the_tables(mode, forced_off, wanted, found):
    assert relay_mode(mode, forced_off=forced_off, wanted_on=wanted) is found


def test_what_a_mode_wishes():
    assert [intent_of(mode) for mode in RelayMode] == [
        Intent.FORCED_OFF,
        Intent.TO_PILOTED,
        Intent.TO_PILOTED,
        Intent.FORCED_ON,
    ]
