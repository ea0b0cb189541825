"""Two homes that somebody else drives, and an entry in shadow mode that looks."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from custom_components.elfe_commande.core.plan import SLOT, slot_start
from custom_components.elfe_commande.shadow.book import Report
from demo.database import SCHEMA
from demo.engine_host import SystemClock
from demo.specs import finger, plug, relay, screen, tasmota
from demo.territory import Equipment
from tests.engine.bench import calm, furnish
from tests.fixtures_engine import INDICATORS, World
from tests.fixtures_home_assistant import Installed
from tests.shadow.controller import Controller

HEATER, WASHER, TANK, DRYER, DISHES = 1, 2, 3, 4, 5
TOLERANCE = 3.0
"""Seconds; so long after it is over a quarter-hour is compared."""
EQUIPMENTS = (
    Equipment(HEATER, "R001", "Radiateur", 151, 120, (plug("SH1"), screen("shadow1"))),
    Equipment(WASHER, "R001", "Lave-linge", 112, 120, (tasmota("SH2"),)),
    Equipment(TANK, "R001", "Ballon", 131, 190, (relay("SH3"),)),
    Equipment(DRYER, "R002", "Sèche-linge", 113, 120, (plug("SH4"),)),
    Equipment(DISHES, "R002", "Lave-vaisselle", 111, 130, (plug("SH5", 21), finger("SHF"))),
)
NONE: list[int] = [0]


@dataclass
class Stage:
    """Two homes that somebody else drives, and an entry that looks."""

    installed: Installed
    controller: Controller

    @property
    def world(self) -> World:
        return self.installed.world

    def begin(self) -> int:
        """Let the next quarter-hour begin."""
        clock = self.world.clock
        assert isinstance(clock, SystemClock)
        slot = slot_start(clock.now()) + SLOT
        clock.offset += slot + 0.5 - clock.now()
        return slot

    async def quarter(self, **how: Any) -> int:
        """Let a quarter-hour begin in which we look, and the other one acts."""
        slot = self.begin()
        await self.installed.cycle()
        await self.compared(slot - SLOT)
        await self.controller.drive(**how)
        await self.world.heard()
        await self.installed.hass.async_block_till_done()
        return slot

    async def compared(self, slot: int) -> Report:
        """Let a quarter-hour be over; return what came of it."""
        if slot_start(self.world.clock.now()) <= slot:
            self.begin()
            await self.installed.cycle()
        async with asyncio.timeout(30):
            while not (found := await self.report(slot)).slots:
                await asyncio.sleep(0.05)
        return found

    async def report(self, slot: int) -> Report:
        return await self.installed.hub.shadow_book.report(slot, slot + SLOT)

    def orders(self) -> list[tuple[str, str]]:
        """Return all that was published where devices are ordered, screens drawn or asked."""
        recorder = self.world.fleet.recorder
        return [(each.topic, each.text) for each in (*recorder.messages, *recorder.questions)]

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table, with the transaction that wrote it."""
        tables = await self.world.owner.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = $1", SCHEMA
        )
        found = {}
        for (table,) in tables:
            query = f'SELECT xmin::text, t::text FROM {SCHEMA}."{table}" t ORDER BY 2'
            found[table] = [tuple(row) for row in await self.world.owner.fetch(query)]
        return found


def shadow(installed: Installed, *, on: bool = True) -> None:
    entry = installed.entry
    installed.hass.config_entries.async_update_entry(entry, options={"shadow": on})


async def staged(installed: Installed) -> Stage:
    world = installed.world
    await furnish(world, *EQUIPMENTS, timing=replace(calm(), shadow_tolerance=TOLERANCE))
    await world.fleet.watch("hasp/+/command/#", INDICATORS)
    return Stage(installed, Controller(world, EQUIPMENTS))
