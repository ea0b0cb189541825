"""The engine without Home Assistant: PostgreSQL, MQTT, and no entity."""

import asyncio
import json
import logging
from pathlib import Path
import sys
import tempfile
from typing import Any, override
from zoneinfo import ZoneInfo

from benchmarks.cycles import BY_HAND, Rehearsed, Statements, Wall, resident
from benchmarks.stage import Stage
from custom_components.elfe_commande.engine.engine import Engine, EngineSettings
from custom_components.elfe_commande.engine.ground.ports import Clock
from custom_components.elfe_commande.storage.postgres import PostgresSettings, PostgresStorage
from demo.engine_host import AiomqttMessenger, FolderDisk


class StageClock(Clock):
    """The engine's view of the wall."""

    def __init__(self, wall: Wall) -> None:
        """Keep the wall."""
        self._wall = wall

    @override
    def now(self) -> float:
        return self._wall.now()


async def at_once() -> None:
    """Let the engine run at once."""


async def measure(stage: Stage, folder: Path) -> dict[str, Any]:
    """Return the figures of one cycle, and the memory per equipment in bytes."""
    statements, wall = Statements(), Wall(stage)
    settings = PostgresSettings(
        stage.host, stage.database, stage.user, stage.password, port=stage.postgres_port
    )
    messenger = AiomqttMessenger(stage.host, stage.broker_port)
    await messenger.open()
    before = resident()
    engine = Engine(
        EngineSettings(BY_HAND, ZoneInfo("Europe/Paris")),
        storage=PostgresStorage(settings, statements.watch),
        messenger=messenger,
        disk=FolderDisk(folder),
        clock=StageClock(wall),
        notify=lambda _: None,
    )
    await engine.open()
    await engine.start(at_once())
    show = Rehearsed(engine, messenger, statements, wall, lambda: True)
    await show.rehearse()
    memory = (resident() - before) / stage.count
    figures = await show.measure()
    await engine.stop()
    await messenger.close()
    return {**figures, "bytes_per_equipment": memory}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(asyncio.run(measure(Stage.load(sys.argv[1]), Path(name)))))
