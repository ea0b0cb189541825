"""Encryption in front of PostgreSQL: the wheel's server is built without it."""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path
import ssl
import struct
import tempfile
from types import TracebackType
from typing import Self

from .access import Access
from .certificate import write_certificate
from .postgres import COMMANDE, PostgresServer
from .process import PartError

# The first message of a client that wants encryption: its length, then a number no version has.
SSL_REQUEST = struct.pack("!ii", 8, 80_877_103)
REFUSAL = b"SFATAL\0C28000\0Mno unencrypted connection is accepted here\0\0"


class TlsFront:
    """A server on 127.0.0.1 that negotiates TLS as PostgreSQL does and passes the rest on.

    With `require`, clients that do not ask for encryption are refused as a `hostssl` rule refuses them.
    """

    def __init__(
        self,
        server: PostgresServer,
        *,
        require: bool = True,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        """Prepare a front for a running server; it signs its certificate itself if none is given."""
        self._server = server
        self._require = require
        self._directory = tempfile.TemporaryDirectory(prefix="tls-")
        self.certificate, key = certificate or write_certificate(Path(self._directory.name))
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(self.certificate, key)
        self._listener: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Return the TCP port; known once started."""
        if self._listener is None:
            raise PartError("the front was never started")
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    def access(self, user: str = COMMANDE, database: str = "postgres") -> Access:
        """Return how a role connects, the certificate verified."""
        context = ssl.create_default_context(cafile=self.certificate)
        return replace(self._server.access(user, database), port=self.port, ssl=context)

    async def __aenter__(self) -> Self:
        """Start listening."""
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening and cut every connection."""
        if self._listener:
            self._listener.close()
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._directory.cleanup()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        # asyncio logs what escapes from here, a cancellation at the end included.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(8)
        if first == SSL_REQUEST:
            writer.write(b"S")
            await writer.drain()
            await writer.start_tls(self._context)
            first = b""
        elif self._require:
            writer.write(b"E" + struct.pack("!i", len(REFUSAL) + 4) + REFUSAL)
            await writer.drain()
            return
        behind, ahead = await asyncio.open_connection(self._server.host, self._server.port)
        try:
            ahead.write(first)
            pipes = {
                asyncio.create_task(_pipe(a, b)) for a, b in ((reader, ahead), (behind, writer))
            }
            try:
                await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pipe in pipes:
                    pipe.cancel()
                await asyncio.gather(*pipes, return_exceptions=True)
        finally:
            ahead.close()


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        target.write(data)
        await target.drain()
