"""The page of the screens: what a browser gets, what it may do, through a real broker."""

import asyncio
from collections.abc import AsyncIterator
import json
from typing import Any

import aiohttp
import aiomqtt
import pytest

from demo.appliances import Fleet, Screen
from demo.parts import Broker
from demo.parts.process import wait_until
from demo.screens import PAGES, ScreenServer
from demo.specs import screen as screen_spec
from demo.territory import Equipment, build, two_homes

STATE = "hasp/{}/state/p{}b{}"


class Browser:
    """A browser that keeps the newest state of every plate."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, first: dict[str, Any]) -> None:
        self.socket = socket
        self.plates = {each["plate"]: each for each in first["plates"]}
        self.states = {each["plate"]: each for each in first["states"]}

    async def read(self, plate: str, wanted: Any) -> dict[str, Any]:
        async with asyncio.timeout(5):
            while not wanted(self.states[plate]):
                for state in (await self.socket.receive_json())["states"]:
                    self.states[state["plate"]] = state
        return self.states[plate]

    async def touch(self, **message: Any) -> None:
        await self.socket.send_json(message)


class Rig:
    """Plates on a broker, their page, and a controller that listens."""

    def __init__(self, server: ScreenServer, fleet: Fleet, client: aiomqtt.Client) -> None:
        self.server = server
        self.fleet = fleet
        self.client = client

    async def draw(self, plate: str, *lines: dict[str, Any]) -> None:
        payload = "\n".join(map(json.dumps, lines))
        await self.client.publish(f"hasp/{plate}/command/jsonl", payload, qos=2)

    async def heard(self, count: int) -> list[tuple[str, Any]]:
        """Return what plates said next."""
        found: list[tuple[str, Any]] = []
        async with asyncio.timeout(5):
            async for message in self.client.messages:
                assert isinstance(message.payload, bytes)
                found.append((message.topic.value, message.payload.decode()))
                if len(found) == count:
                    break
        return found


@pytest.fixture
async def rig(own_broker: Broker, socket_enabled: None) -> AsyncIterator[Rig]:
    equipments = two_homes()
    plates = build(equipments).screens.values()
    async with (
        Fleet(own_broker.host, own_broker.port, plates) as fleet,
        aiomqtt.Client(own_broker.host, own_broker.port) as client,
    ):
        await fleet.settle()
        await client.subscribe("hasp/+/state/+", qos=2)
        await client.subscribe("hasp/+/LWT", qos=2)
        server = ScreenServer(fleet, equipments, home="http://127.0.0.1:8123")
        await server.start()
        rig = Rig(server, fleet, client)
        assert {topic for topic, _ in await rig.heard(2)} == {"hasp/g001/LWT", "hasp/g002/LWT"}
        try:
            yield rig
        finally:
            await server.stop()


@pytest.fixture
async def browser(rig: Rig) -> AsyncIterator[Browser]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{rig.server.address}/live", origin=rig.server.address) as socket,
    ):
        yield Browser(socket, await socket.receive_json())


async def test_the_page_and_its_files(rig: Rig) -> None:
    async with aiohttp.ClientSession(rig.server.address) as session:
        async with session.get("/") as response:
            text = await response.text()
            assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert '<html lang="en">' in text
        assert "http://127.0.0.1:8123" in text
        async with session.get("/?lang=fr") as response:
            assert '<html lang="fr">' in await response.text()
        async with session.get('/?lang="><script>') as response:
            assert '<html lang="en">' in await response.text()
        names = ("screens.js", "plate.js", "roller.js", "icons.js", "words.js", "screens.css")
        for name in names:
            async with session.get(f"/{name}") as response:
                assert response.status == 200
                assert response.content_type in {"text/javascript", "text/css"}
        for name in ("index.html", "nothing.js", "..%2Fplate.py", "%2Fetc%2Fpasswd"):
            async with session.get(f"{rig.server.address}/{name}") as response:
                assert response.status == 404


async def test_nobody_else_s_page_may_touch(rig: Rig) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(f"{rig.server.address}/live", origin="http://elsewhere.test")


async def test_pages_are_those_that_have_an_equipment(browser: Browser) -> None:
    kinds = {
        name: {page["number"]: page["kind"] for page in plate["pages"]}
        for name, plate in browser.plates.items()
    }
    everything = {page.number: page.kind for page in PAGES}
    assert kinds["g001"] == everything
    assert kinds["g002"] == {n: kind for n, kind in everything.items() if n != 7}
    machine = browser.plates["g001"]["pages"][0]
    assert list(machine["rollers"]) == ["8", "9", "5", "6"]
    assert machine["rollers"]["9"] == ["00", "15", "30", "45"]
    car = next(page for page in browser.plates["g001"]["pages"] if page["number"] == 5)
    assert car["rollers"]["8"][7] == "70%"


async def test_what_is_drawn_is_pushed(rig: Rig, browser: Browser) -> None:
    assert browser.states["g001"]["objects"] == {}
    await rig.draw(
        "g001",
        {"page": "2", "id": 10, "bg_color": "#00FF00"},
        {"page": "2", "id": 8, "val": 7},
        {"page": "2", "id": 3, "val": 1},
        {"page": 9, "id": 8, "text": "ecran connecté"},
    )
    await rig.draw("g001", {"page": 9, "id": 8, "text_color": "#208020"})

    state = await browser.read("g001", lambda each: "text_color" in each["objects"].get("9/8", {}))

    assert state["objects"] == {
        "2/10": {"bg_color": "#00FF00"},
        "2/8": {"val": 7},
        "2/3": {"val": 1},
        "9/8": {"text": "ecran connecté", "text_color": "#208020"},
    }
    assert [each["way"] for each in state["said"]] == ["in"] * 5
    # As they came, the number of the page included.
    assert json.loads(state["said"][0]["payload"])["page"] == "2"
    assert "connecté" in state["said"][3]["payload"]
    assert browser.states["g002"]["objects"] == {}


async def test_a_switch_says_down_then_up(rig: Rig, browser: Browser) -> None:
    """It shows the touch until the controller draws it, whatever that is."""
    await rig.draw("g002", {"page": "6", "id": 3, "val": 1})
    await browser.read("g002", lambda each: each["objects"].get("6/3") == {"val": 1})

    await browser.touch(plate="g002", page=6, switch=0)

    topic = STATE.format("g002", 6, 3)
    assert [(t, json.loads(p)) for t, p in await rig.heard(2)] == [
        (topic, {"event": "down", "val": 1}),
        (topic, {"event": "up", "val": 0}),
    ]
    state = await browser.read("g002", lambda each: each["touched"] == ["6/3"])
    assert state["objects"]["6/3"] == {"val": 0}
    await rig.draw("g002", {"page": "6", "id": 3, "val": 1})
    state = await browser.read("g002", lambda each: not each["touched"])
    assert state["objects"]["6/3"] == {"val": 1}


@pytest.mark.parametrize(
    ("page", "item", "row", "text"),
    [(2, 8, 7, "07"), (3, 9, 3, "45"), (4, 5, 2, "02"), (5, 6, 1, "15"), (5, 8, 10, "100%")],
)
async def test_a_roller_says_what_it_is_left_on(
    rig: Rig, browser: Browser, *, page: int, item: int, row: int, text: str
) -> None:
    await browser.touch(plate="g001", page=page, roller=item, row=row)
    said = [(topic, json.loads(payload)) for topic, payload in await rig.heard(3)]
    assert said == [
        (STATE.format("g001", page, item), {"event": event, "val": row, "text": text})
        for event in ("down", "up", "changed")
    ]


@pytest.mark.parametrize(
    "nonsense",
    [
        "not JSON",
        "[1, 2]",
        '{"plate": "g009", "page": 2, "switch": 1}',
        '{"plate": ["g001"], "page": 2, "switch": 1}',
        '{"plate": "g002", "page": 7, "switch": 1}',
        '{"plate": "g001", "page": 2, "switch": 2}',
        '{"plate": "g001", "page": 2, "roller": 8, "row": 24}',
        '{"plate": "g001", "page": 2, "roller": 8, "row": -1}',
        '{"plate": "g001", "page": 6, "roller": 8, "row": 1}',
        '{"plate": "g001", "plug": "no"}',
    ],
)
async def test_nonsense_is_ignored(rig: Rig, browser: Browser, nonsense: str) -> None:
    await browser.socket.send_str(nonsense)
    await browser.touch(plate="g001", page=2, switch=1)
    assert (await rig.heard(1))[0][0] == STATE.format("g001", 2, 3)


async def test_a_plate_without_power(rig: Rig, browser: Browser) -> None:
    """It says goodbye, hears and says nothing, and comes back with nothing drawn."""
    await rig.draw("g001", {"page": "2", "id": 3, "val": 1})
    await browser.read("g001", lambda each: each["objects"])

    await browser.touch(plate="g001", plug=False)

    assert await rig.heard(1) == [("hasp/g001/LWT", "offline")]
    state = await browser.read("g001", lambda each: not each["plugged"])
    assert state["objects"] == {}
    await browser.touch(plate="g001", page=2, switch=0)
    await rig.draw("g001", {"page": "2", "id": 3, "val": 1})
    await wait_until(lambda: len(list(rig.fleet.recorder)) == 2, 5, "what was drawn in the dark")
    await browser.touch(plate="g001", plug=False)
    await browser.touch(plate="g001", plug=True)
    assert await rig.heard(1) == [("hasp/g001/LWT", "online")]
    state = await browser.read("g001", lambda each: each["plugged"])
    assert state["objects"] == {}


async def test_an_unplugged_plate_never_says_that_it_is_there(rig: Rig, browser: Browser) -> None:
    """Not even when the broker comes back and the fleet greets it."""
    await browser.touch(plate="g001", plug=False)
    await browser.read("g001", lambda each: not each["plugged"])
    screen = rig.fleet.screens["G001"]
    assert [message.payload for message in screen.presence(online=True)] == ["offline"]


async def test_it_stops_with_browsers_connected(rig: Rig, browser: Browser) -> None:
    async with asyncio.timeout(30):
        await rig.server.stop()
    assert (await browser.socket.receive()).type in {
        aiohttp.WSMsgType.CLOSE,
        aiohttp.WSMsgType.CLOSED,
    }


async def test_a_plate_of_nobody(own_broker: Broker, socket_enabled: None) -> None:
    """A screen that no equipment has is there, with no page of its own."""
    spec = screen_spec("g003")
    screen = Screen("g003", spec.topics)
    fleet = Fleet(own_broker.host, own_broker.port, [screen])
    nobody: tuple[Equipment, ...] = ()
    server = ScreenServer(fleet, nobody)
    assert server.plates["g003"].description["pages"] == []
    await server.stop()
    assert not screen.watchers
