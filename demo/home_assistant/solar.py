"""What a person clicks to have a home without any server: loads, a meter, rules, a UPS."""

import asyncio
from datetime import datetime, timedelta
import time
from typing import Any

from demo.parts.process import PartError
from demo.solar import SolarLife, solar_home

from .client import Client

DOMAIN = "elfe_commande"
NAMES = {"en": "Solar home", "fr": "Maison solaire"}
METER = {"en": "Smart meter", "fr": "Compteur"}
SURPLUS = {
    "surplus_thresholds": {
        "surplus_off": -100,
        "surplus_on_delay": 10,
        "surplus_off_delay": 20,
    },
    "times": {"min_on": 90, "min_off": 60},
}
"""Quicker than the defaults of the form, as the demonstration's sun is."""
LOOK_EVERY = 20
"""Seconds between two looks at the rules."""
READY_IN = timedelta(hours=3)


async def install_solar_home(client: Client, life: SolarLife, language: str) -> str:
    """Add the home and all that belongs to it, by its flows; return the id of its entry."""
    entry = await client.configure(DOMAIN, {"next_step_id": "local"}, {"home": NAMES[language]})
    entry_id: str = entry["entry_id"]
    await client.choose(
        entry_id,
        {"next_step_id": "local"},
        {"orders_at_once": 16, "rule_period": LOOK_EVERY, "ack_timeouts": {}},
    )
    heater, radiator, washer = solar_home()
    await client.add(entry_id, "meter", {"port": life.meter.line.url}, {"name": METER[language]})
    await client.add(
        entry_id,
        "equipment",
        {"next_step_id": "mqtt"},
        {"name": heater.name, "equipment_type": "water_heater", "driver": "shelly_plus"},
        {"topic": "shelly/D121"},
        {"operation": "continuous", "nominal_power": 2000},
    )
    await client.add(
        entry_id,
        "equipment",
        {"next_step_id": "mqtt"},
        {"name": radiator.name, "equipment_type": "heater", "driver": "tasmota"},
        {"topic": "A122"},
        {"operation": "continuous", "nominal_power": 1500},
    )
    plug = await _entity(client, life.plug_unique_id)
    ready_by = (datetime.now().astimezone() + READY_IN).strftime("%H:%M:00")
    await client.add(
        entry_id,
        "equipment",
        {"next_step_id": "entity"},
        {"name": washer.name, "equipment_type": "washing_machine", "entity_id": plug},
        {
            "operation": "once",
            "ready_by": ready_by,
            "cycle_duration": washer.cycle // 60,
            "nominal_power": 2100,
            "power_sensor": await _entity(client, life.power_unique_id(washer.id)),
        },
    )
    # The machine is full: it may start when there is a surplus, and will be ready in time.
    await client.act("switch.turn_on", entity_id=await _entity(client, f"{entry_id}_3_pilot"))
    surplus = await _entity(client, ending="_surplus")
    loads = (("1", 2000, 1), ("2", 1500, 2), ("3", 2100, 3))
    for equipment, watts, priority in loads:
        await client.add(
            entry_id,
            "surplus_rule",
            {
                "equipment": equipment,
                "surplus": surplus,
                "nominal_power": watts,
                "rank": {"priority": priority},
                **SURPLUS,
            },
        )
    assert life.ups
    await client.add(
        entry_id,
        "ups",
        {"host": life.ups.host, "port": life.ups.port},
        {"shedding": {"policy": "shed", "return_after": 20}},
    )
    return entry_id


async def _entity(
    client: Client, unique_id: str | None = None, *, ending: str = "-", within: float = 15
) -> str:
    """Return an entity by its unique id, or by what that ends in, once it is there."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        entities: list[dict[str, Any]] = await client.command("config/entity_registry/list")
        for entity in entities:
            if entity["unique_id"] == unique_id or entity["unique_id"].endswith(ending):
                found: str = entity["entity_id"]
                return found
        await asyncio.sleep(0.2)
    raise PartError(f"Home Assistant has no entity {unique_id or ending}")
