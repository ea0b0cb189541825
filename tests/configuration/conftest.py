"""A real database to point the flows at, and an integration that is never set up."""

from collections.abc import Iterator
from unittest.mock import AsyncMock, patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.elfe_commande.const import DOMAIN
from demo.territory import install, two_homes
from tests.fixtures_parts import Database


@pytest.fixture
async def homes(database: Database) -> tuple[str, ...]:
    """Two homes in the database; return their keys."""
    owner = await database.owner.connect()
    await install(owner, two_homes())
    rows = await owner.fetch(
        "SELECT DISTINCT utilisateur FROM bdd_coordination_schema.equipement_pilote_ou_mesure"
        " ORDER BY 1"
    )
    await owner.close()
    return tuple(row[0] for row in rows)


@pytest.fixture
def setup_entry(hass: HomeAssistant) -> Iterator[AsyncMock]:
    """Keep the integration from being set up; MQTT and USB are taken to be there."""
    hass.config.components.add("mqtt")
    hass.config.components.add("usb")
    with patch(f"custom_components.{DOMAIN}.async_setup_entry", return_value=True) as mock:
        yield mock
