"""A small stand-in for the EMS: every quarter, one plan row per piloted equipment."""

import asyncio
from collections.abc import Callable, Collection
import contextlib
from dataclasses import dataclass, field
import logging
import time
from typing import Any

import asyncpg

from .database import RESULT, SCHEMA, PlanRow, insert_plans, quarter
from .database.results import SLOT, SLOTS
from .parts import DATABASE_ERRORS, Access
from .placement import (
    Need,
    Task,
    charge_profile,
    comfort,
    machine_profile,
    place,
    pulse,
    run,
    shift,
    sun_and_wind,
    tank_profile,
    window,
)

_LOGGER = logging.getLogger(__name__)

LEAD = 30
TANK_REST = 12 * 3600
RECURRING = {151, 155}

type Row = asyncpg.Record
type Plans = dict[int, tuple[int, tuple[int, ...]]]


@dataclass(slots=True)
class _Round:
    """What one round of planning reads and makes."""

    begin: int
    need: list[float]
    types: dict[int, int]
    last_start: dict[int, int]
    valid: Plans
    tasks: list[Task] = field(default_factory=list)
    tanks: dict[int, int] = field(default_factory=dict)
    decisions: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def starting(self, machine: int) -> bool:
        """Return whether the plan in force starts it in the quarter before this plan's first."""
        return self.decision(machine, self.begin - SLOT) == 1

    def decision(self, machine: int, moment: int) -> int:
        """Return what the plan in force says of a moment, 0 where it says nothing."""
        first, decisions = self.valid.get(machine, (0, ()))
        slot = (moment - first) // SLOT
        return decisions[slot] if 0 <= slot < len(decisions) else 0


class Planner:
    """Plans machines, cars, tanks and heaters against a simulated sun and wind.

    Reads the coordination database and appends to the plan table as the role `ems`. A plan computed 30 s
    before a quarter is for the quarter after it. Tanks may heat at any hour: no tariff is looked at.
    """

    def __init__(
        self,
        access: Access,
        *,
        result_access: Access | None = None,
        schema: str = SCHEMA,
        result_table: str = RESULT,
        clock: Callable[[], float] = time.time,
        rate: float = 1.0,
        need: Need = sun_and_wind,
    ) -> None:
        """Prepare a planner; `clock` gives unix seconds and runs `rate` times faster than real time."""
        self._access = access
        self._result_access = result_access or access
        self._schema = schema
        self._table = result_table
        self._clock = clock
        self._rate = rate
        self._need = need

    async def run(self, *, at_once: Collection[int] = (), first_look: float = 0) -> None:
        """Plan for ever, the current quarter first.

        `at_once` are equipments to start in the first quarter whose plan is executed: the one that lasts in
        `first_look` seconds, when whoever executes plans begins. A start in a quarter that is over by then
        would be lost.
        """
        now = self._clock()
        begin = quarter(now + first_look)
        for earlier in range(quarter(now), begin, SLOT):
            await self._try(earlier)
        await self._try(begin, at_once)
        while True:
            begin += SLOT
            await self._try(begin)
            await self._sleep_until(begin - LEAD)

    async def plan(self, begin: int, *, at_once: Collection[int] = ()) -> list[PlanRow]:
        """Write the rows of the quarter that starts at `begin`, and return them.

        Equipments that the plan in force is just starting get no row (the EMS skips one round).
        """
        async with contextlib.AsyncExitStack() as stack:
            connection = await self._connect(stack, self._access)
            results = connection
            if self._result_access != self._access:
                results = await self._connect(stack, self._result_access)
            now = await self._read(connection, results, begin)
            await self._consider_all(connection, now)
            self._decide(now, at_once)
            rows = [
                PlanRow(
                    machine,
                    begin,
                    decisions,
                    now.types[machine],
                    int(now.types[machine] in RECURRING),
                )
                for machine, decisions in sorted(now.decisions.items())
            ]
            await insert_plans(results, rows, self._table)
        return rows

    async def _try(self, begin: int, at_once: Collection[int] = ()) -> None:
        try:
            rows = await self.plan(begin, at_once=at_once)
            _LOGGER.info("Planned %d equipments from %d", len(rows), begin)
        except DATABASE_ERRORS as error:
            _LOGGER.warning("No plan from %d: %s", begin, error)

    async def _sleep_until(self, moment: float) -> None:
        # In steps: a clock that is handed in may be moved.
        while (left := moment - self._clock()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left / self._rate, 30))

    async def _connect(
        self, stack: contextlib.AsyncExitStack, access: Access
    ) -> asyncpg.Connection:
        connection = await access.connect()
        stack.push_async_callback(connection.close)
        await connection.execute(f'SET search_path TO "{self._schema}", public')
        return connection

    async def _read(
        self, connection: asyncpg.Connection, results: asyncpg.Connection, begin: int
    ) -> _Round:
        pilots = await connection.fetch(
            "SELECT id, equipement_pilote_ou_mesure_type_id AS type,"
            " timestamp_derniere_mise_en_marche AS started FROM equipement_pilote_ou_mesure"
            " WHERE equipement_pilote_ou_mesure_mode_id = 30"
        )
        plans = await results.fetch(
            f"SELECT DISTINCT ON (machine_id) * FROM {self._table}"  # noqa: S608
            " WHERE first_valid_timestamp < $1 AND first_valid_timestamp > $1 - 86400"
            " ORDER BY machine_id, first_valid_timestamp DESC, id DESC",
            begin,
        )
        return _Round(
            begin,
            [self._need(begin + slot * SLOT) for slot in range(SLOTS)],
            {row["id"]: row["type"] for row in pilots},
            {row["id"]: row["started"] for row in pilots},
            {row["machine_id"]: (row["first_valid_timestamp"], tuple(row)[5:]) for row in plans},
        )

    async def _consider_all(self, connection: asyncpg.Connection, now: _Round) -> None:
        cycles: dict[int, int] = {}
        name = "equipement_pilote_machine_generique"
        if await connection.fetchval("SELECT to_regclass($1)", f"{self._schema}.{name}_cycle"):
            found = await connection.fetch(
                f"SELECT m.id, c.duree_cycle FROM {name} m JOIN {name}_cycle c"  # noqa: S608
                f" ON c.id = m.cycle_{name}_id AND c.{name}_id = m.id"
            )
            cycles = {row["id"]: row["duree_cycle"] for row in found}
        for row in await self._details(connection, name, now):
            _consider_machine(now, row, cycles.get(row["id"]))
        for row in await self._details(
            connection, "equipement_pilote_vehicule_electrique_generique", now
        ):
            _consider_car(now, row)
        for row in await self._details(connection, "equipement_pilote_ballon_ecs", now):
            _consider_tank(now, row)
        for row in await self._details(connection, "equipement_pilote_chauffage_non_asservi", now):
            _consider_heater(now, row)

    async def _details(self, connection: asyncpg.Connection, table: str, now: _Round) -> list[Row]:
        found: list[Row] = await connection.fetch(
            f"SELECT * FROM {table} WHERE equipement_pilote_ou_mesure_id = ANY($1::int[])",  # noqa: S608
            list(now.types),
        )
        return found

    def _decide(self, now: _Round, at_once: Collection[int]) -> None:
        for machine, start in place(now.tasks, now.need).items():
            now.decisions[machine] = (
                run(start, now.tanks[machine]) if machine in now.tanks else pulse(start)
            )
        for machine in set(at_once) & set(now.types):
            length = now.tanks.get(machine)
            now.decisions[machine] = run(0, length) if length else pulse(0)


def _consider_machine(now: _Round, row: Row, cycle: int | None) -> None:
    machine = row["equipement_pilote_ou_mesure_id"]
    if now.starting(machine):
        return
    profile = machine_profile(cycle)
    wait, end = row["delai_attente_maximale_apres_fin"], row["timestamp_de_fin_souhaite"]
    now.tasks.append(Task(machine, profile, *window(now.begin, end, wait, len(profile))))


def _consider_car(now: _Round, row: Row) -> None:
    machine = row["equipement_pilote_ou_mesure_id"]
    if now.starting(machine):
        return
    profile = charge_profile(
        row["pourcentage_charge_restant"],
        row["pourcentage_charge_finale_minimale_souhaitee"],
        row["puissance_de_charge"],
        row["capacite_de_batterie"],
    )
    end = row["timestamp_dispo_souhaitee"]
    now.tasks.append(Task(machine, profile, *window(now.begin, end, 2 * 86_400, len(profile))))


def _consider_tank(now: _Round, row: Row) -> None:
    machine = row["equipement_pilote_ou_mesure_id"]
    first, decisions = now.valid.get(machine, (now.begin, ()))
    rest: tuple[Any, ...] = shift(decisions, (now.begin - first) // SLOT)
    # A heating under way, or just begun, keeps its hours; so does the half day after one.
    if now.starting(machine) or now.last_start[machine] + TANK_REST > now.begin - SLOT:
        now.decisions[machine] = rest
        return
    profile = tank_profile(row["volume_ballon"], row["puissance_chauffe"])
    now.tanks[machine] = len(profile)
    now.tasks.append(Task(machine, profile, 0, SLOTS - len(profile)))


def _consider_heater(now: _Round, row: Row) -> None:
    periods = [
        (days == "weekend", row[f"{prefix}_heure_debut"], row[f"{prefix}_heure_fin"])
        for days in ("semaine", "weekend")
        for prefix in (f"prog_{days}_periode_{period}_confort" for period in (1, 2))
        if row[f"{prefix}_actif"]
    ]
    machine = row["equipement_pilote_ou_mesure_id"]
    now.decisions[machine] = comfort(now.begin, periods, row["pourcentage_eco_force"], now.need)
