"""A real Home Assistant with our integration, its entities, and its own MQTT integration."""

import asyncio
from functools import partial
import gc
import json
import logging
from pathlib import Path
import sys
import tempfile
import time
from types import MappingProxyType
from typing import Any

from homeassistant import bootstrap, core, runner
from homeassistant.config_entries import ConfigEntries, ConfigEntry
from homeassistant.const import __version__
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.registry import SAVE_DELAY

from benchmarks.cycles import BY_HAND, Rehearsed, Statements, Wall, resident, until
from benchmarks.stage import Stage
from custom_components.elfe_commande import assembly
from custom_components.elfe_commande.adapters.clock import HomeAssistantClock
from custom_components.elfe_commande.configuration import entry_settings as settings
from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.storage.postgres import PostgresStorage
from demo.home_assistant import Instance


def entry(domain: str, data: dict[str, Any], options: dict[str, Any], version: int) -> ConfigEntry:
    """Return a config entry as a flow makes it."""
    return ConfigEntry(
        domain=domain,
        data=data,
        options=options,
        title=domain,
        source="user",
        unique_id=None,
        version=version,
        minor_version=1,
        discovery_keys=MappingProxyType({}),
        subentries_data=None,
    )


async def install(hass: core.HomeAssistant, stage: Stage, *, compact: bool) -> ConfigEntry:
    """Set MQTT and our integration up; return our entry."""
    broker = {"broker": stage.host, "port": stage.broker_port, "protocol": "5"}
    entries: ConfigEntries = hass.config_entries
    await entries.async_add(entry("mqtt", broker, {}, 2))
    await hass.async_block_till_done()
    before = resident()
    ours = entry(
        DOMAIN,
        {
            "entry_type": "postgresql",
            "host": stage.host,
            "port": stage.postgres_port,
            "database": stage.database,
            "username": stage.user,
            "password": stage.password,
            "ssl": "disable",
        },
        {"compact": compact},
        1,
    )
    began = time.perf_counter()
    await entries.async_add(ours)
    hub = ours.runtime_data
    await until(lambda: hub.engine.lifecycle.code is Code.RUNNING, "the engine")
    hass.data["bench_start"] = time.perf_counter() - began
    await hass.async_block_till_done()
    hass.data["bench_before"] = before
    return ours


async def registries_written(hass: core.HomeAssistant) -> None:
    """Wait until Home Assistant wrote its registries of new entities.

    It has when the first cycle comes, half a minute after the entry is up.
    """
    await asyncio.sleep(SAVE_DELAY + 2)
    await hass.async_block_till_done()


async def measure(stage: Stage, folder: str, *, compact: bool) -> dict[str, Any]:
    """Return the figures of one cycle, of its entities and of the memory."""
    statements, wall = Statements(), Wall(stage)
    HomeAssistantClock.now = lambda _: wall.now()  # type: ignore[method-assign]
    settings.timing = lambda _: BY_HAND
    assembly.PostgresStorage = partial(PostgresStorage, opened=statements.watch)
    hass = await bootstrap.async_setup_hass(runner.RuntimeConfig(config_dir=folder, skip_pip=True))
    assert hass is not None
    await hass.async_start()
    logging.disable(logging.CRITICAL)
    # Home Assistant would log what ends this process.
    sys.excepthook = sys.__excepthook__
    ours = await install(hass, stage, compact=compact)
    hub = ours.runtime_data
    registry = er.async_get(hass)
    registered = er.async_entries_for_config_entry(registry, ours.entry_id)
    entities = sum(not each.disabled for each in registered)
    show = Rehearsed(
        hub.engine,
        hub.messenger,
        statements,
        wall,
        lambda: hub.coordinator.settled,
    )
    memory = resident() - hass.data["bench_before"]
    await registries_written(hass)
    saved_memory = resident() - hass.data["bench_before"]
    await show.rehearse()
    figures = await show.measure()
    await hass.async_stop(force=True)
    return {
        **figures,
        "entities": entities,
        "disabled": len(registered) - entities,
        "memory_bytes": memory,
        "start_s": hass.data["bench_start"],
        "saved_memory_bytes": saved_memory,
        "home_assistant": __version__,
    }


def main() -> None:
    stage, compact = Stage.load(sys.argv[1]), sys.argv[2:] == ["compact"]
    logging.basicConfig(level=logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        # A folder as the demonstration makes it, on a free port; no recorder.
        place = Instance(Path(folder) / "home_assistant").folder
        (place / "configuration.yaml").write_text("homeassistant:\n")
        policy = runner.create_event_loop()
        figures = policy.run_until_complete(measure(stage, str(place), compact=compact))
    gc.freeze()
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
    # Threads of Home Assistant's own may still wait for something.
    import os

    os._exit(0)
