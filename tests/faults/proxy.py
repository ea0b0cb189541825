"""A TCP proxy on loopback that stands before a server, and fails as networks do.

Every fault may begin and end while connections are open.
"""

import asyncio
from collections import deque
from contextlib import suppress
import socket
import struct
from types import TracebackType
from typing import Final, Self

CHUNK: Final = 65536
LINGER: Final = struct.pack("ii", 1, 0)
"""Closed like that, a connection ends with a reset."""


class Link:
    """One connection, and how it fares."""

    def __init__(self, *ends: asyncio.StreamWriter) -> None:
        """Both ends, the client's first."""
        self.ends = ends
        self.silent = False
        """Nothing goes through any more, and nobody is told of it."""

    def reset(self) -> None:
        """End it with a reset on both sides."""
        for end in self.ends:
            found = end.get_extra_info("socket")
            with suppress(OSError):
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
            end.transport.abort()

    def close(self) -> None:
        """End it in order on both sides."""
        for end in self.ends:
            end.close()


class Proxy:
    """Hands on what clients and a server say to each other, while nothing is wrong."""

    def __init__(self, host: str, port: int) -> None:
        """Stand before the server at this address, once started."""
        self.host = "127.0.0.1"
        self.delay = 0.0
        """Seconds that each piece takes longer, in each direction."""
        self.bandwidth: float | None = None
        """Bytes a second, of each direction of each connection."""
        self.server_at = (host, port)
        """Where each new connection leads."""
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._refusing = False
        self._silent = False
        self._listener: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Return where it listens; known once started."""
        assert self._listener is not None
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    @property
    def links(self) -> int:
        """Return how many connections are open."""
        return len(self._links)

    async def start(self) -> None:
        """Listen on a free port."""
        self._listener = await asyncio.start_server(self._accept, self.host, 0)

    async def stop(self) -> None:
        """End every connection, and listen no more."""
        self.reset()
        if self._listener is not None:
            self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    # -- faults

    def cut(self) -> None:
        """Close every connection in order, and each new one at once, until restored."""
        self._refusing = True
        for link in tuple(self._links):
            link.close()

    def reset(self) -> None:
        """End every connection with a reset; new ones are welcome."""
        for link in tuple(self._links):
            link.reset()

    def half_open(self) -> None:
        """Let every connection, also a new one, fall silent for good; nobody is told."""
        self._silent = True
        for link in self._links:
            link.silent = True

    def restore(self, *, reset: bool = False) -> None:
        """Be a good network again. What fell silent stays so, unless it is `reset`."""
        self._refusing = self._silent = False
        self.delay, self.bandwidth = 0.0, None
        if reset:
            for link in tuple(self._links):
                if link.silent:
                    link.reset()

    # -- what goes through

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self._refusing:
            writer.close()
            return
        try:
            there, back = await asyncio.open_connection(*self.server_at)
        except OSError:
            Link(writer).reset()
            return
        link = Link(writer, back)
        link.silent = self._silent
        self._links.add(link)
        try:
            await asyncio.gather(self._carry(link, reader, back), self._carry(link, there, writer))
        finally:
            self._links.discard(link)
            for end in link.ends:
                end.close()

    async def _carry(
        self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Hand on what one side says, until it has nothing more to say."""
        waiting: deque[tuple[float, bytes]] = deque()
        more = asyncio.Event()
        delivering = asyncio.create_task(self._deliver(link, writer, waiting, more))
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    data = await reader.read(CHUNK)
                except OSError:
                    if not link.silent:
                        link.reset()
                    return
                if not link.silent:
                    waiting.append((loop.time() + self.delay, data))
                    more.set()
                if not data:
                    break
            if not link.silent:
                await delivering
        finally:
            delivering.cancel()

    async def _deliver(
        self,
        link: Link,
        writer: asyncio.StreamWriter,
        waiting: deque[tuple[float, bytes]],
        more: asyncio.Event,
    ) -> None:
        """Write each piece when it is due; an empty one is the end."""
        loop = asyncio.get_running_loop()
        while True:
            while not waiting:
                more.clear()
                await more.wait()
            due, data = waiting.popleft()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if link.silent:
                continue
            with suppress(OSError):
                if not data:
                    writer.write_eof()
                    return
                await self._write(link, writer, data)

    async def _write(self, link: Link, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Write a piece, no faster than the bandwidth allows."""
        while data and not link.silent:
            limit = self.bandwidth
            # A twentieth of a second at a time: a bandwidth that ends is noticed.
            size = len(data) if limit is None else max(1, int(limit / 20))
            part, data = data[:size], data[size:]
            writer.write(part)
            await writer.drain()
            if limit is not None:
                await asyncio.sleep(len(part) / limit)
