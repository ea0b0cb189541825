"""Every scenario, order by order and column by column, against tables written out here."""

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.model import HandOver, TypologyId
from custom_components.elfe_commande.core.outcome import Writes
from custom_components.elfe_commande.typologies import TYPOLOGIES

type Table = dict[str, tuple[str, str, str]]
"""By act: orders, writes when acknowledged, writes when not."""

# Orders are `usage:on|off`. Writes: m mode, c command, e control (etat), + or - the EMS's
# order, P programmed, S started. The last column: written when it never acknowledged, then
# after a slash when the wished end cannot be met any more either.


def switched(on: str, off: str, standby: int) -> Table:
    return {
        "start": (on, "m20 c13 e15 + S", "/ m20 c30"),
        "record_started": ("", "m20 c13 e15 + S", ""),
        "on": (on, "c13 e15 + S", "c30"),
        "off": (off, "c12 e25 -", "c30"),
        "keep_off": (off, "", ""),
        "to_manual": (on, "m20 c13 e15 + P S", "m20 c30 P"),
        "to_piloted": (off, f"m30 c{standby} e25 - P", "m30 c30 P"),
        "forced_off": (off, "m20 c1 e25 - P", "m20 c30 P"),
        "forced_on": (on, "m20 c13 e15 + P S", "m20 c30 P"),
    }


def pressed(presses: str) -> Table:
    return {
        "start": (presses, "m20 c13 e15 + S", "/ m20 c30"),
        "record_started": ("", "m20 c13 e15 + S", ""),
        "on": (presses, "c13 e15 + S", "c30"),
        "to_manual": ("", "m20 c13 - P", ""),
        "to_piloted": ("", "m30 c11 - P", ""),
    }


TABLES: dict[int, Table] = {
    120: switched("11:on", "11:off", 11),
    130: pressed("32:on"),
    140: switched("11:on", "11:off", 12),
    150: pressed("31:on 32:on"),
    160: pressed("32:on 32:on"),
    180: switched("12:on", "12:off", 12),
    190: switched("11:off", "11:on", 11),
}


def written(writes: Writes) -> str:
    words = [
        f"{letter}{int(value)}"
        for letter, value in (("m", writes.mode), ("c", writes.command), ("e", writes.control))
        if value is not None
    ]
    if writes.ems_order is not None:
        words.append("+" if writes.ems_order else "-")
    words += ["P"] * writes.programmed + ["S"] * writes.started
    return " ".join(words)


def table(typology_id: int) -> Table:
    found: Table = {}
    for act, scenario in TYPOLOGIES[TypologyId(typology_id)].scenarios.items():
        orders = " ".join(f"{int(o.usage)}:{'on' if o.on else 'off'}" for o in scenario.orders)
        failed = written(scenario.failed)
        if scenario.given_up:
            failed = f"{failed}/ {written(scenario.given_up)}"
        found[act.value] = (orders, written(scenario.acknowledged), failed)
    return found


@pytest.mark.parametrize("typology_id", TABLES)
def test_the_table_of_each_typology(typology_id: int) -> None:
    assert table(typology_id) == TABLES[typology_id]


@pytest.mark.parametrize("typology_id", TABLES)
def test_other_ways_to_hand_a_load_over(typology_id: int) -> None:
    """Left alone or switched off, its row says that nobody commands it; by default it is on."""
    typology = TYPOLOGIES[TypologyId(typology_id)]
    powered = typology.scenarios[Act.TO_MANUAL]
    found = {way: typology.scenario(Act.TO_MANUAL, way) for way in HandOver}
    assert found[HandOver.ON] is powered
    if typology.presses:
        assert set(map(id, found.values())) == {id(powered)}
        return
    assert [written(found[way].acknowledged) for way in (HandOver.LEAVE, HandOver.OFF)] == [
        "m20 c99 P",
        "m20 c99 e25 - P",
    ]
    assert found[HandOver.LEAVE].orders == ()
    assert found[HandOver.OFF].orders == typology.scenarios[Act.OFF].orders
    assert typology.scenario(Act.OFF, HandOver.LEAVE) is typology.scenarios[Act.OFF]


def test_these_typologies_and_no_others_have_a_scenario() -> None:
    assert set(TYPOLOGIES) == set(TABLES)
    assert all(typology.id == number for number, typology in TYPOLOGIES.items())


@pytest.mark.defect("D-40")
@pytest.mark.parametrize("typology_id", [110, 170, 200])
def test_the_typologies_without_a_scenario_are_not_driven(typology_id: int) -> None:
    assert TypologyId(typology_id) not in TYPOLOGIES


@pytest.mark.parametrize("typology_id", [130, 150, 160])
def test_a_press_without_an_answer_is_written_as_started_but_not_stamped(typology_id: int) -> None:
    scenarios = TYPOLOGIES[TypologyId(typology_id)].scenarios
    assert written(scenarios[Act.START].doubtful) == "m20 c13 e15 +"
    assert written(scenarios[Act.ON].doubtful) == "c13 e15 +"


@pytest.mark.defect("D-39")
@pytest.mark.parametrize("typology_id", [130, 150, 160])
def test_a_sequence_that_broke_is_an_error_in_manual(typology_id: int) -> None:
    scenarios = TYPOLOGIES[TypologyId(typology_id)].scenarios
    assert written(scenarios[Act.START].broken) == "m20 c30"
    assert written(scenarios[Act.ON].broken) == "m20 c30"


@pytest.mark.defect("D-29")
def test_140_uses_one_role_for_all_of_its_orders() -> None:
    assert {int(u) for u in TYPOLOGIES[TypologyId(140)].usages} == {11}
    assert {int(u) for u in TYPOLOGIES[TypologyId(180)].usages} == {12}


@pytest.mark.defect("D-31")
def test_the_command_state_of_a_waiting_load_is_the_reference_s_until_elfe_decides() -> None:
    """12 for 140 and 180, 11 for 120 and 190; 12 for OFF in continuous."""
    standby = {
        n: int(t.scenarios[Act.TO_PILOTED].acknowledged.command or 0)
        for n, t in TYPOLOGIES.items()
        if not t.presses
    }
    assert standby == {120: 11, 190: 11, 140: 12, 180: 12}
    assert all(
        t.scenarios[Act.OFF].acknowledged.command == 12
        for t in TYPOLOGIES.values()
        if not t.presses
    )


@pytest.mark.defect("D-32", "D-43")
@pytest.mark.parametrize("typology_id", TABLES)
def test_an_order_without_an_answer_never_claims_a_state(typology_id: int) -> None:
    """Neither on nor off is written, nor a start stamped; the error state is."""
    for act, scenario in TYPOLOGIES[TypologyId(typology_id)].scenarios.items():
        for writes in (scenario.failed, scenario.given_up, scenario.broken):
            assert writes.control is None, act
            assert writes.ems_order is None, act
            assert not writes.started, act
            assert writes.command in (None, 30), act
    assert TYPOLOGIES[TypologyId(typology_id)].scenarios[Act.START].failed.mode is None


@pytest.mark.defect("D-33", "D-34")
@pytest.mark.parametrize("typology_id", TABLES)
def test_a_start_is_stamped_where_the_load_is_switched_on_and_acknowledged(
    typology_id: int,
) -> None:
    scenarios = TYPOLOGIES[TypologyId(typology_id)].scenarios
    stamped = {act for act, s in scenarios.items() if s.acknowledged.started}
    expected = {Act.START, Act.RECORD_STARTED, Act.ON}
    if typology_id not in (130, 150, 160):
        expected |= {Act.TO_MANUAL, Act.FORCED_ON}
    assert stamped == expected
    for scenario in scenarios.values():
        others = (scenario.failed, scenario.given_up, scenario.doubtful, scenario.broken)
        assert not any(w.started for w in others)


@pytest.mark.defect("D-35")
def test_a_continuous_start_is_stamped_each_quarter_as_the_reference_does() -> None:
    """Until ELFE decides whether the twelve hours count from the first or the last quarter."""
    for typology in TYPOLOGIES.values():
        assert typology.scenarios[Act.ON].acknowledged.started


@pytest.mark.defect("D-37")
@pytest.mark.parametrize("typology_id", [130, 150, 160])
def test_handing_a_pressed_machine_over_resets_its_command_state(typology_id: int) -> None:
    scenarios = TYPOLOGIES[TypologyId(typology_id)].scenarios
    assert scenarios[Act.TO_PILOTED].acknowledged.command == 11
    assert scenarios[Act.TO_MANUAL].acknowledged.command == 13
    assert not scenarios[Act.TO_PILOTED].orders
    assert not scenarios[Act.TO_MANUAL].orders
