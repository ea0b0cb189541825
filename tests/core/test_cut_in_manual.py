"""Which loads in manual mode a UPS cuts: those that are on, by option."""

import pytest

from custom_components.elfe_commande.core.decision import Act, Shed, Source, decide
from custom_components.elfe_commande.core.model import ControlState, Mode

from .snapshots import snapshot, told

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
