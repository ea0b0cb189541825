"""The engine as the laboratory knows it: all that is imported of it is imported here."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
import json
import mmap
import os
from pathlib import Path
import struct
import time
from types import MappingProxyType
from typing import Any, Final, override
from zoneinfo import ZoneInfo

from custom_components.elfe_commande.adapters.file_log import FileLog
from custom_components.elfe_commande.core.lifecycle import Code, NotRunningError
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.timing import DEFAULT_ACK_TIMEOUTS, Timing
from custom_components.elfe_commande.core.wish import Intent, Origin, Wish
from custom_components.elfe_commande.engine.engine import Engine, EngineSettings
from custom_components.elfe_commande.engine.ground.errors import WishRefusedError
from custom_components.elfe_commande.engine.ground.events import Event, OrderEnded, ProblemsChanged
from custom_components.elfe_commande.engine.ground.ports import Clock, Disk, Document, StorageError
from custom_components.elfe_commande.storage.postgres import (
    PostgresOwnership,
    PostgresSettings,
    PostgresStorage,
)
from demo.engine_host import AiomqttMessenger
from tests.fixtures_engine import STANDING_TASKS

__all__ = ["PARIS", "House", "SharedClock", "Terms"]

PARIS: Final = ZoneInfo("Europe/Paris")
PATIENCE: Final = 1.0
"""Seconds the broker gets to be there before an engine starts without it."""
NEVER: Final = 1e9
LEASES: Final = 2.5
"""How much longer than other waits those about whose homes are last: they are the database's time,
which a busy machine has to keep."""
_OFFSET: Final = struct.Struct("d")

type Tell = Callable[[dict[str, Any]], None]


def timing(scale: float) -> Timing:
    """Return scaled waits for a wall clock that is set from one quarter-hour to the next.

    What is measured on the wall clock, or against how fast this machine is, is left as it is.
    """
    whole, lease = Timing(), Timing().scaled(LEASES * scale)
    return replace(
        whole.scaled(scale),
        owner_beat=lease.owner_beat,
        owner_answer=lease.owner_answer,
        owner_proof=lease.owner_proof,
        owner_lease=lease.owner_lease,
        ack_timeouts=MappingProxyType(
            {kind: max(0.3, wait * scale) for kind, wait in DEFAULT_ACK_TIMEOUTS.items()}
        ),
        fresh_for=whole.fresh_for / 4,
        order_window=whole.order_window,
        wish_lifetime=whole.wish_lifetime,
        cycle_limit=max(5.0, whole.cycle_limit * scale),
        wish_limit=max(5.0, whole.wish_limit * scale),
        stop_allowance=whole.stop_allowance,
        unit_limit=5.0,
        part_limit=10.0,
        clock_jump=NEVER,
        clock_look=whole.clock_look * scale,
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """What an engine is started with; goes through JSON.

    `command_timeout` and `connect_timeout` are the database's, in seconds.
    """

    folder: str
    report_to: int
    database: dict[str, Any]
    broker: dict[str, Any]
    clock: str
    """The file of a `SharedClock`."""
    scale: float = 0.02
    seed: int = 0
    connect_timeout: float = 1.0
    command_timeout: float = 1.5
    locks: bool = True
    """The database decides which homes are this engine's, as in the product."""
    log: str = os.devnull


class SharedClock(Clock):
    """The machine's clock, shifted by what a file says: every process sees it set at once.

    Also one that was frozen meanwhile, as soon as it goes on.
    """

    def __init__(self, path: Path, offset: float | None = None) -> None:
        """Map the file, made if an `offset` in seconds is given."""
        if offset is not None:
            path.write_bytes(_OFFSET.pack(offset))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _OFFSET.size)

    @property
    def offset(self) -> float:
        """Return the shift in seconds."""
        found: float = _OFFSET.unpack_from(self._map)[0]
        return found

    @offset.setter
    def offset(self, seconds: float) -> None:
        _OFFSET.pack_into(self._map, 0, seconds)

    @override
    def now(self) -> float:
        return time.time() + self.offset


class DurableDocument(Document):
    """A JSON file, replaced as a whole, and on the disk when that is said."""

    def __init__(self, path: Path) -> None:
        """Keep the path."""
        self._path = path

    @override
    async def load(self) -> dict[str, Any] | None:
        with suppress(FileNotFoundError):
            loaded: dict[str, Any] = json.loads(await asyncio.to_thread(self._path.read_text))
            return loaded
        return None

    @override
    async def save(self, data: dict[str, Any]) -> None:
        text = json.dumps(data)
        await asyncio.to_thread(self._replace, text)

    def _replace(self, text: str) -> None:
        fresh = self._path.with_suffix(".new")
        with fresh.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class DurableDisk(Disk):
    """Documents as files of a folder, which survive whoever writes them."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder, made if it is not there."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @override
    def document(self, name: str) -> DurableDocument:
        return DurableDocument(self._folder / f"{name}.json")

    @override
    def log(self, name: str) -> FileLog:
        return FileLog(self._folder / f"{name}.jsonl")


async def _at_once() -> None:
    """Let the engine run as soon as it can."""


@dataclass(slots=True)
class House:
    """One engine on real parts, and what the laboratory may ask it."""

    terms: Terms
    tell: Tell
    clock: Clock = field(init=False)
    engine: Engine = field(init=False)
    messenger: AiomqttMessenger = field(init=False)
    _connecting: asyncio.Task[None] = field(init=False)
    _asked: frozenset[tuple[str, int]] = frozenset()

    def __post_init__(self) -> None:
        """Put the parts together."""
        self.clock = SharedClock(Path(self.terms.clock))
        self.messenger = AiomqttMessenger(
            self.terms.broker["host"], self.terms.broker["port"], reconnect=0.2
        )
        self.engine = self._build()

    def _build(self) -> Engine:
        terms, waits = self.terms, timing(self.terms.scale)
        settings = PostgresSettings(
            terms.database["host"],
            terms.database["database"],
            terms.database["user"],
            terms.database["password"],
            port=terms.database["port"],
            connect_timeout=terms.connect_timeout,
            command_timeout=terms.command_timeout,
        )
        disk = DurableDisk(Path(terms.folder))
        return Engine(
            EngineSettings(waits, PARIS),
            storage=PostgresStorage(settings),
            ownership=PostgresOwnership(settings, waits, disk.document("owner"))
            if terms.locks
            else None,
            messenger=self.messenger,
            disk=disk,
            clock=self.clock,
            notify=self._notify,
        )

    async def start(self) -> None:
        """Start, however long the database is away and nothing is remembered."""
        self._connecting = asyncio.create_task(self.messenger.open())
        await asyncio.wait([self._connecting], timeout=PATIENCE)
        while True:
            try:
                await self.engine.open()
                break
            except StorageError:
                await self.engine.stop()
                await asyncio.sleep(10 * self.terms.scale)
                self.engine = self._build()
        await self.engine.start(_at_once())

    async def stop(self) -> None:
        """Stop in order."""
        await self.engine.stop()
        self._connecting.cancel()
        await self.messenger.close()

    def _notify(self, event: Event) -> None:
        if isinstance(event, OrderEnded):
            result = event.result
            self.tell(
                {
                    "event": "told",
                    "load": int(event.equipment_id),
                    "act": event.act.value,
                    "source": event.source.value,
                    "origin": event.origin.value,
                    "outcome": result.outcome.value,
                    "reason": result.reason,
                    "will_retry": result.will_retry,
                }
            )
        elif isinstance(event, ProblemsChanged):
            asked = self.problems()
            for key, load in sorted(asked - self._asked):
                self.tell({"event": "asked", "load": load, "key": key})
            self._asked = asked

    def problems(self) -> frozenset[tuple[str, int]]:
        """Return what a person is asked to look at, and about which load; 0: about none."""
        return frozenset((each.key, int(each.equipment_id or 0)) for each in self.engine.problems)

    # -- what is asked; every answer goes through JSON

    async def wish(self, load: int, intent: str, identifier: str) -> dict[str, Any]:
        """Make a person's wish; return the answer."""
        wish = Wish(EquipmentId(load), Intent(intent), Origin.DASHBOARD, id=identifier)
        try:
            result = await self.engine.wish(wish)
        except WishRefusedError as error:
            return {"refused": error.key}
        except NotRunningError:
            return {"refused": "not_running"}
        return {
            "outcome": result.outcome.value,
            "reason": result.reason,
            "will_retry": result.will_retry,
            "unwritten": result.unwritten,
            "unnoted": result.unnoted,
        }

    async def cycle(self) -> dict[str, Any]:
        """Run a cycle; return its report."""
        try:
            report = await self.engine.run_cycle()
        except NotRunningError:
            return {"refused": "not_running"}
        return {"ordered": report.ordered, "degraded": report.degraded}

    async def state(self) -> dict[str, Any]:
        """Return how the engine is."""
        tasks = {task.get_name() for task in asyncio.all_tasks()}
        busy = sorted(
            name for name in tasks if name.startswith("elfe ") and name not in STANDING_TASKS
        )
        return {
            "running": self.engine.lifecycle.code == Code.RUNNING,
            "busy": busy,
            "database": self.engine.connected,
            "broker": self.messenger.connected,
            "problems": sorted(self.problems()),
            "clock": self.clock.now(),
        }
