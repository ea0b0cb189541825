"""Numbers and names that lie in tables, files, options and on disk: they never change."""

from dataclasses import fields, replace

import pytest

from custom_components.elfe_commande.core.decision import Shed
from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.core.model import (
    CommandState,
    Constraints,
    ControlState,
    EquipmentId,
    Mode,
    State,
    Usage,
)
from custom_components.elfe_commande.core.plan import DAY, SLOT, DayPlan, PlanBook
from custom_components.elfe_commande.core.regulator import RegulatorState, regulator_state
from custom_components.elfe_commande.core.relay_mode import RelayMode
from custom_components.elfe_commande.core.rules import Combination, Need, Quantity
from custom_components.elfe_commande.core.speed import SpeedClass
from custom_components.elfe_commande.core.supply import Demand, Policy, Protection
from custom_components.elfe_commande.core.wish import Intent, Origin

from .snapshots import snapshot

FVT = 1_800_000_000


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Mode, [1, 10, 20, 30, 70, 80]),
        (ControlState, [15, 25, 60, 70]),
        (CommandState, [1, 11, 12, 13, 21, 30, 99]),
        (Usage, [11, 12, 21, 31, 32, 61, 71]),
        (Code, [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 20, 30, 31, 32, 33]),
        (RelayMode, [0, 1, 2, 3]),
        (Combination, ["ems_first", "surplus_first", "either", "both"]),
        (Need, ["is_on", "on_for", "finished"]),
        (Quantity, ["surplus", "soc", "production", "forecast"]),
        (SpeedClass, ["fast", "medium", "slow"]),
        (Intent, ["to_manual", "to_piloted", "forced_off", "forced_on", "start", "stop"]),
        (
            RegulatorState,
            ["off", "low_power", "fault", "bulk", "absorption", "float", "storage", "equalize"],
        ),
        (
            Origin,
            [
                *("dashboard", "action", "automation", "screen", "portal", "plc", "panel"),
                *("file", "ems", "rule", "device", "elsewhere"),
            ],
        ),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_they_are_these(kind: type, values: list[object]) -> None:
    assert [member.value for member in kind] == values  # type: ignore[attr-defined]


def test_what_was_never_done_has_no_time() -> None:
    state = State(Mode.PILOTED, ControlState.OFF, CommandState.STANDBY, ems_order=False)
    assert (state.last_start, state.last_programmed) == (0, 0)
    assert DayPlan(EquipmentId(1), FVT, bytes(DAY)).known_at == 0


@pytest.mark.parametrize("name", [field.name for field in fields(Constraints)])
def test_only_what_is_wished_changes(name: str) -> None:
    """Zero is a wish as well: "none yet"."""
    mine = snapshot().equipment.with_constraints(Constraints(1, 2, 3))
    wished = mine.with_constraints(Constraints(**{name: 0})).constraints
    assert wished == replace(Constraints(1, 2, 3), **{name: 0})
    assert mine.with_constraints(Constraints()) == mine


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RegulatorState.OFF, ("0", "Off", "Arrêt", "not charging", "0.0")),
        (RegulatorState.LOW_POWER, ("1", "Low power", "Faible puissance")),
        (RegulatorState.FAULT, ("2", "Fault", "défaut", "Error")),
        (RegulatorState.BULK, ("3", "Bulk", "3.0")),
        (RegulatorState.ABSORPTION, ("4", "Absorption", "repeated_absorption", "Abs", "246")),
        (RegulatorState.FLOAT, ("5", "Float", "floating", "Flottant", " float ")),
        (RegulatorState.STORAGE, ("6", "Storage", "Stockage")),
        (
            RegulatorState.EQUALIZE,
            (
                *("7", "247", "Equalize", "equalise", "equalize_manual", "auto_equalize"),
                *("auto_equalize_recondition", "equalization", "Égalisation"),
            ),
        ),
        (None, ("", "8", "9", "On", "unknown", "50", "10")),
    ],
    ids=str,
)
def test_what_regulators_call_their_states(
    state: RegulatorState | None, words: tuple[str, ...]
) -> None:
    assert {word: regulator_state(word) for word in words} == dict.fromkeys(words, state)


@pytest.mark.parametrize("one_shots", [False, True])
@pytest.mark.parametrize("forced", [False, True])
def test_what_a_demand_comes_to_for_a_load(one_shots: bool, forced: bool) -> None:
    protection = Protection(Policy.SHED, one_shots=one_shots, forced=forced)
    assert {demand: protection.shed(demand) for demand in Demand} == {
        Demand.NOTHING: None,
        Demand.SUSPEND: Shed(),
        Demand.SHED: Shed(off=True, forced=forced),
        Demand.LAST_RESORT: Shed(off=True, one_shots=one_shots, forced=forced),
    }


def test_a_ups_that_was_only_added_sheds_nothing() -> None:
    protection = Protection()
    assert (protection.policy, protection.suspend_when_lost) == (Policy.NONE, False)
    assert (protection.one_shots, protection.forced) == (False, False)
    assert (protection.homes, protection.shed_first) == (frozenset(), ())
    assert protection.return_after == 300
    assert [policy.value for policy in Policy] == ["none", "suspend", "shed"]


def test_demands_grow() -> None:
    assert sorted(Demand) == [Demand.NOTHING, Demand.SUSPEND, Demand.SHED, Demand.LAST_RESORT]
    assert len(set(Demand)) == 4


class TestDays:
    """The edges of a day of decisions."""

    def test_a_pulse_in_the_very_first_slot(self) -> None:
        plan = DayPlan(EquipmentId(1), FVT, bytes([1]) + bytes(DAY - 1))
        assert plan.last_pulse(FVT - SLOT, FVT) == FVT
        assert plan.last_pulse(FVT - 9 * SLOT, FVT + 9 * SLOT) == FVT
        assert plan.last_pulse(FVT, FVT + 9 * SLOT) is None
        assert plan.next_start(FVT) == FVT
        assert plan.runs() == [(FVT, FVT + SLOT)]

    def test_a_pulse_in_the_very_last_slot(self) -> None:
        plan = DayPlan(EquipmentId(1), FVT, bytes(DAY - 1) + bytes([1]))
        last = FVT + (DAY - 1) * SLOT
        assert plan.last_pulse(last - SLOT, last) == last
        assert plan.last_pulse(last - SLOT, last + 9 * SLOT) == last
        assert plan.next_start(last) == last
        assert plan.runs() == [(last, last + SLOT)]

    def test_a_day_is_empty_when_none_of_its_slots_is_wanted(self) -> None:
        assert DayPlan(EquipmentId(1), FVT, bytes(DAY)).empty
        assert not DayPlan(EquipmentId(1), FVT, bytes(DAY - 1) + bytes([1])).empty

    def test_of_some_equipments_only_their_plans_are_forgotten(self) -> None:
        old = [DayPlan(EquipmentId(n), FVT - DAY * SLOT, bytes(DAY)) for n in (1, 2)]
        book = PlanBook(old)
        book.prune(FVT, [EquipmentId(1)])
        assert book.planned == [EquipmentId(2)]
        book.prune(FVT)
        assert book.planned == []
