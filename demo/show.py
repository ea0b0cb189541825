"""Everything the demonstration runs, started and stopped in order."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import json
import os
import time
from typing import Any

from .appliances import Behaviour, Fleet
from .database import load_schema
from .home_assistant import PASSWORD, USER, Client, Installation, Instance, furnish, install
from .meters import Meters
from .names import named
from .narrator import Narrator, next_starts, table
from .options import Options
from .parts import Access, Broker, PostgresServer
from .parts.postgres import COMMANDE, EMS, OWNER
from .parts.process import PartError
from .planner import Planner
from .screens import ScreenServer
from .solar import SolarLife, solar_home
from .territory import build, install as install_territory, two_homes
from .weather import clearing

DATABASE = "bdd_coordination"
REPORTS = 5.0
FIRST_LOOK = 45.0
"""Seconds from the integration's set-up until its first cycle (30 s later) is over, at the latest."""


class Show:
    """A database, a broker, three homes of appliances, a planner and a Home Assistant."""

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        """Prepare; `say` tells the progress."""
        self._options = options
        self._say = say
        self.equipments = named(two_homes(), options.language)
        self.solar = named(solar_home(), options.language)
        self.household = build((*self.equipments, *self.solar))
        self.life = SolarLife(
            (self.household.loads[each.id] for each in self.solar),
            options.folder.parent,
            options.language,
            options.day,
        )
        self._misbehave()
        self.postgres = PostgresServer()
        self.broker = Broker()
        self.fleet: Fleet | None = None
        self.screens: ScreenServer | None = None
        self.instance = Instance(options.folder, port=options.port, language=options.language)
        self.installation: Installation | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start all of it; Home Assistant first, as it takes longest."""
        self.instance.start()
        await asyncio.gather(self._start_database(), self._start_homes())
        assert self.fleet
        everybody = (*self.equipments, *self.solar)
        meters = Meters(self.fleet, self.household, everybody, self._options.language)
        meters.announce()
        self._run(meters.run(), "meters")
        owner = self.access(OWNER)
        if not self._options.quiet:
            narrator = Narrator(self.fleet, meters, everybody, owner)
            self._run(narrator.run(), "narrator")
        await self.instance.answers()
        self._say("Home Assistant answers")
        async with Client(self.instance.address) as client:
            entry_id = await install(
                client,
                access=self.access(COMMANDE),
                mqtt=(self.broker.host, self.broker.port),
                language=self._options.language,
            )
            self._plan()
            self.installation = await furnish(
                client,
                entry_id,
                meters=meters.count,
                life=self.life,
                language=self._options.language,
            )
        self._say("MQTT, ELFE Commande and the dashboard are set up by Home Assistant's own flows")
        starts = await next_starts(owner, time.time())
        self._tell_status()
        print(table(self.equipments, starts, self._options.at_once), flush=True)

    async def keep(self) -> None:
        """Start Home Assistant again whenever it ends: a person may restart or kill it."""
        while True:
            await asyncio.sleep(0.2)
            if not self.instance.alive:
                self._say("Home Assistant ended: starting it again")
                self.instance.start()
                with suppress(PartError):
                    await self.instance.answers()
                    self._tell_status()
                    self._say("Home Assistant answers again")

    async def stop(self) -> None:
        """Stop all of it, those who order before those who obey."""
        await self.instance.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.screens is not None:
            await self.screens.stop()
        await self.life.stop()
        if self.fleet is not None:
            await self.fleet.stop()
        await self.broker.close()
        await self.postgres.close()
        if self._options.status is not None:
            self._options.status.unlink(missing_ok=True)

    def access(self, role: str) -> Access:
        """Return how a role connects to the coordination database."""
        return self.postgres.access(role, DATABASE)

    # ----------------------------------------------------------------------------- the parts

    async def _start_database(self) -> None:
        await self.postgres.start()
        access = await self.postgres.create_database(DATABASE)
        connection = await access.connect()
        try:
            await load_schema(connection)
            await install_territory(connection, self.equipments)
        finally:
            await connection.close()
        self._say(f"PostgreSQL listens on port {self.postgres.port}, with two homes in it")

    async def _start_homes(self) -> None:
        await self.broker.start()
        self.fleet = Fleet(
            self.broker.host,
            self.broker.port,
            (*self.household.everything, *self.life.devices),
            state_period=REPORTS,
            power_period=REPORTS,
        )
        await self.fleet.start()
        await self.life.start(self.fleet)
        self._say(
            f"Mosquitto listens on port {self.broker.port},"
            f" {len(self.household.devices)} devices and {len(self.household.screens)} screens on it"
        )
        self.screens = ScreenServer(
            self.fleet, self.equipments, language=self._options.language, home=self.instance.address
        )
        await self.screens.start(self._options.screens_port)
        self._say(f"The screens are at {self.screens.address}")

    def _plan(self) -> None:
        """Let the planner begin: the integration's first cycle is near."""
        planner = Planner(self.access(EMS), need=clearing(time.time() + FIRST_LOOK))
        work = planner.run(at_once=[self._options.at_once], first_look=FIRST_LOOK)
        self._run(work, "planner")

    def _misbehave(self) -> None:
        kind, only = self._options.misbehave, self._options.device
        if kind is None:
            return
        devices = self.household.devices
        if only is not None and only not in devices:
            raise PartError(f"no device {only}: there are {', '.join(devices)}")
        for identifier, device in devices.items():
            if only in {None, identifier}:
                device.behaviour = Behaviour(kind)

    def _run(self, work: Any, name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))

    def _tell_status(self) -> None:
        """Write what a program needs to look inside."""
        path = self._options.status
        if path is None or self.installation is None:
            return
        status = {
            "address": self.instance.address,
            "url": self.installation.url,
            "screens": self.screens.address if self.screens else None,
            "user": USER,
            "password": PASSWORD,
            "entry_id": self.installation.entry_id,
            "solar_entry_id": self.installation.solar_entry_id,
            "home_assistant_pid": self.instance.pid,
            "pid": os.getpid(),
            "folder": str(self.instance.folder),
            "mqtt": {"host": self.broker.host, "port": self.broker.port},
            "database": {
                "host": self.postgres.host,
                "port": self.postgres.port,
                "database": DATABASE,
                "owner": _credentials(self.access(OWNER)),
                "commande": _credentials(self.access(COMMANDE)),
                "ems": _credentials(self.access(EMS)),
            },
            "at_once": self._options.at_once,
        }
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(status, indent=2))
        fresh.replace(path)


def _credentials(access: Access) -> dict[str, str]:
    return {"user": access.user, "password": access.password}
