"""Model and outcome: small rules that everything else stands on."""

from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.model import (
    Constraints,
    ControlState,
    Device,
    DeviceId,
    DeviceTypeId,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    Mode,
    State,
    TypologyId,
    Usage,
)
from custom_components.elfe_commande.core.outcome import NOTHING, Step, Writes
from custom_components.elfe_commande.core.wish import Intent, Origin, Wish
from custom_components.elfe_commande.engine.rows.write_back import applied


def device(identifier: str, usage: int) -> Device:
    return Device(DeviceId(identifier), DeviceTypeId(111), usage, "c", "s")


EQUIPMENT = Equipment(
    EquipmentId(1),
    TypologyId(120),
    EquipmentTypeId(111),
    "Lave-vaisselle",
    HomeId("R001"),
    State(Mode.PILOTED, ControlState.OFF, 11, False, 5, 6),
    devices=(device("A", 12), device("B", 21), device("C", 12), device("D", 11)),
    constraints=Constraints(1000, 60, None),
)


@pytest.mark.parametrize("mode", [*Mode, 0, 21, 99])
@pytest.mark.parametrize("control", [*ControlState, 0])
def test_who_may_be_driven(mode: int, control: int) -> None:
    state = replace(EQUIPMENT.state, mode=mode, control=control)
    assert EQUIPMENT.with_state(state).driven is (mode in (20, 30) and control != 60)
    assert EQUIPMENT.with_state(state).piloted is (mode == 30)


@pytest.mark.defect("D-25")
def test_of_two_devices_with_one_role_the_first_is_ordered() -> None:
    found = EQUIPMENT.device(Usage.SWITCH)
    assert found is not None
    assert found.id == "A"
    assert EQUIPMENT.device(Usage.PRESS_START) is None


def test_another_wished_end_leaves_the_rest_alone() -> None:
    moved = EQUIPMENT.with_constraints(Constraints(wished_end=2000))
    assert moved.constraints == Constraints(2000, 60, None)
    assert replace(moved, constraints=EQUIPMENT.constraints) == EQUIPMENT


def test_a_step_changes_only_what_it_names() -> None:
    before = EQUIPMENT.state
    assert applied(before, Step(EQUIPMENT.id, NOTHING, 99)) == before
    step = Step(EQUIPMENT.id, Writes(mode=Mode.MANUAL, programmed=True), 99)
    assert applied(before, step) == replace(before, mode=20, last_programmed=99)
    step = Step(EQUIPMENT.id, Writes(control=ControlState.ON, ems_order=True, started=True), 99)
    assert applied(before, step) == replace(before, control=15, ems_order=True, last_start=99)


def test_nothing_to_write_is_false() -> None:
    assert not Writes()
    assert Writes(started=True)
    assert Writes(ems_order=False)


def test_every_wish_has_a_name_of_its_own() -> None:
    wishes = [Wish(EQUIPMENT.id, Intent.START, Origin.SCREEN) for _ in range(100)]
    assert len({wish.id for wish in wishes}) == 100
