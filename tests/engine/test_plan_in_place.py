"""An EMS that updates its row instead of adding one is followed at once."""

import pytest

from custom_components.elfe_commande.core.decision import Decision, Snapshot, decide
from custom_components.elfe_commande.engine.goals import reconcile
from demo.database import SCHEMA
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import CONTROL, furnish, until_row

TANK = Equipment(7, "R001", "Ballon", 131, 120, (plug("I7"),))


async def test_a_row_updated_in_place_is_followed(world: World) -> None:
    await furnish(world, TANK)
    await world.plan(7, [1], fill=1)
    await world.start()
    await world.engine.run_cycle()
    await until_row(world, 7, **{CONTROL: 15})

    none = ", ".join(f"decisions_{index} = 0" for index in range(96))
    await world.owner.execute(f"UPDATE {SCHEMA}.result SET {none}")
    await world.engine.run_cycle()

    assert world.orders(TANK.devices[0].topics.command) == ["on", "off"]
    await until_row(world, 7, **{CONTROL: 25})


async def test_the_chain_is_asked_once_before_an_order_and_once_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for what is wanted, and once for the row that says so: thousands are decided about."""
    await furnish(world, TANK)
    await world.plan(7, [0], fill=0)
    await world.start()
    await world.engine.run_cycle()
    await world.idle(7)
    asked: list[Snapshot] = []

    def noted(snapshot: Snapshot) -> Decision:
        asked.append(snapshot)
        return decide(snapshot)

    monkeypatch.setattr(reconcile, "decide", noted)
    await world.plan(7, [1], fill=1)
    await world.engine.take_plans()
    assert len(asked) == 1
    await until_row(world, 7, **{CONTROL: 15})
    await world.idle(7)
    assert [each.equipment.state.control for each in asked] == [25, 15]

    asked.clear()
    await world.plan(7, [0], fill=0)
    await world.engine.run_cycle()
    await world.idle(7)
    assert [each.equipment.state.control for each in asked] == [15, 25]
