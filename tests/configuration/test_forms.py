"""The forms as the frontend gets them."""

from typing import Any

from homeassistant.setup import async_setup_component
import pytest

from custom_components.elfe_commande.const import DOMAIN
from tests.configuration.flows import connection, make_entry

pytestmark = pytest.mark.usefixtures("setup_entry")

FLOWS = "/api/config/config_entries/flow"


@pytest.fixture
async def client(hass, hass_client):
    assert await async_setup_component(hass, "config", {})
    return await hass_client()


async def post(client, url: str, body: dict[str, Any]) -> dict[str, Any]:
    response = await client.post(url, json=body)
    assert response.status == 200, await response.text()
    found: dict[str, Any] = await response.json()
    return found


def fields(form: dict[str, Any]) -> dict[str, Any]:
    return {field["name"]: field for field in form["data_schema"]}


async def test_entry_is_made_by_what_the_frontend_sends(hass, database, client):
    menu = await post(client, FLOWS, {"handler": DOMAIN})
    url = f"{FLOWS}/{menu['flow_id']}"
    form = await post(client, url, {"next_step_id": "postgresql"})
    shown = fields(form)
    assert shown["password"]["secret"] is True
    assert shown["ssl"]["default"] == "disable"
    assert shown["port"]["default"] == 5432
    assert shown["advanced"]["type"] == "expandable"
    assert shown["advanced"]["expanded"] is False
    assert [field["name"] for field in shown["advanced"]["schema"]] == [
        "schema",
        "ems_database",
        "ems_table",
        "certificate_authority",
    ]
    assert shown["advanced"]["schema"][-1]["selector"]["text"]["multiline"] is True

    result = await post(client, url, connection(database, port=1))
    assert result["errors"] == {"base": "cannot_connect"}
    response = await client.get(url)
    assert (await response.json())["step_id"] == "postgresql", "a page that is loaded again"
    result = await post(client, url, connection(database))
    assert result["type"] == "create_entry"


async def test_form_of_the_import(client):
    menu = await post(client, FLOWS, {"handler": DOMAIN})

    form = await post(client, f"{FLOWS}/{menu['flow_id']}", {"next_step_id": "import_config"})

    assert fields(form)["config"]["selector"]["text"]["multiline"] is True


async def test_form_of_the_options(hass, database, homes, client):
    entry = make_entry(hass, database)

    url = "/api/config/config_entries/options/flow"
    menu = await post(client, url, {"handler": entry.entry_id})
    form = await post(client, f"{url}/{menu['flow_id']}", {"next_step_id": "general"})

    shown = fields(form)
    assert shown["homes"]["selector"]["select"]["options"] == list(homes)
    assert shown["continuous_types"]["description"]["suggested_value"] == ["131", "151", "155"]
    assert [f["name"] for f in shown["ack_timeouts"]["schema"]] == [
        "111",
        "112",
        "311",
        "411",
        "811",
    ]


async def test_form_of_the_screens(hass, database, client):
    """Everything in it is clicked: the pages are a list of its own fields."""
    entry = make_entry(hass, database)

    url = "/api/config/config_entries/options/flow"
    menu = await post(client, url, {"handler": entry.entry_id})
    form = await post(client, f"{url}/{menu['flow_id']}", {"next_step_id": "screens"})

    shown = fields(form)
    pages = shown["pages"]["selector"]["object"]
    assert (pages["multiple"], pages["label_field"]) == (True, "page")
    kinds = {name: next(iter(field["selector"])) for name, field in pages["fields"].items()}
    assert kinds == {"page": "number", "types": "select", "kind": "select", "status_led": "number"}
    options = {
        o["value"]: o["label"] for o in pages["fields"]["kind"]["selector"]["select"]["options"]
    }
    assert options["simple"] == "Switch only"
    types = pages["fields"]["types"]["selector"]["select"]["options"]
    assert {"value": "221", "label": "Electric car (221)"} in types
    assert len(shown["pages"]["default"]) == 6
    assert shown["pages"]["default"][3] == {
        "page": 5,
        "types": ["221"],
        "kind": "car",
        "status_led": 15,
    }
    assert shown["label_color"]["default"] == [0x20, 0x80, 0x20]
    colors = [name for name, field in shown.items() if "color_rgb" in field.get("selector", {})]
    assert colors == ["piloted_color", "manual_color", "disabled_color", "label_color"]
