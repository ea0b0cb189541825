"""The reference's way with a press on a wall screen, written anew from its specification.

One connection per query, the order before the refresh, half a second before it and between two
looks for its answer; the same idle and while its cycle runs.
"""

# ruff: noqa: S608 - names of tables and columns, all of them constants
import asyncio
import json
import os
import sys
import threading
import time
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.fingers import Fingers, latencies
from benchmarks.pattern import (
    DEVICE,
    DRIVEN,
    EPOM,
    PATIENCE,
    PLUGS,
    POLL,
    SCHEMA,
    SETTLE,
    TYPOLOGY,
    Answers,
    Queries,
    measure as run_cycle,
)
from benchmarks.stage import MACHINE, Stage
from benchmarks.wall import PAGE, furnish

PRESSES = 8
EVERY = 2.5
"""Seconds, so that one press is over before the next."""
PLATES = "equipement_domotique_m5stackcore2_openhasp_v0"
MACHINES = "equipement_pilote_machine_generique"
PILOT = f"SELECT * FROM {EPOM} WHERE id = $1"


def carry_out(queries: Queries, answers: Answers, plate: str) -> None:
    """Follow a press: hand the equipment over to the plan, then show it."""
    device = queries.ask(
        f"SELECT * FROM {DEVICE} WHERE id_materiel = $1 AND utilisateur_affecte", plate.upper()
    )[0]
    home = device["utilisateur"]
    pilot = queries.ask(
        f"SELECT * FROM {EPOM} WHERE utilisateur = $1"
        f" AND equipement_pilote_ou_mesure_type_id = {MACHINE}",
        home,
    )[0]
    number = pilot["id"]
    queries.ask(PILOT, number)
    queries.ask(f"SELECT * FROM {SCHEMA}.{TYPOLOGY} WHERE id = 120")
    machine = f"SELECT * FROM {SCHEMA}.{MACHINES} WHERE equipement_pilote_ou_mesure_id = $1"
    queries.ask(machine, number)
    queries.ask(
        f"UPDATE {SCHEMA}.{MACHINES} SET timestamp_de_fin_souhaite = timestamp_de_fin_souhaite"
        " WHERE equipement_pilote_ou_mesure_id = $1",
        number,
    )
    queries.ask(PILOT, number)
    hanging = queries.ask(
        f"SELECT * FROM {DEVICE} WHERE equipement_pilote_ou_mesure_id = $1 AND utilisateur = $2"
        " ORDER BY equipement_domotique_type_id",
        number,
        home,
    )
    details = []
    for each, table in zip(hanging, (PLUGS, PLATES), strict=True):
        queries.ask(
            f"SELECT nom FROM {SCHEMA}.equipement_domotique_type WHERE id = $1",
            each["equipement_domotique_type_id"],
        )
        details += queries.ask(
            f"SELECT * FROM {SCHEMA}.{table} WHERE id = $1",
            each["equipement_domotique_specifique_id"],
        )
    order(answers, details[0]["topic_mqtt_controle_json"], details[0]["topic_mqtt_commande_text"])
    for change in (
        "timestamp_derniere_mise_en_marche = timestamp_derniere_mise_en_marche",
        "equipement_pilote_ou_mesure_mode_id = 30",
        "timestamp_derniere_programmation = timestamp_derniere_programmation",
        "etat_commande_id = 11",
        "etat_controle_id = 25",
        "ems_consigne_marche = false",
    ):
        queries.ask(f"UPDATE {EPOM} SET {change} WHERE id = $1 AND {DRIVEN}", number)
    queries.ask(PILOT, number)
    queries.ask(machine, number)
    cycle = queries.ask(f"SELECT duree_cycle FROM {SCHEMA}.{MACHINES}_cycle WHERE id = $1", number)[
        0
    ]
    show(answers.client, details[1]["topic_mqtt_commande_text"], cycle["duree_cycle"])


def order(answers: Answers, control: str, command: str) -> None:
    """Switch the plug off, and wait until it says so."""
    answers.client.subscribe(control, 2)
    time.sleep(SETTLE)
    answers.seen.pop(control, None)
    answers.client.publish(command, "off", 2)
    until = time.monotonic() + PATIENCE
    while control not in answers.seen and time.monotonic() < until:
        time.sleep(POLL)
    answers.client.unsubscribe(control)


def show(client: paho.Client, topic: str, seconds: int) -> None:
    """Draw the page, one message per line."""
    page, green = str(PAGE), "#00FF00"
    for line in (
        {"page": page, "id": 10, "bg_color": green},
        {"page": page, "id": 8, "val": 7},
        {"page": page, "id": 9, "val": 0},
        {"page": page, "id": 5, "val": seconds // 3600},
        {"page": page, "id": 6, "val": seconds % 3600 // 900},
        {"page": page, "id": 3, "val": 1},
        {"page": 9, "id": 8, "text": "ecran connecté"},
        {"page": 9, "id": 8, "text_color": "#208020"},
        {"page": "8", "id": 13, "bg_color": green},
    ):
        client.publish(topic, json.dumps(line), 2)


def serve(stage: Stage) -> None:
    """Carry every press out, one after the other, for as long as the process lives."""
    pressed: list[str] = []
    came = threading.Semaphore(0)
    client = paho.Client(CallbackAPIVersion.VERSION2)
    answers = Answers(client)

    def hear(_client: object, _data: object, message: paho.MQTTMessage) -> None:
        if "/state/" in message.topic:
            pressed.append(message.topic.split("/")[1])
            came.release()
        else:
            answers.hear(_client, _data, message)

    client.on_message = hear
    client.connect(stage.host, stage.broker_port)
    client.subscribe("hasp/#", 0)
    client.loop_start()
    queries = Queries(stage)
    while came.acquire():
        carry_out(queries, answers, pressed.pop(0))


async def measure(stage: Stage) -> dict[str, Any]:
    """Return how long screens take to show a press, in milliseconds."""
    await furnish(stage, 2 * PRESSES)
    threading.Thread(target=serve, args=(stage,), daemon=True).start()
    await asyncio.sleep(1)
    fingers = await Fingers.begin(stage.host, stage.broker_port, 2 * PRESSES)
    idle = await fingers.press(0, PRESSES, EVERY)
    # Far longer than the presses: it is left where it is.
    threading.Thread(target=run_cycle, args=(stage, 1), daemon=True).start()
    await asyncio.sleep(5)
    busy = await fingers.press(PRESSES, PRESSES, EVERY)
    await fingers.end()
    return {
        **{f"idle_{key}": value for key, value in latencies(idle).items()},
        **{f"busy_{key}": value for key, value in latencies(busy).items()},
        "press_statements": Queries.total,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(Stage.load(sys.argv[1])))), flush=True)
    os._exit(0)
