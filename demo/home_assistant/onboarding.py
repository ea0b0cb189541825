"""What a person does once in a new Home Assistant: a user, MQTT, our integration, a dashboard."""

import asyncio
from dataclasses import dataclass
import time
from typing import Any

from demo.parts import Access
from demo.parts.process import PartError
from demo.solar import SolarLife

from .client import Client
from .dashboard import DASHBOARD, WORDS, describe
from .solar import install_solar_home

USER = PASSWORD = "demo"
DOMAIN = "elfe_commande"
FAILED = {"setup_error", "migration_error", "failed_unload"}


@dataclass(frozen=True, slots=True)
class Installation:
    """What was set up, and where to look."""

    entry_id: str
    solar_entry_id: str
    url: str


async def install(client: Client, *, access: Access, mqtt: tuple[str, int], language: str) -> str:
    """Go through the first steps by Home Assistant's own flows; return the id of the territory's entry.

    From its return on the integration waits for its first cycle.
    """
    await client.onboard("Demo", USER, PASSWORD, language)
    await _wait_running(client)
    host, port = mqtt
    other = {"set_client_cert": False, "set_ca_cert": "off", "transport": "tcp"}
    await client.configure("mqtt", {"broker": host, "port": port, "other_settings": other})
    entry = await client.configure(
        DOMAIN,
        {"next_step_id": "postgresql"},
        {
            "host": access.host,
            "port": access.port,
            "database": access.database,
            "username": access.user,
            "password": access.password,
            "ssl": "disable",
            "advanced": {},
        },
    )
    entry_id: str = entry["entry_id"]
    await wait_loaded(client, entry_id)
    return entry_id


async def furnish(
    client: Client, entry_id: str, *, meters: int, life: SolarLife, language: str
) -> Installation:
    """Add the home without a server and a dashboard of all; `meters` is how many MQTT sensors come."""
    await _wait_meters(client, meters)
    solar = await install_solar_home(client, life, language)
    await _make_dashboard(client, language)
    return Installation(entry_id, solar, f"{client.address}/{DASHBOARD}")


async def wait_loaded(client: Client, entry_id: str, within: float = 60) -> None:
    """Return once our entry is loaded."""
    deadline = time.monotonic() + within
    entry: dict[str, Any] = {}
    while time.monotonic() < deadline:
        entries = await client.get(f"/api/config/config_entries/entry?domain={DOMAIN}")
        entry = next((e for e in entries if e["entry_id"] == entry_id), {})
        if entry.get("state") == "loaded":
            return
        if entry.get("state") in FAILED:
            break
        await asyncio.sleep(0.2)
    raise PartError(f"ELFE Commande is not loaded: {entry.get('state')}, {entry.get('reason')}")


async def _wait_running(client: Client, within: float = 120) -> None:
    deadline = time.monotonic() + within
    while (await client.get("/api/config"))["state"] != "RUNNING":
        if time.monotonic() > deadline:
            raise PartError("Home Assistant does not finish starting")
        await asyncio.sleep(0.1)


async def _wait_meters(client: Client, count: int, within: float = 10) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        entities = await client.command("config/entity_registry/list")
        if sum(entity["platform"] == "mqtt" for entity in entities) >= count:
            return
        await asyncio.sleep(0.2)


async def _make_dashboard(client: Client, language: str) -> None:
    """Make the dashboard, and the first page people see of it."""
    dashboard = describe(await client.command("config/entity_registry/list"), language)
    await client.command(
        "lovelace/dashboards/create",
        url_path=DASHBOARD,
        title=WORDS[language]["title"],
        icon="mdi:home-lightning-bolt",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    await client.command("lovelace/config/save", url_path=DASHBOARD, config=dashboard)
    locale = {
        "language": language,
        "number_format": "language",
        "time_format": "24",
        "date_format": "language",
        "time_zone": "local",
        "first_weekday": "language",
    }
    await client.command("frontend/set_user_data", key="language", value=locale)
    await client.command("frontend/set_user_data", key="core", value={"default_panel": DASHBOARD})
