"""What views of plans cost Home Assistant in a quiet quarter-hour: over real connections, with and without.

Nothing is ordered; half of the appliances tell their power each minute, and the quarter-hour ends once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import gc
import json
import logging
from pathlib import Path
import sys
import tempfile
import time
from typing import Any, Final

from homeassistant import bootstrap, core, runner
from homeassistant.auth.const import GROUP_ID_ADMIN

from benchmarks.cycles import BY_HAND, Rehearsed, Statements, Wall
from benchmarks.home_assistant import install, registries_written
from benchmarks.stage import MACHINE, SLOT, Stage, Theatre, run_case
from custom_components.elfe_commande.adapters.clock import HomeAssistantClock
from custom_components.elfe_commande.configuration import entry_settings as settings
from demo.home_assistant import Instance

COUNT, VIEWS = 1000, 20
MOST: Final = 0.05
"""The aim: of one core."""
SECONDS: Final = 60.0
"""How long is measured of the quarter-hour between its ends: it is the same all the time."""


@asynccontextmanager
async def viewers(stage: Stage, address: str, token: str, views: int) -> AsyncIterator[Any]:
    """Have people look, and plugs measure; yields where what they were told is put at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "benchmarks.viewers", address, token, str(views)),
        *(stage.host, str(stage.broker_port), str(stage.count)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await asyncio.wait_for(process.stdout.readline(), 180)
    told: dict[str, int] = {}
    yield told
    output, _ = await process.communicate()
    told |= json.loads(output)


async def quarter_hour(show: Rehearsed, hass: core.HomeAssistant) -> tuple[float, float]:
    """Return the processor time of a stretch of the quarter-hour, and of its end with its cycle."""
    gc.collect()
    began = time.process_time()
    await asyncio.sleep(SECONDS)
    between = time.process_time() - began
    show.wall.next_slot()
    began = time.process_time()
    await show.engine.run_cycle()
    # What it brings is told in the seconds after it, measures meanwhile included.
    await asyncio.sleep(SECONDS / 4)
    await hass.async_block_till_done()
    return between, time.process_time() - began


async def measure(stage: Stage, folder: Path, address: str) -> dict[str, Any]:
    """Return the figures with nobody looking, and with all."""
    wall = Wall(stage)
    HomeAssistantClock.now = lambda _: wall.now()  # type: ignore[method-assign, assignment]
    settings.timing = lambda _: BY_HAND  # type: ignore[assignment]
    config = runner.RuntimeConfig(config_dir=str(folder), skip_pip=True)
    hass = await bootstrap.async_setup_hass(config)
    assert hass is not None
    await hass.async_start()
    logging.disable(logging.CRITICAL)
    sys.excepthook = sys.__excepthook__
    hub = (await install(hass, stage, compact=False)).runtime_data
    user = await hass.auth.async_create_user("Bench", group_ids=[GROUP_ID_ADMIN])
    refresh = await hass.auth.async_create_refresh_token(user, "https://bench.test/")
    token = hass.auth.async_create_access_token(refresh)
    show = Rehearsed(hub.engine, hub.messenger, Statements(), wall, lambda: hub.coordinator.settled)
    await registries_written(hass)
    await show.rehearse()
    # The first time is for what a start leaves to do.
    _ = await looked_at(0, stage, show, hass, (address, token))
    alone = await looked_at(0, stage, show, hass, (address, token))
    looked = await looked_at(VIEWS, stage, show, hass, (address, token))
    await hass.async_stop(force=True)
    return {f"{key}_alone": value for key, value in alone.items()} | looked


async def looked_at(
    views: int, stage: Stage, show: Rehearsed, hass: core.HomeAssistant, place: tuple[str, str]
) -> dict[str, Any]:
    """Return what a quarter-hour takes while there are some views."""
    async with viewers(stage, *place, views) as told:
        between, end = await quarter_hour(show, hass)
    return {"between_s": between, "end_s": end, **told}


def main() -> None:
    """Measure in this process."""
    stage = Stage.load(sys.argv[1])
    logging.basicConfig(level=logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        instance = Instance(Path(folder) / "home_assistant", port=0)
        instance.folder.joinpath("configuration.yaml").write_text("homeassistant:\n")
        policy = runner.create_event_loop()
        figures = policy.run_until_complete(measure(stage, instance.folder, instance.address))
    print(json.dumps(figures), flush=True)


async def compare() -> dict[str, Any]:
    """Return the figures of a fresh stage."""
    async with Theatre(0.02) as theatre, theatre.stage(COUNT, type_id=MACHINE, changed=0) as stage:
        return await run_case("pushes", stage)


def share(figures: dict[str, Any]) -> float:
    """Return what the views cost in a quarter-hour, as a share of one core."""
    between = figures["between_s"] - figures["between_s_alone"]
    end = figures["end_s"] - figures["end_s_alone"]
    # In what follows the end, measures go on as ever.
    end -= between / 4
    return float((between * SLOT / SECONDS + end) / SLOT)


def report() -> bool:
    """Measure, print; return whether the aim is met."""
    figures = asyncio.run(compare())
    found = share(figures)
    for key, value in figures.items():
        print(f"{key}: {value:.3f}" if isinstance(value, float) else f"{key}: {value:,}")
    verdict = "met" if found <= MOST else "not met"
    print(
        f"{COUNT:,} appliances, {VIEWS} views: {found:.2%} of a core in a quiet quarter-hour"
        f" (at most {MOST:.0%}: {verdict})"
    )
    return found <= MOST


if __name__ == "__main__":
    main()
    # Threads of Home Assistant's own may still wait for something.
    import os

    os._exit(0)
