"""The engine without Home Assistant: on aiomqtt, with its documents in a folder or in memory.

Benchmarks, replays and fault tests drive the very object that the integration does.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
import json
from pathlib import Path
import time
from typing import Any, override
import uuid

import aiomqtt

from custom_components.elfe_commande.adapters.file_log import FileLog
from custom_components.elfe_commande.engine.ground.ports import (
    Arrival,
    Clock,
    Disk,
    Document,
    Handler,
    Log,
    Messenger,
    MessengerError,
    Unsubscribe,
)


class SystemClock(Clock):
    """The machine's clock, shifted by `offset` seconds."""

    def __init__(self, offset: float = 0.0) -> None:
        """Keep the offset; it may be changed while running."""
        self.offset = offset

    @override
    def now(self) -> float:
        return time.time() + self.offset


class MemoryDocument(Document):
    """A document that only outlives the engine, not the process."""

    def __init__(self) -> None:
        """Hold nothing."""
        self.text: str | None = None
        self.saves = 0

    @override
    async def load(self) -> dict[str, Any] | None:
        if self.text is None:
            return None
        loaded: dict[str, Any] = json.loads(self.text)
        return loaded

    @override
    async def save(self, data: dict[str, Any]) -> None:
        self.saves += 1
        self.text = await asyncio.to_thread(json.dumps, data)


class MemoryLog(Log):
    """A log that only outlives the engine, not the process."""

    def __init__(self) -> None:
        """Hold no row."""
        self.rows: list[str] = []

    @override
    async def load(self) -> list[dict[str, Any]]:
        return [json.loads(row) for row in self.rows]

    @override
    async def append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.rows += await asyncio.to_thread(lambda: [json.dumps(row) for row in rows])

    @override
    async def replace(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.rows = await asyncio.to_thread(lambda: [json.dumps(row) for row in rows])


class MemoryDisk(Disk):
    """Documents by name; hand the same disk to a second engine to restart it."""

    def __init__(self) -> None:
        """Hold no document."""
        self.documents: dict[str, MemoryDocument] = {}
        self.logs: dict[str, MemoryLog] = {}

    @override
    def document(self, name: str) -> MemoryDocument:
        return self.documents.setdefault(name, MemoryDocument())

    @override
    def log(self, name: str) -> MemoryLog:
        return self.logs.setdefault(name, MemoryLog())

    def copy(self) -> MemoryDisk:
        """Return a disk that holds the same, and is written to by nobody yet."""
        copied = MemoryDisk()
        for name, document in self.documents.items():
            copied.document(name).text = document.text
        for name, log in self.logs.items():
            copied.log(name).rows = list(log.rows)
        return copied


class FolderDocument(Document):
    """A JSON file, replaced as a whole."""

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
        await asyncio.to_thread(self._replace, data)

    def _replace(self, data: dict[str, Any]) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(data))
        fresh.replace(self._path)


class FolderDisk(Disk):
    """Documents as files of a folder."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder, which must exist."""
        self._folder = folder

    @override
    def document(self, name: str) -> FolderDocument:
        return FolderDocument(self._folder / f"{name}.json")

    @override
    def log(self, name: str) -> FileLog:
        return FileLog(self._folder / f"{name}.jsonl")


class AiomqttMessenger(Messenger):
    """One connection to the broker, made anew when it is lost."""

    def __init__(self, host: str, port: int, *, reconnect: float = 0.2) -> None:
        """Prepare a connection; `reconnect` is the pause before another try, in seconds."""
        self._host, self._port, self.reconnect = host, port, reconnect
        self.identifier = f"engine-{uuid.uuid4().hex}"
        """What the broker knows it by: whoever else says to be it, cuts it off."""
        self._client: aiomqtt.Client | None = None
        self._handlers: dict[str, list[Handler]] = {}
        self._wild: dict[str, list[Handler]] = {}
        """Those of topics with wildcards, which have to be matched."""
        self._watchers: list[Callable[[bool], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._up = asyncio.Event()
        self.published = 0

    async def open(self) -> None:
        """Connect; returns once connected."""
        self._task = asyncio.create_task(self._run(), name="bare messenger")
        await self._up.wait()

    async def close(self) -> None:
        """Disconnect."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    @property
    @override
    def connected(self) -> bool:
        return self._client is not None

    @property
    def subscriptions(self) -> int:
        """Return how many times somebody listens to a topic."""
        return sum(map(len, self._handlers.values()))

    @override
    async def publish(self, topic: str, payload: str) -> None:
        if self._client is None:
            raise MessengerError("not connected")
        try:
            await self._client.publish(topic, payload, qos=0)
        except aiomqtt.MqttError as error:
            raise MessengerError(str(error)) from error
        self.published += 1

    @override
    async def subscribe(self, topics: Iterable[str], handler: Handler) -> Unsubscribe:
        wanted = tuple(topics)
        fresh = [topic for topic in wanted if topic not in self._handlers]
        for topic in wanted:
            self._handlers.setdefault(topic, []).append(handler)
            if "+" in topic or "#" in topic:
                self._wild[topic] = self._handlers[topic]

        def unsubscribe() -> None:
            for topic in wanted:
                handlers = self._handlers.get(topic, [])
                if handler in handlers:
                    handlers.remove(handler)

        if fresh and self._client is not None:
            try:
                await self._client.subscribe([(topic, 0) for topic in fresh])
            except aiomqtt.MqttError as error:
                unsubscribe()
                for topic in fresh:
                    if not self._handlers.get(topic):
                        self._handlers.pop(topic, None)
                        self._wild.pop(topic, None)
                raise MessengerError(str(error)) from error
        return unsubscribe

    @override
    def watch_connection(self, changed: Callable[[bool], None]) -> Unsubscribe:
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    def _tell(self, *, connected: bool) -> None:
        for watcher in tuple(self._watchers):
            watcher(connected)

    async def _run(self) -> None:
        while True:
            with suppress(aiomqtt.MqttError):
                async with aiomqtt.Client(
                    self._host,
                    self._port,
                    identifier=self.identifier,
                    max_queued_incoming_messages=0,
                ) as client:
                    # Thousands of orders in one turn are no mistake here.
                    client.pending_calls_threshold = 10**9
                    if self._handlers:
                        await client.subscribe([(topic, 0) for topic in self._handlers])
                    self._client = client
                    self._up.set()
                    self._tell(connected=True)
                    try:
                        await self._listen(client)
                    finally:
                        self._client = None
                        self._up.clear()
                        self._tell(connected=False)
            await asyncio.sleep(self.reconnect)

    async def _listen(self, client: aiomqtt.Client) -> None:
        loop = asyncio.get_running_loop()
        async for message in client.messages:
            payload = message.payload if isinstance(message.payload, bytes) else b""
            arrival = Arrival(str(message.topic), payload, message.retain, loop.time())
            for handler in tuple(self._handlers.get(arrival.topic, ())):
                handler(arrival)
            for wanted, handlers in tuple(self._wild.items()):
                if message.topic.matches(wanted):
                    for handler in tuple(handlers):
                        handler(arrival)
