"""Homes with a wall screen each, beside the equipments of a stage."""

from benchmarks.stage import MACHINE, Stage
from demo.database import insert_rows
from demo.parts import Access
from demo.parts.access import password
from demo.parts.postgres import OWNER
from demo.specs import plug, screen
from demo.territory import MANUAL, Equipment, rows

PAGE = 3
"""Where a washing machine is shown."""
SWITCH = 3
FIRST = 900_001
"""Number of the first equipment; those of a stage begin at 1."""
LINES = 9
"""Of a refresh of the page."""


def number_of(home: int) -> int:
    """Return the number of the equipment of a home, counted from 0."""
    return FIRST + home


def plate_of(home: int) -> str:
    """Return the name of the screen of a home."""
    return f"bench{home:04}"


def plug_of(home: int) -> str:
    """Return the name of the plug of a home."""
    return f"W{home:06}"


async def furnish(stage: Stage, homes: int) -> None:
    """Add homes: a washing machine in manual behind a plug, and a screen that shows it."""
    equipments = [
        Equipment(
            number_of(home),
            f"wall{home:04}",
            f"Lave-linge {home}",
            MACHINE,
            120,
            (plug(plug_of(home)), screen(plate_of(home))),
            MANUAL,
        )
        for home in range(homes)
    ]
    found = rows(equipments, now=stage.slot)
    for table, those in found.items():
        for row in those:
            # The details of devices are numbered from 1, those of the stage too.
            if "equipement_domotique_specifique_id" in row:
                row["equipement_domotique_specifique_id"] += FIRST
            elif table.startswith("equipement_domotique_"):
                row["id"] += FIRST
    access = Access(stage.host, stage.postgres_port, OWNER, password(OWNER), stage.database)
    connection = await access.connect()
    await insert_rows(connection, found, ignore_unknown=True)
    await connection.close()
