"""What the command line of the demonstration says."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .solar.roof import DAY

MISBEHAVIOURS = ("silent", "late", "wrong", "error")
FOLDER = Path(__file__).resolve().parents[1] / ".demo" / "home_assistant"


@dataclass(frozen=True, slots=True)
class Options:
    """The command line; times in seconds."""

    port: int | None = None
    language: str = "en"
    seconds: float | None = None
    misbehave: str | None = None
    device: str | None = None
    status: Path | None = None
    folder: Path = FOLDER
    at_once: int = 1
    quiet: bool = False
    screens_port: int = 0
    day: float = DAY
    """From one sunrise of the solar home to the next."""


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line; exit with a message when it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Two homes with simulated appliances, a planner, and a real Home Assistant.",
        epilog="Ctrl-C stops everything. Nothing but the folder .demo is left behind.",
    )
    add = parser.add_argument
    add(
        "--port",
        type=int,
        help="port of Home Assistant (8123, or a free one when that is busy; 0: any free one)",
    )
    add("--screens-port", type=int, default=0, help="port of the page of screens (a free one)")
    add("--language", choices=("en", "fr"), default="en", help="language of Home Assistant")
    add("--seconds", type=float, metavar="N", help="stop after N seconds")
    add(
        "--day",
        type=float,
        default=DAY,
        metavar="N",
        help=f"a day of the solar home takes N seconds ({DAY:g})",
    )
    add("--misbehave", choices=MISBEHAVIOURS, help="how appliances answer their orders")
    add("--device", metavar="ID", help="only this device misbehaves, C101 for example (all do)")
    add("--start", type=int, default=1, metavar="ID", help="appliance that the plan starts (1)")
    add(
        "--status", type=Path, metavar="FILE", help="write addresses and credentials there, as JSON"
    )
    add(
        "--folder",
        type=Path,
        default=FOLDER,
        help="folder of Home Assistant, emptied (.demo/home_assistant)",
    )
    add("--quiet", action="store_true", help="do not tell what happens to the appliances")
    found = parser.parse_args(arguments)
    if found.device and not found.misbehave:
        parser.error("--device goes with --misbehave")
    return Options(
        port=found.port,
        language=found.language,
        seconds=found.seconds,
        misbehave=found.misbehave,
        device=found.device,
        status=found.status and found.status.resolve(),
        folder=found.folder.resolve(),
        at_once=found.start,
        quiet=found.quiet,
        screens_port=found.screens_port,
        day=found.day,
    )
