"""What tests of the engine have in common: a calm world, and storages that count or fail."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
import time
from typing import Any, override

import aiomqtt

from custom_components.elfe_commande.core.model import Constraints, EquipmentId, State
from custom_components.elfe_commande.core.outcome import Step
from custom_components.elfe_commande.core.timing import DEFAULT_ACK_TIMEOUTS, Timing
from custom_components.elfe_commande.engine.ground.events import Event, OrderEnded
from custom_components.elfe_commande.engine.ground.ports import (
    InventoryRead,
    PlansRead,
    StorageError,
)
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus
from custom_components.elfe_commande.storage.postgres import PostgresStorage
from demo.appliances.device import NO_TOPIC
from demo.engine_host import SystemClock
from demo.parts.process import wait_until
from demo.territory import Equipment, Household, build, install
from tests.fixtures_engine import World, brisk

MODE = "equipement_pilote_ou_mesure_mode_id"
COMMAND = "etat_commande_id"
CONTROL = "etat_controle_id"
EMS = "ems_consigne_marche"
STARTED = "timestamp_derniere_mise_en_marche"
PROGRAMMED = "timestamp_derniere_programmation"
BEFORE = 3600
"""Seconds since the equipments of these tests were programmed."""


def calm(*, ack: float = 3.0, **changes: Any) -> Timing:
    """Return scaled waits with no cycle of its own and time for a busy machine to answer.

    `ack` is how long every kind of device may take, in seconds.
    """
    timing = brisk()
    timeouts = dict.fromkeys(DEFAULT_ACK_TIMEOUTS, ack)
    values: dict[str, Any] = {
        "first_cycle": 3600.0,
        "first_cycle_again": 3600.0,
        "meter_wait": 0.0,
        "ack_timeouts": timeouts,
        "setting_timeout": 3 * ack,
        "order_window": 890.0,
        "cycle_limit": 890.0,
        "wish_limit": 300.0,
        "fresh_for": 2.0,
        "meter_fresh_for": 150.0,
        "feedback_fresh_for": 660.0,
        "rule_pass": 60.0,
        "input_max_age": 500.0,
        "input_silence": 600.0,
        "stop_allowance": 1.0,
        # Tests let quarter-hours pass by setting the clock.
        "clock_look": 30.0,
        "connection_look": 60.0,
        "outage_told": 180.0,
        "plan_look": 60.0,
        "planner_look": 3600.0,
        "planner_price_look": 900.0,
        "planner_patience": 10800.0,
        "clock_jump": 1e9,
    }
    values |= changes
    # Where a test says nothing else, a wish is given up when an order would be.
    values.setdefault("wish_lifetime", values["order_window"])
    return replace(timing, **values)


def lose_patience(world: World, *types: int, ack: float = 0.2) -> None:
    """Wait less for an answer of these types of devices, all if none is given, from now on.

    What does answer is given the time that a busy machine takes; what is silent is not waited for.
    """
    waits = world.timing.ack_timeouts
    assert isinstance(waits, dict), "as `calm` makes them"
    waits.update(dict.fromkeys(types or waits, ack))


def impatient(ack: float = 0.1, **changes: Any) -> Timing:
    """Return the waits for devices that do not answer: retried soon, given up after a second."""
    return calm(ack=ack, **({"retry_first": 0.1, "retry_max": 0.2, "order_window": 1.0} | changes))


async def furnish(
    world: World, *equipments: Equipment, timing: Timing | None = None, **options: Any
) -> Household:
    """Install equipments in the middle of a slot, and put their devices on the broker."""
    world.timing = timing or calm()
    clock = world.clock
    assert isinstance(clock, SystemClock)
    # No quarter-hour begins while a test runs.
    clock.offset = 300 - time.time() % 900
    await install(world.owner, equipments, now=clock.now())
    world.household = household = build(equipments, **options)
    await world.fleet.add(*household.everything)
    await _announced(world, household)
    return household


async def _announced(world: World, household: Household) -> None:
    """Wait until the broker holds that the devices are there.

    From an earlier test, it may hold that devices of the same names are gone.
    """
    topics = {d.topics.lwt for d in household.devices.values()} - {NO_TOPIC}
    await held(world, dict.fromkeys(topics, (b"true", b"online")))


async def held(world: World, awaited: dict[str, tuple[bytes, ...]]) -> None:
    """Wait until the broker holds one of these payloads, in lower case, for each topic."""
    left = dict(awaited)
    async with aiomqtt.Client(world.broker.host, world.broker.port) as client:
        if left:
            await client.subscribe([(topic, 0) for topic in left])
        messages = aiter(client.messages)
        async with asyncio.timeout(30):
            while left:
                message = await anext(messages)
                topic = message.topic.value
                if topic in left and bytes(message.payload).lower() in left[topic]:
                    del left[topic]


def pass_slots(world: World, slots: int) -> None:
    """Let quarter-hours pass at once."""
    world.later(slots)


async def until(found: Callable[[], object], what: str, within: float = 60.0) -> None:
    """Wait until something holds."""
    await wait_until(lambda: bool(found()), within, what, 0.005)


async def set_row(world: World, machine_id: int, **columns: Any) -> None:
    """Change columns of an equipment as somebody else does."""
    names = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, 2))
    await world.owner.execute(
        f"UPDATE bdd_coordination_schema.equipement_pilote_ou_mesure SET {names} WHERE id = $1",
        machine_id,
        *columns.values(),
    )


async def until_row(world: World, machine_id: int, within: float = 60.0, **columns: Any) -> None:
    """Wait until the equipment's row is as given."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while True:
        row = await world.row(machine_id)
        found = {name: row[name] for name in columns}
        if found == columns:
            return
        assert loop.time() < until, f"{found} instead of {columns}"
        await asyncio.sleep(0.01)


def status_of(world: World, machine_id: int) -> EquipmentStatus:
    """Return what the engine knows of an equipment."""
    return world.engine.statuses[EquipmentId(machine_id)]


async def wait_for_end(world: World, machine_id: int, count: int = 1) -> OrderEnded:
    """Wait for an end of the equipment's orders, and return the last."""
    await until(lambda: len(world.ended(machine_id)) >= count, f"end of {machine_id}")
    return world.ended(machine_id)[-1]


def events_of[T: Event](world: World, kind: type[T]) -> list[T]:
    """Return the events of a kind so far."""
    return [event for event in world.events if isinstance(event, kind)]


class StubbornStorage(PostgresStorage):
    """The real storage, that counts, and fails where it is told to."""

    def __init__(self, real: PostgresStorage) -> None:
        """Use the settings of a real one."""
        super().__init__(real.settings)
        self.writes: list[tuple[Step, ...]] = []
        self.state_reads: list[frozenset[EquipmentId]] = []
        self.ends: list[tuple[EquipmentId, int | None]] = []
        self.failures: dict[str, StorageError] = {}
        """By method: what it raises."""
        self.flowing = asyncio.Event()
        """While it is cleared, rows are asked for and do not come."""
        self.flowing.set()

    def _fail(self, method: str) -> None:
        if error := self.failures.get(method) or self.failures.get("all"):
            raise error

    @override
    async def open(self) -> None:
        self._fail("open")
        await super().open()

    @override
    async def read_inventory(self) -> InventoryRead:
        self._fail("read_inventory")
        return await super().read_inventory()

    @override
    async def read_plans(self, slot: int) -> PlansRead:
        self._fail("read_plans")
        return await super().read_plans(slot)

    @override
    async def read_states(self, ids: Collection[EquipmentId]) -> dict[EquipmentId, State]:
        self._fail("read_states")
        self.state_reads.append(frozenset(ids))
        await self.flowing.wait()
        return await super().read_states(ids)

    @override
    async def write(self, steps: Sequence[Step]) -> dict[EquipmentId, State]:
        self._fail("write")
        self.writes.append(tuple(steps))
        return await super().write(steps)

    @override
    async def write_constraints(
        self, equipment_id: EquipmentId, wishes: Constraints, not_after: int | None = None
    ) -> bool:
        self._fail("write_constraints")
        self.ends.append((equipment_id, wishes.wished_end))
        return await super().write_constraints(equipment_id, wishes, not_after)


def stubborn(world: World) -> StubbornStorage:
    """Let the next engine of the world stand on a storage that counts and fails."""
    storage = StubbornStorage(world.storage())
    world.storage = lambda: storage  # type: ignore[method-assign]
    return storage
