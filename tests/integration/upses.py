"""A UPS added to an installed entry, as a person adds it."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, State
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er

from custom_components.elfe_commande.const import DOMAIN
from demo.ups import PASSWORD, UPS_NAME, USERNAME, Ups
from tests.fixtures_home_assistant import Installed, wait_for

HURRY = {"status_period": 0.05, "values_period": 0.1, "misses": 2, "profile": "automatic"}


async def start_flow(installed: Installed) -> Any:
    """Begin to add a UPS."""
    return await installed.hass.config_entries.subentries.async_init(
        (installed.entry.entry_id, "ups"), context={"source": "user"}
    )


async def go_on(hass: HomeAssistant, flow: Mapping[str, Any], **answers: Any) -> Any:
    """Answer a form of a subentry's flow."""
    found = await hass.config_entries.subentries.async_configure(flow["flow_id"], answers)
    await hass.async_block_till_done()
    return found


def server(ups: Ups, **changes: Any) -> dict[str, Any]:
    """Return the answers that lead to a server."""
    return {
        "host": ups.host,
        "port": ups.port,
        "username": USERNAME,
        "password": PASSWORD,
    } | changes


async def add(
    installed: Installed,
    ups: Ups,
    *,
    credentials: dict[str, Any] | None = None,
    looks: dict[str, Any] | None = None,
    shedding: dict[str, Any] | None = None,
) -> ConfigSubentry:
    """Add a UPS, and wait until it is heard."""
    hass = installed.hass
    known = set(installed.entry.subentries)
    flow = await start_flow(installed)
    flow = await go_on(hass, flow, **server(ups, **(credentials or {})))
    assert flow["step_id"] == "ups", flow
    flow = await go_on(
        hass,
        flow,
        ups=UPS_NAME,
        looks={**HURRY, "dangerous_commands": False, **(looks or {})},
        **({"shedding": SHEDDING | shedding} if shedding else {}),
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY, flow
    (subentry_id,) = set(installed.entry.subentries) - known
    subentry: ConfigSubentry = installed.entry.subentries[subentry_id]
    await heard(installed, subentry)
    return subentry


SHEDDING = {
    "policy": "none",
    "return_after": 0.3,
    "protected_homes": [],
    "shed_first": [],
    "cut_one_shots": False,
    "cut_forced": False,
    "suspend_when_lost": False,
}


async def heard(installed: Installed, subentry: ConfigSubentry) -> None:
    """Wait until the UPS is heard."""
    await wait_for(
        lambda: shown(installed, subentry, "binary_sensor", "communication").state == "on"
    )


def entity_id(
    installed: Installed, subentry: ConfigSubentry, platform: str, key: str
) -> str | None:
    """Return the id of an entity, `None` if it is not there."""
    unique_id = f"{installed.entry.entry_id}_ups_{subentry.subentry_id}_{key}"
    return er.async_get(installed.hass).async_get_entity_id(platform, DOMAIN, unique_id)


def shown(installed: Installed, subentry: ConfigSubentry, platform: str, key: str) -> State:
    """Return the state of an entity."""
    found = entity_id(installed, subentry, platform, key)
    assert found is not None, f"no {platform} {key}"
    state = installed.hass.states.get(found)
    assert state is not None, found
    return state


async def until_shown(
    installed: Installed, subentry: ConfigSubentry, platform: str, key: str, value: str
) -> None:
    """Wait until an entity shows a value."""
    await wait_for(lambda: shown(installed, subentry, platform, key).state == value, 20)
