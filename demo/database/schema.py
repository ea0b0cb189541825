"""The DDL of the coordination schema, at the v6.3 level and at the v7 level."""

from collections.abc import Iterator
from enum import StrEnum

from . import enumerations

SCHEMA = "bdd_coordination_schema"
PILOT = "equipement_pilote_ou_mesure"
DEVICE = "equipement_domotique"

CATALOGUES = {
    "equipement_pilote_ou_mesure_type": enumerations.TYPES,
    "equipement_pilote_ou_mesure_mode": enumerations.MODES,
    "equipement_pilote_etat_controle": enumerations.CONTROL_STATES,
    "equipement_pilote_etat_commande": enumerations.COMMAND_STATES,
    "equipement_pilote_typologie_installation_domotique": enumerations.TYPOLOGIES,
    "equipement_domotique_type": enumerations.DEVICE_TYPES,
    "equipement_domotique_usage": enumerations.USAGES,
}

# One table is a sequence of "name kind"; a kind is a word of KINDS or "-> table", a reference to its id.
KINDS = {
    "serial": "serial PRIMARY KEY",
    "key": "integer PRIMARY KEY",
    "textkey": "text PRIMARY KEY",
    "count": "integer NOT NULL CHECK ({name} >= 0)",
    "positive": "integer NOT NULL CHECK ({name} > 0)",
    "moment": "integer NOT NULL DEFAULT 0 CHECK ({name} >= 0)",
    "start": "integer NOT NULL CHECK ({name} > -1)",
    "integer": "integer NOT NULL",
    "text": "text NOT NULL",
    "flag": "boolean NOT NULL",
    "vague": "text DEFAULT 'non renseigné'",
    "none": "text DEFAULT 'aucun'",
    "real": "real NOT NULL",
    "clock": "time NOT NULL",
}

type Table = tuple[str, ...]


CURVES = ("p_c_with_flexible_consumption", "p_c_without_flexible_consumption", "ems_run_info")
"""What the EMS writes beside its plans: consumption with and without them, and how it went."""


class Level(StrEnum):
    """The levels of the schema in the field."""

    V6 = "v6.3"
    V7 = "v7"


def _comfort() -> Iterator[str]:
    for days in ("semaine", "weekend"):
        for period in (1, 2):
            prefix = f"prog_{days}_periode_{period}_confort"
            yield f"{prefix}_actif flag"
            yield f"{prefix}_heure_debut positive"
            yield f"{prefix}_heure_fin positive"


ON_PILOT = f"equipement_pilote_ou_mesure_id -> {PILOT}"
MEASURED = "mesures_puissance_elec_id positive"


def _pilot(level: Level) -> Table:
    return (
        "id serial",
        "equipement_pilote_specifique_id integer",
        "typologie_installation_domotique_id -> equipement_pilote_typologie_installation_domotique",
        "nom_humain text",
        "description text",
        f"equipement_pilote_ou_mesure_type_id -> {PILOT}_type",
        f"equipement_pilote_ou_mesure_mode_id -> {PILOT}_mode",
        "etat_controle_id -> equipement_pilote_etat_controle",
        "etat_commande_id -> equipement_pilote_etat_commande",
        "ems_consigne_marche flag",
        "timestamp_derniere_mise_en_marche moment",
        "timestamp_derniere_programmation moment",
        "utilisateur vague" if level is Level.V6 else "utilisateur => utilisateur",
        "! UNIQUE (id, equipement_pilote_specifique_id)",
    )


def _machine(level: Level) -> Table:
    cycle = ("cycle_equipement_pilote_machine_generique_id positive",)
    return (
        "id serial",
        ON_PILOT,
        "timestamp_de_fin_souhaite count",
        "delai_attente_maximale_apres_fin count",
        *(cycle if level is Level.V6 else ()),
        MEASURED,
    )


VEHICLE: Table = (
    "id serial",
    ON_PILOT,
    "pourcentage_charge_restant count",
    "pourcentage_charge_finale_minimale_souhaitee positive",
    "duree_de_charge_estimee count",
    "timestamp_dispo_souhaitee count",
    "puissance_de_charge positive",
    "capacite_de_batterie positive",
    MEASURED,
)
TANK: Table = (
    "id serial",
    ON_PILOT,
    "volume_ballon positive",
    "puissance_chauffe positive",
    MEASURED,
)
HEATER: Table = (
    "id serial",
    ON_PILOT,
    *_comfort(),
    "puissance_moyenne_eco positive",
    "puissance_moyenne_confort positive",
    "pourcentage_eco_force positive",
    MEASURED,
)
MODEL_HEATER: Table = (
    "id serial",
    ON_PILOT,
    "temperature_eco positive",
    "temperature_confort positive",
    *_comfort(),
    "delta_temp_maximale_temp_demandee positive",
    "puissance positive",
    "modele_thermique_id -> chauffage_asservi_modele_thermique",
    MEASURED,
    "mesure_temperature_id positive",
)
# `timestamp_dernier_declechement`: spelt so in the published schema.
CYCLE: Table = (
    "id serial",
    "equipement_pilote_machine_generique_id -> equipement_pilote_machine_generique",
    "duree_cycle positive",
    "nom text",
    "description text",
    "timestamp_dernier_declechement moment",
)
OFF_PEAK: Table = (
    "id serial",
    "equipement_pilote_ballon_ecs_id -> equipement_pilote_ballon_ecs",
    "nom text",
    "description text",
    "actif flag",
    "debut start",
    "fin positive",
)
USER: Table = ("id textkey", "cohorte vague")
TARIFF: Table = (
    "id serial",
    "utilisateur_id => utilisateur",
    "jour text",
    "debut clock",
    "fin clock",
    "prix real",
)


def _device(level: Level) -> Table:
    old = level is Level.V6
    return (
        "id textkey",
        ON_PILOT,
        f"equipement_domotique_type_id -> {DEVICE}_type",
        f"equipement_domotique_usage_id -> {DEVICE}_usage",
        "id_materiel vague",
        "marque vague",
        "utilisateur vague" if old else "utilisateur => utilisateur",
        "utilisateur_affecte flag",
        f"equipement_domotique_specifique_id {'integer' if old else 'text'}",
        "! UNIQUE (id, equipement_domotique_specifique_id)",
    )


def _topics(number: int, level: Level) -> Table:
    relay = number == 411
    serial = "id key" if relay else "id serial"
    return (
        serial if level is Level.V6 else "id textkey",
        f"equipement_domotique_id => {DEVICE}",
        f"{'topic_mqtt_controle_et_mesure_json' if relay else 'topic_mqtt_controle_json'} text",
        f"{'topic_mqtt_commande_json' if relay else 'topic_mqtt_commande_text'} text",
        f"topic_mqtt_lwt {'none' if relay else 'text'}",
    )


def tables(level: Level = Level.V6) -> dict[str, Table]:
    """Return the tables of a level, catalogues excluded, in an order that respects references."""
    old = level is Level.V6
    found: dict[str, Table] = {}
    if not old:
        found["utilisateur"] = USER
        found["utilisateur_plage_tarifaire_electricite"] = TARIFF
    found[PILOT] = _pilot(level)
    found["equipement_pilote_machine_generique"] = _machine(level)
    if old:
        found["equipement_pilote_machine_generique_cycle"] = CYCLE
    found["equipement_pilote_vehicule_electrique_generique"] = VEHICLE
    found["equipement_pilote_ballon_ecs"] = TANK
    if old:
        found["equipement_pilote_ballon_ecs_heures_creuses"] = OFF_PEAK
        found["chauffage_asservi_modele_thermique"] = ("id serial", "nom text", "description text")
        found["equipement_pilote_chauffage_asservi"] = MODEL_HEATER
    found["equipement_pilote_chauffage_non_asservi"] = HEATER
    found["equipement_mesure_compteur_electrique"] = (
        "id serial",
        ON_PILOT,
        "numero_pdl text",
        MEASURED,
    )
    found["equipement_mesure_centrale_elec_generique"] = ("id serial", ON_PILOT, MEASURED)
    found[DEVICE] = _device(level)
    for number, name in enumerations.DEVICE_TABLES.items():
        if old or number not in {311, 611}:
            found[name] = _topics(number, level)
    return found


def ddl(level: Level = Level.V6, schema: str = SCHEMA) -> str:
    """Return the statements that create the schema, its tables and its reference rows."""
    statements = [f'CREATE SCHEMA IF NOT EXISTS "{schema}"', f'SET LOCAL search_path TO "{schema}"']
    for name, rows in CATALOGUES.items():
        least = ">= 0" if name.endswith("_mode") else "> 0"
        statements.append(
            f"CREATE TABLE {name} (id integer PRIMARY KEY CHECK (id {least}), "
            "nom text NOT NULL, nom_humain text NOT NULL, description text NOT NULL)"
        )
        more = (
            enumerations.DEVICE_TYPES_V7 if name == f"{DEVICE}_type" and level is Level.V7 else ()
        )
        values = ", ".join(f"({n}, {_quote(a)}, {_quote(b)}, '')" for n, a, b in (*rows, *more))
        statements.append(f"INSERT INTO {name} VALUES {values}")  # noqa: S608
    for name, table in tables(level).items():
        columns = ",\n  ".join(_column(column) for column in table)
        statements.append(f"CREATE TABLE {name} (\n  {columns}\n)")
    return ";\n".join(statements) + ";\n"


def result_ddl(table: str) -> str:
    """Return the statement that creates the plan table of the EMS, 96 decisions wide."""
    decisions = ", ".join(f"decisions_{index} integer NOT NULL" for index in range(96))
    return (
        f"CREATE TABLE {table} (id serial PRIMARY KEY, first_valid_timestamp integer NOT NULL, "
        "machine_id integer NOT NULL, result_type integer NOT NULL, machine_type integer NOT NULL, "
        f"{decisions});\n"
    )


def curves_ddl(table: str) -> str:
    """Return the statements that create what else the EMS writes beside its plan table."""
    schema, dot, _ = table.rpartition(".")
    curves = "data_timestamp integer PRIMARY KEY, power integer NOT NULL"
    run = ", ".join(
        f"{name} integer NOT NULL"
        for name in (
            "run_time_ms",
            "consumer_count",
            "conso_min_hour_timestamp",
            "conso_min_hour",
            "conso_max_hour_timestamp",
            "conso_max_hour",
        )
    )
    columns = {
        "p_c_with_flexible_consumption": curves,
        "p_c_without_flexible_consumption": curves,
        "ems_run_info": f"timestamp serial PRIMARY KEY, {run}",
    }
    return "".join(f"CREATE TABLE {schema}{dot}{name} ({columns[name]});\n" for name in CURVES)


def _column(text: str) -> str:
    if text.startswith("! "):
        return text[2:]
    for arrow, kind in (("->", "integer"), ("=>", "text")):
        name, found, target = text.partition(f" {arrow} ")
        if found:
            check = f" CHECK ({name} > 0)" if kind == "integer" and target in CATALOGUES else ""
            return (
                f"{name} {kind} NOT NULL{check} "
                f"REFERENCES {target} (id) ON UPDATE CASCADE ON DELETE RESTRICT"
            )
    name, kind = text.split(" ")
    return f"{name} {KINDS[kind].format(name=name)}"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
