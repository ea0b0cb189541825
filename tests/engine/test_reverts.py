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


def by_hand(relay: Device = RELAY) -> dict[EquipmentId, EquipmentStatus]:
    """Return the heater, taken over by a person: its timer is to be cleared."""
    manual = State(Mode.MANUAL, 15, 13, ems_order=True)
    status = EquipmentStatus(replace(HEATER, devices=(relay,)).with_state(manual))
    status.observations[relay.id] = Observation(
        on=True, on_at=asyncio.get_running_loop().time(), online=True
    )
    return {HEATER.id: status}


@pytest.fixture
async def set_one() -> Reverts:
    """A timer that was set on the relay of the heater, in an engine that runs."""
    lifecycle = Lifecycle(lambda: 0.0, lambda: None)
    for code in sorted(code for code in Code if lifecycle.code < code <= Code.RUNNING):
        lifecycle.advance(code)
    reverts = Reverts(Journal(MemoryDisk().document("journal")), Published(), TIMING, lifecycle)
    await reverts.prepare(HEATER.id, RELAY, 1800.0)
    assert reverts.journal.timers == {RELAY.id: HEATER.id}
    return reverts


def sent(reverts: Reverts) -> list[str]:
    assert isinstance(reverts.messenger, Published)
    return reverts.messenger.sent


async def test_a_timer_that_nobody_wants_any_more_is_cleared_once(set_one: Reverts) -> None:
    """A person took the load over: its device is told to stay as it is, and that is forgotten."""
    for _ in range(2):
        await set_one.clear(by_hand(), lambda _: False)
    assert set_one.journal.timers == {}
    assert sent(set_one) == [RELAY.command_topic]


async def test_nor_is_one_cleared_of_what_is_ordered_or_still_guarded(set_one: Reverts) -> None:
    guarded = {HEATER.id: EquipmentStatus(HEATER)}
    for statuses, ordered in ((guarded, False), (by_hand(), True)):
        await set_one.clear(statuses, lambda _, ordered=ordered: ordered)
        assert (set_one.journal.timers, sent(set_one)) == ({RELAY.id: HEATER.id}, [])


async def test_a_timer_stays_to_be_cleared_while_the_broker_is_away(set_one: Reverts) -> None:
    messenger = set_one.messenger
    set_one.messenger = AiomqttMessenger("127.0.0.1", 1)
    await set_one.clear(by_hand(), lambda _: False)
    assert set_one.journal.timers == {RELAY.id: HEATER.id}
    set_one.messenger = messenger
    await set_one.clear(by_hand(), lambda _: False)
    assert (set_one.journal.timers, sent(set_one)) == ({}, [RELAY.command_topic])


async def test_nothing_is_cleared_once_the_engine_stops(set_one: Reverts) -> None:
    set_one.lifecycle.advance(Code.STOPPING)
    await set_one.clear(by_hand(), lambda _: False)
    assert (set_one.journal.timers, sent(set_one)) == ({RELAY.id: HEATER.id}, [])


async def test_the_timer_of_a_load_that_was_removed_is_cleared_on_its_device(
    set_one: Reverts,
) -> None:
    """What is sent depends on what it is now, which nobody knows: it may stay as it is only."""
    await set_one.clear({}, lambda _: False)
    assert set_one.journal.timers == {}


async def test_the_timer_of_a_device_that_is_gone_since_a_restart_is_told_in_the_log(
    set_one: Reverts, caplog: pytest.LogCaptureFixture
) -> None:
    after_restart = Reverts(set_one.journal, Published(), TIMING, set_one.lifecycle)
    await after_restart.clear({}, lambda _: False)
    assert (after_restart.journal.timers, sent(after_restart)) == ({}, [])
    assert "Device D1 is gone, and may keep its timer" in caplog.text


async def test_a_device_that_was_replaced_by_one_without_timers_is_told_nothing(
    set_one: Reverts,
) -> None:
    await set_one.clear(by_hand(PLUG), lambda _: False)
    assert (set_one.journal.timers, sent(set_one)) == ({}, [])


async def test_once_a_timer_ran_out_nobody_knows_what_it_did(
    set_one: Reverts, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    for after, told in ((TIMING.revert_after + 1, []), (TIMING.revert_after - 1, [RELAY])):
        late = loop.time() + after
        statuses = by_hand()
        set_one.journal.timers[RELAY.id] = HEATER.id
        with monkeypatch.context() as patch:
            patch.setattr(loop, "time", lambda late=late: late)
            await set_one.clear(statuses, lambda _: False)
        assert sent(set_one) == [device.command_topic for device in told]
        await set_one.prepare(HEATER.id, RELAY, 1800.0)


@pytest.mark.parametrize(
    ("answered", "since", "told"), [(None, 1.0, 0), (None, -1.0, 1), (True, 1.0, 1)]
)
async def test_what_it_said_before_an_order_that_it_left_unanswered_is_not_ordered(
    set_one: Reverts, answered: bool | None, since: float, told: int
) -> None:
    statuses = by_hand()
    status = statuses[HEATER.id]
    status.reached_on = answered
    status.sent_at = status.observations[RELAY.id].on_at + since
    await set_one.clear(statuses, lambda _: False)
    assert len(sent(set_one)) == told
