"""Lines that a meter is read on: a serial port that is none, and a socket."""

import asyncio
from contextlib import suppress
import os
from pathlib import Path
import tty
from typing import Self


class SerialLine:
    """A pseudo-terminal, behind a link of a fixed name as udev makes it.

    Pulling the cable closes it, and the link goes; plugging it in makes another.
    """

    def __init__(self, link: Path) -> None:
        """Name the link; the port is there once plugged in."""
        self.link = link
        self._ours: int | None = None

    @property
    def url(self) -> str:
        """What a person gives as the port."""
        return str(self.link)

    @property
    def plugged(self) -> bool:
        """Whether the port is there."""
        return self._ours is not None

    def plug(self) -> None:
        """Make the port."""
        ours, theirs = os.openpty()
        tty.setraw(ours)
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        name = os.ttyname(theirs)
        # Only who reads the port has it open: it is as free as a real one.
        os.close(theirs)
        self._ours = ours
        fresh = self.link.with_suffix(".new")
        fresh.symlink_to(name)
        fresh.replace(self.link)

    def pull(self) -> None:
        """Take the port away, whoever reads it."""
        if self._ours is not None:
            self.link.unlink(missing_ok=True)
            os.close(self._ours)
            self._ours = None

    async def send(self, octets: bytes) -> None:
        """Send bytes; what nobody reads is lost, as on a real line."""
        rest = octets
        while rest and self._ours is not None:
            try:
                rest = rest[os.write(self._ours, rest) :]
            except BlockingIOError:
                await asyncio.sleep(0.01)
            except OSError:
                return

    async def __aenter__(self) -> Self:
        """Plug it in."""
        self.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Pull it."""
        self.pull()


class SocketLine:
    """A serial port on the network, as ser2net serves it."""

    def __init__(self) -> None:
        """Have nobody who listens."""
        self._server: asyncio.Server | None = None
        self._listeners: set[asyncio.StreamWriter] = set()
        self.port = 0

    @property
    def url(self) -> str:
        """What a person gives as the port."""
        return f"socket://127.0.0.1:{self.port}"

    @property
    def listeners(self) -> int:
        """How many read it now."""
        return len(self._listeners)

    async def plug(self) -> None:
        """Serve, on the port served before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def pull(self) -> None:
        """Serve no more, and leave those who listen."""
        if self._server is not None:
            self._server.close()
            for writer in tuple(self._listeners):
                writer.close()
            await self._server.wait_closed()
            self._server = None

    async def send(self, octets: bytes) -> None:
        """Send bytes to all who listen."""
        for writer in tuple(self._listeners):
            with suppress(ConnectionError):
                writer.write(octets)
                await writer.drain()

    async def __aenter__(self) -> Self:
        """Plug it in."""
        await self.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Pull it."""
        await self.pull()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._listeners.add(writer)
        try:
            with suppress(ConnectionError):
                while await reader.read(1024):
                    pass
        finally:
            self._listeners.discard(writer)
            writer.close()
