"""Rows of the coordination database, in few words."""

from typing import Any

import asyncpg

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.outcome import Step, Writes
from custom_components.elfe_commande.storage.postgres import PostgresSettings
from demo.database import SCHEMA
from demo.database.enumerations import DEVICE_TABLES

from ..fixtures_parts import Database

SLOT = 1_800_000_000 // 900 * 900
DAY = 86_400
BUSY = 2.0
"""Seconds after which a database is given up that is to answer before: on a busy machine too."""


def settings_for(fresh: Database, **changes: Any) -> PostgresSettings:
    """Return how `commande` connects to a database."""
    access = fresh.access
    values: dict[str, Any] = {
        "host": access.host,
        "port": access.port,
        "database": access.database,
        "username": access.user,
        "password": access.password,
        "command_timeout": 5.0,
    }
    return PostgresSettings(**values | changes)


def step(number: int, at: int = SLOT, expected: Any = None, **writes: Any) -> Step:
    """Return one write."""
    return Step(EquipmentId(number), Writes(**writes), at, expected)


class Rows:
    """Inserts rows as the owner of the database; `numbers` when ids are numbers at its level."""

    def __init__(self, connection: asyncpg.Connection, schema: str = SCHEMA) -> None:
        self.connection = connection
        self.schema = schema
        self._details = 0

    async def run(self, statement: str, *values: Any) -> None:
        """Run a statement with the coordination schema first in the path."""
        await self.connection.execute(f'SET search_path TO "{self.schema}", public')
        await self.connection.execute(statement, *values)

    async def equipment(
        self,
        number: int,
        *,
        typology: int = 120,
        kind: int = 111,
        mode: int = 30,
        control: int = 25,
        command: int = 11,
        home: str | None = "R001",
        name: str = "Lave-vaisselle",
        programmed: int = 0,
    ) -> None:
        """Insert an equipment."""
        await self.run(
            "INSERT INTO equipement_pilote_ou_mesure VALUES"
            " ($1, $1, $2, $3, '', $4, $5, $6, $7, false, 0, $8, $9)",
            number,
            typology,
            name,
            kind,
            mode,
            control,
            command,
            programmed,
            home,
        )

    async def device(
        self,
        label: str | int,
        equipment: int,
        *,
        kind: int = 111,
        usage: int = 11,
        home: str | None = "R001",
        assigned: bool = True,
        topics: tuple[Any, Any, Any] | None = ("c/state", "c/set", "c/lwt"),
        hardware: str | None = "0A1B",
    ) -> None:
        """Insert a device and, unless `topics` is None, their row."""
        self._details += 1
        detail: int | str = 1000 + self._details
        as_text = await self.connection.fetchval(
            "SELECT data_type = 'text' FROM information_schema.columns WHERE table_schema = $1"
            " AND table_name = 'equipement_domotique'"
            " AND column_name = 'equipement_domotique_specifique_id'",
            self.schema,
        )
        detail = str(detail) if as_text else detail
        await self.run(
            "INSERT INTO equipement_domotique VALUES ($1, $2, $3, $4, $5, 'ELFE', $6, $7, $8)",
            label,
            equipment,
            kind,
            usage,
            hardware,
            home,
            assigned,
            detail,
        )
        if topics is not None:
            await self.run(
                f"INSERT INTO {DEVICE_TABLES[kind]} VALUES ($1, $2, $3, $4, $5)",
                detail,
                label,
                *topics,
            )

    async def machine(
        self, equipment: int, *, number: int, end: int = 0, cycle: int = 0, duration: int = 0
    ) -> None:
        """Insert the constraints of a machine, with a cycle if given a duration."""
        await self.run(
            "INSERT INTO equipement_pilote_machine_generique VALUES ($1, $2, $3, 0, $4, 1)",
            number,
            equipment,
            end,
            cycle or 1,
        )
        if duration:
            await self.run(
                "INSERT INTO equipement_pilote_machine_generique_cycle"
                " VALUES ($1, $2, $3, 'eco', '')",
                cycle,
                number,
                duration,
            )

    async def vehicle(self, equipment: int, *, number: int, end: int, charge: int) -> None:
        """Insert the constraints of a vehicle."""
        await self.run(
            "INSERT INTO equipement_pilote_vehicule_electrique_generique"
            " VALUES ($1, $2, $3, 80, 0, $4, 3000, 50000, 1)",
            number,
            equipment,
            charge,
            end,
        )
