"""A world with machines in it: meters that speak when told to, time that moves, engines that die."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from custom_components.elfe_commande.core.model import DeviceId, EquipmentId
from custom_components.elfe_commande.core.plan import SLOT
from custom_components.elfe_commande.engine.engine import Engine
from demo.appliances import Machine
from demo.appliances.fleet import AnyDevice
from demo.database import quarter
from demo.engine_host import MemoryDisk, SystemClock
from demo.parts.process import wait_until
from demo.specs import finger, plug, relay
from demo.territory import Equipment, Household, build, install
from tests.fixtures_engine import World

HOME = "R001"
WASHER, TUMBLER, DISHWASHER, DOUBLE, NO_METER, HEATER = 2, 3, 4, 5, 6, 7

PLUG = Equipment(WASHER, HOME, "Lave-linge", 112, 120, (plug("D102"),), cycle=7200)
UNMETERED_RELAY = Equipment(TUMBLER, HOME, "Sèche-linge", 113, 180, (relay("D103", 12),))
FINGER = Equipment(DISHWASHER, HOME, "Lave-vaisselle", 111, 130, (plug("D104", 21), finger("C104")))
TWO_PRESSES = Equipment(
    DOUBLE, HOME, "Lave-linge du fond", 112, 160, (plug("D105", 21), finger("C105"))
)
UNMETERED_FINGER = Equipment(NO_METER, HOME, "Lave-vaisselle", 111, 130, (finger("C106"),))
RADIATOR = Equipment(HEATER, HOME, "Chauffage", 151, 140, (relay("D107"),))


class Scene:
    """Equipments installed in a world, their cycles run by hand only."""

    def __init__(self, world: World, household: Household) -> None:
        self.world = world
        self.household = household

    @classmethod
    async def of(cls, world: World, *equipments: Equipment, **timing: float) -> Scene:
        """Install equipments; the clock stands in the middle of a slot, the beat does not beat."""
        clock = SystemClock()
        clock.offset = quarter(clock.now()) + SLOT / 2 - clock.now()
        world.clock = clock
        # Only devices and their patience are scaled: a busy machine reads no row in 0.3 s.
        steady = {
            "first_cycle": 3600.0,
            "fresh_for": 2.0,
            "cycle_limit": 890.0,
            "wish_limit": 300.0,
            "storage_timeout": 15.0,
            "clock_jump": 1e9,
        }
        world.timing = replace(world.timing, **(steady | timing))
        await install(world.owner, equipments, now=clock.now())
        household = build(equipments)
        await world.fleet.add(*household.everything)
        return cls(world, household)

    def machine(self, equipment: int) -> Machine:
        return self.household.machine(equipment)

    def device(self, identifier: str) -> AnyDevice:
        return self.household.devices[identifier]

    def orders(self, identifier: str) -> list[str]:
        """Return what the device was ordered so far, heeded or not."""
        return self.world.orders(self.device(identifier).topics.command)

    def later(self, slots: int = 1) -> None:
        """Let quarter-hours pass."""
        clock = self.world.clock
        assert isinstance(clock, SystemClock)
        clock.offset += slots * SLOT

    async def meter(self, identifier: str) -> None:
        """Have a device report its power; returns once the engine heard it."""
        engine = self.world.engine
        before = _heard(engine, identifier)
        self.world.fleet.say(self.device(identifier).power())
        await wait_until(
            lambda: _heard(engine, identifier) > before, 5, f"the power of {identifier}", 0.005
        )

    async def cycle(self, *, slots: int = 0) -> None:
        """Run a cycle, some slots later."""
        self.later(slots)
        await self.world.engine.run_cycle()

    async def idle(self, equipment: int, within: float = 10) -> None:
        """Return once no order of the equipment is under way."""
        jobs = self.world.engine._executor._jobs
        await wait_until(
            lambda: EquipmentId(equipment) not in jobs, within, "the end of the order", 0.005
        )

    async def ordered(self, identifier: str, count: int = 1) -> None:
        """Return once the device was given so many orders."""
        topic = self.device(identifier).topics.command
        await self.world.fleet.recorder.wait(count, topic=topic)

    async def crash(self) -> None:
        """End the engine as a power cut does: nothing more is sent, written or saved."""
        world = self.world
        disk = MemoryDisk()
        assert isinstance(world.disk, MemoryDisk)
        for name, document in world.disk.documents.items():
            disk.document(name).text = document.text
        world.disk = disk
        engine = world.engine
        engine.context.storage._coordination._pool.terminate()
        engine.context.storage.write = _never
        await world.messenger.close()
        for task in _tasks(engine):
            task.cancel()
        await asyncio.sleep(0)
        world._engines.remove(engine)

    async def restart(self) -> Engine:
        """Start another engine on the same disk; its cycles are run by hand as well."""
        return await self.world.start()


async def _never(*_: object) -> None:
    await asyncio.get_running_loop().create_future()


def _heard(engine: Engine, identifier: str) -> float:
    for status in engine.statuses.values():
        if seen := status.observations.get(DeviceId(identifier)):
            return seen.power_at
    return 0.0


def _tasks(engine: Engine) -> Iterable[asyncio.Task]:
    writer, cycle = engine.context.write_back._writer, engine._beat._running
    standing = (engine._course.beating, engine._course.ruling, engine.shedding._task)
    return (
        *engine._executor._running.tasks,
        *engine._executor._watching.tasks,
        *engine._presses._settling.tasks,
        *(task for task in (writer, cycle, *standing) if task is not None),
    )
