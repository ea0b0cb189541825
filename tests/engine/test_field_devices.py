"""Devices and screens as they are in the field, at an engine on real parts.

The devices of these tests say nothing by themselves: each test says what they say.
"""

import asyncio
import json
from typing import Any

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.ground.events import ModeChanged
from demo.appliances import Behaviour, Message, Topics
from demo.specs import DeviceSpec, finger, plug
from demo.territory import MANUAL, PILOTED, Equipment, Household
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    CONTROL,
    MODE,
    calm,
    events_of,
    furnish,
    held,
    impatient,
    set_row,
    status_of,
    until,
)
from .wall import HALL, WASHER, Wall, announce, together, washer

NUMBER = 7
DEVICES = "bdd_coordination_schema.equipement_domotique"
PLUGS = f"{DEVICES}_shellyplugs_shellycloud_v1"


def load(*devices: DeviceSpec, typology: int = 120, mode: int = PILOTED) -> Equipment:
    return Equipment(NUMBER, "R001", "Chauffe-eau", 151, typology, devices, mode=mode)


class Mute:
    """A device that says what it is made to say."""

    def __init__(self, world: World, household: Household, spec: DeviceSpec) -> None:
        self.world = world
        self.device = household.devices[spec.id]
        self.device.behaviour = Behaviour.SILENT

    @classmethod
    async def of(
        cls, world: World, spec: DeviceSpec, *, timing: Timing | None = None, **changes: Any
    ) -> Mute:
        household = await furnish(world, load(spec, **changes), timing=timing or calm())
        found = cls(world, household, spec)
        await world.start()
        return found

    def says(self, topic: str, payload: Any) -> None:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        self.world.fleet.say([Message(topic, text)])

    async def ordered(self) -> str:
        """Wait for an order, questions apart, and return its payload."""
        topic = self.device.topics.command
        await until(lambda: orders(self.world, topic), "an order")
        return orders(self.world, topic)[-1]


def orders(world: World, topic: str) -> list[str]:
    """Return what was ordered on a topic, without the questions."""
    return world.orders(topic)


def questions(world: World, topic: str) -> list[str]:
    """Return what was asked on a topic."""
    return [each.text for each in world.fleet.recorder.questions if each.topic == topic]


# ------------------------------------------------------------------------------- Tasmota


TWO = DeviceSpec("T2", 112, 11, Topics("stat/T2/RESULT", "cmnd/T2/POWER2", "tele/T2/LWT"))


async def test_t2_02_the_first_relay_s_state_answers_no_order_to_the_second(world: World) -> None:
    device = await Mute.of(world, TWO, timing=impatient(0.5))
    wish = asyncio.create_task(world.wish(NUMBER, Intent.TO_MANUAL))
    assert await device.ordered() == "ON"
    device.says("stat/T2/RESULT", {"POWER2": "ON"})
    assert (await wish).outcome is Outcome.ACKNOWLEDGED
    device.says("tele/T2/STATE", {"POWER1": "OFF", "POWER2": "ON"})
    wish = asyncio.create_task(world.wish(NUMBER, Intent.FORCED_OFF))
    await until(lambda: orders(world, "cmnd/T2/POWER2")[-1] == "OFF", "the order to go off")
    device.says("tele/T2/STATE", {"POWER1": "OFF", "POWER2": "ON"})
    result = await wish
    assert (result.outcome, result.reason) == (Outcome.FAILED, "silent")


@pytest.mark.parametrize("answer", ["ON", '{"POWER1":"ON"}'])
async def test_t2_04_an_answer_on_its_relay_s_topic_alone(world: World, answer: str) -> None:
    spec = DeviceSpec("T4", 112, 11, Topics("stat/T4/RESULT", "cmnd/T4/POWER", "tele/T4/LWT"))
    device = await Mute.of(world, spec)
    wish = asyncio.create_task(world.wish(NUMBER, Intent.TO_MANUAL))
    await device.ordered()
    device.says("stat/T4/POWER1", answer)
    assert (await wish).outcome is Outcome.ACKNOWLEDGED


async def test_other_words_for_on_and_off_are_asked_for(world: World) -> None:
    spec = DeviceSpec("T5", 112, 11, Topics("stat/T5/RESULT", "cmnd/T5/POWER", "tele/T5/LWT"))
    device = await Mute.of(world, spec)
    await world.fleet.watch("cmnd/T5/STATUS")
    wish = asyncio.create_task(world.wish(NUMBER, Intent.TO_MANUAL))
    await device.ordered()
    device.says("stat/T5/RESULT", {"POWER": "AN"})
    await until(lambda: questions(world, "cmnd/T5/STATUS"), "the question")
    device.says("stat/T5/STATUS", {"Status": {"Power": "1"}})
    assert (await wish).outcome is Outcome.ACKNOWLEDGED


async def test_t2_06_its_power_counts_until_the_next_report_is_overdue(world: World) -> None:
    spec = DeviceSpec("T6", 112, 11, Topics("stat/T6/RESULT", "cmnd/T6/POWER", "tele/T6/LWT"))
    device = await Mute.of(world, spec)
    status = status_of(world, NUMBER)
    device.says("tele/T6/SENSOR", {"ENERGY": {"Power": 2000}})
    await until(lambda: status.power == 2000, "its power")
    at = status.observations[status.meter.id].power_at
    fresh = world.timing.meter_fresh_for
    assert status.drawing(at + 185, fresh) is True
    assert status.drawing(at + 314, fresh) is True
    assert status.drawing(at + 330, fresh) is None
    # What it says of its period counts more.
    device.says("stat/T6/STATUS3", {"StatusLOG": {"TelePeriod": 60}})
    await until(lambda: status.drawing(at + 185, fresh) is None, "its period")
    device.says("stat/T6/STATUS3", {"StatusLOG": {"TelePeriod": 600}})
    await until(lambda: status.drawing(at + 600, fresh) is True, "its longer period")
    assert [p.key for p in world.engine.problems] == ["slow_reports"]
    device.says("stat/T6/STATUS3", {"StatusLOG": {"TelePeriod": 60}})
    await until(lambda: not world.engine.problems, "the end of the issue")


# -------------------------------------------------------------------------------- Shelly


PLUS = DeviceSpec("x1", 411, 11, Topics("x1/status/switch:0", "x1/rpc", "x1/online"))


def reply(payload: str, **result: Any) -> dict[str, Any]:
    return {"id": json.loads(payload)["id"], "src": "x1", "dst": PLUS.topics.control, **result}


async def test_t2_11_an_old_output_is_not_shown_and_asked_about(world: World) -> None:
    device = await Mute.of(world, PLUS)
    status = status_of(world, NUMBER)
    wish = asyncio.create_task(world.wish(NUMBER, Intent.TO_MANUAL))
    order = await device.ordered()
    device.says("x1/status/switch:0/rpc", reply(order, result={"was_on": False}))
    assert (await wish).outcome is Outcome.ACKNOWLEDGED
    assert status.reported_on is True
    shown: list[bool | None] = []
    asked = len(questions(world, "x1/rpc"))
    notified = {"id": 0, "output": True, "source": "MQTT"}
    device.says("x1/events/rpc", {"method": "NotifyStatus", "params": {"switch:0": notified}})
    device.says("x1/status/switch:0", {"id": 0, "source": "MQTT", "output": False, "apower": 0.0})
    await until(lambda: len(questions(world, "x1/rpc")) > asked, "the question")
    shown.append(status.reported_on)
    question = questions(world, "x1/rpc")[-1]
    device.says("x1/status/switch:0/rpc", reply(question, result={"output": True, "apower": 5.0}))
    await until(lambda: status.power == 5.0, "what it answers")
    assert [*shown, status.reported_on] == [True, True]

    wish = asyncio.create_task(world.wish(NUMBER, Intent.FORCED_OFF))
    await until(lambda: '"on": false' in orders(world, "x1/rpc")[-1], "the order to go off")
    device.says(
        "x1/status/switch:0/rpc", reply(orders(world, "x1/rpc")[-1], result={"was_on": True})
    )
    assert (await wish).outcome is Outcome.ACKNOWLEDGED
    device.says("x1/status/switch:0", {"id": 0, "output": True, "apower": 812.0})
    await world.settled()
    assert status.reported_on is False
    assert status.forced_off


async def test_t2_12_without_any_status_the_order_counts_and_it_is_shown(world: World) -> None:
    device = await Mute.of(world, PLUS)
    wish = asyncio.create_task(world.wish(NUMBER, Intent.TO_MANUAL))
    device.says("x1/status/switch:0/rpc", reply(await device.ordered(), result={"was_on": False}))
    assert (await wish).outcome is Outcome.ACKNOWLEDGED
    assert status_of(world, NUMBER).reported_on is True


async def test_t2_13_what_is_not_known_at_the_start_is_asked(world: World) -> None:
    device = await Mute.of(world, PLUS)
    await until(lambda: questions(world, "x1/rpc"), "a question")
    question = questions(world, "x1/rpc")[-1]
    device.says("x1/status/switch:0/rpc", reply(question, result={"output": False, "apower": 0}))
    await until(lambda: status_of(world, NUMBER).running is False, "what it answers")


async def test_a_refusal_that_would_be_repeated_is_not_ordered_again(world: World) -> None:
    device = await Mute.of(world, PLUS, timing=calm(retry_first=0.05))
    wish = asyncio.create_task(world.wish(NUMBER, Intent.TO_MANUAL))
    error = {"code": -109, "message": "Overpower condition"}
    device.says("x1/status/switch:0/rpc", reply(await device.ordered(), error=error))
    result = await wish
    assert (result.outcome, result.reason) == (Outcome.FAILED, "refused")
    assert (result.detail, result.will_retry) == ("Overpower condition (-109)", False)
    await world.settled()
    assert len(orders(world, "x1/rpc")) == 1


@pytest.mark.parametrize(
    ("below", "payload", "fault"),
    [("relay/0", "overpower", "overpower"), ("overtemperature", "1", "overtemperature")],
)
async def test_a_load_that_tripped_is_not_ordered_on_by_its_plan(
    world: World, below: str, payload: str, fault: str
) -> None:
    household = await furnish(world, load(plug("g1")), timing=calm())
    device = household.devices["g1"]
    await world.plan(NUMBER, [1, 1, 1])
    await world.start()
    await world.engine.run_cycle()
    await until(lambda: device.on, "the load")
    status = status_of(world, NUMBER)
    device.switch(False)
    name = device.topics.control.removesuffix("relay/0")
    world.fleet.say([Message(f"{name}{below}", payload)])
    await until(lambda: status.faults == fault, "the fault")
    assert status.reported_on is False
    count = device.orders
    await world.cycle(slots=1)
    await world.settled()
    assert device.orders == count
    # A person may; then it is on again, and over.
    assert (await world.wish(NUMBER, Intent.TO_MANUAL)).outcome is Outcome.ACKNOWLEDGED
    await until(lambda: status.faults is None, "the end of the fault")


async def test_a_load_that_trips_as_it_is_switched_on_is_not_tried_again(world: World) -> None:
    """In the words of the device; whoever wished it is told at once."""
    household = await furnish(world, load(plug("g1")), timing=calm(retry_first=0.05))
    device = household.devices["g1"]
    device.behaviour = Behaviour.SILENT
    await world.start()
    wish = asyncio.create_task(world.wish(NUMBER, Intent.TO_MANUAL))
    await world.until_told("g1")
    world.fleet.say([Message(device.topics.control, "overpower")])
    result = await wish
    assert (result.outcome, result.reason) == (Outcome.FAILED, "refused")
    assert (result.detail, result.will_retry) == ("overpower", False)
    await world.settled()
    assert world.told("g1") == ["on"]


@pytest.mark.parametrize("same_device", [True, False])
async def test_the_fault_of_a_device_that_was_replaced_holds_nothing_up(
    world: World, same_device: bool
) -> None:
    """Another device of the tables, or the same one with the topics of another."""
    spare = Equipment(8, "R001", "Prise", 151, 120, (plug("g2"),), mode=MANUAL)
    household = await furnish(world, load(plug("g1")), spare, timing=calm())
    tripped, other = household.devices["g1"], household.devices["g2"]
    await world.plan(NUMBER, [1, 1, 1])
    await world.start()
    name = tripped.topics.control.removesuffix("relay/0")
    world.fleet.say([Message(f"{name}relay/0", "overpower")])
    status = status_of(world, NUMBER)
    await until(lambda: status.faults, "the fault")
    if same_device:
        topics = "topic_mqtt_controle_json, topic_mqtt_commande_text, topic_mqtt_lwt"
        await world.owner.execute(
            f"UPDATE {PLUGS} SET ({topics}) = (SELECT {topics} FROM {PLUGS}"
            " WHERE equipement_domotique_id = 'g2') WHERE equipement_domotique_id = 'g1'"
        )
    else:
        await world.owner.execute(
            f"UPDATE {DEVICES} SET equipement_pilote_ou_mesure_id ="
            f" CASE id WHEN 'g1' THEN 8 ELSE {NUMBER} END WHERE id IN ('g1', 'g2')"
        )

    await world.cycle()

    await until(lambda: other.orders, "the order")
    assert status.faults is None
    assert not tripped.orders


# ------------------------------------------------------------------------- finger robots


async def test_t2_57_a_finger_that_speaks_is_pressed(world: World) -> None:
    spec = finger("F57", 32)
    household = await furnish(world, load(plug("P57", 21), spec, typology=130))
    device = household.devices["F57"]
    lwt = spec.topics.lwt
    await announce(world, lwt, "offline")
    await held(world, {lwt: (b"offline",)})
    try:
        await world.start()
        await until(lambda: status_of(world, NUMBER).online is False, "its last will")
        base = spec.topics.command.removesuffix("set")
        world.fleet.say([Message(f"{base}attributes", '{"rssi":-61,"battLevel":90}')])
        await until(lambda: status_of(world, NUMBER).online is True, "the finger")
        result = await world.wish(NUMBER, Intent.START)
        assert result.outcome is Outcome.ACKNOWLEDGED
        assert device.orders == 1
    finally:
        await announce(world, lwt, "")


# ---------------------------------------------------------------------------- wall screens


async def test_t2_18_a_switch_that_is_let_back_changes_nothing(world: World) -> None:
    wall = await Wall.of(world, washer(mode=PILOTED))
    before = await world.row(WASHER)
    wall.event(HALL, 3, 3, event="up", val=1)
    await wall.refreshed(HALL)
    assert await world.row(WASHER) == before
    assert wall.orders("X7") == []
    assert not events_of(world, ModeChanged)


async def test_a_switch_that_says_the_mode_of_a_load_nobody_knows_makes_it_so(world: World) -> None:
    """Its row was never written by anybody: what the screen says is done, as ever."""
    wall = await Wall.of(world, washer(mode=PILOTED))
    await set_row(world, WASHER, **{CONTROL: 70, COMMAND: 99})
    await world.engine.run_cycle()
    wall.event(HALL, 3, 3, event="up", val=1)
    await until(lambda: wall.orders("X7"), "the order")
    await world.settled()
    row = await world.row(WASHER)
    assert (row[MODE], row[COMMAND], row[CONTROL]) == (PILOTED, 11, 25)


async def test_one_screen_that_never_rests_switches_nothing_to_and_fro(world: World) -> None:
    wall = await Wall.of(
        world, washer(mode=MANUAL), timing=together(flood_quiet=0.5, flood_window=10.0)
    )
    for turn in range(60):
        wall.event(HALL, 3, 3, event="up", val=(turn + 1) % 2)
    flood = ("screen_flood", HALL)
    await until(lambda: flood in [(p.key, p.subject) for p in world.engine.problems], "the flood")
    assert len(wall.orders("X7")) <= 6
    # The last of them counts, once it is quiet: manual.
    await until(lambda: not world.engine.problems, "the end of it")
    await world.settled()
    assert (await world.row(WASHER))[MODE] == MANUAL
    assert len(wall.orders("X7")) <= 7
