"""Which loads in manual mode a UPS cuts: those that are on, by option."""

from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.decision import Act, Shed, Source, decide
from custom_components.elfe_commande.core.model import ControlState, Mode

from .snapshots import SLOT0, snapshot, told

FORCED = Shed(off=True, forced=True, one_shots=True)


@pytest.mark.parametrize("continuous", [True, False])
@pytest.mark.parametrize("control", [ControlState.ON, ControlState.UNKNOWN])
def test_what_is_on_or_may_be_is_cut(control: ControlState, continuous: bool) -> None:
    found = decide(snapshot(mode=Mode.MANUAL, control=control, continuous=continuous, shed=FORCED))
    assert told(found) == (Source.SAFETY, "shed", Act.OFF)


@pytest.mark.parametrize("continuous", [True, False])
def test_what_is_off_already_is_left_to_people(continuous: bool) -> None:
    """Cut, it would be taken for one that has to be switched on afterwards."""
    found = decide(
        snapshot(mode=Mode.MANUAL, control=ControlState.OFF, continuous=continuous, shed=FORCED)
    )
    assert told(found) == (Source.USER, "manual", None)


def test_a_machine_that_was_started_may_be_cut_as_the_last_resort() -> None:
    """Programmed since, it waits: what is on was switched on by somebody."""
    for last_start, expected in ((SLOT0 - 600, Act.OFF), (SLOT0 - 3600, None), (0, None)):
        waiting = snapshot(mode=Mode.MANUAL, control=ControlState.ON, programmed=SLOT0 - 3600)
        state = replace(waiting.equipment.state, last_start=last_start)
        found = decide(
            replace(
                waiting,
                equipment=waiting.equipment.with_state(state),
                shed=Shed(off=True, one_shots=True),
            )
        )
        assert found.act is expected, last_start


@pytest.mark.parametrize("continuous", [True, False])
def test_what_was_cut_is_kept_off(continuous: bool) -> None:
    """A relay may go on again by itself."""
    cut = snapshot(
        mode=Mode.MANUAL, control=ControlState.OFF, continuous=continuous, shed=FORCED, cut=True
    )
    assert told(decide(cut)) == (Source.SAFETY, "shed", Act.KEEP_OFF)
    # It did, or somebody switched it on: by the option for those, it goes off again.
    assert told(decide(replace(cut, reported_on=True))) == (Source.SAFETY, "shed", Act.OFF)
    # What a person forced off is theirs, and so is a load that nobody wants to be off any more.
    for changes in ({"forced_off": True}, {"shed": Shed()}, {"shed": None}):
        assert decide(replace(cut, **changes)).source is Source.USER


@pytest.mark.parametrize(("forced", "expected"), [(True, Act.OFF), (False, None)])
def test_what_its_device_says_is_on_is_cut_by_option(forced: bool, expected: Act | None) -> None:
    """Somebody switched it on past us: the row says off."""
    on = snapshot(
        mode=Mode.MANUAL,
        control=ControlState.OFF,
        shed=Shed(off=True, forced=forced, one_shots=True),
        reported_on=True,
    )
    assert decide(on).act is expected
    assert decide(replace(on, cut=True)).act is expected
