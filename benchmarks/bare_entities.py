"""Entities of Home Assistant's that do nothing, as many as ours: what an entity takes at least."""

from datetime import timedelta
import gc
import json
import logging
import os
from pathlib import Path
import sys
import tempfile
import time
from typing import Any

from homeassistant import bootstrap, runner
from homeassistant.components.sensor import DOMAIN, SensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import EntityPlatform

from benchmarks.cycles import resident
from benchmarks.home_assistant import entry
from benchmarks.stage import Stage
from demo.home_assistant import Instance

ENABLED = 8
"""Entities on each device, as an equipment of ours has beside its switch; and some disabled."""
PLATFORM = "bare"


class BareSensor(SensorEntity):
    """A sensor with a name, a device and a value."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, place: ConfigEntry, number: int, index: int) -> None:
        """Belong to a device of its own number; those after the first few are disabled."""
        self._attr_unique_id = f"{place.entry_id}_{number}_{index}"
        self._attr_name = f"Value {index}"
        self._attr_native_value = "off"
        self._attr_entity_registry_enabled_default = index < ENABLED
        self._attr_device_info = DeviceInfo(
            identifiers={(PLATFORM, str(number))}, name=f"Machine {number}"
        )


async def measure(count: int, disabled: int, folder: str) -> dict[str, Any]:
    """Return what the entities of `count` devices take, each with some that are disabled."""
    hass = await bootstrap.async_setup_hass(runner.RuntimeConfig(config_dir=folder, skip_pip=True))
    assert hass is not None
    await hass.async_start()
    logging.disable(logging.CRITICAL)
    # Never set up: devices need an entry to belong to.
    place = entry(PLATFORM, {}, {}, 1)
    hass.config_entries._entries[place.entry_id] = place  # noqa: SLF001
    platform = EntityPlatform(
        hass=hass,
        logger=logging.getLogger(__name__),
        domain=DOMAIN,
        platform_name=PLATFORM,
        platform=None,
        scan_interval=timedelta(days=1),
        entity_namespace=None,
    )
    platform.config_entry = place
    before, began = resident(), time.perf_counter()
    for number in range(count):
        sensors = [BareSensor(place, number, index) for index in range(ENABLED + disabled)]
        await platform.async_add_entities(sensors)
    await hass.async_block_till_done()
    start = time.perf_counter() - began
    del sensors
    return {
        "entities": len(platform.entities),
        "disabled": count * disabled,
        "memory_bytes": resident() - before,
        "start_s": start,
    }


def main() -> None:
    stage, disabled = Stage.load(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        place = Instance(Path(folder) / "home_assistant").folder
        (place / "configuration.yaml").write_text("homeassistant:\n")
        loop = runner.create_event_loop()
        figures = loop.run_until_complete(measure(stage.count, disabled, str(place)))
    gc.freeze()
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
    # Threads of Home Assistant's own may still wait for something.
    os._exit(0)
