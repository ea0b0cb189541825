"""A load that was cut in manual mode is given back once mains are."""

import pytest

from custom_components.elfe_commande.core.decision import Act, Shed, Source, decide
from custom_components.elfe_commande.core.model import ControlState, Mode

from .snapshots import snapshot, told

BACK = Shed(back=True)


def test_it_is_switched_on_again():
    cut = snapshot(mode=Mode.MANUAL, control=ControlState.OFF, continuous=True, shed=BACK)

    assert told(decide(cut)) == (Source.SAFETY, "mains_back", Act.ON)


@pytest.mark.parametrize(
    "changes",
    [
        {"control": ControlState.ON},
        {"forced_off": True},
        {"presses": True},
        {"ready": False},
        {"control": ControlState.COMMUNICATION_ERROR},
        {"shed": None},
    ],
)
def test_unless_it_is_on_or_somebody_else_decided(changes):
    values = {"mode": Mode.MANUAL, "control": ControlState.OFF, "shed": BACK} | changes

    decision = decide(snapshot(**values))

    assert decision.source is not Source.SAFETY
    assert decision.act in (None, Act.KEEP_OFF)


def test_a_piloted_load_follows_its_plan_again():
    assert decide(snapshot(continuous=True, shed=BACK)).source is Source.DEFAULT
