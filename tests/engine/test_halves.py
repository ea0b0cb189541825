"""What stayed half on when the engine stopped: it is asked about, and brought to off."""

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.engine.ground.ports import MessengerError
from demo.engine_host import AiomqttMessenger
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import MODE, furnish, set_row
from .households import DISHWASHER, FINGER

NUMBER = 7
TANK = Equipment(NUMBER, "R001", "Ballon", 131, 120, (plug("E7"),))


async def left_half_on(world: World, equipment: Equipment, number: int | None = None) -> None:
    """Start an engine on a load that the one before left half on."""
    await furnish(world, equipment)
    engine = await world.start()
    journal = engine.rooms.rows.journal
    journal.half_on[EquipmentId(number or equipment.id)] = world.clock.now()
    await journal.note()
    await world.crash()
    # It says nothing by itself: how it is, nobody knows.
    for device in world.household.devices.values():
        world.fleet.lose(device)
    await world.start()


def asked(world: World) -> list[str]:
    return [problem.subject for problem in world.engine.problems if problem.key == "half_on"]


async def test_it_is_ordered_off_until_it_says_how_it_is(world: World) -> None:
    await left_half_on(world, TANK)
    assert asked(world) == [str(NUMBER)]
    for count in (1, 2):
        await world.cycle(slots=1)
        await world.recorded()
        assert world.told("E7") == ["off"] * count
    assert asked(world) == [str(NUMBER)]
    world.fleet.recover(world.device("E7"))
    await world.heard()
    await world.cycle(slots=1)
    await world.recorded()
    assert asked(world) == []
    assert world.told("E7") == ["off"] * 2


async def test_one_that_is_gone_is_asked_about_no_more(world: World) -> None:
    await left_half_on(world, TANK, 99)
    assert asked(world) == []
    assert world.engine.rooms.rows.journal.half_on == {}


async def test_a_button_is_not_pressed_for_it(world: World) -> None:
    await left_half_on(world, FINGER)
    await world.cycle()
    assert asked(world) == [str(DISHWASHER)]
    assert world.told("C104") == []


async def test_nor_is_ordered_what_nobody_may_drive(world: World) -> None:
    await left_half_on(world, TANK)
    await set_row(world, NUMBER, **{MODE: 70})
    await world.cycle()
    assert world.told("E7") == []
    await set_row(world, NUMBER, **{MODE: 20})
    await world.cycle(slots=1)
    await world.recorded()
    assert world.told("E7") == ["off"]


async def test_what_the_broker_did_not_take_is_ordered_with_the_next_cycle(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await left_half_on(world, TANK)

    async def refuse(*_: str) -> None:
        raise MessengerError("not connected")

    with monkeypatch.context() as patch:
        patch.setattr(AiomqttMessenger, "publish", refuse)
        await world.cycle()
    assert not [each for each in caplog.records if each.exc_info]
    await world.cycle(slots=1)
    await world.recorded()
    assert world.told("E7") == ["off"]
