"""Switches pressed on wall screens of a real Home Assistant, idle and during a cycle."""

import asyncio
from functools import partial
import json
import logging
import os
from pathlib import Path
import sys
import tempfile
import time
from typing import Any

from homeassistant import bootstrap, runner

from benchmarks.cycles import BY_HAND, Rehearsed, Statements, Wall, until
from benchmarks.fingers import Fingers, latencies
from benchmarks.home_assistant import install, registries_written
from benchmarks.loop_watch import FullCollections
from benchmarks.stage import Stage
from benchmarks.wall import furnish, plug_of
from custom_components.elfe_commande import assembly
from custom_components.elfe_commande.adapters.clock import HomeAssistantClock
from custom_components.elfe_commande.configuration import entry_settings as settings
from custom_components.elfe_commande.storage.postgres import PostgresStorage
from demo.home_assistant import Instance
from demo.specs import plug

IDLE, BUSY = 40, 40
"""Homes pressed while nothing else happens, and during the cycle."""
IDLE_EVERY, BUSY_EVERY = 0.25, 0.04


async def measure(stage: Stage, folder: str) -> dict[str, Any]:
    """Return how long screens take to show a press, in milliseconds."""
    await furnish(stage, IDLE + BUSY)
    wall = Wall(stage)
    statements = Statements()
    HomeAssistantClock.now = lambda _: wall.now()  # type: ignore[method-assign]
    settings.timing = lambda _: BY_HAND
    assembly.PostgresStorage = partial(PostgresStorage, opened=statements.watch)  # type: ignore[misc]
    hass = await bootstrap.async_setup_hass(runner.RuntimeConfig(config_dir=folder, skip_pip=True))
    assert hass is not None
    await hass.async_start()
    logging.disable(logging.CRITICAL)
    # Home Assistant would log what ends this process.
    sys.excepthook = sys.__excepthook__
    hub = (await install(hass, stage, compact=False)).runtime_data
    await registries_written(hass)
    quiet = lambda: hub.coordinator.settled  # noqa: E731
    messenger = hub.messenger
    show = Rehearsed(hub.engine, messenger, statements, wall, quiet)
    for home in range(IDLE + BUSY):
        await messenger.publish(f"{plug(plug_of(home)).topics.control}/power", "1.00")
    await show.rehearse()
    fingers = await Fingers.begin(stage.host, stage.broker_port, IDLE + BUSY)
    with FullCollections() as idle_full:
        idle = await fingers.press(0, IDLE, IDLE_EVERY)
    orders = show.published
    with FullCollections() as busy_full:
        cycle = asyncio.create_task(show.measure())
        # The first order of the cycle is on its way: now everybody is busy.
        await until(lambda: 0 < show.published != orders, "the cycle")
        pressing = asyncio.create_task(fingers.press(IDLE, BUSY, BUSY_EVERY))
        figures = await cycle
        ended = time.time()
        busy = await pressing
    await fingers.end()
    await hass.async_stop(force=True)
    during = [press for press in busy if press.at <= ended]
    return {
        **{f"idle_{key}": value for key, value in latencies(idle, idle_full.within).items()},
        **{f"busy_{key}": value for key, value in latencies(during, busy_full.within).items()},
        "cycle_s": figures["cycle_s"],
        "ordered": figures["ordered"],
    }


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    with tempfile.TemporaryDirectory() as name:
        place = Instance(Path(name) / "home_assistant").folder
        (place / "configuration.yaml").write_text("homeassistant:\n")
        found = runner.create_event_loop().run_until_complete(
            measure(Stage.load(sys.argv[1]), str(place))
        )
    print(json.dumps(found), flush=True)
    # Threads of Home Assistant's own may still wait for something.
    os._exit(0)
