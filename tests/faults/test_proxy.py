"""The proxy itself: each fault looks to a client as it does in a real network."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest

from .proxy import Proxy

QUICK = 0.2
"""Seconds in which something would have come, had it been sent."""
LONG = 10.0


class Ends(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, text: bytes) -> bytes:
        self.writer.write(text)
        return await asyncio.wait_for(self.reader.readexactly(len(text)), LONG)


@pytest.fixture
async def proxy(socket_enabled: None) -> AsyncIterator[Proxy]:
    """A proxy before a server that says back what it is told."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Proxy("127.0.0.1", port) as found:
        yield found
    server.close()


@asynccontextmanager
async def client(proxy: Proxy) -> AsyncIterator[Ends]:
    reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
    yield Ends(reader, writer)
    writer.close()


async def silence(ends: Ends) -> None:
    """Say something and hear nothing, not even an end."""
    ends.writer.write(b"anybody?")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ends.reader.read(1), QUICK)


async def test_what_is_said_goes_through(proxy: Proxy) -> None:
    async with client(proxy) as one, client(proxy) as other:
        assert await one.ask(b"one") == b"one"
        assert await other.ask(b"x" * 200_000) == b"x" * 200_000
        one.writer.write_eof()
        assert await asyncio.wait_for(one.reader.read(), LONG) == b""


async def test_cut_and_restored(proxy: Proxy) -> None:
    async with client(proxy) as ends:
        await ends.ask(b"one")
        proxy.cut()
        assert await asyncio.wait_for(ends.reader.read(), LONG) == b""
    async with client(proxy) as ends:
        assert await asyncio.wait_for(ends.reader.read(), LONG) == b""
    proxy.restore()
    async with client(proxy) as ends:
        assert await ends.ask(b"two") == b"two"


async def test_reset(proxy: Proxy) -> None:
    async with client(proxy) as ends:
        await ends.ask(b"one")
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(ends.reader.read(), LONG)
    async with client(proxy) as ends:
        assert await ends.ask(b"two") == b"two"


async def test_half_open_says_nothing_and_new_ones_hang(proxy: Proxy) -> None:
    async with client(proxy) as ends:
        await ends.ask(b"one")
        proxy.half_open()
        await silence(ends)
        async with client(proxy) as late:
            await silence(late)
        proxy.restore()
        # What has lost its other end does not get it back.
        await silence(ends)
        async with client(proxy) as fresh:
            assert await fresh.ask(b"two") == b"two"
        proxy.restore(reset=True)
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(ends.reader.read(), LONG)


async def test_delay_and_its_end(proxy: Proxy) -> None:
    loop = asyncio.get_running_loop()
    async with client(proxy) as ends:
        await ends.ask(b"one")
        proxy.delay = 0.15
        began = loop.time()
        assert await ends.ask(b"two") == b"two"
        assert loop.time() - began >= 0.3
        proxy.restore()
        ends.writer.write(b"a")
        assert await ends.ask(b"b") == b"a"


async def test_bandwidth(proxy: Proxy) -> None:
    loop = asyncio.get_running_loop()
    async with client(proxy) as ends:
        proxy.bandwidth = 20_000
        began = loop.time()
        assert await ends.ask(b"x" * 8_000) == b"x" * 8_000
        assert loop.time() - began >= 0.3


async def test_no_server(proxy: Proxy, unused_tcp_port_factory) -> None:
    async with Proxy("127.0.0.1", unused_tcp_port_factory()) as alone, client(alone) as ends:
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(ends.reader.read(), LONG)
