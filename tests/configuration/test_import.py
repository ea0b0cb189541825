"""The file of the reference controller: as it is published, as it is broken, as it is refused."""

from copy import deepcopy
import json
from typing import Any

from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.elfe_commande.configuration import entry_settings as settings
from custom_components.elfe_commande.configuration.reference_config import (
    ConfigError,
    import_config,
)
from custom_components.elfe_commande.core.screens import Page, PageKind
from tests.configuration.flows import begin, defaults, make_entry, submit

SCHEMA = "bdd_coordination_schema"

FILE: dict[str, Any] = {
    "mqtt": {"host": "192.0.2.1", "port": 1883, "keepalive": 15},
    "pgsql": {"host": "database.test", "port": "8432", "database": "coordination"},
    "ems": {"database": "coordination", "table": f"{SCHEMA}.result", "thread": 8},
    "coordination": {
        "database": "coordination",
        "equipement_domotique_table": f"{SCHEMA}.equipement_domotique",
        "equipement_domotique_type_table": f"{SCHEMA}.equipement_domotique_type",
        "equipement_domotique_table_root": f"{SCHEMA}.equipement_domotique_",
        "equipement_pilote_ou_mesure_table": f"{SCHEMA}.equipement_pilote_ou_mesure",
        "equipement_pilote_machine_generique": f"{SCHEMA}.equipement_pilote_machine_generique",
        "permanent_topic": ["hasp/#", "viriya/#"],
        "screen_usage_assoc": {"2": [111], "6": [221]},
        "screen_indicator_topic": "INDICATEURS/refresh",
        "screen_connexion_page": 9,
        "screen_connexion_label_id": 8,
        "screen_connexion_label": "écran connecté",
        "screen_connexion_label_color": "#202080",
        "screen_status_page": 8,
        "screen_led_id": 10,
        "screen_status_led": {"2": 12, "6": 16},
        "equipement_continu": [131, 151],
    },
    "logging": {"level": "INFO"},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the file with one value changed, or removed if it is `...`."""
    file = deepcopy(FILE)
    *sections, key = path.split(".")
    place = file
    for section in sections:
        place = place.setdefault(section, {})
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return file


def text(file: Any = FILE) -> str:
    return json.dumps(file, indent=2, ensure_ascii=False)


# ------------------------------------------------------------------------- the taking over


def test_everything_is_taken_over():
    imported = import_config(FILE)

    assert imported.data == {
        "entry_type": "postgresql",
        "host": "database.test",
        "port": 8432,
        "database": "coordination",
        "ssl": "disable",
        "schema": SCHEMA,
        "ems_database": "",
        "ems_table": f"{SCHEMA}.result",
    }
    screens = settings.layout(imported.options)
    assert screens.pages == {
        2: Page(2, (111,), PageKind.MACHINE, 12),
        6: Page(6, (221,), PageKind.CAR, 16),
    }
    assert screens.label == "écran connecté"
    assert screens.label_color == "#202080"
    assert (screens.label_page, screens.label_id) == (9, 8)
    assert (screens.status_page, screens.led) == (8, 10)
    assert screens.indicator_topic == "INDICATEURS/refresh"
    assert settings.continuous_types(imported.options) == {131, 151}
    assert settings.orders_at_once(imported.options) == 8
    assert settings.homes(imported.options) == frozenset()
    assert imported.owned == [
        "coordination.permanent_topic",
        "mqtt.host",
        "mqtt.port",
        "mqtt.keepalive",
        "logging.level",
    ]
    assert imported.unknown == []


def test_least_that_is_needed():
    imported = import_config({"psql": {"host": "h", "database": "d", "user": "u", "pass": " p "}})

    assert imported.data["port"] == 5432
    assert imported.data["username"] == "u"
    assert imported.data["password"] == " p "
    assert imported.data["ems_table"] == f"{SCHEMA}.result"
    assert imported.options == {}
    assert settings.orders_at_once(imported.options) == 256


def test_plans_elsewhere_are_in_the_public_schema():
    file = changed("ems", {"database": "sortie_ems", "table": "result"})

    data = import_config(file).data

    assert data["ems_database"] == "sortie_ems"
    assert data["ems_table"] == "public.result"


@pytest.mark.parametrize("value", [True, 5, "INFO", ["level"], None, {}])
def test_what_home_assistant_owns_may_be_anything(value):
    file = changed("logging", value) | {"mqtt": value}

    assert import_config(file).owned == ["coordination.permanent_topic", "mqtt", "logging"]


def test_empty_values_are_no_values():
    file = changed("coordination.screen_connexion_label_color", None)

    screens = settings.layout(import_config(file).options)

    assert screens.label_color == "#208020"


def test_keys_nobody_knows_are_told():
    file = changed("coordination.colour", 1) | {"zabbix": {}, "mqtt": None}

    imported = import_config(file)

    assert imported.unknown == ["zabbix", "coordination.colour"]
    assert "mqtt" in imported.owned


@pytest.mark.parametrize(
    ("path", "value", "error", "named"),
    [
        ("pgsql", ..., "not_a_config", {}),
        ("pgsql.host", ..., "missing_keys", {"keys": "pgsql.host"}),
        ("pgsql", {}, "missing_keys", {"keys": "pgsql.host, pgsql.database"}),
        ("pgsql", 5, "invalid_values", None),
        ("pgsql.port", "many", "invalid_values", {"keys": "pgsql.port"}),
        ("pgsql.port", 70000, "invalid_values", {"keys": "pgsql.port"}),
        ("pgsql.port", True, "invalid_values", {"keys": "pgsql.port"}),
        ("pgsql.host", 7, "invalid_values", {"keys": "pgsql.host"}),
        ("ems", [], "invalid_values", {"keys": "ems"}),
        ("ems.thread", 0, "invalid_values", {"keys": "ems.thread"}),
        ("coordination.permanent_topic", "a", "invalid_values", None),
        ("coordination.equipement_continu", ["x"], "invalid_values", None),
        ("coordination.screen_usage_assoc", {"x": [1]}, "invalid_values", None),
        ("coordination.screen_status_led", {"2": "x"}, "invalid_values", None),
        ("coordination.screen_status_led", [], "invalid_values", None),
        ("coordination.screen_connexion_label_color", "red", "invalid_values", None),
        ("coordination.screen_led_id", "ten", "invalid_values", None),
        ("coordination.screen_indicator_topic", "a/#", "invalid_values", None),
        ("coordination.screen_indicator_topic", "$SYS/a", "invalid_values", None),
        (
            "coordination.database",
            "other",
            "two_databases",
            {"pgsql": "coordination", "coordination": "other"},
        ),
        ("ems.table", "a.b.c", "unsupported_tables", {"tables": "ems.table = a.b.c"}),
        (
            "coordination.equipement_domotique_table",
            f"{SCHEMA}.devices",
            "unsupported_tables",
            {"tables": f"equipement_domotique_table = {SCHEMA}.devices"},
        ),
        (
            "coordination.equipement_domotique_table_root",
            "equipement_domotique_",
            "unsupported_tables",
            {"tables": "equipement_domotique_table_root = equipement_domotique_"},
        ),
        (
            "coordination.equipement_domotique_table",
            "other.equipement_domotique",
            "unsupported_tables",
            {"tables": f"{SCHEMA}, other"},
        ),
    ],
)
def test_what_cannot_be_taken_over_is_named(path, value, error, named):
    with pytest.raises(ConfigError) as raised:
        import_config(changed(path, value))

    assert raised.value.key == error
    if named is None:
        named = {"keys": path}
    assert raised.value.placeholders == named


@pytest.mark.parametrize("file", [None, [], 1, "text", {}])
def test_what_is_no_configuration_is_refused(file):
    with pytest.raises(ConfigError) as raised:
        import_config(file)

    assert raised.value.key == "not_a_config"


# -------------------------------------------------------------------------------- the flow


@pytest.fixture
def file(database) -> dict[str, Any]:
    """Return a file for the real database, with its credentials."""
    access = database.access
    found = deepcopy(FILE)
    found["pgsql"] = {
        "host": access.host,
        "port": str(access.port),
        "database": access.database,
        "user": access.user,
        "pass": access.password,
    }
    found["ems"]["database"] = found["coordination"]["database"] = access.database
    return found


pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.mark.usefixtures("setup_entry")
async def test_file_with_everything(hass, database, homes, file):
    result = await submit(hass, await begin(hass, "import_config"), {"config": text(file)})
    assert result["step_id"] == "import_summary"
    assert result["description_placeholders"] == {
        "owned": "coordination.permanent_topic, mqtt.host, mqtt.port, mqtt.keepalive, logging.level",
        "unknown": "-",
        "homes": str(len(homes)),
    }
    assert defaults(result) == {"orders_at_once": 8}

    result = await submit(hass, result, {"orders_at_once": 256})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["password"] == database.access.password
    assert result["data"]["port"] == database.access.port
    assert result["options"] == import_config(file).options | {"orders_at_once": 256}


@pytest.mark.usefixtures("setup_entry")
async def test_it_may_begin_by_looking_only(hass, database, file):
    """While the controller that the file is from goes on."""
    form = await begin(hass, "import_config")

    result = await submit(hass, form, {"config": text(file), "shadow": True})
    result = await submit(hass, result, {})

    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    assert result["options"]["shadow"] is True


@pytest.mark.usefixtures("setup_entry")
async def test_credentials_are_asked_for(hass, database, file):
    del file["pgsql"]["user"], file["pgsql"]["pass"]
    result = await submit(hass, await begin(hass, "import_config"), {"config": text(file)})
    assert result["step_id"] == "import_connection"
    assert result["errors"] == {}
    assert defaults(result)["database"] == database.name

    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert result["step_id"] == "import_connection", "a page that is loaded again"

    entered = {"username": "commande", "password": "wrong"}
    result = await submit(hass, result, entered)
    assert result["step_id"] == "import_connection"
    assert result["errors"] == {"base": "invalid_auth"}

    result = await submit(hass, result, entered | {"password": "commande-secret"})
    assert result["step_id"] == "import_summary"
    result = await submit(hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"]["orders_at_once"] == 8


@pytest.mark.usefixtures("setup_entry")
@pytest.mark.parametrize(("key", "wrong"), [("port", 1), ("host", "db..lan")])
async def test_address_of_the_file_may_be_wrong_here(hass, database, file, key, wrong):
    right = {"host": database.access.host, "port": database.access.port}
    file["pgsql"][key] = wrong
    result = await submit(hass, await begin(hass, "import_config"), {"config": text(file)})
    assert result["step_id"] == "import_connection"
    assert result["errors"] == {"base": "cannot_connect"}

    result = await submit(hass, result, {key: right[key]})
    assert result["step_id"] == "import_summary", "the password of the file is used"
    result = await submit(hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("setup_entry")
async def test_imported_database_may_be_shared(hass, database, homes, file):
    make_entry(hass, database, options={"homes": [homes[0]]})
    result = await submit(hass, await begin(hass, "import_config"), {"config": text(file)})
    result = await submit(hass, result, {})
    assert result["step_id"] == "homes"

    result = await submit(hass, result, {"homes": [homes[1]]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"]["homes"] == [homes[1]]
    assert result["options"]["continuous_types"] == [131, 151]


@pytest.mark.usefixtures("setup_entry")
async def test_commas_are_mended_before_the_eyes_of_a_person(hass, file):
    broken = text(file).replace('"#202080",', '"#202080"').replace("[131,", "[131")
    broken = broken.replace("1883,", "1883")
    result = await submit(hass, await begin(hass, "import_config"), {"config": broken})
    assert result["errors"] == {"config": "commas"}
    missing = result["description_placeholders"]["missing"]
    assert '4:16 ("port": 1883)' in missing
    assert '"screen_connexion_label_color": "#202080"' in missing
    assert result["description_placeholders"]["superfluous"] == "-"

    mended = defaults(result)["config"]
    assert json.loads(mended) == file
    result = await submit(hass, result, {"config": mended})
    assert result["step_id"] == "import_summary"
    result = await submit(hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("setup_entry")
async def test_other_mistakes_are_placed_and_the_text_is_kept(hass, file):
    broken = text(file).replace("1883,", "1883").replace('"INFO"', "INFO")
    result = await submit(hass, await begin(hass, "import_config"), {"config": broken})
    assert result["errors"] == {"base": "invalid_json", "config": "commas"}
    assert '("level": INFO)' in result["description_placeholders"]["place"]
    assert defaults(result)["config"] == broken

    result = await submit(hass, result, {"config": "{}"})
    assert result["errors"] == {"config": "not_a_config"}
    result = await submit(hass, result, {"config": text(file)})
    assert result["step_id"] == "import_summary"
    result = await submit(hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("setup_entry")
@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        ("pgsql.host", ..., "missing_keys"),
        ("ems.thread", 0, "invalid_values"),
        ("coordination.database", "other", "two_databases"),
        ("ems.table", "a.b.c", "unsupported_tables"),
    ],
)
async def test_a_file_that_cannot_be_taken_over_and_one_that_can(hass, file, path, value, error):
    result = await begin(hass, "import_config")
    result = await submit(hass, result, {"config": text(changed(path, value))})
    assert (result["step_id"], result["errors"]) == ("import_config", {"config": error})

    result = await submit(hass, result, {"config": text(file)})
    result = await submit(hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
