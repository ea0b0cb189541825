"""The examples of docs/extending.md: put where they belong, found, and driven for real."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module, invalidate_caches
import inspect
from itertools import product
import json
from pathlib import Path
import re
import subprocess
import sys
from types import ModuleType
from typing import Any, override

import aiomqtt
import pytest

from custom_components.elfe_commande.core import model
from custom_components.elfe_commande.core.model import DeviceTypeId, EquipmentId, TypologyId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent, Origin
from custom_components.elfe_commande.drivers import DRIVERS
from custom_components.elfe_commande.engine.events import ModeChanged
from custom_components.elfe_commande.interfaces import FACTORIES
from custom_components.elfe_commande.typologies import TYPOLOGIES
from demo import appliances
from demo.appliances import Behaviour, Device, Message, Order, Topics
from demo.database.enumerations import DEVICE_TABLES
from demo.specs import DeviceSpec, finger, plug, screen
from demo.territory import MANUAL, PILOTED, Equipment, Household
from tests.engine.bench import (
    COMMAND,
    CONTROL,
    EMS,
    MODE,
    STARTED,
    calm,
    events_of,
    furnish,
    impatient,
    status_of,
    until,
    until_row,
)
from tests.engine.wall import Wall
from tests.fixtures_engine import World
from tests.typologies import test_tables as tables

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "extending.md"
PACKAGE = "custom_components.elfe_commande"
RELAY, TYPOLOGY, KNOB = "example_relay", "example_plug_on_and_finger", "knob"
MACHINE = 7
PLATE = "wall-knob-01"

_BLOCK = re.compile(r'^```(\w+) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = {title: text for _, title, text in _BLOCK.findall(TEXT)}
PROSE = _BLOCK.sub("", TEXT)
LINE = "tests/typologies/test_tables.py"
"""What is shown of it is one line."""
FILES = sorted(title for title in BLOCKS if title.endswith(".py") and title != LINE)


@dataclass(frozen=True)
class Room:
    """A folder that looks for its files, and what it keeps of them."""

    name: str
    registry: str
    known: dict[Any, Any]

    def furnish(self, example: str, folder: Path) -> dict[Any, Any]:
        """Put the file of an example into the room, and let the room look again."""
        package = import_module(f"{PACKAGE}.{self.name}")
        title = f"custom_components/elfe_commande/{self.name}/{example}.py"
        (folder / f"{example}.py").write_text(BLOCKS[title], encoding="utf-8")
        package.__path__.append(str(folder))
        invalidate_caches()
        source = Path(package.__file__ or "").read_text(encoding="utf-8")
        namespace = dict(vars(package))
        exec(compile(source, str(package.__file__), "exec"), namespace)
        found: dict[Any, Any] = namespace[self.registry]
        return found

    def clear(self, example: str, folder: Path) -> None:
        """Take the example out again."""
        package = import_module(f"{PACKAGE}.{self.name}")
        package.__path__.remove(str(folder))
        sys.modules.pop(f"{package.__name__}.{example}", None)
        vars(package).pop(example, None)
        invalidate_caches()


ROOMS = {
    RELAY: Room("drivers", "DRIVERS", DRIVERS),
    TYPOLOGY: Room("typologies", "TYPOLOGIES", TYPOLOGIES),
    KNOB: Room("interfaces", "FACTORIES", FACTORIES),
}


def added(example: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Any]]:
    """Yield the keys under which a room finds an example, which the engine knows meanwhile."""
    room = ROOMS[example]
    try:
        found = room.furnish(example, folder)
        news = set(found) - set(room.known)
        for key in news:
            monkeypatch.setitem(room.known, key, found[key])
        yield news
    finally:
        room.clear(example, folder)


@pytest.fixture
def relay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Any]]:
    """The driver of the page, and its device among the simulated ones."""
    monkeypatch.setitem(appliances.DEVICES, 412, SimulatedRelay)
    monkeypatch.setitem(DEVICE_TABLES, 412, "equipement_domotique_example_relay_v1")
    yield from added(RELAY, tmp_path, monkeypatch)


@pytest.fixture
def typology(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Any]]:
    yield from added(TYPOLOGY, tmp_path, monkeypatch)


@pytest.fixture
def knob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Any]]:
    yield from added(KNOB, tmp_path, monkeypatch)


def run_tests_of(title: str) -> int:
    """Run the tests of a block, each with all of its parameters; return how many."""
    namespace: dict[str, Any] = {"__name__": "example_of_a_test"}
    exec(compile(BLOCKS[title], title, "exec"), namespace)
    tests: list[Callable[..., None]] = [
        value for name, value in namespace.items() if name.startswith("test_")
    ]
    for test in tests:
        choices: list[list[dict[str, Any]]] = []
        for mark in getattr(test, "pytestmark", []):
            names, values = mark.args
            one = isinstance(names, str)
            choices.append(
                [{names: v} if one else dict(zip(names, v, strict=True)) for v in values]
            )
        for choice in product(*choices):
            given = {name: value for part in choice for name, value in part.items()}
            assert set(given) == set(inspect.signature(test).parameters)
            test(**given)
    return len(tests)


# ------------------------------------------------------------------------- the page


def test_the_page_has_one_file_for_each_way_to_grow() -> None:
    expected = {f"custom_components/elfe_commande/{r.name}/{e}.py" for e, r in ROOMS.items()}
    assert expected <= set(BLOCKS)
    assert not any((ROOT / title).exists() for title in expected)


@pytest.mark.parametrize("title", FILES)
@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_the_files_are_as_ruff_wants_them(title: str, command: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--stdin-filename", title, "-"],
        input=BLOCKS[title],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", PROSE))
def test_links_lead_somewhere(target: str) -> None:
    assert (PAGE.parent / target).exists()


def test_what_the_page_names_is_there() -> None:
    """Files in backquotes, where they are given with their folder and are no example."""
    named = set(re.findall(r"`((?:[\w.]+/)+[\w.]*)`", PROSE))
    house = ROOT / "custom_components" / "elfe_commande"
    assert named
    assert not {n for n in named if not (ROOT / n).exists() and not (house / n).exists()}


# ------------------------------------------------------------------------ the device


class SimulatedRelay(Device[bool]):
    """The device that the page describes."""

    type_id = 412

    @override
    def understand(self, payload: bytes) -> Order[bool] | None:
        order = json.loads(payload)
        return Order(order["on"], f"{self.topics.control}/reply", order["id"])

    @override
    def act(self, order: Order[bool]) -> None:
        self.switch(order.value)

    @override
    def confirm(self, order: Order[bool]) -> Iterator[Message]:
        yield self._reply(order, id=order.id, done=True)

    @override
    def contradict(self, order: Order[bool]) -> Iterator[Message]:
        yield self._reply(order, id="somebody-else", done=True)

    @override
    def fail(self, order: Order[bool]) -> Iterator[Message]:
        yield self._reply(order, id=order.id, done=False, why="too hot")

    @override
    def state(self) -> Iterator[Message]:
        yield Message(self.topics.control, json.dumps({"on": self.on, "watts": 41.5 * self.on}))

    def _reply(self, order: Order[bool], **values: Any) -> Message:
        return Message(order.reply_to, json.dumps(values))


def example_relay(identifier: str) -> Equipment:
    """Return a machine on an example relay; topics of each test's own, the broker is shared."""
    base = f"example/{identifier}"
    topics = Topics(f"{base}/state", f"{base}/set", f"{base}/online")
    return Equipment(MACHINE, "R001", "Machine", 1, 120, (DeviceSpec(identifier, 412, 11, topics),))


async def connected(world: World, identifier: str, **waits: float) -> Device[Any]:
    """Do what the page has the database's people do, and start with one such relay."""
    await world.owner.execute(BLOCKS["the database"])
    timing = replace(impatient(**waits), ack_timeout=waits.get("ack", 3.0))
    household = await furnish(world, example_relay(identifier), timing=timing)
    return household.devices[identifier]


def test_the_driver_is_found(relay: set[Any]) -> None:
    assert relay == {412}
    assert run_tests_of("tests/drivers/test_example_relay.py") == 3


@pytest.mark.parametrize(
    "payload", [b"\xff\xfe", b"[" * 100_000, b'{"on":' * 50_000, b'{"watts":1e999}', b'{"id":[]}']
)
def test_the_driver_bears_what_anybody_may_publish(relay: set[Any], payload: bytes) -> None:
    driver = DRIVERS[DeviceTypeId(412)]
    device = model.Device(model.DeviceId("R0"), DeviceTypeId(412), 11, "e/state", "e/set")
    for topic in driver.topics(device):
        assert driver.read(device, topic, payload) is None


async def test_an_order_reaches_the_device_and_its_answer_the_row(
    relay: set[Any], world: World
) -> None:
    device = await connected(world, "ER1", ack=3.0)
    await world.plan(MACHINE, [1])
    await world.start()

    report = await world.engine.run_cycle()

    assert (report.ordered, report.acknowledged) == (1, 1)
    (order,) = world.orders(device.topics.command)
    assert json.loads(order)["on"] is True
    assert device.on
    row = await world.row(MACHINE)
    assert (row[MODE], row[COMMAND], row[CONTROL], row[EMS]) == (20, 13, 15, True)
    assert row[STARTED] > 0


async def test_what_the_device_reports_is_known(relay: set[Any], world: World) -> None:
    device = await connected(world, "ER2", ack=3.0)
    await world.start()
    device.on = True
    world.fleet.report(device)
    await until(lambda: status_of(world, MACHINE).power == 41.5, "the power")
    assert status_of(world, MACHINE).reported_on is True
    assert status_of(world, MACHINE).online is True
    world.fleet.lose(device)
    await until(lambda: status_of(world, MACHINE).online is False, "the will")


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour.ERROR, "refused"),
        (Behaviour.SILENT, "silent"),
        # The answer to somebody else's order is none to ours.
        (Behaviour.WRONG, "silent"),
    ],
)
async def test_what_the_device_does_not_confirm_is_not_written(
    relay: set[Any], world: World, behaviour: Behaviour, reason: str
) -> None:
    device = await connected(world, f"ER-{behaviour}", ack=3.0 if reason == "refused" else 0.3)
    device.behaviour = behaviour
    await world.plan(MACHINE, [1])
    await world.start()
    report = await world.engine.run_cycle()
    assert (report.acknowledged, report.failed) == (0, 1)
    assert world.ended(MACHINE)[0].result.reason == reason
    row = await world.row(MACHINE)
    assert (row[MODE], row[STARTED]) == (PILOTED, 0)


# ---------------------------------------------------------------------- the typology


async def wired(world: World, number: int, mode: int = PILOTED, ack: float = 3.0) -> Household:
    """Start with a machine behind a plug and a finger, and the plug cut."""
    devices = (plug(f"XP{number}"), finger(f"XF{number}"))
    machine = Equipment(MACHINE, "R001", "Machine", 1, 175, devices, mode=mode)
    await world.owner.execute(BLOCKS["the database, once more"])
    household = await furnish(world, machine, timing=impatient(ack))
    household.devices[f"XP{number}"].on = False
    await world.plan(MACHINE, [1])
    await world.start()
    return household


def sent(world: World) -> list[str]:
    """Return the orders so far, oldest first."""
    return [message.text for message in world.fleet.recorder]


def test_the_typology_is_found_and_is_what_its_line_says(typology: set[Any]) -> None:
    assert typology == {175}
    line: dict[int, Any] = eval(f"{{{BLOCKS[LINE]}}}", {"pressed": tables.pressed})
    assert tables.table(175) == line[175]
    assert {int(usage) for usage in TYPOLOGIES[TypologyId(175)].usages} == {11, 32}


async def test_the_plug_is_switched_on_then_the_finger_presses(
    typology: set[Any], world: World
) -> None:
    household = await wired(world, 1)

    report = await world.engine.run_cycle()

    assert (report.ordered, report.acknowledged) == (1, 1)
    assert sent(world) == ["on", "ON"]
    assert household.devices["XP1"].on
    row = await world.row(MACHINE)
    assert (row[MODE], row[COMMAND], row[CONTROL], row[EMS]) == (20, 13, 15, True)
    assert row[STARTED] > 0


async def test_handing_over_orders_nothing(typology: set[Any], world: World) -> None:
    await wired(world, 2, mode=MANUAL)
    for intent, mode, command in ((Intent.TO_PILOTED, 30, 11), (Intent.TO_MANUAL, 20, 13)):
        result = await world.wish(MACHINE, intent)
        assert (result.outcome, result.reason) == (Outcome.ACKNOWLEDGED, "no_order_needed")
        row = await world.row(MACHINE)
        assert (row[MODE], row[COMMAND]) == (mode, command)
    assert sent(world) == []


@pytest.mark.parametrize(
    ("number", "device", "behaviour", "orders", "columns"),
    [
        # A plug without an answer, a finger without one, one that did not press.
        (3, "XP3", Behaviour.SILENT, ["on"], (20, 30, 25)),
        (4, "XF4", Behaviour.SILENT, ["on", "ON"], (20, 13, 15)),
        (5, "XF5", Behaviour.ERROR, ["on", "ON", "ON", "ON"], (20, 30, 25)),
    ],
)
async def test_a_start_that_went_wrong_is_as_the_page_says(  # noqa: PLR0917
    typology: set[Any],
    world: World,
    number: int,
    device: str,
    behaviour: Behaviour,
    orders: list[str],
    columns: tuple[int, ...],
) -> None:
    household = await wired(world, number, ack=0.5 if behaviour is Behaviour.SILENT else 3.0)
    household.devices[device].behaviour = behaviour
    await world.engine.run_cycle()
    await world.fleet.recorder.quiet(0.3)
    assert sent(world) == orders
    row = await world.row(MACHINE)
    assert (row[MODE], row[COMMAND], row[CONTROL]) == columns
    assert row[STARTED] == 0


# ----------------------------------------------------------------------- the surface


def test_the_surface_is_found(knob: set[Any]) -> None:
    assert knob == {"knob"}
    assert run_tests_of("tests/interfaces/test_knob.py") == 3


async def test_a_turn_of_the_knob_changes_the_mode_and_the_lamp(
    knob: set[Any], world: World
) -> None:
    machine = Equipment(MACHINE, "R001", "Lave-linge", 112, 120, (plug("XK7"), screen(PLATE)))
    lamps: list[str] = []
    async with aiomqtt.Client(world.broker.host, world.broker.port) as client:
        await client.subscribe(f"knob/{PLATE}/3/lamp")
        watching = asyncio.create_task(_watch(client, lamps))
        try:
            wall = await Wall.of(world, machine, timing=calm(refresh_window=0.1))
            await until(lambda: set(lamps) == {"on"}, "the lamp at the start")
            # Screen, plug and lamp hear of it on connections of their own.
            for said, lamp, orders, mode in (
                ("manual", "off", ["on"], MANUAL),
                ("auto", "on", ["on", "off"], PILOTED),
            ):
                wall.say(f"knob/{PLATE}/3", said)
                await until(lambda lamp=lamp: lamps[-1] == lamp, f"the lamp {lamp}")
                await until_row(world, MACHINE, **{MODE: mode})
                await until(lambda orders=orders: wall.orders("XK7") == orders, "the order")
                shown = {"val": int(mode == PILOTED)}
                await until(lambda shown=shown: wall.screen(PLATE).shown(3, 3) == shown, "a page")
        finally:
            watching.cancel()
    changes = [(e.after, e.origin) for e in events_of(world, ModeChanged)]
    assert changes == [(MANUAL, Origin.SCREEN), (PILOTED, Origin.SCREEN)]
    assert world.engine.statuses[EquipmentId(MACHINE)].equipment.piloted


async def _watch(client: aiomqtt.Client, lamps: list[str]) -> None:
    async for message in client.messages:
        assert isinstance(message.payload, bytes)
        lamps.append(message.payload.decode())


async def test_a_knob_that_is_refused_shows_what_is(knob: set[Any], world: World) -> None:
    disabled = 70
    machine = Equipment(
        MACHINE, "R001", "Lave-linge", 112, 120, (plug("XK8"), screen(PLATE)), mode=disabled
    )
    wall = await Wall.of(world, machine)
    wall.say(f"knob/{PLATE}/3", "auto")
    await wall.refreshed(PLATE)
    assert wall.orders("XK8") == []
    assert (await world.row(MACHINE))[MODE] == disabled


def test_nothing_of_an_example_stays() -> None:
    """Other tests know the registries as they are."""
    assert 412 not in DRIVERS
    assert 175 not in TYPOLOGIES
    assert "knob" not in FACTORIES
    loaded: list[ModuleType | None] = [
        sys.modules.get(f"{PACKAGE}.{room.name}.{example}") for example, room in ROOMS.items()
    ]
    assert not any(loaded)
