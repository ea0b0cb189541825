"""A long life: one engine, day after day with a clock of its own, and nothing adds up.

Plans come at local midnight, so one day has 23 hours of them and one has an hour of none; some days
have none at all. People hand their machines over in the evening; the engine is restarted now and
then; devices are away for a while, or are no longer there for some days.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
import random
import shutil
import tempfile
import time
from typing import Final

import asyncpg

from demo.appliances import Fleet
from demo.appliances.device import NO_TOPIC
from demo.database import PlanRow, insert_plans, pad
from demo.parts import Broker
from demo.specs import DeviceSpec
from demo.territory import PILOTED, Equipment, Household, build, install
from tests.fixtures_parts import Database

from .history import MANUAL, ON, SLOT
from .house import PARIS, House, SharedClock, Terms
from .life import Life, Resources, held
from .observer import is_powered
from .proxy import Proxy
from .scenario import CONTINUOUS, KINDS
from .stage import ROWS

SCALE: Final = 0.02
QUICK: Final = 0.001
"""How much faster than real ones devices answer."""
LOADS: Final = 8
EVENING: Final = 22
WARM: Final = 3
"""Days after which everything was done once, and is as large as it will be."""
LONG: Final = 30.0
PATIENT: Final = 120.0
"""Seconds for an engine to be at nothing any more, on a busy machine."""
MONTH: Final = 30 * 96 * SLOT

USERS: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND usename = $2"
ASSIGN: Final = """
UPDATE bdd_coordination_schema.equipement_domotique SET utilisateur_affecte = $2
WHERE equipement_pilote_ou_mesure_id = $1
"""


@dataclass
class LongLife:
    """An engine in this process, its appliances, and the days that pass."""

    database: Database
    broker: Broker
    fleet: Fleet
    owner: asyncpg.Connection
    folder: Path
    begin: datetime
    seed: int = 0
    way: Proxy | None = None
    """What the engine reaches the database through; `None`: nothing."""
    life: Life = field(default_factory=Life)
    bearing: set[str] = field(default_factory=set)
    """What the engine may be at for longer than a quarter-hour."""
    clock: SharedClock = field(init=False)
    equipments: tuple[Equipment, ...] = ()
    household: Household = field(default_factory=Household)
    house: House | None = None
    _slot: int = 0
    _chance: random.Random = field(default_factory=random.Random)
    _plans: defaultdict[int, list[PlanRow]] = field(default_factory=lambda: defaultdict(list))
    _kept: dict[int, bool] = field(default_factory=dict)
    """Whether each continuous load was on last."""
    _away: dict[str, int] = field(default_factory=dict)
    """Devices that are away, and the slot that they come back in."""
    _gone: dict[int, int] = field(default_factory=dict)
    """Loads whose devices are not theirs, and the slot that they come back in."""
    _unsure: dict[int, int] = field(default_factory=dict)
    """Loads that are not looked at before a slot, as they could not be ordered."""
    _presses: dict[int, int] = field(default_factory=dict)
    """How often each machine was to be pressed so far."""

    async def run(self, end: datetime, *, shown: bool = False) -> Life:
        """Let time pass until then; return what it showed. `shown`: tell each month how it goes."""
        await self.furnish()
        first, last = int(self.begin.timestamp()), int(end.timestamp())
        warm = first + min(WARM * 96, (last - first) // SLOT // 2) * SLOT
        for slot in range(first, last, SLOT):
            await self._pass(slot)
            if slot == warm:
                self.life.begin = await self._resources()
            if shown and (slot - first) % MONTH == 0 and slot > warm:
                self.life.end = await self._resources()
                print(
                    f"{datetime.fromtimestamp(slot, PARIS):%Y-%m-%d}: {self.life.text()}\n",
                    flush=True,
                )
        self.life.end = await self._resources()
        return self.life

    async def furnish(self) -> None:
        self._chance = random.Random(f"long life {self.seed}")
        self.clock = SharedClock(self.folder / "clock", 0.0)
        self.show(int(self.begin.timestamp()))
        self.equipments = tuple(
            Equipment(
                number, "R001", kind.name, kind.type, kind.typology, kind.wiring(f"L{number:02}")
            )
            for number, kind in enumerate(KINDS[:LOADS], 1)
        )
        await install(self.owner, self.equipments, now=self.clock.now())
        self.household = build(self.equipments, clock=self.clock.now, delay=0.0)
        await self.fleet.add(*self.household.everything)
        await self.start()

    def show(self, slot: int) -> None:
        """Show a moment in the middle of a slot."""
        self._slot = slot
        self.clock.offset = slot + 300 - time.time()

    async def start(self) -> None:
        access, way = self.database.access, {}
        if self.way is not None:
            way = {"host": self.way.host, "port": self.way.port}
        terms = Terms(
            str(self.folder / "documents"),
            0,
            access.parameters | way,
            {"host": self.broker.host, "port": self.broker.port},
            str(self.folder / "clock"),
            scale=SCALE,
            connect_timeout=LONG,
            command_timeout=LONG,
        )
        self.house = House(terms, lambda _: None)
        await self.house.start()

    # -- a quarter-hour

    async def _pass(self, slot: int) -> None:
        """Let a quarter-hour begin, and look at everything once the engine has done its work."""
        assert self.house is not None
        local = datetime.fromtimestamp(slot, PARIS)
        if (local.hour, local.minute) == (0, 0):
            # Before the engine's own cycle can begin, which `cycle` would join.
            await self.plan(slot)
        self.show(slot)
        await self._come_and_go()
        if self._chance.random() < 1 / 700:
            await self.house.stop()
            await self.start()
            self.life.restarts += 1
        await self.house.cycle()
        await self.idle()
        if (local.hour, local.minute) == (EVENING, 0):
            await self._hand_over()
        await self.look()
        self.life.slots += 1
        for device in self.fleet.devices.values():
            if not device.lost:
                self.fleet.say(device.power())

    async def plan(self, slot: int) -> None:
        """Publish the plan of the day that begins with a slot, unless the planner has a bad day."""
        if self._chance.random() < 0.05:
            self.life.gaps += 1
            return
        rows = []
        for equipment in self.equipments:
            if equipment.type in CONTINUOUS:
                decisions = tuple(int(self._chance.random() < 0.4) for _ in range(96))
            else:
                decisions = pad([0] * self._chance.randrange(4, 80) + [1])
            rows.append(PlanRow(equipment.id, slot, decisions))
        await insert_plans(self.owner, rows)
        for row in rows:
            self._plans[row.machine_id] = [*self._plans[row.machine_id][-1:], row]

    async def _hand_over(self) -> None:
        """Have people load their machines and hand them over to the plan."""
        assert self.house is not None
        for equipment in self.equipments:
            if equipment.type in CONTINUOUS or not self._certain(equipment):
                continue
            if equipment.type in {111, 112, 113}:
                self.household.machine(equipment.id).load()
            answer = await self.house.wish(equipment.id, "to_piloted", f"{self._slot}")
            if answer.get("outcome") != "acknowledged":
                self.note_wrong(equipment, f"handed over: {answer}")
        await self.idle()

    async def _come_and_go(self) -> None:
        for name, back in list(self._away.items()):
            if back <= self._slot:
                del self._away[name]
                self.fleet.recover(self.fleet[name])
        for number, back in list(self._gone.items()):
            if back <= self._slot:
                del self._gone[number]
                await self.owner.execute(ASSIGN, number, True)
        # While a load is away it is not ordered; a pulse that it missed is gone for the day.
        if self._chance.random() < 1 / 300:
            equipment = self._chance.choice(self.equipments)
            device = self._chance.choice(equipment.devices)
            if device.id not in self._away and equipment.id not in self._gone:
                self._lose(device, self._slot + self._chance.randrange(1, 12) * SLOT)
                self.life.lost += 1
        if self._chance.random() < 1 / 900:
            equipment = self._chance.choice(self.equipments)
            if equipment.id not in self._gone:
                self._gone[equipment.id] = back = (
                    self._slot + self._chance.randrange(50, 300) * SLOT
                )
                await self.owner.execute(ASSIGN, equipment.id, False)
                self._leave_alone(equipment, back)
                self.life.gone += 1

    def _lose(self, device: DeviceSpec, back: int) -> None:
        """Have a device be away until a slot, and with it those behind the same module."""
        will = device.topics.lwt
        for equipment in self.equipments:
            for each in equipment.devices:
                together = will != NO_TOPIC and each.topics.lwt == will
                if each is device or (together and each.id not in self._away):
                    self._away[each.id] = back
                    self.fleet.lose(self.fleet[each.id])
                    self._leave_alone(equipment, back)

    def _leave_alone(self, equipment: Equipment, until: int) -> None:
        """Look at a load again from the slot on in which it is there, one-shots a day and a half later.

        By then they were handed over again, and have a plan of their own.
        """
        if equipment.type not in CONTINUOUS:
            until += 150 * SLOT
        self._unsure[equipment.id] = max(until, self._unsure.get(equipment.id, 0))

    def _certain(self, equipment: Equipment) -> bool:
        return equipment.id not in self._gone and all(
            device.id not in self._away for device in equipment.devices
        )

    async def idle(self) -> None:
        """Return once the engine is at nothing any more but at loads that are away."""
        assert self.house is not None
        away = {str(each.id) for each in self.equipments if not self._certain(each)}
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENT
        while True:
            busy = (await self.house.state())["busy"]
            left = [name for name in busy if name not in self.bearing]
            if all(name.rpartition(" ")[2] in away for name in left):
                return
            assert loop.time() < until, f"still at {', '.join(left)}"
            await asyncio.sleep(0.001)

    # -- what is right

    async def look(self) -> None:
        """Look at every load: its device and its row are as the plan wants them."""
        rows = {row["id"]: row for row in await self.owner.fetch(ROWS)}
        for equipment in self.equipments:
            row, decision = rows[equipment.id], self.decision(equipment)
            powered = self.powered(equipment)
            if self._unsure.get(equipment.id, 0) > self._slot or not self._certain(equipment):
                self._kept.pop(equipment.id, None)
                continue
            self.life.checked += 1
            if equipment.type in CONTINUOUS:
                wanted = self._kept.get(equipment.id) if decision is None else bool(decision)
                if wanted is None:
                    continue
                self._kept[equipment.id] = wanted
                right = powered is wanted and (row["control"] == ON) is wanted
                right = right and row["mode"] == PILOTED
            else:
                wanted, right = self._is_started_right(equipment, row, powered)
            if not right:
                self.note_wrong(equipment, f"to be {wanted}, is {powered}, row {dict(row)}")

    def _is_started_right(
        self, equipment: Equipment, row: asyncpg.Record, powered: bool | None
    ) -> tuple[bool, bool]:
        """Return whether a machine is to have been started since it was handed over, and if that fits."""
        plan = self._in_force(equipment)
        due = (
            plan is not None
            and plan.first_valid_timestamp > row["programmed"]
            and any(plan.decisions[: (self._slot - plan.first_valid_timestamp) // SLOT + 1])
        )
        if row["mode"] == MANUAL:
            # Started, since today's pulse or by an earlier day's and not handed over since.
            return due, row["control"] == ON and powered is not False
        return due, not due and not powered

    def decision(self, equipment: Equipment) -> int | None:
        plan = self._in_force(equipment)
        return (
            None
            if plan is None
            else plan.decisions[(self._slot - plan.first_valid_timestamp) // SLOT]
        )

    def _in_force(self, equipment: Equipment) -> PlanRow | None:
        """Return the plan of the day, while it lasts: 24 hours, whatever the day has."""
        plans = self._plans[equipment.id]
        newest = plans[-1] if plans else None
        if newest is None or self._slot - newest.first_valid_timestamp >= 96 * SLOT:
            return None
        return newest

    def powered(self, equipment: Equipment) -> bool | None:
        return is_powered(self.fleet, equipment)

    def note_wrong(self, equipment: Equipment, what: str) -> None:
        at = datetime.fromtimestamp(self._slot, PARIS)
        self.life.wrong.append(f"{at:%Y-%m-%d %H:%M %Z} {equipment.id} {equipment.name}: {what}")

    async def _resources(self) -> Resources:
        assert self.house is not None
        await self.idle()
        await self.fleet.settle()
        connections = await self.owner.fetchval(
            USERS, self.database.name, self.database.access.user
        )
        return held(
            connections,
            self.house.messenger.subscriptions,
            len(asyncio.all_tasks()),
            self.folder / "documents",
        )


@asynccontextmanager
async def long_life[L: LongLife](
    database: Database,
    broker: Broker,
    begin: datetime,
    seed: int = 0,
    *,
    kind: type[L] = LongLife,  # type: ignore[assignment]
    way: Proxy | None = None,
) -> AsyncIterator[L]:
    """Put the parts of a long life, or of another kind of it, together."""
    folder = Path(tempfile.mkdtemp(prefix="long-life-"))
    owner = await database.owner.connect()
    try:
        async with Fleet(broker.host, broker.port, scale=QUICK, record=False) as fleet:
            found = kind(database, broker, fleet, owner, folder, begin, seed, way)
            try:
                yield found
            finally:
                if found.house is not None:
                    await found.house.stop()
    finally:
        await owner.close()
        shutil.rmtree(folder, ignore_errors=True)
