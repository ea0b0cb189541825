"""One engine of several on the same database and broker, each with homes of its own.

    python -m benchmarks.one_of_several STAGE NUMBER ENGINES

Prints a line once it went through a cycle that starts nothing, waits for a line, and measures the
next. It holds the locks of its homes, as an installation does that shares a database.
"""

import asyncio
import json
import logging
from pathlib import Path
import sys
import tempfile
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.cycles import BY_HAND, Rehearsed, Statements, Wall
from benchmarks.engine_alone import StageClock, at_once
from benchmarks.stage import Stage
from custom_components.elfe_commande.core.model import HomeId
from custom_components.elfe_commande.engine.engine import Engine, EngineSettings
from custom_components.elfe_commande.storage.postgres import (
    PostgresOwnership,
    PostgresSettings,
    PostgresStorage,
)
from demo.engine_host import AiomqttMessenger, FolderDisk
from demo.territory import many


def homes(stage: Stage, number: int, engines: int) -> frozenset[HomeId]:
    """Return the homes of an engine, counted from 0."""
    each = stage.count // engines
    mine = many(stage.count)[number * each : (number + 1) * each]
    return frozenset(HomeId(equipment.home) for equipment in mine)


async def measure(stage: Stage, number: int, engines: int, folder: Path) -> dict[str, Any]:
    """Return the figures of the cycle that all run at the same time."""
    statements, wall = Statements(), Wall(stage)
    settings = PostgresSettings(
        stage.host,
        stage.database,
        stage.user,
        stage.password,
        port=stage.postgres_port,
        homes=homes(stage, number, engines),
    )
    messenger, disk = AiomqttMessenger(stage.host, stage.broker_port), FolderDisk(folder)
    await messenger.open()
    engine = Engine(
        EngineSettings(BY_HAND, ZoneInfo("Europe/Paris")),
        storage=PostgresStorage(settings, statements.watch),
        messenger=messenger,
        disk=disk,
        clock=StageClock(wall),
        notify=lambda _: None,
        ownership=PostgresOwnership(settings, BY_HAND, disk.document("owner")),
    )
    await engine.open()
    await engine.start(at_once())
    show = Rehearsed(engine, messenger, statements, wall, lambda: True)
    await show.rehearse()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    figures = await show.measure()
    figures["appliances"] = len(engine.statuses)
    # Others are measured still: what this one would do to end is none of their cycle.
    print("measured", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await engine.stop()
    await messenger.close()
    return figures


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:
        place = (Stage.load(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
        print(json.dumps(asyncio.run(measure(*place, Path(name)))))
