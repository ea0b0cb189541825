"""One appliance of each typology, and what its row should hold."""

from typing import Any

from demo.specs import channel, finger, plug, relay, tasmota
from demo.territory import PILOTED, Equipment
from tests.fixtures_engine import World

from .bench import COMMAND, CONTROL, EMS, MODE

# Typology, devices, raw order that powers the load (none where it is pressed).
SWITCHED: dict[int, tuple[Any, ...]] = {
    120: (plug("W120"),),
    140: (relay("W140"),),
    180: (channel("W180", 3, usage=12),),
    190: (tasmota("W190"),),
}
PRESSED: dict[int, tuple[Any, ...]] = {
    130: (plug("W130", 21), finger("F130")),
    150: (plug("W150", 21), finger("F150", 31), finger("G150", 32)),
    160: (plug("W160", 21), finger("F160")),
}
STANDBY = {120: 11, 140: 12, 180: 12, 190: 11}
PRESSES = {130: ["F130"], 150: ["F150", "G150"], 160: ["F160", "F160"]}


def appliance(typology: int, *, mode: int = PILOTED, kind: int = 112) -> Equipment:
    devices = (SWITCHED | PRESSED)[typology]
    return Equipment(7, "R001", "Machine", kind, typology, devices, mode=mode)


async def columns(world: World) -> dict[str, Any]:
    row = await world.row(7)
    return {name: row[name] for name in (MODE, COMMAND, CONTROL, EMS)}


def expected(mode: int, command: int, control: int, ems: bool) -> dict[str, Any]:
    return {MODE: mode, COMMAND: command, CONTROL: control, EMS: ems}
