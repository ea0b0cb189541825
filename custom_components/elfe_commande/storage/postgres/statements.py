"""The statements, written from the schema that was found. Every value is bound.

Identifiers come from our own constants, or were checked and are quoted.
"""
# ruff: noqa: S608

from itertools import batched
from typing import Final

from ...core.plan import DAY, SLOT
from ..postgres import schema as names
from .schema import DECISIONS, Schema

_STATE: Final = """equipement_pilote_ou_mesure_mode_id, etat_controle_id, etat_commande_id,
       ems_consigne_marche, timestamp_derniere_mise_en_marche,
       timestamp_derniere_programmation"""
"""In the order of the fields of `State`."""

_NO_ERROR: Final = "etat_controle_id <> 60"
_DRIVEN: Final = "equipement_pilote_ou_mesure_mode_id IN (20, 30)"

WORD: Final = 24
"""Decisions in one packed integer, which has room for 31."""


def equipments(schema: Schema, *, some: bool = False) -> str:
    """Return the statement for one row per equipment; $1: homes or null for all, $2: if `some`, ids.

    Columns: id, typology, type, name, home, the state, wished end, cycle duration, charge.
    """
    # In the subselects too: they are then found without sorting whole tables.
    where = "WHERE equipement_pilote_ou_mesure_id = ANY ($2::int8[])" if some else ""
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
       coalesce(nullif(m.wished_end, 0), nullif(v.wished_end, 0), m.wished_end, v.wished_end),
       {duration or "NULL::integer"}, v.charge
FROM {schema.name(names.EQUIPMENT)} e
LEFT JOIN (
  SELECT DISTINCT ON (equipement_pilote_ou_mesure_id) equipement_pilote_ou_mesure_id, id,
         timestamp_de_fin_souhaite AS wished_end{selected}
  FROM {schema.name(names.MACHINE)} {where} ORDER BY equipement_pilote_ou_mesure_id, id
) m ON m.equipement_pilote_ou_mesure_id = e.id{cycle_join}
LEFT JOIN (
  SELECT DISTINCT ON (equipement_pilote_ou_mesure_id) equipement_pilote_ou_mesure_id,
         timestamp_dispo_souhaitee AS wished_end, pourcentage_charge_restant AS charge
  FROM {schema.name(names.VEHICLE)} {where} ORDER BY equipement_pilote_ou_mesure_id, id
) v ON v.equipement_pilote_ou_mesure_id = e.id
WHERE ($1::text[] IS NULL OR utilisateur = ANY ($1)){" AND e.id = ANY ($2)" if some else ""}
ORDER BY e.id"""


def equipment_marks(schema: Schema) -> str | None:
    """Return the statement for ids and for hashes of their rows; $1: homes or null for all.

    Two arrays, null when empty: a row is read when its hash is another than before. `None`
    where the server cannot tell.
    """
    if not schema.hashes_rows:
        return None
    return f"""
SELECT array_agg(q.id), array_agg(hash_record_extended(q, 0))
FROM ({equipments(schema)}) q"""


def devices(schema: Schema, *, some: bool = False) -> str:
    """Return the statement for the assigned devices with topics; $1: homes or null for all.

    If `some`, only those of the equipments $2, without the screens.
    Columns: equipment (null for a screen, which belongs to its home), id as text, type, usage,
    home, hardware, control, command, LWT topic, whether the row with the topics is there. By
    equipment, then by id.
    """
    is_screen = f"d.equipement_domotique_type_id = {names.SCREEN_TYPE}"
    owner, chosen = "d.equipement_pilote_ou_mesure_id", ""
    if schema.has_screens and not some:
        owner = f"CASE WHEN NOT {is_screen} THEN {owner} END"
    else:
        chosen = f"\n  AND NOT {is_screen}"
    if some:
        chosen += f" AND {owner} = ANY ($2::int8[])"
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
SELECT {owner}, d.id::text, d.equipement_domotique_type_id,
       d.equipement_domotique_usage_id, d.utilisateur,
       {f"d.{names.HARDWARE_COLUMN}" if readable else "NULL::text"},
       t.control, t.command, t.lwt, t.id IS NOT NULL
FROM {schema.name(names.DEVICE)} d
LEFT JOIN ({details or nothing}) t
  ON t.type = d.equipement_domotique_type_id
 AND t.id = d.equipement_domotique_specifique_id::text
WHERE d.utilisateur_affecte AND ($1::text[] IS NULL OR d.utilisateur = ANY ($1)){chosen}
ORDER BY 1, d.id{' COLLATE "C"' if is_text else ""}"""


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
        *((detail.table, list(detail.columns)) for detail in schema.details),
    ]
    # The hash of a row adds up those of its columns: without another one over it, a value that two
    # rows exchange would leave the sum as it is.
    sums = ",\n".join(
        f"(SELECT coalesce(sum(hashint8extended(hash_record_extended(ROW({', '.join(columns)}), 0),"
        " 0)), 0)::text"
        f" FROM {schema.name(table)})"
        for table, columns in hashed
    )
    return f"SELECT {sums}"


def states(schema: Schema) -> str:
    """Return the statement for id and state of the equipments $1."""
    return f"SELECT id, {_STATE} FROM {schema.name(names.EQUIPMENT)} WHERE id = ANY ($1::int8[])"


def write(schema: Schema) -> str:
    """Return the one guarded statement for any number of steps, as parallel arrays.

    $1 id, $2 mode, $3 control, $4 command, $5 EMS order, $6 programmed, $7 started, $8 time,
    $9 expected mode, $10 from mode 70 too, $11 the latest time at which the row may have been
    programmed, or null, $12 when it was programmed, or null. Answers id and state of the rows it
    wrote.
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
FROM unnest($1::int8[], $2::int[], $3::int[], $4::int[], $5::bool[], $6::bool[], $7::bool[],
            $8::int[], $9::int[], $10::bool[], $11::int[], $12::int[])
  AS s (
    id, mode, control, command, ems, programmed, started, at, expected, disabled, not_after, known
  )
WHERE e.id = s.id
  AND {_NO_ERROR}
  AND ({_DRIVEN} OR s.disabled AND equipement_pilote_ou_mesure_mode_id = 70)
  AND (s.expected IS NULL OR equipement_pilote_ou_mesure_mode_id = s.expected)
  AND (s.not_after IS NULL OR coalesce(timestamp_derniere_programmation, 0) <= s.not_after)
  AND (s.known IS NULL OR coalesce(timestamp_derniere_programmation, 0) = s.known)
RETURNING e.id, {returned}"""


def write_constraints(schema: Schema) -> str:
    """Return the guarded statement for the wishes about the equipment $1, whole or not at all.

    $2 wished end, $3 cycle duration, $4 charge; null leaves one alone. $5 is the latest time at
    which the row may have been programmed, or null. The rows that are read are written: the lowest id of the machine and of the vehicle, and the cycle selected there.
    Answers whether it wrote. What it checks it locks, so that nothing changes in between.
    """
    cycle = "SELECT NULL::integer AS id WHERE false"
    selected = set_duration = ""
    if schema.has_cycles:
        selected = f", {names.CYCLE_KEY} AS cycle"
        cycle = f"""SELECT c.id FROM {schema.name(names.CYCLE)} c JOIN machine m
    ON c.id = m.cycle AND c.equipement_pilote_machine_generique_id = m.id
  FOR NO KEY UPDATE OF c"""
        set_duration = f""", set_duration AS (
  UPDATE {schema.name(names.CYCLE)} SET duree_cycle = $3
  WHERE $3 IS NOT NULL AND id = (SELECT id FROM cycle) AND EXISTS (SELECT FROM allowed)
)"""
    return f"""
WITH guarded AS (
  SELECT id FROM {schema.name(names.EQUIPMENT)}
  WHERE id = $1 AND {_NO_ERROR} AND {_DRIVEN}
    AND ($5::int IS NULL OR coalesce(timestamp_derniere_programmation, 0) <= $5)
  FOR SHARE
), machine AS (
  SELECT id{selected} FROM {schema.name(names.MACHINE)}
  WHERE equipement_pilote_ou_mesure_id = $1 ORDER BY id LIMIT 1 FOR NO KEY UPDATE
), vehicle AS (
  SELECT id FROM {schema.name(names.VEHICLE)}
  WHERE equipement_pilote_ou_mesure_id = $1 ORDER BY id LIMIT 1 FOR NO KEY UPDATE
), cycle AS (
  {cycle}
), allowed AS (
  SELECT FROM guarded
  WHERE ($2::int IS NULL OR EXISTS (SELECT FROM machine) OR EXISTS (SELECT FROM vehicle))
    AND ($3::int IS NULL OR EXISTS (SELECT FROM cycle))
    AND ($4::int IS NULL OR EXISTS (SELECT FROM vehicle))
), set_machine AS (
  UPDATE {schema.name(names.MACHINE)} SET timestamp_de_fin_souhaite = $2
  WHERE $2 IS NOT NULL AND id = (SELECT id FROM machine) AND EXISTS (SELECT FROM allowed)
), set_vehicle AS (
  UPDATE {schema.name(names.VEHICLE)} SET
    timestamp_dispo_souhaitee = coalesce($2, timestamp_dispo_souhaitee),
    pourcentage_charge_restant = coalesce($4, pourcentage_charge_restant)
  WHERE ($2 IS NOT NULL OR $4 IS NOT NULL) AND id = (SELECT id FROM vehicle)
    AND EXISTS (SELECT FROM allowed)
){set_duration}
SELECT EXISTS (SELECT FROM allowed)"""


def plan_rows(schema: Schema) -> str:
    """Return the statement that chooses rows for the slot $1 and the next one, narrowly.

    Per machine: the newest row valid in the slot, and that of the next slot; the greatest id
    where several are as new. Four arrays, null when empty: id, machine, first valid, version
    of the row. The table has no index but its key and is never purged: one pass, no sort.
    """
    version = "r.xmin::text::int8" if _plain(schema) else "NULL::integer"
    return f"""
WITH chosen AS (
  SELECT (max(ARRAY[first_valid_timestamp::int8, id::int8]))[2] AS id
  FROM {schema.plan_name}
  WHERE first_valid_timestamp > $1::int8 - {DAY * SLOT}
    AND (first_valid_timestamp <= $1::int8 OR first_valid_timestamp = $1::int8 + {SLOT})
  GROUP BY machine_id, first_valid_timestamp > $1::int8
)
SELECT array_agg(r.id::int8), array_agg(r.machine_id::int8),
       array_agg(r.first_valid_timestamp::int8), array_agg({version})
FROM {schema.plan_name} r JOIN chosen ON r.id = chosen.id"""


def newest_plan(schema: Schema) -> str:
    """Return the statement for the greatest id of the plans, which their key finds at once."""
    return f"SELECT max(id)::int8 FROM {schema.plan_name}"


def packed_decisions(schema: Schema) -> str:
    """Return the statement for the decisions of the rows $1, packed; 7 times less to decode.

    Columns: id, all decisions or-ed (0 or 1 unless some value is not expected), then 96
    decisions as integers of `WORD` bits, the first decision in the highest bit.
    """
    words: list[str] = []
    for columns in batched(DECISIONS, WORD, strict=True):
        # Shifted as it is, a small integer would lose bits.
        word = columns[0] if schema.plan[columns[0]].kind == "int8" else f"{columns[0]}::int"
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
