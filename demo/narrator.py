"""Tells on the terminal what happens to the appliances, as it happens."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

import asyncpg

from .appliances import Fleet, Received
from .database import RESULT, SCHEMA
from .database.results import SLOT
from .meters import Meters
from .parts import DATABASE_ERRORS, Access
from .specs import DeviceSpec
from .territory import PILOTED, Equipment

TABLE = f"{SCHEMA}.equipement_pilote_ou_mesure"
POLL = 0.5
SCREEN = 711
RUNNING_WATTS = 10.0
DELAY = 5
"""Seconds after a quarter-hour at which the integration reads the plan."""

TYPOLOGIES = {
    120: "plug",
    130: "plug and finger",
    140: "relay and sensor",
    150: "plug and two fingers",
    160: "finger, double press",
    170: "plug that switches on, finger",
    180: "relay and meter",
    190: "inverted relay",
    200: "measured only",
}
DEVICES = {
    111: "Shelly Plug S",
    112: "Tasmota plug",
    211: "meter",
    311: "SwitchBot",
    411: "Shelly Plus",
    711: "screen",
    811: "PLC output",
}
MODES = {1: "measured", 20: "manual", 30: "piloted"}


def clock(moment: float) -> str:
    """Return a unix time as the hour on this machine's wall."""
    return datetime.fromtimestamp(moment).astimezone().strftime("%H:%M:%S")


async def next_starts(access: Access, now: float) -> dict[int, int]:
    """Return when the newest plans next start each equipment, unix seconds."""
    connection = await access.connect()
    try:
        rows = await connection.fetch(
            f"SELECT DISTINCT ON (machine_id) * FROM {RESULT}"  # noqa: S608
            " ORDER BY machine_id, first_valid_timestamp DESC, id DESC"
        )
    finally:
        await connection.close()
    starts: dict[int, int] = {}
    for row in rows:
        first = row["first_valid_timestamp"]
        for slot, decision in enumerate(tuple(row)[5:]):
            if decision and first + slot * SLOT + DELAY > now:
                starts[row["machine_id"]] = first + slot * SLOT + DELAY
                break
    return starts


def table(equipments: Iterable[Equipment], starts: dict[int, int], at_once: int) -> str:
    """Return who is what, and when the plan starts it."""
    heads = ("home", "id", "appliance", "installation", "mode", "next start", "devices")
    lines = [heads]
    for each in equipments:
        start = clock(starts[each.id]) if each.id in starts else ""
        if each.mode != PILOTED:
            start = ""
        elif each.id == at_once:
            start = "at once"
        devices = ", ".join(f"{d.id} {DEVICES.get(d.type, d.type)}" for d in each.devices)
        lines.append(
            (
                each.home,
                str(each.id),
                each.name,
                f"{each.typology} {TYPOLOGIES.get(each.typology, '')}",
                MODES.get(each.mode, str(each.mode)),
                start,
                devices,
            )
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  " + "  ".join(map(str.ljust, line, widths, strict=True)).rstrip() for line in lines
    )


class Narrator:
    """Prints orders, power drawn and changes of mode."""

    def __init__(
        self, fleet: Fleet, meters: Meters, equipments: Iterable[Equipment], access: Access
    ) -> None:
        """Know who hangs on which topic; `access` may read the coordination database."""
        self._fleet = fleet
        self._meters = meters
        self._access = access
        self._equipments = {each.id: each for each in equipments}
        self._heard = {
            topic: (each, spec)
            for each in self._equipments.values()
            for spec in each.devices
            for topic in self._topics(spec)
        }
        self._draws: dict[int, bool] = {}
        self._modes: dict[int, int] = {}

    async def run(self) -> None:
        """Tell for ever; a database that does not answer is nobody's business here."""
        connection: asyncpg.Connection | None = None
        while True:
            self._tell_orders()
            self._tell_power()
            with suppress(*DATABASE_ERRORS):
                if connection is None or connection.is_closed():
                    connection = await self._access.connect()
                self._tell_modes(
                    await connection.fetch(
                        f"SELECT id, equipement_pilote_ou_mesure_mode_id FROM {TABLE}"  # noqa: S608
                    )
                )
            await asyncio.sleep(POLL)

    def _tell_orders(self) -> None:
        messages: list[Received] = list(self._fleet.recorder)
        self._fleet.recorder.clear()
        for message in messages:
            if message.topic in self._heard:
                equipment, spec = self._heard[message.topic]
                if spec.type == SCREEN:
                    # Its pages are to be seen, line by line they only fill the terminal.
                    continue
                kind = DEVICES.get(spec.type, "device")
                _say(equipment, f"{kind} {spec.id} {self._understood(spec, message)}", message.time)

    def _topics(self, spec: DeviceSpec) -> set[str]:
        device = self._fleet.devices.get(spec.id)
        return {spec.topics.command} | ({device.question_topic} if device else set())

    def _understood(self, spec: DeviceSpec, message: Received) -> str:
        device = self._fleet.devices.get(spec.id)
        if device and device.question(message.topic, message.payload) is not None:
            return "is asked for its state"
        return f"is told {message.text}"

    def _tell_power(self) -> None:
        for number, equipment in self._equipments.items():
            with suppress(KeyError):
                watts = self._meters.watts(number)
                draws = watts >= RUNNING_WATTS
                if self._draws.get(number, draws) is not draws:
                    _say(equipment, f"now draws {watts:.0f} W")
                self._draws[number] = draws

    def _tell_modes(self, rows: Iterable[Any]) -> None:
        for number, mode in rows:
            before = self._modes.get(number, mode)
            if before != mode and number in self._equipments:
                words = " -> ".join(MODES.get(each, str(each)) for each in (before, mode))
                _say(self._equipments[number], f"database: {words}")
            self._modes[number] = mode


def _say(equipment: Equipment, text: str, moment: float | None = None) -> None:
    now = datetime.now().astimezone().timestamp() if moment is None else moment
    print(f"{clock(now)}  {equipment.home} {equipment.name}: {text}", flush=True)
