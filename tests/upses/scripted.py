"""A NUT server that answers as it is told to: stricter or odder than upsd."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from custom_components.elfe_commande.sources.ups.client import Account, UpsClient

type Answer = Callable[[bytes, "Session"], bytes | None]
"""What is answered to a line; `None` hangs up."""


@dataclass
class Session:
    """One connection, and what was said on it."""

    lines: list[bytes] = field(default_factory=list)

    def has_said(self, *lines: bytes) -> bool:
        return all(line in self.lines for line in lines)


@dataclass
class Scripted:
    """A server that runs, and its connections so far."""

    port: int = 0
    sessions: list[Session] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def hang_up(self) -> None:
        """Close every connection, as one that restarts does."""
        while self.writers:
            self.writers.pop().close()

    def client(self, username: str | None = None, password: str | None = None) -> UpsClient:
        return UpsClient(Account("127.0.0.1", self.port, "ups", username, password), 2.0)


@asynccontextmanager
async def scripted(answer: Answer) -> AsyncIterator[Scripted]:
    """Answer line by line."""
    found = Scripted()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session()
        found.sessions.append(session)
        found.writers.append(writer)
        with suppress(ConnectionError):
            while line := (await reader.readline()).strip():
                words = answer(line, session)
                session.lines.append(line)
                if words is None:
                    break
                writer.write(words)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        server.close_clients()
        await server.wait_closed()


def listed(kind: str, *lines: bytes, end: bytes = b"\n") -> bytes:
    """Return a list as upsd answers it."""
    name = kind.encode()
    return b"".join(line + end for line in (b"BEGIN LIST " + name, *lines, b"END LIST " + name))
