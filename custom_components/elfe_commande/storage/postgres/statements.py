"""The statements, written from the schema that was found. Every value is bound.

Identifiers come from our own constants, or were checked and are quoted.
"""
# ruff: noqa: S608

from itertools import batched
from typing import Final

from ...core.plan import DAY, SLOT
from . import schema as names
from .schema import DECISIONS, Schema

_STATE: Final = """equipement_pilote_ou_mesure_mode_id, etat_controle_id, etat_commande_id,
       ems_consigne_marche, timestamp_derniere_mise_en_marche,
       timestamp_derniere_programmation"""
"""In the order of the fields of `State`."""

_GUARD: Final = "etat_controle_id <> 60 AND equipement_pilote_ou_mesure_mode_id IN (20, 30)"

WORD: Final = 24
"""Decisions in one packed integer, which has room for 31."""


def equipments(schema: Schema) -> str:
    """Return the statement for one row per equipment; $1: homes or null for all.

    Columns: id, typology, type, name, home, the state, wished end, cycle duration, charge.
    """
    cycle_join = duration = ""
    if schema.has_cycles:
        duration = "c.duree_cycle"
        cycle_join = f"""
LEFT JOIN {schema.name(names.CYCLE)} c ON c.id = m.cycle
     AND c.equipement_pilote_machine_generique_id = m.id"""
    selected = f", {names.CYCLE_KEY} AS cycle" if schema.has_cycles else ""
    return f"""
SELECT e.id, typologie_installation_domotique_id, equipement_pilote_ou_mesure_type_id,
       nom_humain, utilisateur, {_STATE},
       coalesce(nullif(m.wished_end, 0), nullif(v.wished_end, 0)),
       {duration or "NULL::integer"}, v.charge
FROM {schema.name(names.EQUIPMENT)} e
LEFT JOIN (
  SELECT DISTINCT ON (equipement_pilote_ou_mesure_id) equipement_pilote_ou_mesure_id, id,
         timestamp_de_fin_souhaite AS wished_end{selected}
  FROM {schema.name(names.MACHINE)} ORDER BY equipement_pilote_ou_mesure_id, id
) m ON m.equipement_pilote_ou_mesure_id = e.id{cycle_join}
LEFT JOIN (
  SELECT DISTINCT ON (equipement_pilote_ou_mesure_id) equipement_pilote_ou_mesure_id,
         timestamp_dispo_souhaitee AS wished_end, pourcentage_charge_restant AS charge
  FROM {schema.name(names.VEHICLE)} ORDER BY equipement_pilote_ou_mesure_id, id
) v ON v.equipement_pilote_ou_mesure_id = e.id
WHERE $1::text[] IS NULL OR utilisateur = ANY ($1)
ORDER BY e.id"""


def devices(schema: Schema) -> str:
    """Return the statement for the assigned devices with topics; $1: homes or null for all.

    Columns: equipment, id as text, type, usage, home, hardware, control, command, LWT topic,
    whether the row with the topics is there. By equipment, then by id.
    """
    details = " UNION ALL ".join(
        f"SELECT {detail.type_id} AS type, id::text AS id, {detail.control} AS control,"
        f" {detail.command} AS command,"
        f" {names.LWT_COLUMN if detail.has_lwt else 'NULL::text'} AS lwt"
        f" FROM {schema.name(detail.table)}"
        for detail in schema.details
    )
    nothing = "SELECT 0 AS type, '' AS id, '' AS control, '' AS command, '' AS lwt WHERE false"
    hardware = schema.tables[names.DEVICE].get(names.HARDWARE_COLUMN)
    readable = hardware is not None and hardware.readable
    is_text = schema.tables[names.DEVICE]["id"].kind in {"text", "varchar", "bpchar"}
    return f"""
SELECT d.equipement_pilote_ou_mesure_id, d.id::text, d.equipement_domotique_type_id,
       d.equipement_domotique_usage_id, d.utilisateur,
       {f"d.{names.HARDWARE_COLUMN}" if readable else "NULL::text"},
       t.control, t.command, t.lwt, t.id IS NOT NULL
FROM {schema.name(names.DEVICE)} d
LEFT JOIN ({details or nothing}) t
  ON t.type = d.equipement_domotique_type_id
 AND t.id = d.equipement_domotique_specifique_id::text
WHERE d.utilisateur_affecte AND d.equipement_domotique_type_id <> {names.SCREEN_TYPE}
  AND ($1::text[] IS NULL OR d.utilisateur = ANY ($1))
ORDER BY d.equipement_pilote_ou_mesure_id, d.id{' COLLATE "C"' if is_text else ""}"""


def fingerprint(schema: Schema) -> str | None:
    """Return the statement for one sum per table that changes with any device or topic.

    The first is that of the types of devices. `None` where the server cannot tell.
    """
    if not schema.hashes_rows:
        return None
    device = schema.tables[names.DEVICE]
    columns = (*names.REQUIRED[names.DEVICE], names.HARDWARE_COLUMN)
    read = [c for c in columns if c in device and device[c].readable]
    hashed = [
        (names.DEVICE_TYPE, list(names.REQUIRED[names.DEVICE_TYPE])),
        (names.DEVICE, read),
        *(
            (d.table, ["id", d.control, d.command, *([names.LWT_COLUMN] if d.has_lwt else [])])
            for d in schema.details
        ),
    ]
    sums = ",\n".join(
        f"(SELECT coalesce(sum(hash_record_extended(ROW({', '.join(columns)}), 0)), 0)::text"
        f" FROM {schema.name(table)})"
        for table, columns in hashed
    )
    return f"SELECT {sums}"


def states(schema: Schema) -> str:
    """Return the statement for id and state of the equipments $1."""
    return f"SELECT id, {_STATE} FROM {schema.name(names.EQUIPMENT)} WHERE id = ANY ($1::int[])"


def write(schema: Schema) -> str:
    """Return the one guarded statement for any number of steps, as parallel arrays.

    $1 id, $2 mode, $3 control, $4 command, $5 EMS order, $6 programmed, $7 started, $8 time,
    $9 expected mode. Answers id and state of the rows it wrote.
    """
    returned = ", ".join(f"e.{column.strip()}" for column in _STATE.split(","))
    return f"""
UPDATE {schema.name(names.EQUIPMENT)} AS e SET
  equipement_pilote_ou_mesure_mode_id = coalesce(s.mode, equipement_pilote_ou_mesure_mode_id),
  etat_controle_id = coalesce(s.control, etat_controle_id),
  etat_commande_id = coalesce(s.command, etat_commande_id),
  ems_consigne_marche = coalesce(s.ems, ems_consigne_marche),
  timestamp_derniere_programmation =
    CASE WHEN s.programmed THEN s.at ELSE timestamp_derniere_programmation END,
  timestamp_derniere_mise_en_marche =
    CASE WHEN s.started THEN s.at ELSE timestamp_derniere_mise_en_marche END
FROM unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::bool[], $6::bool[], $7::bool[],
            $8::int[], $9::int[])
  AS s (id, mode, control, command, ems, programmed, started, at, expected)
WHERE e.id = s.id
  AND {_GUARD}
  AND (s.expected IS NULL OR equipement_pilote_ou_mesure_mode_id = s.expected)
RETURNING e.id, {returned}"""


def write_wished_end(schema: Schema) -> str:
    """Return the guarded statement for the wished end $2 of the equipment $1.

    The row that is read is written: the lowest id, of the machine or of the vehicle.
    Answers how many rows were written.
    """
    written = ",\n".join(
        f"""{alias} AS (
  UPDATE {schema.name(table)} SET {column} = $2
  FROM {schema.name(names.EQUIPMENT)} e
  WHERE e.id = $1 AND {_GUARD} AND {schema.name(table)}.id = (
    SELECT min(id) FROM {schema.name(table)} WHERE equipement_pilote_ou_mesure_id = $1
  ) RETURNING 1)"""
        for alias, table, column in (
            ("machine", names.MACHINE, "timestamp_de_fin_souhaite"),
            ("vehicle", names.VEHICLE, "timestamp_dispo_souhaitee"),
        )
    )
    return f"""
WITH {written}
SELECT (SELECT count(*) FROM machine) + (SELECT count(*) FROM vehicle)"""


def plan_rows(schema: Schema) -> str:
    """Return the statement that chooses rows for the slot $1 and the next one, narrowly.

    Per machine: the newest row valid in the slot, and that of the next slot; the greatest id
    where several are as new. Columns: id, machine, first valid, version of the row.
    The table has no index but its key and is never purged: one pass, no sort.
    """
    version = "r.xmin" if _plain(schema) else "NULL::integer"
    return f"""
WITH chosen AS (
  SELECT (max(ARRAY[first_valid_timestamp::int8, id::int8]))[2] AS id
  FROM {schema.plan_name}
  WHERE first_valid_timestamp > $1::int8 - {DAY * SLOT}
    AND (first_valid_timestamp <= $1::int8 OR first_valid_timestamp = $1::int8 + {SLOT})
  GROUP BY machine_id, first_valid_timestamp > $1::int8
)
SELECT r.id, r.machine_id, r.first_valid_timestamp, {version}
FROM {schema.plan_name} r JOIN chosen ON r.id = chosen.id"""


def packed_decisions(schema: Schema) -> str:
    """Return the statement for the decisions of the rows $1, packed; 7 times less to decode.

    Columns: id, all decisions or-ed (0 or 1 unless some value is not expected), then 96
    decisions as integers of `WORD` bits, the first decision in the highest bit.
    """
    words: list[str] = []
    for columns in batched(DECISIONS, WORD, strict=True):
        word = columns[0]
        for column in columns[1:]:
            word = f"({word} << 1 | {column})"
        words.append(word)
    return f"""
SELECT id, {" | ".join(DECISIONS)}, {", ".join(words)}
FROM {schema.plan_name} WHERE id = ANY ($1::int8[])"""


def plain_decisions(schema: Schema) -> str:
    """Return the statement for id and the 96 decisions, as they are, of the rows $1."""
    return f"SELECT id, {', '.join(DECISIONS)} FROM {schema.plan_name} WHERE id = ANY ($1::int8[])"


def _plain(schema: Schema) -> bool:
    return all(column.plain for column in schema.plan.values())
