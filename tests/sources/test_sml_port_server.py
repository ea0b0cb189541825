"""A reading head behind a port server, after RFC 2217.

The server is pyserial's; its port is a serial line of ours.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
import logging
from pathlib import Path
from typing import Self

import pytest

from custom_components.elfe_commande.sources.sml import PortSettings
from demo.sml import SerialLine
from tests.fixtures_home_assistant import wait_for
from tests.sources.test_sml_reader import LOGGER, TIMING, listening, said

serial = pytest.importorskip("serial", reason="needs pyserial (requirements_test.txt)")
rfc2217 = pytest.importorskip("serial.rfc2217")

MASKS = (rfc2217.SET_LINESTATE_MASK, rfc2217.SET_MODEMSTATE_MASK)
ANSWER = 100
"""What is added to the number of a command to acknowledge it."""


class _Port(serial.Serial):
    """A pseudo-terminal has no wires for a modem (and no parity)."""

    cts = dsr = ri = cd = True


class _Manager(rfc2217.PortManager):
    """Acknowledges every command, as RFC 2217 wants and pyserial leaves out for two."""

    def _telnet_process_subnegotiation(self, suboption: bytes) -> None:
        super()._telnet_process_subnegotiation(suboption)
        if suboption[:1] == rfc2217.COM_PORT_OPTION and suboption[1:2] in MASKS:
            self.rfc2217_send_subnegotiation(bytes([suboption[1] + ANSWER]), suboption[2:3])


class PortServer:
    """Serves a serial line to one client at a time, which sets speed and format of the port."""

    def __init__(self, link: Path) -> None:
        """Name the link of the serial line behind; nobody listens."""
        self._line = SerialLine(link)
        self._server: asyncio.Server | None = None
        self._client: asyncio.StreamWriter | None = None
        self._number = 0
        self.manager = _Manager
        self.settings: dict[str, object] = {}
        """What the client made of the port."""

    @property
    def url(self) -> str:
        """What a person gives as the port."""
        return f"rfc2217://127.0.0.1:{self._number}"

    async def plug(self) -> None:
        """Serve, on the port served before if there was one."""
        self._line.plug()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._number)
        self._number = self._server.sockets[0].getsockname()[1]

    async def pull(self) -> None:
        """Serve no more, and leave the client."""
        if self._server is not None:
            self._server.close()
            if self._client is not None:
                self._client.close()
            await self._server.wait_closed()
            self._server = None
        self._line.pull()

    async def send(self, octets: bytes) -> None:
        """Send bytes on the serial line."""
        await self._line.send(octets)

    async def __aenter__(self) -> Self:
        """Plug it in."""
        await self.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Pull it."""
        await self.pull()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._client is not None:
            writer.close()
            return
        self._client = writer
        loop = asyncio.get_running_loop()
        port = _Port(self._line.url, timeout=0)
        manager = self.manager(port, writer)

        def forward() -> None:
            with suppress(OSError):
                writer.write(b"".join(manager.escape(port.read(4096))))

        loop.add_reader(port.fileno(), forward)
        try:
            with suppress(ConnectionError):
                while octets := await reader.read(1024):
                    port.write(b"".join(manager.filter(octets)))
                    self.settings = port.get_settings()
        finally:
            loop.remove_reader(port.fileno())
            port.close()
            self._client = None
            writer.close()


@pytest.fixture
async def server(tmp_path: Path, socket_enabled) -> AsyncIterator[PortServer]:
    async with PortServer(tmp_path / "meter") as server:
        yield server


async def test_the_port_of_a_server_is_set_read_and_comes_back(server, caplog):
    caplog.set_level(logging.INFO, LOGGER)
    async with listening(server.url) as (listener,):
        listener.reader.port = PortSettings(server.url, baudrate=19_200, stopbits=2)
        await listener.hear(server, -1)
        wanted = {"baudrate": 19_200, "bytesize": 8, "parity": "N", "stopbits": 2}
        assert wanted.items() <= server.settings.items()

        await server.pull()
        await wait_for(lambda: not listener.reader.connected)
        await server.plug()
        await listener.hear(server, -2)

        assert len(said(caplog, logging.WARNING)) == 1
        assert said(caplog, logging.INFO) == ["Meter is heard again"]
    assert listener.reader.frames.rejected <= 1


async def test_a_server_that_leaves_a_command_without_answer(server, caplog):
    """As pyserial's does, and older ones of ser2net: the port is not opened, and that is said."""
    server.manager = rfc2217.PortManager
    timing = replace(TIMING, open_timeout=0.3)
    async with listening(server.url, timing=timing) as (listener,):
        await wait_for(lambda: said(caplog, logging.WARNING))
        assert "cannot be opened in time" in said(caplog, logging.WARNING)[0]
        assert not listener.reader.connected

        server.manager = _Manager
        listener.reader.timing = TIMING
        await listener.hear(server, 5)
    assert len(said(caplog, logging.WARNING)) == 1
