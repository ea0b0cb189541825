"""What a person clicks to have a home without any server: loads, a meter, rules, a UPS."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
import time
from typing import Any

from demo.names import named
from demo.parts.process import PartError
from demo.solar import BASE, FORECAST, SolarLife, solar_home

from .client import Client

DOMAIN = "elfe_commande"
NAMES = {"en": "Solar home", "fr": "Maison solaire"}
METER = {"en": "Smart meter", "fr": "Compteur"}
SURPLUS: dict[str, dict[str, float]] = {
    "surplus_thresholds": {
        "surplus_off": -100,
        "surplus_on_delay": 10,
        "surplus_off_delay": 20,
    },
    "times": {"min_on": 90, "min_off": 60},
}
"""Quicker than the defaults of the form, as the demonstration's sun is."""
WATTS = {1: 2000, 2: 1500, 3: 2100}
"""What each load draws, by its number in the entry, which is its place among the rules too."""
PRICES = {"peak": 0.27, "off_peak": 0.20}
CHEAP_IN = timedelta(hours=1)
"""Until the off-peak hours of the demonstration: there is something to wait for."""
SOLD = 0.08
"""Euros per kWh."""
LOOK_EVERY = 20
"""Seconds between two looks at the rules."""
OFTEN = 10
"""The least that the options take."""
READY_IN = timedelta(hours=3)


async def install_solar_home(client: Client, life: SolarLife, language: str) -> str:
    """Add the home and all that belongs to it, by its flows; return the id of its entry."""
    entry = await client.configure(
        DOMAIN, {"next_step_id": "local"}, {"home": NAMES[language]}, {"next_step_id": "later"}
    )
    entry_id: str = entry["entry_id"]
    await client.choose(
        entry_id,
        {"next_step_id": "local"},
        {
            "orders_at_once": 16,
            "rule_period": max(OFTEN, round(LOOK_EVERY * life.pace)),
            "ack_timeouts": {},
        },
    )
    heater, radiator, washer = named(solar_home(), language)
    await client.add(entry_id, "meter", {"port": life.meter.line.url}, {"name": METER[language]})
    await client.add(
        entry_id,
        "equipment",
        {"next_step_id": "mqtt"},
        {"name": heater.name, "equipment_type": "water_heater", "driver": "shelly_plus"},
        {"topic": "shelly/D121"},
        {"nominal_power": WATTS[1]},
    )
    await client.add(
        entry_id,
        "equipment",
        {"next_step_id": "mqtt"},
        {"name": radiator.name, "equipment_type": "heater", "driver": "tasmota"},
        {"topic": "A122"},
        {"nominal_power": WATTS[2]},
    )
    plug = await _entity(client, life.plug_unique_id)
    ready_by = (datetime.now().astimezone() + READY_IN).strftime("%H:%M:00")
    await client.add(
        entry_id,
        "equipment",
        {"next_step_id": "entity"},
        {"name": washer.name, "equipment_type": "washing_machine", "entity_id": plug},
        {
            "ready_by": ready_by,
            "cycle_duration": washer.cycle // 60,
            "measure": {
                "nominal_power": WATTS[3],
                "power_sensor": await _entity(client, life.power_unique_id(washer.id)),
            },
        },
    )
    # The machine is full: it may start when there is a surplus, and will be ready in time.
    await client.act("switch.turn_on", entity_id=await _entity(client, f"{entry_id}_3_pilot"))
    # Tank and heater follow the surplus; the machine, which has an end, the planner.
    await client.add(
        entry_id,
        "planner",
        {
            "prices": "two_rates",
            "export": SOLD,
            "advanced": {"forecasts": [await _entity(client, FORECAST)], "base_load": BASE},
        },
        {**PRICES, "hours": _off_peak(datetime.now().astimezone())},
    )
    surplus = await _entity(client, ending="_surplus")
    for number in WATTS:
        await client.add(
            entry_id,
            "surplus_rule",
            {"equipment": str(number), "surplus": surplus, "more": True},
            {"rank": {"priority": number}, **_paced(SURPLUS, life.pace)},
        )
    assert life.ups
    await client.add(
        entry_id,
        "ups",
        {"host": life.ups.host, "port": life.ups.port},
        {"shedding": {"policy": "shed", "return_after": 20}},
    )
    return entry_id


def _off_peak(now: datetime) -> str:
    """Return two hours that begin soon, from a quarter-hour on."""
    begin = now + CHEAP_IN
    begin += timedelta(minutes=15 - begin.minute % 15)
    return f"{begin:%H:%M}-{begin + timedelta(hours=2):%H:%M}"


def _paced(sections: Mapping[str, Mapping[str, float]], pace: float) -> dict[str, dict[str, float]]:
    """Return the settings of a rule with all that is in seconds made quicker, or slower."""
    return {
        section: {
            key: value if key == "surplus_off" else value * pace for key, value in fields.items()
        }
        for section, fields in sections.items()
    }


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
