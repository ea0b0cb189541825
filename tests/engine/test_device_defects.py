"""Defects of the reference with devices and their answers, each as a situation; ours right."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
import time

import asyncpg
import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.orders.sender import Sender
from demo.appliances import Behaviour, Fleet, Topics
from demo.appliances.device import Message
from demo.parts import Broker
from demo.specs import DeviceSpec, channel, finger, plug, relay, tasmota
from demo.territory import Equipment
from tests.fixtures_engine import SCALE, World
from tests.fixtures_parts import Database

from .bench import COMMAND, MODE, STARTED, furnish, held, impatient, status_of, until, wait_for_end


def machine(*devices: DeviceSpec, typology: int = 120, number: int = 7) -> Equipment:
    return Equipment(number, "R001", f"Machine {number}", 112, typology, devices)


@pytest.mark.defect("D-44")
@pytest.mark.parametrize(
    "topics",
    [
        Topics("stat/K1/RESULT", "cmnd/K1/POWER", "tele/K1/LWT"),
        Topics("tele/K2/STATE", "cmnd/K2/POWER", "tele/K2/LWT"),
        Topics("tele/K3", "cmnd/K3/POWER"),
    ],
)
async def test_a_real_tasmota_acknowledges(world: World, topics: Topics) -> None:
    await furnish(world, machine(DeviceSpec(topics.command.split("/")[1], 112, 11, topics)))
    await world.start()
    for intent in (Intent.TO_MANUAL, Intent.TO_PILOTED):
        assert (await world.wish(7, intent)).outcome is Outcome.ACKNOWLEDGED


@pytest.mark.defect("D-45", "D-47")
@pytest.mark.parametrize(
    ("spec", "retained"),
    [
        (channel("Z45", 4, "PLC45"), "1"),
        (plug("Z47"), "on"),
        (tasmota("Z44"), '{"POWER":"ON"}'),
    ],
)
async def test_a_retained_state_is_not_the_answer_of_a_dead_device(
    world: World, spec: DeviceSpec, retained: str
) -> None:
    household = await furnish(world, machine(spec), timing=impatient())
    device = household.devices[spec.id]
    device.behaviour = Behaviour.SILENT
    try:
        world.fleet.say([Message(spec.topics.control, retained, retain=True)])
        await held(world, {spec.topics.control: (retained.lower().encode(),)})
        await world.start()
        result = await world.wish(7, Intent.START)
        assert (result.outcome, result.reason) == (Outcome.FAILED, "silent")
        assert status_of(world, 7).reported_on is None
        assert (await world.row(7))[STARTED] == 0
    finally:
        world.fleet.say([Message(spec.topics.control, "", retain=True)])


@pytest.mark.defect("D-45", "D-49")
@pytest.mark.parametrize("answer", ["10000000", "1700000001", "0", "ON 1"])
async def test_a_message_that_holds_the_digit_is_not_an_answer(world: World, answer: str) -> None:
    spec = channel("Y45", 4, "PLC46")
    household = await furnish(world, machine(spec), timing=impatient(0.3))
    household.devices["Y45"].behaviour = Behaviour.CUSTOM
    household.devices["Y45"].answer = answer
    await world.start()
    result = await world.wish(7, Intent.TO_MANUAL)
    assert (result.outcome, result.reason) == (Outcome.FAILED, "silent")


@pytest.mark.defect("D-46")
@pytest.mark.parametrize(
    ("behaviour", "reason"), [(Behaviour.ERROR, "refused"), (Behaviour.WRONG, "silent")]
)
async def test_an_error_or_another_s_reply_is_not_an_acknowledgement(
    world: World, behaviour: Behaviour, reason: str
) -> None:
    household = await furnish(world, machine(relay("R46")), timing=impatient(0.3))
    household.devices["R46"].behaviour = behaviour
    await world.start()
    result = await world.wish(7, Intent.TO_MANUAL)
    assert (result.outcome, result.reason) == (Outcome.FAILED, reason)
    row = await world.row(7)
    assert (row[MODE], row[COMMAND], row[STARTED]) == (20, 30, 0)


@pytest.mark.defect("D-46")
async def test_requests_have_ids_of_their_own(world: World) -> None:
    await furnish(world, machine(relay("R47")))
    await world.start()
    for intent in (Intent.TO_MANUAL, Intent.TO_PILOTED, Intent.TO_MANUAL):
        await world.wish(7, intent)
    orders = world.orders("shelly/R47/rpc")
    assert len(set(orders)) == len(orders) == 3


@pytest.mark.defect("D-48")
async def test_a_finger_whose_attributes_the_tables_name(world: World) -> None:
    base = "switchbot/esp32/bot/A48"
    spec = DeviceSpec("A48", 311, 32, Topics(f"{base}/attributes", f"{base}/set"))
    await furnish(world, machine(plug("B48", 21), spec, typology=130))
    await world.start()
    assert (await world.wish(7, Intent.START)).outcome is Outcome.ACKNOWLEDGED


@pytest.mark.defect("D-53")
async def test_a_device_that_is_gone_is_known_to_be(world: World) -> None:
    household = await furnish(world, machine(plug("L53")))
    await world.start()
    await until(lambda: status_of(world, 7).online is True, "the device is there")
    device = household.devices["L53"]
    world.fleet.lose(device)
    await until(lambda: status_of(world, 7).online is False, "the device is gone")
    world.fleet.recover(device)
    await until(lambda: status_of(world, 7).online is True, "the device is back")


@pytest.mark.defect("D-53")
async def test_the_wished_state_is_ordered_anew_when_a_device_is_back(world: World) -> None:
    """A relay that was without power comes back on; the waiting load goes off again."""
    household = await furnish(world, machine(plug("L54")))
    await world.plan(7, [0, 0, 1])
    await world.start()
    await world.engine.run_cycle()
    device = household.devices["L54"]
    world.fleet.lose(device)
    await until(lambda: status_of(world, 7).online is False, "the device is gone")
    device.switch(True)
    count = device.orders
    world.fleet.recover(device)
    await until(lambda: device.orders > count, "an order")
    await until(lambda: not device.on, "the load is off")


@pytest.mark.defect("D-69")
async def test_nothing_waits_inside_of_the_callback(world: World) -> None:
    """While a device is awaited, all others are heard and ordered."""
    silent, other = machine(plug("S69")), machine(plug("O69"), number=8)
    household = await furnish(world, silent, other, timing=impatient(6.0))
    household.devices["S69"].behaviour = Behaviour.SILENT
    await world.start()
    wish = asyncio.create_task(world.wish(7, Intent.TO_MANUAL))
    await world.fleet.recorder.wait(1)
    began = time.monotonic()
    for intent in (Intent.TO_MANUAL, Intent.TO_PILOTED, Intent.TO_MANUAL):
        assert (await world.wish(8, intent)).outcome is Outcome.ACKNOWLEDGED
    world.fleet.report(household.devices["O69"])
    await until(lambda: status_of(world, 8).power is not None, "the power")
    assert time.monotonic() - began < 5
    assert not wish.done()
    household.devices["S69"].behaviour = Behaviour.ACK
    world.fleet.say([Message(plug("S69").topics.control, "on")])
    assert (await wish).outcome is Outcome.ACKNOWLEDGED


@pytest.mark.defect("D-71", "D-76")
async def test_a_mistake_in_one_order_ends_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(world, machine(plug("E71")), machine(plug("E72"), number=8))
    await world.start()
    carry_out = Sender.carry_out

    async def broken(sender, equipment, *job):
        if equipment.id == 7:
            raise RuntimeError("a mistake in the program")
        return await carry_out(sender, equipment, *job)

    monkeypatch.setattr(Sender, "carry_out", broken)
    failed = await world.wish(7, Intent.TO_MANUAL)
    assert (failed.outcome, failed.reason) == (Outcome.FAILED, "internal_error")
    assert status_of(world, 7).last_result == failed
    assert (await world.wish(8, Intent.TO_MANUAL)).outcome is Outcome.ACKNOWLEDGED
    monkeypatch.undo()
    assert (await world.wish(7, Intent.TO_MANUAL)).outcome is Outcome.ACKNOWLEDGED


@pytest.mark.defect("D-73")
async def test_contention_queues_and_drops_nothing(world: World) -> None:
    numbers = range(10, 40)
    await furnish(world, *(machine(plug(f"Q{n}"), number=n) for n in numbers))
    await world.start()
    results = await asyncio.gather(*(world.wish(n, Intent.TO_MANUAL) for n in numbers))
    assert {r.outcome for r in results} == {Outcome.ACKNOWLEDGED}
    assert len(world.fleet.recorder) == len(numbers)


@pytest.mark.defect("D-74")
async def test_bytes_that_are_not_text(world: World, caplog: pytest.LogCaptureFixture) -> None:
    spec = plug("B74")
    await furnish(world, machine(spec))
    await world.start()
    topics = (spec.topics.control, f"{spec.topics.control}/power", spec.topics.lwt)
    world.fleet.say([Message(t, p) for t in topics for p in (b"\xff\xfe", b"", b"\0" * 9)])
    assert (await world.wish(7, Intent.TO_MANUAL)).outcome is Outcome.ACKNOWLEDGED
    assert not [r for r in caplog.records if r.exc_info]


class TestLostBroker:
    """The broker goes and comes back."""

    @pytest.fixture
    async def frail(
        self, database: Database, own_broker: Broker, owner: asyncpg.Connection
    ) -> AsyncIterator[World]:
        async with Fleet(own_broker.host, own_broker.port, scale=SCALE) as fleet:
            world = World(database, own_broker, fleet, owner)
            try:
                yield world
            finally:
                await world.stop()

    @pytest.mark.defect("D-70", "D-72")
    async def test_an_order_is_made_once_the_broker_is_back(self, frail: World) -> None:
        """Subscriptions are made anew: the answer is heard."""
        timing = impatient(3.0, order_window=60.0)
        await furnish(frail, machine(plug("L70")), timing=timing)
        await frail.plan(7, [1])
        await frail.start()
        await frail.broker.stop()
        await until(lambda: not frail.messenger.connected, "the connection is lost")
        report = await frail.engine.run_cycle()
        assert report.acknowledged == 0
        assert frail.ended(7)[0].result.reason == "disconnected"
        assert frail.ended(7)[0].result.will_retry
        await frail.broker.start()
        await frail.fleet.wait_connected()
        last = await wait_for_end(frail, 7, 2)
        assert last.result.outcome is Outcome.ACKNOWLEDGED
        assert len(frail.fleet.recorder) == 1

    @pytest.mark.defect("D-72")
    async def test_an_answer_awaited_meanwhile_is_heard(self, frail: World) -> None:
        household = await furnish(frail, machine(plug("L72")), timing=impatient(20.0))
        device = household.devices["L72"]
        device.behaviour, device.obeys_silently = Behaviour.SILENT, True
        await frail.start()
        wish = asyncio.create_task(frail.wish(7, Intent.TO_MANUAL))
        await frail.fleet.recorder.wait(1)
        await frail.broker.restart()
        # Neither side may have noticed yet: the device tells its state now and then.
        while not wish.done():
            await asyncio.sleep(0.2)
            frail.fleet.report(device)
        assert (await wish).outcome is Outcome.ACKNOWLEDGED


async def test_two_fingers_behind_one_gateway_share_its_presence(world: World) -> None:
    pair = machine(plug("G1", 21), finger("G2", 31), finger("G3", 32), typology=150)
    household = await furnish(world, pair)
    await world.start()
    world.fleet.lose(household.devices["G2"])
    await until(lambda: status_of(world, 7).online is False, "the gateway is gone")
    result = await world.wish(7, Intent.START)
    assert (result.outcome, result.reason) == (Outcome.SKIPPED, "device_unavailable")
    assert not world.fleet.recorder.messages


async def test_an_output_of_a_plc_among_eight(world: World) -> None:
    """The word of all outputs acknowledges the channel of the command topic."""
    topics = Topics("Socorel/PLC8/EtatSorties", "Socorel/PLC8/sortie6")
    spec = replace(channel("C8", 6, "PLC8"), topics=topics)
    await furnish(world, machine(spec))
    await world.start()
    assert (await world.wish(7, Intent.TO_MANUAL)).outcome is Outcome.ACKNOWLEDGED
    assert (await world.wish(7, Intent.TO_PILOTED)).outcome is Outcome.ACKNOWLEDGED
