"""Whether devices answer, and how long what they said is shown as how things are."""

import asyncio

import pytest

from custom_components.elfe_commande.core.model import (
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
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.drivers import DRIVERS, Reading
from custom_components.elfe_commande.engine.ground.events import EquipmentChanged
from custom_components.elfe_commande.engine.ground.ports import Arrival
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus, Observation
from custom_components.elfe_commande.engine.orders.liveness import Liveness
from demo.appliances import Behaviour
from demo.specs import channel, finger, plug
from demo.territory import Equipment as Furniture
from tests.fixtures_engine import World

from .bench import calm, events_of, furnish, impatient, status_of, until

NUMBER = 7
PLUG = Furniture(NUMBER, "R001", "Machine", 112, 120, (plug("V7"),))
MACHINE = Furniture(8, "R001", "Machine", 112, 130, (plug("V8", 21), finger("H8")))
OUTPUT = Furniture(9, "R001", "Ballon", 131, 180, (channel("P9", 3, usage=12),))
"""It has no last will."""


# ------------------------------------------------------------------------- what tells what


def equipment(number: int, devices: tuple[Device, ...] = ()) -> Equipment:
    return Equipment(
        EquipmentId(number),
        TypologyId(120),
        EquipmentTypeId(112),
        "Machine",
        HomeId("R001"),
        State(Mode.PILOTED, 25, 11, ems_order=False),
        devices=devices,
    )


NOW = 100.0
SPEAKS = Observation(heard_at=NOW)
THERE = Observation(online=True)
GONE = Observation(online=False, away_at=NOW)
BACK = Observation(online=False, away_at=NOW, heard_at=NOW + 1)
DEAF = Observation(online=True, heard_at=NOW, away_at=NOW + 1)
QUIET = Observation(heard_at=NOW, stale=True)
QUIET_THERE = Observation(online=True, heard_at=NOW, stale=True)
CUT = Observation(online=True, heard_at=NOW, cut=True)
UNHEARD = Observation()
USABLE = Observation(available=True)
UNUSABLE = Observation(available=False, heard_at=NOW)


@pytest.mark.parametrize(
    ("seen", "connected"),
    [
        ((SPEAKS,), True),
        ((THERE,), True),
        ((USABLE,), True),
        ((GONE,), False),
        # It forgot to take its last will back.
        ((BACK,), True),
        ((DEAF,), False),
        ((UNUSABLE,), False),
        ((QUIET,), None),
        # The broker answers for it.
        ((QUIET_THERE,), True),
        ((CUT,), None),
        ((UNHEARD,), None),
        ((), None),
        # All of them have to answer.
        ((SPEAKS, THERE), True),
        ((SPEAKS, GONE), False),
        ((DEAF, THERE), False),
        ((QUIET, SPEAKS), None),
        ((CUT, GONE), False),
        # One that never said a word is not counted.
        ((UNHEARD, SPEAKS), True),
    ],
)
def test_all_devices_have_to_answer(seen: tuple[Observation, ...], connected: bool | None) -> None:
    devices = tuple(
        Device(DeviceId(str(n)), DeviceTypeId(111), Usage.SWITCH, "control", "command")
        for n in range(2)
    )
    observations = {d.id: o for d, o in zip(devices, seen, strict=False)}
    observations[DeviceId("a device that it had once")] = Observation(online=False)

    status = EquipmentStatus(equipment(1, devices), observations=observations)
    assert status.connected is connected


# ---------------------------------------------------------------------------- last wills


async def test_a_last_will_tells_at_once(world: World) -> None:
    household = await furnish(world, PLUG)
    await world.start()
    status, device = status_of(world, NUMBER), household.devices["V7"]
    await until(lambda: status.connected is True, "the plug is there")
    world.fleet.report(device)
    await until(lambda: status.running is False, "what it does")

    world.fleet.lose(device)

    await until(lambda: status.connected is False, "the plug is gone")
    # What it said last tells nothing of now.
    assert (status.running, status.power) == (None, None)
    world.fleet.recover(device)
    await until(lambda: status.connected is True, "the plug is back")
    await until(lambda: status.running is False, "what it does now")


# -------------------------------------------------------------------------------- silence


async def test_an_order_without_an_answer_tells_until_something_is_heard(world: World) -> None:
    household = await furnish(world, PLUG, timing=impatient(retry_first=600.0, retry_max=600.0))
    await world.start()
    status, device = status_of(world, NUMBER), household.devices["V7"]
    world.fleet.report(device)
    await until(lambda: status.power is not None, "all that it reports")
    device.behaviour = Behaviour.SILENT

    assert (await world.wish(NUMBER, Intent.TO_MANUAL)).outcome is Outcome.FAILED

    assert (status.connected, status.running) == (False, None)
    world.fleet.report(device)
    await until(lambda: status.connected is True, "the plug speaks")
    assert status.running is False


async def test_one_that_says_something_else_is_there(world: World) -> None:
    household = await furnish(world, PLUG, timing=impatient(0.5, retry_first=600.0))
    await world.start()
    household.devices["V7"].behaviour = Behaviour.WRONG

    assert (await world.wish(NUMBER, Intent.TO_MANUAL)).reason == "silent"

    assert status_of(world, NUMBER).connected is True


async def test_a_finger_without_an_answer(world: World) -> None:
    """The meter beside it speaks all the time: the machine does not answer all the same."""
    household = await furnish(world, MACHINE, timing=impatient())
    await world.start()
    status = status_of(world, 8)
    await until(lambda: status.connected is True, "both are there")
    household.devices["H8"].behaviour = Behaviour.SILENT

    assert (await world.wish(8, Intent.START)).outcome is Outcome.DOUBTFUL
    world.fleet.report(household.devices["V8"])
    await until(lambda: status.power is not None, "the power")

    assert status.connected is False


# ------------------------------------------------------------------------------- old age


async def test_what_was_said_grows_old(world: World) -> None:
    household = await furnish(world, PLUG, OUTPUT, timing=calm(feedback_fresh_for=3.0))
    await world.start()
    plugged, output = status_of(world, NUMBER), status_of(world, 9)
    for name in ("V7", "P9"):
        world.fleet.report(household.devices[name])
    await until(lambda: plugged.running is False and output.running is False, "what they do")
    assert output.connected is True
    world.events.clear()

    await until(lambda: plugged.running is None and output.running is None, "their silence")

    # The broker answers for the one; nobody does for the other.
    assert (plugged.connected, output.connected) == (True, None)
    await until(
        lambda: {NUMBER, 9} <= {i for e in events_of(world, EquipmentChanged) for i in e.ids},
        "both are told",
    )
    world.fleet.report(household.devices["P9"])
    await until(lambda: output.connected is True and output.running is False, "its word")


async def test_one_that_goes_on_speaking_does_not_grow_old() -> None:
    """One timer looks at all of them: it leaves those alone that spoke since."""
    told: list[EquipmentId] = []
    liveness = Liveness(Timing(feedback_fresh_for=60.0), {}, told.append)
    now = asyncio.get_running_loop().time()
    silent, speaking = Observation(), Observation()

    def hear(number: int, seen: Observation, at: float) -> None:
        arrival = Arrival("control", b"on", retained=False, at=at)
        status = EquipmentStatus(equipment(number))
        liveness.heard(status, seen, DRIVERS[DeviceTypeId(111)], Reading(on=True), arrival)

    hear(1, speaking, now - 59.9)
    hear(2, silent, now - 59.8)
    hear(1, speaking, now)
    await until(lambda: told, "the silent one")

    assert told == [2]
    assert (silent.stale, speaking.stale) == (True, False)
    liveness.close()


# ----------------------------------------------------------------------------- the broker


@pytest.mark.parametrize(("patience", "known"), [(0.0, None), (3600.0, True)])
async def test_without_the_broker_nothing_is_known(
    unplugged: World, patience: float, known: bool | None
) -> None:
    world = unplugged
    household = await furnish(world, PLUG, timing=calm(broker_patience=patience))
    await world.start()
    status, device = status_of(world, NUMBER), household.devices["V7"]
    world.fleet.report(device)
    await until(lambda: (status.connected, status.running) == (True, False), "the plug")

    await world.broker.stop()
    await until(lambda: not world.messenger.connected, "the broker is lost")
    if known is None:
        await until(lambda: status.connected is None, "nothing is known")
    assert (status.connected, status.running) == (known, None if known is None else False)

    await world.broker.start()
    await until(lambda: status.connected is True, "the broker says that it is there")
    await world.fleet.wait_connected(30)
    world.fleet.report(device)
    await until(lambda: status.running is False, "what it does")
