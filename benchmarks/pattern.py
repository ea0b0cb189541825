"""The access pattern of the reference controller, written anew from its specification.

Orders one after the other in each of N threads; a connection per query; subscribe, wait half a
second, publish, look for the answer every half second.
"""

# ruff: noqa: S608 - names of tables and columns, all of them constants
import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
import json
import sys
import threading
import time

import asyncpg
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.stage import SLOT, Stage

SETTLE = POLL = 0.5
PATIENCE = 5.0
SCHEMA = "bdd_coordination_schema"
EPOM = f"{SCHEMA}.equipement_pilote_ou_mesure"
DEVICE = f"{SCHEMA}.equipement_domotique"
DRIVEN = "etat_controle_id <> 60 AND equipement_pilote_ou_mesure_mode_id IN (20, 30)"


@dataclass
class Answers:
    """What devices said, by topic."""

    client: paho.Client
    seen: dict[str, bytes] = field(default_factory=dict)

    def hear(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        """Keep the last message of each topic."""
        self.seen[message.topic] = message.payload


class Queries:
    """One connection per query, counted; one per thread, as a loop is."""

    total = 0
    _lock = threading.Lock()

    def __init__(self, stage: Stage) -> None:
        """Keep how to connect."""
        self._stage = stage
        self._runner = asyncio.Runner()

    def ask(self, query: str, *values: object) -> list[asyncpg.Record]:
        """Connect, ask, disconnect."""
        with self._lock:
            Queries.total += 1
        return self._runner.run(self._ask(query, values))

    async def _ask(self, query: str, values: tuple[object, ...]) -> list[asyncpg.Record]:
        stage = self._stage
        connection = await asyncpg.connect(
            host=stage.host,
            port=stage.postgres_port,
            database=stage.database,
            user=stage.user,
            password=stage.password,
            ssl=False,
            statement_cache_size=0,
        )
        try:
            return await connection.fetch(query, *values)
        finally:
            await connection.close()

    def close(self) -> None:
        """End the loop."""
        self._runner.close()


def order(queries: Queries, answers: Answers, machine: int, now: int) -> bool:
    """Carry one start out; whether it was acknowledged."""
    pilot = queries.ask(f"SELECT * FROM {EPOM} WHERE id = $1", machine)[0]
    queries.ask(f"SELECT * FROM {SCHEMA}.{TYPOLOGY} WHERE id = 120")
    device = queries.ask(
        f"SELECT * FROM {DEVICE} WHERE equipement_pilote_ou_mesure_id = $1 AND utilisateur = $2",
        machine,
        pilot["utilisateur"],
    )[0]
    queries.ask(f"SELECT nom FROM {SCHEMA}.equipement_domotique_type WHERE id = 111")
    detail = queries.ask(
        f"SELECT * FROM {SCHEMA}.{PLUGS} WHERE id = $1",
        device["equipement_domotique_specifique_id"],
    )[0]
    control, command = detail["topic_mqtt_controle_json"], detail["topic_mqtt_commande_text"]
    answers.client.subscribe(control, 2)
    time.sleep(SETTLE)
    answers.seen.pop(control, None)
    answers.client.publish(command, "on", 2)
    until = time.monotonic() + PATIENCE
    while not (acknowledged := control in answers.seen) and time.monotonic() < until:
        time.sleep(POLL)
    answers.client.unsubscribe(control)
    for change in (
        f"timestamp_derniere_mise_en_marche = {now}",
        "equipement_pilote_ou_mesure_mode_id = 20",
        "etat_commande_id = 13",
        "etat_controle_id = 15",
        "ems_consigne_marche = true",
    ):
        queries.ask(f"UPDATE {EPOM} SET {change} WHERE id = $1 AND {DRIVEN}", machine)
    queries.ask(
        f"SELECT * FROM {DEVICE} WHERE utilisateur = $1 AND utilisateur_affecte"
        " AND equipement_domotique_type_id = 711",
        pilot["utilisateur"],
    )
    return acknowledged


TYPOLOGY = "equipement_pilote_typologie_installation_domotique"
PLUGS = "equipement_domotique_shellyplugs_shellycloud_v1"


def measure(stage: Stage, threads: int) -> dict[str, float]:
    """Return the seconds of a cycle, its queries, and its orders acknowledged."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    answers = Answers(client)
    client.on_message = answers.hear
    client.connect(stage.host, stage.broker_port)
    client.loop_start()
    now = stage.slot + SLOT + 10
    began = time.perf_counter()
    cycle = Queries(stage)
    newest = cycle.ask(
        "SELECT machine_id, max(first_valid_timestamp) FROM"
        f" {SCHEMA}.result GROUP BY machine_id ORDER BY machine_id"
    )
    for machine, first in newest:
        cycle.ask(
            f"SELECT * FROM {SCHEMA}.result WHERE machine_id = $1 AND first_valid_timestamp = $2",
            machine,
            first,
        )
    cycle.close()
    local = threading.local()

    def work(machine: int) -> bool:
        if not hasattr(local, "queries"):
            local.queries = Queries(stage)
        return order(local.queries, answers, machine, now)

    with ThreadPoolExecutor(threads) as pool:
        acknowledged = sum(pool.map(work, [machine for machine, _ in newest]))
    took = time.perf_counter() - began
    client.loop_stop()
    return {
        "cycle_s": took,
        "order_s": took / len(newest) * threads,
        "acknowledged": acknowledged,
        "statements": Queries.total,
        "connections": Queries.total,
    }


if __name__ == "__main__":
    print(json.dumps(measure(Stage.load(sys.argv[1]), int(sys.argv[2]))))
