"""The flows, against a real PostgreSQL."""

from homeassistant.data_entry_flow import FlowResultType
import pytest

from demo.parts import TlsFront
from tests.configuration.flows import begin, connection, defaults, entry_data, make_entry, submit

pytestmark = pytest.mark.usefixtures("setup_entry")

ADVANCED = {
    "schema": "bdd_coordination_schema",
    "ems_table": "bdd_coordination_schema.result",
}


# ------------------------------------------------------------------------------ postgresql


async def test_database_becomes_an_entry(hass, database, homes, setup_entry):
    result = await submit(hass, await begin(hass), connection(database))

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "ELFE"
    assert result["data"] == entry_data(database)
    assert result["options"] == {}
    data = result["data"]
    assert result["result"].unique_id == (
        f"{data['host']}:{data['port']}/{database.name}/bdd_coordination_schema"
    )
    assert len(setup_entry.mock_calls) == 1


async def test_least_that_must_be_entered(hass, database):
    entered = connection(database)
    del entered["advanced"], entered["ssl"]

    result = await submit(hass, await begin(hass), entered)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == entry_data(database)


async def test_plans_in_a_database_of_their_own(hass, database, ems_database):
    advanced = ADVANCED | {"ems_database": ems_database.name, "ems_table": "result"}

    result = await submit(hass, await begin(hass), connection(database, advanced=advanced))

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["ems_database"] == ems_database.name
    assert result["data"]["ems_table"] == "result"


async def test_same_database_for_the_plans_is_no_second_one(hass, database):
    advanced = ADVANCED | {"ems_database": database.name}

    result = await submit(hass, await begin(hass), connection(database, advanced=advanced))

    assert result["data"]["ems_database"] == ""


@pytest.mark.parametrize(
    ("changes", "error", "named"),
    [
        ({"port": 1}, "cannot_connect", {"detail": "nothing listens"}),
        ({"host": "db..lan"}, "cannot_connect", {"detail": "name is not known"}),
        ({"host": f"{'a' * 64}.lan"}, "cannot_connect", {"detail": "name is not known"}),
        ({"password": "wrong"}, "invalid_auth", {"detail": "commande"}),
        ({"username": "nobody"}, "invalid_auth", {"detail": "nobody"}),
        ({"database": "nowhere"}, "missing_tables", {"tables": "nowhere"}),
        ({"ssl": "require"}, "cannot_connect", {"detail": "SSL"}),
        (
            {"advanced": ADVANCED | {"schema": "elsewhere"}},
            "missing_tables",
            {"tables": "equipement_pilote_ou_mesure, equipement_domotique"},
        ),
        (
            {"advanced": ADVANCED | {"ems_table": "bdd_coordination_schema.plans"}},
            "missing_tables",
            {"tables": "plans"},
        ),
        (
            {"advanced": {"schema": 'x"; DROP', "ems_table": "a.b.c", "ems_database": "d" * 64}},
            "invalid_identifier",
            {"names": 'x"; DROP, a.b.c, ddd'},
        ),
    ],
)
async def test_errors_are_told_and_what_was_entered_is_kept(hass, database, changes, error, named):
    result = await submit(hass, await begin(hass), connection(database, **changes))

    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": error}
    for name, part in named.items():
        assert part in result["description_placeholders"][name]
    # The password too: it was entered in this form a moment ago.
    kept = defaults(result)
    expected = connection(database, **changes)
    expected |= expected.pop("advanced")
    assert kept == expected | {"shadow": False}

    result = await submit(hass, result, connection(database))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_missing_privileges_are_named(hass, database, owner):
    await owner.execute(
        "REVOKE UPDATE ON bdd_coordination_schema.equipement_pilote_ou_mesure FROM commande;"
        "REVOKE SELECT ON bdd_coordination_schema.result FROM commande"
    )

    result = await submit(hass, await begin(hass), connection(database))

    assert result["errors"] == {"base": "missing_privileges"}
    assert result["description_placeholders"] == {
        "privileges": "SELECT result, UPDATE equipement_pilote_ou_mesure"
    }
    await owner.execute(
        "GRANT UPDATE ON bdd_coordination_schema.equipement_pilote_ou_mesure TO commande;"
        "GRANT SELECT ON bdd_coordination_schema.result TO commande"
    )
    result = await submit(hass, result, connection(database))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_t2_59_a_server_that_only_reads_is_refused_by_name(hass, database):
    """A standby, or a role whose transactions are read only: what is read says nothing of it."""
    alter = "ALTER ROLE commande {} default_transaction_read_only"
    await database.server.administer(alter.format("SET") + " = on")
    try:
        result = await submit(hass, await begin(hass), connection(database))
    finally:
        await database.server.administer(alter.format("RESET"))

    assert result["errors"] == {"base": "database_read_only"}
    server = f"{database.server.host}:{database.server.port}"
    assert result["description_placeholders"] == {"server": server}
    result = await submit(hass, result, connection(database))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_missing_column_is_named(hass, database, owner):
    await owner.execute(
        "ALTER TABLE bdd_coordination_schema.equipement_pilote_ou_mesure DROP COLUMN utilisateur"
    )

    result = await submit(hass, await begin(hass), connection(database))

    assert result["errors"] == {"base": "missing_tables"}
    assert result["description_placeholders"] == {
        "tables": "equipement_pilote_ou_mesure.utilisateur"
    }
    await owner.execute(
        "ALTER TABLE bdd_coordination_schema.equipement_pilote_ou_mesure ADD utilisateur text"
    )
    result = await submit(hass, result, connection(database))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_what_nobody_expects_is_an_error_too(hass, database, homes, owner):
    await owner.execute(
        "ALTER TABLE bdd_coordination_schema.equipement_pilote_ou_mesure RENAME TO hidden;"
        "CREATE VIEW bdd_coordination_schema.equipement_pilote_ou_mesure AS"
        " SELECT * FROM bdd_coordination_schema.hidden WHERE 1 / (id - id) = 0;"
        "GRANT SELECT, UPDATE ON bdd_coordination_schema.equipement_pilote_ou_mesure TO commande;"
    )
    result = await submit(hass, await begin(hass), connection(database))

    assert result["errors"] == {"base": "unknown"}
    assert "division by zero" in result["description_placeholders"]["detail"]
    await owner.execute(
        "DROP VIEW bdd_coordination_schema.equipement_pilote_ou_mesure;"
        "ALTER TABLE bdd_coordination_schema.hidden RENAME TO equipement_pilote_ou_mesure"
    )
    result = await submit(hass, result, connection(database))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_encrypted_connection(hass, database, postgres_server):
    async with TlsFront(postgres_server) as front:
        entered = connection(database, port=front.port)
        result = await submit(hass, await begin(hass), entered)
        assert result["errors"] == {"base": "invalid_auth"}

        result = await submit(hass, result, entered | {"ssl": "verify-full"})
        assert result["errors"] == {"base": "cannot_verify"}
        assert "certificate" in result["description_placeholders"]["detail"].lower()

        result = await submit(hass, result, entered | {"ssl": "require"})
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert result["data"]["ssl"] == "require"


# ------------------------------------------------------------- several entries, one database


async def test_whole_database_is_served_once(hass, database):
    make_entry(hass, database)

    result = await submit(hass, await begin(hass), connection(database))

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_homes_are_divided_between_entries(hass, database, homes):
    first, second = homes[:2]
    make_entry(hass, database, options={"homes": [first]})

    result = await submit(hass, await begin(hass), connection(database))
    assert result["step_id"] == "homes"
    assert result["description_placeholders"] == {"taken": first}
    [selector] = result["data_schema"].schema.values()
    assert selector.config["options"] == [second]

    result = await submit(hass, result, {"homes": [first, second]})
    assert result["errors"] == {"homes": "homes_overlap"}
    assert result["description_placeholders"]["homes"] == first

    result = await submit(hass, result, {"homes": []})
    assert result["errors"] == {"homes": "homes_required"}

    result = await submit(hass, result, {"homes": [second]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {"homes": [second]}
    assert result["title"] == f"ELFE ({second})"
    assert result["result"].unique_id.endswith("#2")


# -------------------------------------------------------------- reauthenticate, reconfigure


async def test_reauthentication(hass, database, setup_entry):
    entry = make_entry(hass, database)
    hass.config_entries.async_update_entry(entry, data=entry_data(database, password="old"))
    result = await entry.start_reauth_flow(hass)
    assert result["step_id"] == "reauth_confirm"
    assert result["description_placeholders"]["title"] == "Testville"

    wrong = {"username": "commande", "password": "wrong"}
    result = await submit(hass, result, wrong)
    assert result["errors"] == {"base": "invalid_auth"}
    assert entry.data["password"] == "old"

    result = await submit(hass, result, wrong | {"password": "commande-secret"})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    assert entry.data == entry_data(database)
    assert len(setup_entry.mock_calls) == 1, "an entry that failed has no listener to reload it"


async def test_reauthentication_leaves_reloading_to_the_listener(hass, database, setup_entry):
    entry = make_entry(hass, database)
    hass.config_entries.async_update_entry(entry, data=entry_data(database, password="old"))
    told = []

    async def changed(_hass, entry):
        told.append(entry)

    entry.add_update_listener(changed)
    result = await entry.start_reauth_flow(hass)
    entered = {"username": "commande", "password": "commande-secret"}
    result = await submit(hass, result, entered)

    assert result["reason"] == "reauth_successful"
    assert told == [entry]
    assert not setup_entry.mock_calls


async def test_reconfiguration_keeps_the_password_left_empty(hass, database, database_v7):
    entry = make_entry(hass, database)
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure"
    assert defaults(result)["database"] == database.name

    entered = connection(database_v7)
    del entered["password"]
    result = await submit(hass, result, entered | {"port": 1})
    assert result["errors"] == {"base": "cannot_connect"}
    assert "password" not in defaults(result), "what is stored is never sent to a browser"
    result = await submit(hass, result, entered | {"host": "192.168..5"})
    assert result["errors"] == {"base": "cannot_connect"}
    result = await submit(hass, result, entered)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == entry_data(database_v7)
    assert entry.unique_id.endswith(f"/{database_v7.name}/bdd_coordination_schema")


async def test_reconfiguration_of_the_same_database_keeps_its_id(hass, database):
    entry = make_entry(hass, database, unique_id="kept")
    result = await entry.start_reconfigure_flow(hass)

    result = await submit(hass, result, connection(database))

    assert result["reason"] == "reconfigure_successful"
    assert entry.unique_id == "kept"


async def test_reconfiguration_cannot_take_homes_of_others(hass, database, database_v7):
    make_entry(hass, database, options={"homes": ["R1"]})
    entry = make_entry(
        hass,
        database_v7,
        data=entry_data(database_v7),
        unique_id="other",
        options={"homes": ["R1"]},
    )
    result = await entry.start_reconfigure_flow(hass)

    result = await submit(hass, result, connection(database))

    assert result["errors"] == {"base": "homes_overlap"}
    assert result["description_placeholders"] == {"homes": "R1"}
    assert entry.data["database"] == database_v7.name

    result = await submit(hass, result, connection(database_v7))
    assert result["reason"] == "reconfigure_successful"


async def test_an_entry_begins_by_looking_only(hass, database):
    """Beside the controller that drives the homes now: a role that may only read will do."""
    reader = {"username": database.ems.user, "password": database.ems.password}
    result = await submit(hass, await begin(hass), connection(database, **reader))
    assert result["errors"] == {"base": "missing_privileges"}

    result = await submit(hass, result, connection(database, **reader, shadow=True))

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {"shadow": True}
    assert "shadow" not in result["data"]
