"""Simulated devices, through a real broker."""

import json

import aiomqtt
import pytest

from demo.appliances import (
    Behaviour,
    Dialect,
    Finger,
    Fleet,
    Machine,
    Outputs,
    Screen,
    ShellyPlug,
    ShellyPlus,
    SocorelChannel,
    Tasmota,
    Topics,
    recorded_device,
)
from demo.parts import Broker

from .ear import Ear, topics

RPC = b'{"id":"on","src":"me","method":"Switch.Set","params":{"id":0,"on":true}}'


async def test_plug(ear: Ear, fleet: Fleet) -> None:
    plug = ShellyPlug("D1", topics(ear, "say/relay"))
    await fleet.add(plug)
    await ear.order("do", "on")
    assert await ear.hear(1) == [("say/relay", "on")]
    assert plug.on
    await ear.order("do", "what")
    plug.behaviour = Behaviour.WRONG
    await ear.order("do", "off")
    assert (await ear.hear(2))[-1] == ("say/relay", "on")
    assert plug.on
    plug.behaviour = Behaviour.ERROR
    await ear.order("do", "off")
    assert (await ear.hear(3))[-1] == ("say/relay", "overpower")
    fleet.say(plug.power())
    assert (await ear.hear(4))[-1] == ("say/relay/power", "0.00")


async def test_custom_answer_need_not_be_text(ear: Ear, fleet: Fleet) -> None:
    await fleet.add(
        ShellyPlug("D1", topics(ear), behaviour=Behaviour.CUSTOM, answer=bytes.fromhex("fffe6f6e"))
    )
    await ear.order("do", "on")
    assert (await ear.hear(1))[0][1].endswith("on")


async def test_silent_and_late(ear: Ear, fleet: Fleet) -> None:
    plug = ShellyPlug("D1", topics(ear), behaviour=Behaviour.SILENT)
    await fleet.add(plug)
    await ear.order("do", "on")
    await fleet.recorder.wait(1)
    await fleet.settle()
    assert (ear.heard, plug.on) == ([], False)
    plug.obeys_silently = True
    await ear.order("do", "on")
    await fleet.recorder.wait(2)
    await fleet.settle()
    assert (ear.heard, plug.on) == ([], True)
    plug.behaviour, plug.obeys_silently = Behaviour.LATE, False
    await ear.order("do", "off")
    await fleet.recorder.wait(3)
    assert plug.on
    assert await ear.hear(1) == [("say", "off")]
    assert not plug.on


async def test_flapping_answers_every_other_order(ear: Ear, fleet: Fleet) -> None:
    await fleet.add(ShellyPlug("D1", topics(ear), behaviour=Behaviour.FLAPPING))
    for _ in range(4):
        await ear.order("do", "on")
    await fleet.recorder.wait(4)
    await fleet.settle()
    assert await ear.hear(2) == [("say", "on")] * 2


async def test_tasmota(ear: Ear, fleet: Fleet) -> None:
    plug = Tasmota("A1", topics(ear, "say/state", "cmnd/A1/POWER"))
    await fleet.add(plug)
    await ear.order("cmnd/A1/POWER", "ON")
    assert await ear.hear(2) == [("stat/A1/RESULT", '{"POWER":"ON"}'), ("stat/A1/POWER", "ON")]
    fleet.report(plug)
    heard = await ear.hear(4)
    assert [topic for topic, _ in heard[2:]] == ["tele/A1/STATE", "tele/A1/SENSOR"]
    assert json.loads(heard[2][1])["POWER"] == "ON"
    assert json.loads(heard[3][1])["ENERGY"]["Power"] == 0
    plug.dialect = Dialect.RECORDED
    await ear.order("cmnd/A1/POWER", "OFF")
    assert json.loads((await ear.hear(5))[-1][1]) == {"POWER": "OFF", "status": "success"}
    plug.behaviour = Behaviour.NATIVE
    await ear.order("cmnd/A1/POWER", "OFF")
    assert ("stat/A1/RESULT", '{"POWER":"OFF"}') in await ear.hear(7)


async def test_finger(ear: Ear, fleet: Fleet) -> None:
    machine = Machine()
    machine.load()
    finger = Finger("C1", topics(ear, "say/attributes"), load=machine)
    await fleet.add(finger)
    await ear.order("do", "ON")
    heard = await ear.hear(2)
    assert [topic for topic, _ in heard] == ["say/status"] * 2
    assert [json.loads(text)["status"] for _, text in heard] == ["commandSent", "success"]
    assert json.loads(heard[1][1]) == {"status": "success", "value": 1, "command": "ON"}
    assert (finger.presses, machine.starts, machine.running) == (1, 1, True)
    finger.behaviour = Behaviour.WRONG
    await ear.order("do", "ON")
    assert json.loads((await ear.hear(3))[-1][1])["status"] == "errorConnect"
    assert finger.presses == 1
    finger.behaviour, finger.dialect = Behaviour.ACK, Dialect.RECORDED
    await ear.order("do", "ON")
    assert (await ear.hear(4))[-1] == ("say/attributes", '{"status": "success", "value": "ON"}')
    assert machine.harmful_presses == 1


async def test_shelly_plus(ear: Ear, fleet: Fleet) -> None:
    relay = ShellyPlus("D2", topics(ear, "say/status/switch:0"))
    await fleet.add(relay)
    await ear.client.subscribe("me/rpc")
    await ear.order("do", RPC)
    heard = dict(await ear.hear(2))
    assert json.loads(heard["me/rpc"])["id"] == "on"
    assert "result" in json.loads(heard["me/rpc"])
    assert json.loads(heard["say/status/switch:0"])["output"] is True
    relay.behaviour = Behaviour.ERROR
    await ear.order("do", RPC)
    assert json.loads((await ear.hear(3))[-1][1])["error"]["code"] == -103
    relay.behaviour = Behaviour.WRONG
    await ear.order("do", RPC)
    assert json.loads((await ear.hear(4))[-1][1])["id"] == "not-on"


@pytest.mark.parametrize(
    "payload",
    [b"", b"\xff", b"[]", b"1", b'{"method":"Switch.Set"}', b'{"method":"Other"}',
     b'{"id":1,"src":2,"method":"Switch.Set","params":{"on":true}}'],
)  # fmt: skip
def test_shelly_plus_ignores_nonsense(payload: bytes) -> None:
    assert ShellyPlus("D2", Topics("a", "b")).understand(payload) is None


async def test_shelly_plus_tells_its_status(ear: Ear, fleet: Fleet) -> None:
    relay = ShellyPlus("D2", topics(ear, "say/status/switch:0"), on=True)
    await fleet.add(relay)
    await ear.client.subscribe("me/rpc")
    await ear.order("do", b'{"id":7,"src":"me","method":"Switch.GetStatus","params":{"id":0}}')
    ((topic, text),) = await ear.hear(1)
    told = json.loads(text)
    assert (topic, told["id"], told["src"], told["dst"]) == ("me/rpc", 7, "D2", "me")
    assert (told["result"]["id"], told["result"]["output"]) == (0, True)


async def test_tasmota_answers_an_empty_command(ear: Ear, fleet: Fleet) -> None:
    await fleet.add(Tasmota("A1", topics(ear, "say/state", "cmnd/A1/POWER"), on=True))
    await ear.order("cmnd/A1/POWER", b"")
    assert await ear.hear(2) == [("stat/A1/RESULT", '{"POWER":"ON"}'), ("stat/A1/POWER", "ON")]


async def test_plug_is_updated_beside_its_relay(ear: Ear, fleet: Fleet) -> None:
    plug = ShellyPlug("D1", topics(ear, "say/relay/0", "say/relay/0/command"))
    await fleet.add(plug)
    await ear.order("say/command", "on")
    await ear.order("say/command", "update")
    heard = [said for said in await ear.hear(4) if not said[0].endswith("command")]
    assert heard == [("say/relay/0", "off"), ("say/relay/0/power", "0.00")]
    assert (plug.orders, plug.on) == (0, False)


async def test_plc(ear: Ear, fleet: Fleet) -> None:
    outputs = Outputs()
    for number in (1, 3):
        control = "say/EtatSorties" if number == 3 else "say/EtatSortie1"
        channel = SocorelChannel(f"S{number}", topics(ear, control, f"sortie{number}"))
        channel.outputs = outputs
        await fleet.add(channel)
    await ear.order("sortie1", "1")
    assert await ear.hear(1) == [("say/EtatSortie1", "1")]
    await ear.order("sortie3", "1")
    assert (await ear.hear(2))[-1] == ("say/EtatSorties", "10100000")


async def test_presence_and_first_state_are_retained(
    broker: Broker, ear: Ear, fleet: Fleet
) -> None:
    where = Topics(f"{ear.prefix}/say", f"{ear.prefix}/do", f"{ear.prefix}/online")
    plug = ShellyPlug("D1", where, initial_retained="off")
    await fleet.add(plug)
    assert await ear.hear(2) == [("online", "true"), ("say", "off")]
    fleet.lose(plug)
    assert (await ear.hear(3))[-1] == ("online", "false")
    await ear.order("do", "on")
    await fleet.recorder.wait(1)
    fleet.recover(plug)
    assert (await ear.hear(5))[3:] == [("online", "true"), ("say", "off")]
    async with aiomqtt.Client(broker.host, broker.port) as late:
        await late.subscribe(f"{ear.prefix}/online")
        message = await anext(aiter(late.messages))
    assert (message.payload, message.retain) == (b"true", True)


async def test_screen(ear: Ear, fleet: Fleet) -> None:
    plate = f"g{ear.prefix}"
    screen = Screen(plate)
    await fleet.add(screen)
    await ear.client.subscribe(f"hasp/{plate}/state/#")
    fleet.say((*screen.toggle(2, 3, 1), *screen.roll(2, 5, 4, "05")))
    heard = await ear.hear(5)
    assert [json.loads(text)["event"] for _, text in heard] == [
        "down",
        "up",
        "down",
        "up",
        "changed",
    ]
    assert heard[1] == (f"hasp/{plate}/state/p2b3", '{"event": "up", "val": 1}')
    await ear.client.publish(screen.topics.command, '{"page": "2", "id": 3, "val": 1}\nnonsense')
    await fleet.recorder.wait(1)
    assert screen.shown(2, 3) == {"val": 1}


async def test_devices_of_a_scenario(ear: Ear, fleet: Fleet) -> None:
    def described(kind: str, behaviour: str, **more: object) -> dict[str, object]:
        where = {"control_topic": f"{ear.prefix}/say", "command_topic": f"{ear.prefix}/do/{kind}1"}
        return {"kind": kind, "behaviour": behaviour, **where, **more}

    await fleet.add(
        recorded_device("1", described("doigt", "wrong")),
        recorded_device("2", described("tasmota", "wrong")),
        recorded_device("3", described("socorel", "custom", answer_payload="10")),
        recorded_device("4", described("shelly_plug", "custom", answer_hex="6f6e")),
        recorded_device("5", described("screen", "silent")),
        recorded_device("6", described("shelly_plus", "ack", delay_ms=1)),
    )
    await ear.client.subscribe("me/rpc")
    expected = []
    for kind, order, answer in (
        ("doigt", b"ON", '{"status": "errorConnect"}'),
        ("tasmota", b"ON", '{"POWER": "ON", "status": "error"}'),
        ("socorel", b"1", "10"),
        ("shelly_plug", b"off", "on"),
    ):
        await ear.order(f"do/{kind}1", order)
        expected.append(("say", answer))
        assert await ear.hear(len(expected)) == expected
    await ear.order("do/shelly_plus1", RPC)
    assert json.loads((await ear.hear(5))[-1][1])["id"] == "on"
    await fleet.settle()
    assert len(ear.heard) == 5
