"""Which tables and columns there are, and what we may do with them.

Levels of the schema differ; it is discovered once and again when a statement finds it
changed. The catalog is asked, which needs no privilege.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ...core.model import DeviceTypeId
from ...core.plan import DAY
from .connection import Connection
from .postgres_settings import PostgresSettings, is_identifier

EQUIPMENT: Final = "equipement_pilote_ou_mesure"
DEVICE: Final = "equipement_domotique"
DEVICE_TYPE: Final = "equipement_domotique_type"
DETAIL_ROOT: Final = "equipement_domotique_"
MACHINE: Final = "equipement_pilote_machine_generique"
CYCLE: Final = "equipement_pilote_machine_generique_cycle"
VEHICLE: Final = "equipement_pilote_vehicule_electrique_generique"
CYCLE_KEY: Final = "cycle_equipement_pilote_machine_generique_id"

SCREEN_TYPE: Final = DeviceTypeId(711)

CONTROL_COLUMNS: Final = ("topic_mqtt_controle_json", "topic_mqtt_controle_et_mesure_json")
COMMAND_COLUMNS: Final = ("topic_mqtt_commande_text", "topic_mqtt_commande_json")
LWT_COLUMN: Final = "topic_mqtt_lwt"
HARDWARE_COLUMN: Final = "id_materiel"

WRITTEN: Final = (
    "equipement_pilote_ou_mesure_mode_id",
    "etat_controle_id",
    "etat_commande_id",
    "ems_consigne_marche",
    "timestamp_derniere_mise_en_marche",
    "timestamp_derniere_programmation",
)
"""The columns that outcomes are written to."""

WRITES: Final[Mapping[str, tuple[str, ...]]] = {
    EQUIPMENT: WRITTEN,
    MACHINE: ("timestamp_de_fin_souhaite",),
    CYCLE: ("duree_cycle",),
    VEHICLE: ("timestamp_dispo_souhaitee", "pourcentage_charge_restant"),
}
"""Every column that is ever written; cycles are where the level of the schema has them."""

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    EQUIPMENT: (
        "id",
        "typologie_installation_domotique_id",
        "nom_humain",
        "equipement_pilote_ou_mesure_type_id",
        "utilisateur",
        *WRITTEN,
    ),
    DEVICE: (
        "id",
        "equipement_pilote_ou_mesure_id",
        "equipement_domotique_type_id",
        "equipement_domotique_usage_id",
        "utilisateur",
        "utilisateur_affecte",
        "equipement_domotique_specifique_id",
    ),
    DEVICE_TYPE: ("id", "nom"),
    MACHINE: ("id", "equipement_pilote_ou_mesure_id", "timestamp_de_fin_souhaite"),
    VEHICLE: (
        "id",
        "equipement_pilote_ou_mesure_id",
        "timestamp_dispo_souhaitee",
        "pourcentage_charge_restant",
    ),
}
CYCLE_COLUMNS: Final = ("id", "equipement_pilote_machine_generique_id", "duree_cycle")
DECISIONS: Final = tuple(f"decisions_{index}" for index in range(DAY))
PLAN_COLUMNS: Final = ("id", "first_valid_timestamp", "machine_id", *DECISIONS)

_CATALOG: Final = """
SELECT c.relname::text, a.attname::text, t.typname::text, c.relkind = 'r',
       has_schema_privilege(n.oid, 'USAGE'),
       has_column_privilege(c.oid, a.attnum, 'SELECT'),
       has_column_privilege(c.oid, a.attnum, 'UPDATE')
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE n.nspname = $1 AND ($2::text IS NULL OR c.relname = $2)
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the name of its type, and what we may do with it."""

    kind: str
    plain: bool
    """It belongs to an ordinary table, which has system columns."""
    usable_schema: bool
    readable: bool
    writable: bool


type Tables = dict[str, dict[str, Column]]


@dataclass(frozen=True, slots=True)
class Detail:
    """The table with the topics of one type of device."""

    type_id: DeviceTypeId
    table: str
    control: str
    command: str
    has_lwt: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that are read."""
        return ("id", self.control, self.command, *((LWT_COLUMN,) if self.has_lwt else ()))


@dataclass(frozen=True, slots=True)
class Schema:
    """What was discovered; statements are written from it."""

    settings: PostgresSettings
    tables: Tables
    plan: Mapping[str, Column]
    """The columns of the table of plans."""
    details: tuple[Detail, ...]
    hashes_rows: bool
    """The server can hash whole rows (PostgreSQL 14)."""

    @property
    def has_cycles(self) -> bool:
        """Return whether machines have a cycle with a duration."""
        return _has_cycles(self.tables)

    @property
    def has_screens(self) -> bool:
        """Return whether screens have a plate and topics."""
        return _has_screens(self.tables, self.details)

    def name(self, table: str) -> str:
        """Return the quoted name of a table of the coordination schema."""
        return f'"{self.settings.schema}"."{table}"'

    @property
    def plan_name(self) -> str:
        """Return the quoted name of the table of plans."""
        schema, table = self.settings.plan_table
        return f'"{schema}"."{table}"'


async def read_tables(connection: Connection, schema: str, table: str | None = None) -> Tables:
    """Read the columns of every table of a schema, or of one table."""
    tables: Tables = {}
    for name, column, *facts in await connection.fetch(_CATALOG, schema, table):
        tables.setdefault(name, {})[column] = Column(*facts)
    return tables


async def read_device_types(connection: Connection, schema: str) -> list[tuple[int, str]]:
    """Read ids and names of the types of devices."""
    rows = await connection.fetch(f'SELECT id, nom FROM "{schema}"."{DEVICE_TYPE}" ORDER BY id')  # noqa: S608 - the schema is a checked identifier
    return [(row[0], row[1]) for row in rows]


def find_details(tables: Tables, types: Iterable[tuple[int, str]]) -> tuple[Detail, ...]:
    """Return the tables of topics that exist, that of the screens included."""
    found: list[Detail] = []
    for number, name in types:
        table = f"{DETAIL_ROOT}{name}"
        columns = tables.get(table, {})
        control = next((c for c in CONTROL_COLUMNS if c in columns), None)
        command = next((c for c in COMMAND_COLUMNS if c in columns), None)
        if not is_identifier(table) or "id" not in columns:
            continue
        if control is not None and command is not None:
            has_lwt = LWT_COLUMN in columns
            found.append(Detail(DeviceTypeId(number), table, control, command, has_lwt))
    return tuple(found)


def missing_columns(tables: Tables, plan: Tables, plan_name: str) -> tuple[str, ...]:
    """Name the tables and columns that are needed and absent: `table` or `table.column`."""
    missing: list[str] = []
    for table, columns in REQUIRED.items():
        missing += _absent(tables, table, columns)
    return (*missing, *_absent(plan, plan_name, PLAN_COLUMNS))


def _has_cycles(tables: Tables) -> bool:
    return CYCLE_KEY in tables.get(MACHINE, {}) and not _absent(tables, CYCLE, CYCLE_COLUMNS)


def _has_screens(tables: Tables, details: Iterable[Detail]) -> bool:
    has_topics = any(detail.type_id == SCREEN_TYPE for detail in details)
    return has_topics and HARDWARE_COLUMN in tables.get(DEVICE, {})


def _absent(tables: Tables, table: str, columns: Iterable[str]) -> list[str]:
    if table not in tables:
        return [table]
    return [f"{table}.{column}" for column in columns if column not in tables[table]]


def missing_privileges(
    settings: PostgresSettings, tables: Tables, plan: Tables, details: Collection[Detail]
) -> tuple[str, ...]:
    """Name the privileges that are needed and absent, on tables and columns that exist."""
    schema, plan_table = settings.plan_table
    read = dict(REQUIRED)
    if _has_cycles(tables):
        read |= {MACHINE: (*read[MACHINE], CYCLE_KEY), CYCLE: CYCLE_COLUMNS}
    if _has_screens(tables, details):
        read[DEVICE] = (*read[DEVICE], HARDWARE_COLUMN)
    read |= {detail.table: detail.columns for detail in details}
    needed = [(settings.schema, tables, table, names) for table, names in read.items()]
    needed.append((schema, plan, plan_table, PLAN_COLUMNS))
    missing: dict[str, None] = {}
    for owner, found, table, names in needed:
        columns = found.get(table, {})
        if any(not column.usable_schema for column in columns.values()):
            missing[f"USAGE {owner}"] = None
        unread: list[str] = [n for n in names if n in columns and not columns[n].readable]
        for name in _summed_up("SELECT", table, unread, names):
            missing[name] = None
    written = {} if settings.only_reads else WRITES
    for table, names in written.items():
        columns = tables.get(table, {}) if table != CYCLE or _has_cycles(tables) else {}
        unwritten = [n for n in names if n in columns and not columns[n].writable]
        for name in _summed_up("UPDATE", table, unwritten, names):
            missing[name] = None
    return tuple(missing)


def _summed_up(privilege: str, table: str, bad: list[str], names: Iterable[str]) -> list[str]:
    if bad == list(names):
        return [f"{privilege} {table}"]
    return [f"{privilege} {table}.{name}" for name in bad]
