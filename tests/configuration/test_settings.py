"""What the readers make of an entry."""

import ssl

import pytest

from custom_components.elfe_commande.configuration import entry_settings as settings
from custom_components.elfe_commande.configuration.neighbours import unique_id
from custom_components.elfe_commande.storage.postgres import TlsMode
from tests.configuration.flows import entry_data, make_entry


@pytest.mark.parametrize(
    ("mode", "verified"),
    [("disable", None), ("require", ssl.CERT_NONE), ("verify-full", ssl.CERT_REQUIRED)],
)
@pytest.mark.usefixtures("setup_entry")
async def test_settings_of_the_storage(hass, database, mode, verified):
    entry = make_entry(
        hass,
        database,
        data=entry_data(database, ssl=mode, ems_database="plans", ems_table="public.result"),
        options={"homes": ["R1", "R2"], "continuous_types": [131]},
    )

    found = await settings.async_postgres_settings(hass, entry)

    assert found.tls is TlsMode(mode)
    assert (found.ssl_context and found.ssl_context.verify_mode) == verified
    assert found.host == database.access.host
    assert found.port == database.access.port
    assert found.plan_database == "plans"
    assert found.plan_table == ("public", "result")
    assert found.homes == {"R1", "R2"}
    assert found.continuous_types == {131}


async def test_ids_of_entries_on_one_database_are_numbered(hass, database):
    data = entry_data(database)
    first = make_entry(hass, database)
    second = make_entry(hass, database, unique_id=unique_id(data, [first]))
    assert second.unique_id == f"{first.unique_id}#2"

    assert unique_id(data, [first, second]) == f"{first.unique_id}#3"
    assert unique_id(data, [second]) == first.unique_id
