"""Three Home Assistants for the same homes: one is killed at work, one frozen and thawed."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
import os
from pathlib import Path
import random
import signal
import time

import aiohttp
import asyncpg
import pytest

from demo.appliances import Fleet
from demo.appliances.recorder import Received
from demo.database import SCHEMA, PlanRow, insert_plans, load_schema, pulse, quarter
from demo.home_assistant import Client, ClientError, Instance, install
from demo.home_assistant.onboarding import wait_loaded
from demo.parts import Broker, PostgresServer
from demo.parts.postgres import COMMANDE
from demo.specs import DeviceSpec, finger, plug, relay, tasmota
from demo.territory import Equipment, build, install as install_territory
from tests.e2e.conftest import WITHIN, eventually
from tests.e2e.moved_clock import MovedClock

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.long,
]

DATABASE = "bdd_coordination"
RUNNER = Path(__file__).with_name("moved_clock.py")
SLOT, SLOTS, PLANNED = 900, 20, 96
INTO_IT = 6
"""Seconds into a slot: its cycle is due."""
KILLED, FROZEN, THAWED = 6, 12, 14
"""The slots in which it happens, from 1."""
BROKEN = (KILLED, FROZEN)
HOMES, PER_HOME = 30, 10
AT_WORK = 120
"""How many orders of a slot were heard when it happens in the middle of them."""
AT_ONCE = 16
DELAY = 0.2
"""Seconds until a device answers: the orders of a slot take some."""
SWITCHES: tuple[Callable[[str], DeviceSpec], ...] = (plug, relay, tasmota)
MANUAL = 20


def appliances() -> tuple[list[Equipment], list[Equipment]]:
    """Return heaters behind a switch of each kind, and a machine per home that a finger starts."""
    heaters, machines = [], []
    for number in range(1, HOMES * PER_HOME + 1):
        home = f"R{100 + (number - 1) // PER_HOME}"
        if number % PER_HOME:
            switch = SWITCHES[number % len(SWITCHES)](f"T{number:03}")
            heaters.append(Equipment(number, home, f"Radiateur {number}", 151, 120, (switch,)))
        else:
            parts = (plug(f"M{number:03}", 21), finger(f"F{number:03}"))
            name = f"Lave-linge {number}"
            machines.append(Equipment(number, home, name, 112, 130, parts, hours_ahead=48))
    return heaters, machines


HEATERS, MACHINES = appliances()
TOPICS = {each.devices[-1].topics.command: each.id for each in (*HEATERS, *MACHINES)}
"""The command topic of each, and whose it is."""


def starts() -> dict[int, int]:
    """Return the slot in which each machine starts: several where it happens, all over the homes."""
    quiet = [slot for slot in range(1, SLOTS + 1) if slot not in BROKEN]
    slots = quiet + [BROKEN[number % 2] for number in range(len(MACHINES) - len(quiet))]
    random.Random(1).shuffle(slots)
    return dict(zip((each.id for each in MACHINES), slots, strict=True))


STARTS = starts()


def plans(first: int) -> list[PlanRow]:
    """Return the EMS's plans: heaters by turns on and off, each machine started once."""
    turns = tuple(slot % 2 for slot in range(PLANNED))
    rows = [PlanRow(each.id, first, turns, each.type) for each in HEATERS]
    return rows + [PlanRow(machine, first, pulse(slot), 112) for machine, slot in STARTS.items()]


def is_on(message: Received) -> bool:
    """Whether a switch is told to be on, in the words of its kind."""
    text = message.text.lower().replace(" ", "")
    return text == "on" or '"on":true' in text


@dataclass
class House:
    """One Home Assistant, and a person logged in there."""

    instance: Instance
    client: Client
    entry_id: str
    entities: dict[str, str]

    async def state(self, key: str) -> str:
        """Return a state of the hub; "absent" while there is none."""
        try:
            found = await self.client.state(self.entities[f"{self.entry_id}_{key}"])
        except ClientError, aiohttp.ClientError:
            return "absent"
        state: str = found["state"]
        return state

    async def driven(self) -> int:
        """Return how many homes are driven from here."""
        state = await self.state("driven_homes")
        return int(state) if state.isdigit() else 0

    def send(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        os.kill(self.instance.pid, number)


@dataclass
class Street:
    """A database, a broker and appliances, and those who drive them."""

    fleet: Fleet
    clock: MovedClock
    owner: asyncpg.Connection
    first: int
    """When slot 0 begins, unix seconds."""
    houses: list[House] = field(default_factory=list)
    began: dict[int, int] = field(default_factory=dict)
    """How many messages had been heard when a slot began."""

    def begin(self, slot: int) -> None:
        """Move everybody's clock into a slot; the meters were heard just before."""
        for each in MACHINES:
            self.fleet.report(self.fleet[each.devices[0].id])
        self.began[slot] = len(self.fleet.recorder)
        self.clock.move_to(self.first + slot * SLOT + INTO_IT)

    def heard(self, slot: int) -> list[Received]:
        """Return what was ordered in a slot."""
        end = self.began.get(slot + 1)
        return self.fleet.recorder.messages[self.began[slot] : end]

    async def at_work(self, slot: int) -> None:
        """Return in the middle of a slot's orders."""
        await self.fleet.recorder.wait(self.began[slot] + AT_WORK, within=WITHIN)

    async def over(self, slot: int, *who: House) -> None:
        """Return once all that is due was told, and the cycle of each of these is over.

        Whoever was killed or frozen may have taken a machine and not pressed its button.
        """
        due = {each.id for each in HEATERS} | {each for each, at in STARTS.items() if at == slot}

        async def untold() -> set[int]:
            left = due - {TOPICS[message.topic] for message in self.heard(slot)}
            return left - await self.taken() if slot in BROKEN else left

        async def behind() -> list[str]:
            states = [await house.state("last_cycle") for house in who]
            return [state for state in states if self._slot(state) < slot]

        await eventually(untold, lambda left: not left)
        await eventually(behind, lambda left: not left)

    def _slot(self, state: str) -> int:
        if not state.startswith("2"):
            return -1
        return int(datetime.fromisoformat(state).timestamp() - self.first) // SLOT

    async def driver(self, *who: House) -> House:
        """Return which of these drives most homes."""
        counts = [await house.driven() for house in who]
        return who[counts.index(max(counts))]

    async def taken(self) -> set[int]:
        """Return which machines are no longer the plan's: started, or taken to be."""
        rows = await self.owner.fetch(
            f"SELECT id FROM {SCHEMA}.equipement_pilote_ou_mesure"
            f" WHERE equipement_pilote_ou_mesure_mode_id = {MANUAL}"
        )
        return {row["id"] for row in rows}


@pytest.fixture
async def street(
    tmp_path: Path, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Street]:
    """Three Home Assistants on one database and one broker; the first one drives all homes."""
    monkeypatch.delenv("PYTHONASYNCIODEBUG", raising=False)
    async with AsyncExitStack() as stack:
        database, broker = PostgresServer(), Broker()
        await database.start()
        stack.push_async_callback(database.close)
        await broker.start()
        stack.push_async_callback(broker.close)
        first = quarter(time.time())
        access = await database.create_database(DATABASE)
        owner = await access.connect()
        stack.push_async_callback(owner.close)
        await load_schema(owner)
        await install_territory(owner, (*HEATERS, *MACHINES), now=first)
        await insert_plans(owner, plans(first))
        household = build((*HEATERS, *MACHINES), delay=DELAY)
        fleet = Fleet(broker.host, broker.port, household.everything)
        await stack.enter_async_context(fleet)
        moved = tmp_path / "moved"
        street = Street(fleet, MovedClock(moved), owner, first)
        street.clock.move_to(first + INTO_IT)
        program = (str(RUNNER), str(moved))
        instances = [Instance(tmp_path / name, port=0, program=program) for name in "abc"]
        for instance in instances:
            instance.start()
            stack.push_async_callback(_end, instance)
        for instance in instances:
            await instance.answers()
            client = await stack.enter_async_context(Client(instance.address))
            entry_id = await install(
                client,
                access=database.access(COMMANDE, DATABASE),
                mqtt=(broker.host, broker.port),
                language="en",
            )
            await _make_compact(client, entry_id)
            entities = await client.command("config/entity_registry/list")
            names = {each["unique_id"]: each["entity_id"] for each in entities}
            street.houses.append(House(instance, client, entry_id, names))
        yield street


async def _make_compact(client: Client, entry_id: str) -> None:
    general = {
        "continuous_types": ["151"],
        "orders_at_once": AT_ONCE,
        "rule_period": 60,
        "compact": True,
        "ack_timeouts": {},
    }
    await client.choose(entry_id, {"next_step_id": "general"}, general)
    await wait_loaded(client, entry_id)


async def _end(instance: Instance) -> None:
    """Stop it, thawed if it is frozen."""
    if instance.alive:
        os.kill(instance.pid, signal.SIGCONT)
    await instance.stop()


async def test_every_order_once_and_every_press_once(street: Street) -> None:
    """20 slots; 300 appliances; who drives is killed in one slot, and frozen in another."""
    a, b, c = street.houses
    for house in street.houses:
        await eventually(lambda house=house: house.state("last_cycle"), lambda at: at > "2")
    assert [await house.driven() for house in street.houses] == [HOMES, 0, 0]
    living = [a, b, c]
    frozen = b
    for slot in range(1, SLOTS + 1):
        street.begin(slot)
        if slot == KILLED:
            await street.at_work(slot)
            a.send(signal.SIGKILL)
            living = [b, c]
        elif slot == KILLED + 1:
            # As its supervisor does; the others go on meanwhile.
            await a.instance.stop()
            a.instance.start()
        elif slot == FROZEN:
            await eventually(lambda: a.state("lifecycle"), lambda state: state == "running")
            frozen = await street.driver(a, b, c)
            await street.at_work(slot)
            frozen.send(signal.SIGSTOP)
            living = [house for house in street.houses if house is not frozen]
        elif slot == THAWED:
            await street.at_work(slot)
            frozen.send(signal.SIGCONT)
            living = street.houses
        await street.over(slot, *living)
    await street.fleet.settle()

    assert frozen is not a
    assert sum([await house.driven() for house in street.houses]) == HOMES
    for slot in range(1, SLOTS + 1):
        twice = _check_orders(street, slot)
        # What was on its way is ordered again by who drives then; what was written is not.
        assert len(twice) < (AT_WORK if slot in BROKEN else 1), (slot, twice)
    await _check_presses(street)


def _check_orders(street: Street, slot: int) -> set[int]:
    """See that every heater was told what the plan wants; return those that were told it twice."""
    told: dict[int, list[bool]] = {each.id: [] for each in HEATERS}
    for message in street.heard(slot):
        if (whose := TOPICS[message.topic]) in told:
            told[whose].append(is_on(message))
    wanted = slot % 2 == 1
    wrong = {whose: orders for whose, orders in told.items() if set(orders) != {wanted}}
    assert not wrong, slot
    assert max(map(len, told.values())) <= 2, slot
    return {whose for whose, orders in told.items() if len(orders) > 1}


async def _check_presses(street: Street) -> None:
    """See that every machine was pressed once.

    Where whoever pressed was killed or frozen, it may not have been; nobody dares to press then.
    """
    pressed = Counter(TOPICS[message.topic] for message in street.fleet.recorder)
    presses = {machine: pressed[machine] for machine in STARTS}
    assert max(presses.values()) == 1, presses
    unpressed = {machine for machine, times in presses.items() if not times}
    assert {STARTS[machine] for machine in unpressed} <= set(BROKEN), unpressed
    assert set(STARTS) == await street.taken()
