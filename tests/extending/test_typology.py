"""A typology of one file."""

from typing import Any

import pytest

from custom_components.elfe_commande.core.model import TypologyId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.typologies import TYPOLOGIES
from demo.appliances import Behaviour
from demo.specs import finger, plug
from demo.territory import MANUAL, PILOTED, Equipment, Household
from tests.engine.bench import COMMAND, CONTROL, EMS, MODE, STARTED, furnish, impatient
from tests.fixtures_engine import World
from tests.typologies import test_tables as tables

from .examples import BLOCKS, KEYS, LINE, TYPOLOGY, assert_gone

MACHINE = 7


async def wired(world: World, number: int, mode: int = PILOTED, ack: float = 3.0) -> Household:
    """Start with a machine behind a plug and a finger, and the plug cut."""
    devices = (plug(f"XP{number}"), finger(f"XF{number}"))
    machine = Equipment(MACHINE, "R001", "Machine", 1, 175, devices, mode=mode)
    await world.owner.execute(BLOCKS["the database, once more"])
    household = await furnish(world, machine, timing=impatient(ack))
    household.devices[f"XP{number}"].on = False
    await world.plan(MACHINE, [1])
    await world.start()
    return household


def sent(world: World) -> list[str]:
    """Return the orders so far, oldest first."""
    return [message.text for message in world.fleet.recorder]


def test_the_typology_is_found_and_is_what_its_line_says(typology: set[Any]) -> None:
    assert typology == KEYS[TYPOLOGY]
    line: dict[int, Any] = eval(f"{{{BLOCKS[LINE]}}}", {"pressed": tables.pressed})
    assert tables.table(175) == line[175]
    assert {int(usage) for usage in TYPOLOGIES[TypologyId(175)].usages} == {11, 32}


async def test_the_plug_is_switched_on_then_the_finger_presses(
    typology: set[Any], world: World
) -> None:
    household = await wired(world, 1)

    report = await world.engine.run_cycle()

    assert (report.ordered, report.acknowledged) == (1, 1)
    assert sent(world) == ["on", "ON"]
    assert household.devices["XP1"].on
    row = await world.row(MACHINE)
    assert (row[MODE], row[COMMAND], row[CONTROL], row[EMS]) == (20, 13, 15, True)
    assert row[STARTED] > 0


async def test_handing_over_orders_nothing(typology: set[Any], world: World) -> None:
    await wired(world, 2, mode=MANUAL)
    for intent, mode, command in ((Intent.TO_PILOTED, 30, 11), (Intent.TO_MANUAL, 20, 13)):
        result = await world.wish(MACHINE, intent)
        assert (result.outcome, result.reason) == (Outcome.ACKNOWLEDGED, "no_order_needed")
        row = await world.row(MACHINE)
        assert (row[MODE], row[COMMAND]) == (mode, command)
    assert sent(world) == []


@pytest.mark.parametrize(
    ("number", "device", "behaviour", "orders", "columns"),
    [
        # A plug without an answer, a finger without one, one that did not press.
        (3, "XP3", Behaviour.SILENT, ["on"], (20, 30, 25)),
        (4, "XF4", Behaviour.SILENT, ["on", "ON"], (20, 13, 15)),
        (5, "XF5", Behaviour.ERROR, ["on", "ON", "ON", "ON"], (20, 30, 25)),
    ],
)
async def test_a_start_that_went_wrong_is_as_the_page_says(  # noqa: PLR0917
    typology: set[Any],
    world: World,
    number: int,
    device: str,
    behaviour: Behaviour,
    orders: list[str],
    columns: tuple[int, ...],
) -> None:
    household = await wired(world, number, ack=0.5 if behaviour is Behaviour.SILENT else 3.0)
    household.devices[device].behaviour = behaviour
    await world.engine.run_cycle()
    await world.fleet.recorder.quiet(0.3)
    assert sent(world) == orders
    row = await world.row(MACHINE)
    assert (row[MODE], row[COMMAND], row[CONTROL]) == columns
    assert row[STARTED] == 0


def test_nothing_of_it_stays() -> None:
    assert_gone(TYPOLOGY)
