"""One appliance, defined in PostgreSQL and then locally: the same plan gives the same orders."""

from dataclasses import dataclass, replace
from typing import Any

from homeassistant.config_entries import ConfigSubentry
import pytest

from custom_components.elfe_commande.core.appliances import APPLIANCE_TYPES
from custom_components.elfe_commande.core.model import ControlState, EquipmentId, Mode
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.plan import DAY, SLOT, DayPlan, slot_start
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.storage.local import Definition, LocalStorage
from custom_components.elfe_commande.subentries.appliances.definition import (
    DRIVER_OF,
    TYPOLOGY_OF,
    define,
)
from demo.specs import DeviceSpec, channel, finger, plug, relay, tasmota
from demo.territory import MANUAL, Equipment
from tests.engine.bench import calm, furnish, pass_slots, wait_for_end
from tests.fixtures_engine import World
from tests.hour import ZONE

NUMBER = EquipmentId(7)
PLAN = (1, 1, 0, 1)
"""From the next quarter-hour on."""
ON_RPC, OFF_RPC = '"on": true', '"on": false'


@dataclass(frozen=True)
class Case:
    """An appliance, and what is to be seen of it on the broker and in its row."""

    device: DeviceSpec
    typology: str
    kind: int
    name: str
    """What a person enters for its topics."""
    orders: tuple[str, ...]
    """Part of each payload."""
    rows: tuple[tuple[int, int, int, bool], ...]
    """Mode, command and control state and EMS order, after each step."""
    before: tuple[DeviceSpec, str] | None = None
    """A finger that presses once before each order of the other, and what is entered for it."""


_WAITING = (30, 11, 25, False)
_STARTED = (20, 13, 15, True)
_OFF_BY_PLAN = (30, 12, 25, False)
_ON_BY_PLAN = (30, 13, 15, True)
_FORCED_OFF = (20, 1, 25, False)
_PRESSED = (
    *(((30, 11, 15, False),) * 2),
    *((_STARTED,) * 4),
    (20, 13, 15, False),
)

CASES = {
    "a plug, started once": Case(
        plug("P120"),
        "plug",
        112,
        "shellies/shellyplug-s-P120",
        # Handed over, kept off while it waits, started; then it is a person's again.
        ("off", "off", "on", "off"),
        (_WAITING, _WAITING, _STARTED, _STARTED, _STARTED, _STARTED, _FORCED_OFF),
    ),
    "a relay, all the time": Case(
        relay("P140"),
        "relay_and_sensor",
        131,
        "shelly/P140",
        (OFF_RPC, ON_RPC, ON_RPC, OFF_RPC, ON_RPC, OFF_RPC),
        (
            (30, 12, 25, False),
            (30, 12, 25, False),
            _ON_BY_PLAN,
            _ON_BY_PLAN,
            _OFF_BY_PLAN,
            _ON_BY_PLAN,
            _FORCED_OFF,
        ),
    ),
    "an inverted relay, all the time": Case(
        tasmota("P190"),
        "inverted_relay",
        151,
        "P190",
        ("ON", "OFF", "OFF", "ON", "OFF", "ON"),
        (
            _WAITING,
            _WAITING,
            _ON_BY_PLAN,
            _ON_BY_PLAN,
            _OFF_BY_PLAN,
            _ON_BY_PLAN,
            _FORCED_OFF,
        ),
    ),
    "an output of a PLC, started once": Case(
        channel("P811", 3),
        "plug",
        113,
        "Socorel/PLC001/sortie3",
        ("0", "0", "1", "0"),
        (_WAITING, _WAITING, _STARTED, _STARTED, _STARTED, _STARTED, _FORCED_OFF),
    ),
    "a finger, started once": Case(
        finger("P311"),
        "plug_and_finger",
        111,
        "switchbot/esp32/bot/P311",
        ("ON",),
        _PRESSED,
    ),
    "two fingers, started once": Case(
        finger("P312"),
        "plug_and_two_fingers",
        111,
        "switchbot/esp32/bot/P312",
        ("ON",),
        _PRESSED,
        before=(finger("P313", 31), "switchbot/esp32/bot/P313"),
    ),
}


def defined_in_tables(case: Case) -> Equipment:
    """Return the appliance as the tables have it."""
    typology = TYPOLOGY_OF[case.typology]
    others = () if case.before is None else (case.before[0],)
    devices = (*others, case.device)
    return Equipment(NUMBER, "R001", "Appareil", case.kind, typology.id, devices, mode=MANUAL)


def entered(device: DeviceSpec, name: str) -> dict[str, Any]:
    """Return a device as the form of its topics keeps it."""
    driver = next(d for d in DRIVER_OF.values() if d.type_id == device.type)
    topics = driver.topics_of(name)
    assert topics is not None
    return {
        "usage": device.usage,
        "driver": driver.name,
        "topic": name,
        "control_topic": topics.control,
        "command_topic": topics.command,
        "lwt_topic": topics.lwt,
    }


def defined_locally(case: Case, now: float) -> Definition:
    """Return the appliance as a person defines it in Home Assistant, in manual like the other."""
    devices = [entered(case.device, case.name)]
    if case.before is not None:
        devices.append(entered(*case.before))
    data: dict[str, Any] = {
        "equipment_id": int(NUMBER),
        "home": "R001",
        "equipment_type": APPLIANCE_TYPES[case.kind].key,
        "typology": case.typology,
        "continuous": case.kind in (131, 151),
        "cycle_duration": 5400,
        "devices": devices,
    }
    subentry = ConfigSubentry(
        data=data,
        subentry_type="equipment",
        title="Appareil",
        unique_id=None,  # type: ignore[arg-type]
    )
    definition = define(subentry, now=now, zone=ZONE)
    equipment = definition.equipment
    in_manual = replace(equipment.state, mode=Mode.MANUAL, control=ControlState.ON)
    return replace(definition, equipment=equipment.with_state(in_manual))


async def move_in(world: World, case: Case, storage: str) -> None:
    """Put the appliance on the broker, its definition where the case wants it, and start."""
    await furnish(world, defined_in_tables(case), timing=calm(ack=8.0))
    # Made after the appliance is handed over: the EMS reads a quarter-hour before its plan.
    first = slot_start(world.clock.now()) + 2 * SLOT
    decisions = bytes([*PLAN, *[0] * (DAY - len(PLAN))])
    if storage == "local":
        local = LocalStorage(
            world.disk.document("local"), [defined_locally(case, world.clock.now())]
        )
        world.storage = lambda: local  # type: ignore[method-assign, assignment, return-value]
        await local.open()
        await local.add_plans([DayPlan(NUMBER, first, decisions)], now=world.clock.now())
    else:
        await world.plan(NUMBER, PLAN, offset=2)
    await world.start()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("storage", ["postgresql", "local"])
async def test_the_same_orders_for_the_same_plan(world: World, case: Case, storage: str) -> None:
    await move_in(world, case, storage)
    presses = TYPOLOGY_OF[case.typology].presses
    rows: list[tuple[int, int, int, bool]] = []

    async def note() -> None:
        state = (await world.engine.rooms.rows.storage.read_states([NUMBER]))[NUMBER]
        rows.append((state.mode, state.command, state.control, state.ems_order))

    await world.wish(NUMBER, Intent.TO_PILOTED)
    await note()
    pass_slots(world, 1)
    await world.engine.run_cycle()
    await note()
    for _ in PLAN:
        pass_slots(world, 1)
        await world.engine.run_cycle()
        await note()
    await world.wish(NUMBER, Intent.TO_MANUAL if presses else Intent.FORCED_OFF)
    await note()

    orders = world.orders(case.device.topics.command)
    assert len(orders) == len(case.orders), orders
    assert all(part in payload for part, payload in zip(case.orders, orders, strict=True)), orders
    if case.before is not None:
        pressed = [message.topic for message in world.fleet.recorder]
        pair = [case.before[0].topics.command, case.device.topics.command]
        assert pressed == pair * len(case.orders)
    assert tuple(rows) == case.rows
    ended = await wait_for_end(world, NUMBER)
    assert {e.result.outcome for e in world.ended(NUMBER)} == {Outcome.ACKNOWLEDGED}, ended
