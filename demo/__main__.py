"""The demonstration: `scripts/demo`."""

import asyncio
from contextlib import suppress
import fcntl
import logging
import os
import signal
import sys
import time
from typing import IO

from .home_assistant import PASSWORD, USER, ClientError, time_zone
from .options import Options, parse
from .parts.process import PartError
from .show import Show

BEGAN = time.monotonic()


def say(text: str) -> None:
    """Print progress with the time since the start."""
    print(f"[{time.monotonic() - BEGAN:5.1f} s] {text}", flush=True)


async def run(options: Options) -> int:
    """Start, tell where to look, stay until told to stop; return the exit code."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    if options.seconds is not None:
        loop.call_later(options.seconds, stopping.set)
    show = Show(options, say)
    stopped = asyncio.create_task(stopping.wait(), name="stop")
    work = asyncio.create_task(_perform(show, options), name="show")
    code = 0
    try:
        await asyncio.wait([stopped, work], return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
    except (PartError, ClientError, OSError) as error:
        say(f"error: {error}")
        say(f"Home Assistant wrote to {show.instance.log_path}")
        code = 1
    finally:
        say("stopping")
        for task in (work, stopped):
            task.cancel()
        with suppress(asyncio.CancelledError, PartError, ClientError, OSError):
            await work
        await show.stop()
        say("everything is stopped")
    return code


async def _perform(show: Show, options: Options) -> None:
    await show.start()
    assert show.installation
    assert show.screens
    say("ready")
    name = next(e.name for e in show.equipments if e.id == options.at_once)
    home = next(e.home for e in show.equipments if e.id == options.at_once)
    print(
        f"""
  Look at      {show.installation.url}
  Log in as    {USER}, password {PASSWORD}
  Touch        {show.screens.address}, the wall screens of two homes

  Within a minute the plan starts "{name}" of home {home}: watch it run and draw power.
  Turn a switch of the dashboard: the appliance and the database follow, and so do the lines below.
  All three homes are on one page; the third has no server.
  Ctrl-C stops everything.
""",
        flush=True,
    )
    await show.keep()


def main() -> int:
    """Run the demonstration once in its folder."""
    options = parse()
    # What is told here and what the forms are given are times of the homes, as in Home Assistant.
    os.environ["TZ"] = time_zone()
    time.tzset()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    options.folder.parent.mkdir(parents=True, exist_ok=True)
    with options.folder.with_name(f"{options.folder.name}.lock").open("w") as lock:
        if not _locked(lock):
            print(f"Another demonstration uses {options.folder}: give another --folder.")
            return 1
        return asyncio.run(run(options))


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
