"""Which orders end by themselves: of what, by whose word, out of which state."""

import asyncio
from dataclasses import replace
from typing import override

import pytest

from custom_components.elfe_commande.core.decision import Act, Source
from custom_components.elfe_commande.core.lifecycle import Code, Lifecycle
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
from custom_components.elfe_commande.core.plan import SLOT
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.goal import Goal
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus, Observation
from custom_components.elfe_commande.engine.orders.reverts import Reverts
from custom_components.elfe_commande.engine.rows.journal import Journal
from custom_components.elfe_commande.typologies import TYPOLOGIES
from demo.engine_host import AiomqttMessenger, MemoryDisk

TIMING = Timing()
RELAY = Device(DeviceId("D1"), DeviceTypeId(411), Usage.SWITCH, "s/status/switch:0", "s/rpc")
PLUG = replace(RELAY, type_id=DeviceTypeId(111))
HEATER = Equipment(
    EquipmentId(7),
    TypologyId(120),
    EquipmentTypeId(151),
    "Heater",
    HomeId("R001"),
    State(Mode.PILOTED, 25, 11, ems_order=False),
    continuous=True,
    devices=(RELAY,),
    safe_on=False,
)


def after(
    equipment: Equipment, act: Act, source: Source = Source.EMS, device: Device = RELAY
) -> float | None:
    """Return after how long an order of this act ends."""
    typology = TYPOLOGIES[equipment.typology_id]
    goal = Goal(equipment.id, act, source, Origin.EMS, typology, 0.0, 900.0, "7:0")
    journal = Journal(MemoryDisk().document("journal"))
    # Nothing is sent.
    messenger = AiomqttMessenger("127.0.0.1", 1)
    reverts = Reverts(journal, messenger, TIMING, Lifecycle(lambda: 0.0, lambda: None))
    return reverts.after(equipment, goal, device, on=act is not Act.OFF)


@pytest.mark.parametrize("source", [Source.EMS, Source.SURPLUS, Source.SAFETY, Source.DEFAULT])
def test_orders_out_of_the_safe_state_end(source: Source) -> None:
    assert after(HEATER, Act.ON, source) == TIMING.revert_after
    assert after(HEATER, Act.OFF, source) is None
    assert after(replace(HEATER, safe_on=True), Act.OFF, source) == TIMING.revert_after
    assert after(replace(HEATER, safe_on=True), Act.ON, source) is None


def test_they_end_after_the_next_one_is_due_and_had_time_to_be_tried_again() -> None:
    tried_again = TIMING.settle + 3 * TIMING.ack_for(411) + 3 * TIMING.retry_first
    assert TIMING.revert_after > SLOT + tried_again


@pytest.mark.parametrize("act", [Act.ON, Act.OFF])
def test_what_a_person_wished_does_not_end(act: Act) -> None:
    assert after(replace(HEATER, safe_on=act is Act.OFF), act, Source.USER) is None


@pytest.mark.parametrize(
    "changed",
    [
        # A machine with a programme, one that is cut for the UPS included.
        {"continuous": False},
        {"safe_on": None},
        {"state": replace(HEATER.state, mode=Mode.MANUAL)},
        {"state": replace(HEATER.state, control=60)},
    ],
)
@pytest.mark.parametrize("safe_on", [True, False])
def test_nor_does_what_it_would_harm_or_disturb(changed: dict[str, object], safe_on: bool) -> None:
    equipment = replace(replace(HEATER, safe_on=safe_on), **changed)  # type: ignore[arg-type]
    assert after(equipment, Act.OFF if safe_on else Act.ON, Source.SAFETY) is None


@pytest.mark.parametrize("act", [Act.START, Act.KEEP_OFF, Act.TO_MANUAL, Act.FORCED_OFF])
def test_nor_what_is_no_order_of_a_plan(act: Act) -> None:
    assert after(replace(HEATER, safe_on=act in (Act.KEEP_OFF, Act.FORCED_OFF)), act) is None


def test_nor_what_the_device_cannot_end() -> None:
    assert after(replace(HEATER, devices=(PLUG,)), Act.ON, device=PLUG) is None


class Published(AiomqttMessenger):
    """Notes what is sent."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1", 1)
        self.sent: list[str] = []

    @override
    async def publish(self, topic: str, payload: str) -> None:
        self.sent.append(topic)


async def test_a_timer_that_nobody_wants_any_more_is_cleared_once() -> None:
    """A person took the load over: its device is told to stay as it is, and that is forgotten."""
    journal, messenger = Journal(MemoryDisk().document("journal")), Published()
    lifecycle = Lifecycle(lambda: 0.0, lambda: None)
    for code in sorted(code for code in Code if lifecycle.code < code <= Code.RUNNING):
        lifecycle.advance(code)
    reverts = Reverts(journal, messenger, TIMING, lifecycle)
    await reverts.prepare(HEATER.id, RELAY, 1800.0)
    assert journal.timers == {RELAY.id: HEATER.id}
    status = EquipmentStatus(HEATER.with_state(State(Mode.MANUAL, 15, 13, ems_order=True)))
    status.observations[RELAY.id] = Observation(
        on=True, on_at=asyncio.get_running_loop().time(), online=True
    )
    for _ in range(2):
        await reverts.clear({HEATER.id: status}, lambda _: False)
    assert journal.timers == {}
    assert messenger.sent == [RELAY.command_topic]
