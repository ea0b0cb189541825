"""Home Assistant stops, or is killed, in the middle of things."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
import json
from pathlib import Path
import shutil

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.lifecycle import Code, NotRunningError
from demo.appliances import Behaviour
from demo.territory import Household
from tests.engine.bench import COMMAND, MODE, calm, until_row
from tests.fixtures_home_assistant import Installed, no_yaml

from .homes import (
    DISHES,
    FINGER,
    FINGER_COMMAND,
    PLUG,
    WASHING,
    WASHING_COMMAND,
    issues_of,
    live_in,
)


def remembered_code(stored: Path, installed: Installed) -> object:
    """Return the code that a restart would find."""
    name = f"{DOMAIN}.{installed.entry.entry_id}.memory"
    return json.loads((stored / name).read_text(encoding="utf-8"))["data"]["code"]


def unclean(installed: Installed) -> bool:
    """Return whether the engine found that the one before it was killed."""
    return installed.hub.engine.unclean_stop


def keep(stored: Path, kept: Path) -> None:
    """Keep what is on disk at this moment; a file that is being written has another name yet."""
    kept.mkdir()
    for path in stored.glob(f"{DOMAIN}.*"):
        shutil.copy(path, kept)


def restore(kept: Path, stored: Path) -> None:
    """Make the disk what it was at some moment."""
    for path in stored.glob(f"{DOMAIN}.*"):
        path.unlink()
    for path in kept.iterdir():
        shutil.copy(path, stored)


@asynccontextmanager
async def in_the_middle(installed: Installed) -> AsyncIterator[Household]:
    """Begin two orders that no device answers, a plug's and a finger's."""
    world = installed.world
    household = await live_in(installed, WASHING, DISHES)
    world.timing = calm(ack=20.0)
    for name in ("I102", "I109"):
        household.devices[name].behaviour = Behaviour.SILENT
    for machine in (PLUG, FINGER):
        await world.plan(machine, [1])
    await installed.setup()
    cycling = asyncio.create_task(installed.cycle(), name="test's cycle")
    await world.fleet.recorder.wait(topic=WASHING_COMMAND)
    await world.fleet.recorder.wait(topic=FINGER_COMMAND)
    yield household
    with suppress(NotRunningError):
        await cycling


async def start_after(installed: Installed, household: Household) -> None:
    """Start again, with devices that answer now, and run a cycle."""
    for device in household.devices.values():
        device.behaviour = Behaviour.ACK
    await installed.setup()
    await installed.cycle()


async def check_what_follows(installed: Installed) -> None:
    """The plug is ordered anew; the press is reported, and never made again."""
    world = installed.world
    assert world.orders(WASHING_COMMAND) == ["on", "on"]
    await until_row(world, PLUG, **{MODE: 20, COMMAND: 13})
    assert len(world.orders(FINGER_COMMAND)) == 1
    await until_row(world, FINGER, **{MODE: 20, COMMAND: 13})
    assert "press_doubtful" in issues_of(installed.hass)


async def test_a_stop_in_the_middle_of_orders(
    installed: Installed, mqtt_entry: MockConfigEntry, stored: Path
) -> None:
    hass = installed.hass
    async with in_the_middle(installed) as household:
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await hass.async_block_till_done()
    assert installed.hub.engine.lifecycle.code is Code.STOPPED
    assert remembered_code(stored, installed) == 33

    await installed.unload()
    with no_yaml():
        assert await hass.config_entries.async_reload(mqtt_entry.entry_id)
    await start_after(installed, household)

    assert not unclean(installed)
    await check_what_follows(installed)


async def test_an_unload_in_the_middle_of_orders(installed: Installed, stored: Path) -> None:
    async with in_the_middle(installed) as household:
        await installed.unload()
    assert remembered_code(stored, installed) == 33

    await start_after(installed, household)

    assert not unclean(installed)
    await check_what_follows(installed)


async def test_a_kill_in_the_middle_of_orders(
    installed: Installed, stored: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is on disk at that moment is all that the next start has."""
    kept = tmp_path_factory.mktemp("killed") / "storage"
    async with in_the_middle(installed) as household:
        await installed.hub.engine.rooms.rows.journal.save()
        keep(stored, kept)
        await installed.unload()
    restore(kept, stored)

    await start_after(installed, household)

    await check_what_follows(installed)


async def test_a_kill_is_noticed(
    installed: Installed, stored: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kept = tmp_path_factory.mktemp("killed") / "storage"
    await live_in(installed, WASHING)
    await installed.setup()
    await installed.cycle()
    assert not unclean(installed)
    assert remembered_code(stored, installed) == 20
    keep(stored, kept)
    await installed.unload()
    restore(kept, stored)

    await installed.setup()

    assert unclean(installed)
    await installed.reload()
    assert not unclean(installed)
