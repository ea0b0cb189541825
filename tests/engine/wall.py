"""A home with wall screens: fingers on them, and what they should show."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import json
from typing import Any

import aiomqtt

from custom_components.elfe_commande.core.model import Constraints
from custom_components.elfe_commande.core.timing import Timing
from demo.appliances import Message, Screen
from demo.database import SCHEMA
from demo.specs import plug, relay, screen
from demo.territory import Equipment, Household
from tests.fixtures_engine import INDICATORS, LAYOUT, World
from tests.hour import ZONE

from .bench import calm, furnish, held, until

HALL, KITCHEN, NEIGHBOUR = "wall-hall-01", "wall-kitchen-01", "wall-next-door-01"
"""Plates; one has more than ten characters, which is one too many for the reference."""
WASHER, DRYER, CAR, TANK = 7, 8, 9, 10
MACHINES = "equipement_pilote_machine_generique"
CYCLES = "equipement_pilote_machine_generique_cycle"
CARS = "equipement_pilote_vehicule_electrique_generique"


def washer(**changes: Any) -> Equipment:
    """Return a washing machine on a plug, shown on page 3, in a home with two screens."""
    devices = (plug("X7"), screen(HALL), screen(KITCHEN))
    return replace(Equipment(WASHER, "R001", "Lave-linge", 112, 120, devices), **changes)


def dryer(**changes: Any) -> Equipment:
    """Return a dryer, shown on page 4, in another home with a screen of its own."""
    devices = (plug("X8"), screen(NEIGHBOUR))
    return replace(Equipment(DRYER, "R002", "Sèche-linge", 113, 120, devices), **changes)


def car(**changes: Any) -> Equipment:
    """Return a charger, shown on page 5, in the home of the washing machine."""
    return replace(Equipment(CAR, "R001", "Voiture", 221, 180, (relay("X9", 12),)), **changes)


def together(**changes: Any) -> Timing:
    """Return calm waits, with one refresh for all that a gesture changes."""
    return calm(**({"refresh_window": 0.1, "pair_window": 0.2, "return_window": 0.1} | changes))


class Wall:
    """Screens on the broker, once they show what there is."""

    def __init__(self, world: World, household: Household) -> None:
        self.world = world
        self.household = household

    @classmethod
    async def of(cls, world: World, *equipments: Equipment, timing: Timing | None = None) -> Wall:
        """Install equipments, start, and wait until each screen was drawn on."""
        household = await furnish(world, *equipments, timing=timing or together())
        wall = cls(world, household)
        await wall.held(online=True)
        await world.start()
        await wall.drawn()
        world.fleet.recorder.clear()
        world.events.clear()
        return wall

    async def held(self, *, online: bool) -> None:
        """Wait until the broker holds that the screens are there, or gone."""
        word = b"online" if online else b"offline"
        await held(self.world, {s.topics.lwt: (word,) for s in self.household.screens.values()})

    async def drawn(self) -> None:
        """Wait until every screen was drawn on, and nothing more comes."""
        for plate in self.household.screens.values():
            await until(lambda plate=plate: self.lines(plate.plate), f"a drawing on {plate.plate}")
        await self.world.settled()

    def screen(self, plate: str) -> Screen:
        """Return the screen of a plate."""
        return self.household.screens[plate.upper()]

    def orders(self, identifier: str) -> list[str]:
        """Return what a device was ordered."""
        return self.world.orders(self.household.devices[identifier].topics.command)

    def lines(self, plate: str) -> list[str]:
        """Return what was drawn on a screen, line by line."""
        return self.world.orders(self.screen(plate).topics.command)

    def indicated(self) -> list[str]:
        """Return what was said to the indicators."""
        return self.world.orders(INDICATORS)

    def turn(self, plate: str, page: int, value: Any) -> None:
        """Turn a switch."""
        self.world.fleet.say(self.screen(plate).toggle(page, 3, value))

    def roll(self, plate: str, page: int, item: int, index: int, text: str) -> None:
        """Leave a roller on an entry."""
        self.world.fleet.say(self.screen(plate).roll(page, item, index, text))

    def event(self, plate: str, page: int, item: int, **event: Any) -> None:
        """Say one event of an object, as it is given."""
        self.say(f"hasp/{plate}/state/p{page}b{item}", json.dumps(event))

    def say(self, topic: str, payload: str = "", *, retain: bool = False) -> None:
        """Publish something."""
        self.world.fleet.say([Message(topic, payload, retain=retain)])

    async def refreshed(self, *plates: str) -> None:
        """Wait until these screens were drawn on since, and nothing more comes."""
        for plate in plates:
            await until(lambda plate=plate: self.lines(plate), f"a drawing on {plate}")
        await self.world.settled()

    async def nothing(self) -> None:
        """See that nobody was told anything."""
        await self.world.settled()
        assert not self.world.fleet.recorder.messages

    async def table(self, table: str, equipment: int) -> dict[str, Any]:
        """Return the row of an equipment in a table of details."""
        record = await self.world.owner.fetchrow(
            f"SELECT * FROM {SCHEMA}.{table} WHERE id = $1", equipment
        )
        return dict(record)

    async def end(self, equipment: int = WASHER) -> int:
        """Return the wished end that is stored."""
        return int((await self.table(MACHINES, equipment))["timestamp_de_fin_souhaite"])

    async def change(self, table: str, equipment: int, **columns: Any) -> None:
        """Write columns of a table as the portal does."""
        names = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, 2))
        await self.world.owner.execute(
            f"UPDATE {SCHEMA}.{table} SET {names} WHERE id = $1", equipment, *columns.values()
        )

    def next_at(self, hour: int, minute: int) -> int:
        """Return the next time clocks show hour:minute; not for days when clocks change."""
        now = datetime.fromtimestamp(self.world.clock.now(), ZONE)
        at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return int((at if at > now else at + timedelta(days=1)).timestamp())

    def counted_writes(self) -> list[Constraints]:
        """Return a list that takes every wish the engine writes from now on."""
        storage, written = self.world.engine.rooms.rows.storage, []
        real: Callable[..., Awaitable[bool]] = storage.write_constraints

        async def write(equipment_id: Any, wishes: Constraints, *rest: Any) -> bool:
            written.append(wishes)
            return await real(equipment_id, wishes, *rest)

        storage.write_constraints = write  # type: ignore[method-assign]
        return written


def page(number: int, *, piloted: bool, rollers: Mapping[int, int] | None = None) -> list[str]:
    """Return the lines that show a page; `rollers`: rows by number of the object, in order."""
    color = "#00FF00" if piloted else "#FF0000"
    lines: list[dict[str, Any]] = [{"page": str(number), "id": 10, "bg_color": color}]
    lines += [{"page": str(number), "id": i, "val": v} for i, v in (rollers or {}).items()]
    lines += [
        {"page": str(number), "id": 3, "val": int(piloted)},
        {"page": 9, "id": 8, "text": "ecran connecté"},
        {"page": 9, "id": 8, "text_color": "#208020"},
        {"page": "8", "id": LAYOUT.pages[number].status_led, "bg_color": color},
    ]
    return [json.dumps(line) for line in lines]


def machine_page(number: int, end: int, cycle: int = 5400, *, piloted: bool) -> list[str]:
    """Return the lines that show a machine; `end` is a unix time, `cycle` in seconds."""
    local = datetime.fromtimestamp(end, ZONE)
    rollers = {8: local.hour, 9: local.minute // 15, 5: cycle // 3600, 6: cycle % 3600 // 900}
    return page(number, piloted=piloted, rollers=rollers)


async def announce(world: World, topic: str, payload: str) -> None:
    """Have the broker retain a message; empty, have it forget."""
    async with aiomqtt.Client(world.broker.host, world.broker.port) as client:
        await client.publish(topic, payload, qos=1, retain=True)
