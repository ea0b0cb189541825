"""Rows of the detail tables: what an equipment of a type has beside its main row."""

from typing import Any

from .appliances import Topics

type Row = dict[str, Any]
type Rows = dict[str, list[Row]]

ON_PILOT = "equipement_pilote_ou_mesure_id"
DAY, HOUR = 86_400, 3_600
MACHINE_TYPES = {1, 111, 112, 113}
CAR_TYPES = {221}
METER_TYPES = {410}


def detail_rows(rows: Rows, pilot: int, type_id: int, end: int, cycle: int) -> None:
    """Add the detail rows of one equipment; `end` is the wished end, `cycle` seconds."""
    if type_id in MACHINE_TYPES:
        _add(rows, "equipement_pilote_machine_generique", _machine(pilot, end))
        _add(rows, "equipement_pilote_machine_generique_cycle", _cycle(pilot, cycle))
    elif type_id in CAR_TYPES:
        _add(rows, "equipement_pilote_vehicule_electrique_generique", _car(pilot, end))
    elif type_id == 131:
        _add(rows, "equipement_pilote_ballon_ecs", _tank(pilot))
        _add(rows, "equipement_pilote_ballon_ecs_heures_creuses", _off_peak(pilot))
    elif type_id == 151:
        _add(rows, "equipement_pilote_chauffage_non_asservi", _heater(pilot))
    elif type_id in METER_TYPES:
        meter = {"id": pilot, ON_PILOT: pilot, "numero_pdl": "00000000000000", **measured(pilot)}
        _add(rows, "equipement_mesure_compteur_electrique", meter)


def measured(pilot: int) -> Row:
    """Return where the measures of an equipment are: each has its own."""
    return {"mesures_puissance_elec_id": pilot}


def topic_row(number: int, device: str, type_id: int, topics: Topics) -> Row:
    """Return the row of a device's topics; relays of type 411 name two columns differently."""
    control, command = "topic_mqtt_controle_json", "topic_mqtt_commande_text"
    if type_id == 411:
        control, command = "topic_mqtt_controle_et_mesure_json", "topic_mqtt_commande_json"
    return {
        "id": number,
        "equipement_domotique_id": device,
        control: topics.control,
        command: topics.command,
        "topic_mqtt_lwt": topics.lwt,
    }


def _add(rows: Rows, table: str, row: Row) -> None:
    rows.setdefault(table, []).append(row)


def _machine(pilot: int, end: int) -> Row:
    return {
        "id": pilot,
        ON_PILOT: pilot,
        "timestamp_de_fin_souhaite": end,
        "delai_attente_maximale_apres_fin": 12 * HOUR,
        "cycle_equipement_pilote_machine_generique_id": pilot,
        **measured(pilot),
    }


def _cycle(pilot: int, seconds: int) -> Row:
    return {
        "id": pilot,
        "equipement_pilote_machine_generique_id": pilot,
        "duree_cycle": seconds,
        "nom": "éco",
        "description": "aucun",
    }


def _car(pilot: int, end: int) -> Row:
    return {
        "id": pilot,
        ON_PILOT: pilot,
        "pourcentage_charge_restant": 40,
        "pourcentage_charge_finale_minimale_souhaitee": 80,
        "duree_de_charge_estimee": 4 * HOUR,
        "timestamp_dispo_souhaitee": end,
        "puissance_de_charge": 3700,
        "capacite_de_batterie": 40_000,
        **measured(pilot),
    }


def _tank(pilot: int) -> Row:
    return {
        "id": pilot,
        ON_PILOT: pilot,
        "volume_ballon": 150,
        "puissance_chauffe": 2000,
        **measured(pilot),
    }


def _off_peak(pilot: int) -> Row:
    return {
        "id": pilot,
        "equipement_pilote_ballon_ecs_id": pilot,
        "nom": "nuit",
        "description": "aucun",
        "actif": True,
        "debut": 22 * HOUR,
        "fin": DAY + 6 * HOUR,
    }


def _heater(pilot: int) -> Row:
    row: Row = {"id": pilot, ON_PILOT: pilot}
    for days in ("semaine", "weekend"):
        for period, hours in ((1, (5, 8)), (2, (16, 21))):
            prefix = f"prog_{days}_periode_{period}_confort"
            row[f"{prefix}_actif"] = True
            row[f"{prefix}_heure_debut"], row[f"{prefix}_heure_fin"] = (h * HOUR for h in hours)
    return row | {
        "puissance_moyenne_eco": 500,
        "puissance_moyenne_confort": 1500,
        "pourcentage_eco_force": 30,
        **measured(pilot),
    }
