"""Equipments for these tests: one of each kind that matters, installed with their devices."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.elfe_commande.const import DOMAIN
from demo.specs import finger, plug, relay
from demo.territory import MANUAL, Equipment, Household
from tests.engine.bench import calm, furnish
from tests.fixtures_home_assistant import Installed

PLUG, RELAY, FINGER, METER = 2, 3, 1, 16

WASHING = Equipment(PLUG, "R001", "Lave-linge", 112, 120, (plug("I102"),), cycle=7200)
HEATER = Equipment(RELAY, "R001", "Ballon d'eau chaude", 131, 140, (relay("I103"),))
DISHES = Equipment(FINGER, "R002", "Lave-vaisselle", 111, 130, (plug("I101", 21), finger("I109")))
MEASURED = Equipment(METER, "R002", "Compteur", 410, 200, (plug("I116", 21),), mode=1)
DRYING = Equipment(6, "R002", "Sèche-linge", 113, 170, (plug("I106"), finger("I107")), mode=MANUAL)

WASHING_COMMAND = WASHING.devices[0].topics.command
FINGER_COMMAND = DISHES.devices[1].topics.command


async def live_in(installed: Installed, *equipments: Equipment) -> Household:
    """Install equipments; no cycle runs but those that the test asks for."""
    return await furnish(installed.world, *equipments, timing=calm())


def issues_of(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return the active issues of the integration by their key."""
    return {
        str(issue.translation_key): issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active
    }
