"""NUT's own server with its simulated UPS, in a folder of their own, on 127.0.0.1."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import os
from pathlib import Path
import shutil
import signal
import tempfile
from typing import Self, override

from demo.parts.process import PartError, ServerProcess, candidate_ports, read, wait_until

from .device import DESCRIPTION, PASSWORD, UPS_NAME, USERNAME, VARIABLES, Switchable

# Debian's /usr/sbin/upsd is a script that refuses to start beside the system's own.
_SERVERS = ("/lib/nut/upsd", "/usr/lib/nut/upsd", "/usr/libexec/nut/upsd", "upsd")
_DRIVERS = (
    "/lib/nut/dummy-ups",
    "/usr/lib/nut/dummy-ups",
    "/usr/libexec/nut/dummy-ups",
    "dummy-ups",
)
_ANSWER = 5.0
"""Seconds that the server may take to answer."""


def find_nut() -> tuple[str, str] | None:
    """Return server and simulating driver, `None` where NUT is not installed."""
    server = next(filter(None, map(shutil.which, _SERVERS)), None)
    driver = next(filter(None, map(shutil.which, _DRIVERS)), None)
    return None if server is None or driver is None else (server, driver)


class NutServer(Switchable):
    """`upsd` with one `dummy-ups`, whose driver can be frozen and killed."""

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        port: int | None = None,
        variables: Mapping[str, str] | None = None,
        max_age: int = 15,
    ) -> None:
        """Prepare a server; `max_age` is in seconds, from when on data is too old."""
        self._port = port
        self._variables = {**VARIABLES, **(variables or {})}
        self._max_age = max_age
        self._folder: Path | None = None
        self._server: ServerProcess | None = None
        self._driver: ServerProcess | None = None

    @property
    def port(self) -> int:
        """Return the TCP port; known once started."""
        if self._port is None:
            raise PartError("the server was never started")
        return self._port

    @property
    def log(self) -> str:
        """Return what server and driver logged."""
        return read(self._folder / "nut.log") if self._folder else ""

    async def start(self) -> None:
        """Start driver and server; returns when the UPS can be read."""
        found = find_nut()
        if found is None:
            raise PartError("nut-server is not installed")
        server, driver = found
        folder = self._folder = self._folder or _prepare(self._variables)
        if self._driver is None or not self._driver.alive:
            self._driver = self._launch(driver, "-a", UPS_NAME)
            socket = folder / f"dummy-ups-{UPS_NAME}"
            await wait_until(socket.exists, 10, "start of the simulated UPS")
        for port in candidate_ports(self._port):
            (folder / "upsd.conf").write_text(
                f"LISTEN {self.host} {port}\nMAXAGE {self._max_age}\nSTATEPATH {folder}\n"
            )
            self._server = self._launch(server)
            if await self._answers(port):
                self._port = port
                return
        raise PartError(f"the UPS server did not start: {self.log[-500:]}")

    async def stop(self) -> None:
        """Stop the server alone; the driver goes on."""
        await _end(self._server)
        self._server = None

    async def stop_driver(self) -> None:
        """Stop the driver alone."""
        self.resume_driver()
        await _end(self._driver)
        self._driver = None

    def freeze_driver(self) -> None:
        """Stop the driver's clock: what the server knows grows old."""
        assert self._driver is not None
        self._driver.send(signal.SIGSTOP)

    def resume_driver(self) -> None:
        """Let a frozen driver go on."""
        if self._driver is not None:
            self._driver.send(signal.SIGCONT)

    async def close(self) -> None:
        """Stop everything and remove its files."""
        await self.stop()
        await self.stop_driver()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    @override
    async def set(self, variables: Mapping[str, str]) -> None:
        """Give variables other values, as `upsrw` does; returns once they can be read."""
        async with _Connection(self.host, self.port) as server:
            await server.ask(f"USERNAME {USERNAME}")
            await server.ask(f"PASSWORD {PASSWORD}")
            for name, value in variables.items():
                answer = await server.ask(f'SET VAR {UPS_NAME} {name} "{value}"')
                if not answer.startswith("OK"):
                    raise PartError(f"{name} was not set: {answer}")
                wanted = f'VAR {UPS_NAME} {name} "{value}"'
                await server.until(f"GET VAR {UPS_NAME} {name}", wanted)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop and clean up."""
        await self.close()

    def _launch(self, program: str, *arguments: str) -> ServerProcess:
        folder = self._folder
        assert folder is not None
        # Root would become a user "nut" that may not read a folder of root's.
        user = ("-u", "root") if os.geteuid() == 0 else ()
        paths = ("NUT_CONFPATH", "NUT_STATEPATH", "NUT_ALTPIDPATH", "NUT_PIDPATH")
        environment = [f"{name}={folder}" for name in paths]
        return ServerProcess(
            ["/usr/bin/env", *environment, program, *arguments, *user, "-F"], folder / "nut.log"
        )

    async def _answers(self, port: int) -> bool:
        """Return whether the server that was just started can be asked for its UPS."""
        assert self._server is not None
        async with asyncio.timeout(10):
            while self._server.alive:
                with suppress(OSError):
                    async with _Connection(self.host, port) as server:
                        answer = await server.ask(f"GET VAR {UPS_NAME} ups.status")
                    # "WAIT" is what upsd says before the driver said anything.
                    if answer.startswith("VAR ") and not answer.endswith('"WAIT"'):
                        return True
                await asyncio.sleep(0.05)
        return False


class _Connection:
    """One conversation with the server."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(self, line: str) -> str:
        """Return the answer to a line."""
        self._writer.write(f"{line}\n".encode())
        async with asyncio.timeout(_ANSWER):
            return (await self._reader.readline()).decode().strip()

    async def until(self, line: str, wanted: str) -> None:
        """Ask until the answer is the one wanted."""
        async with asyncio.timeout(_ANSWER):
            while await self.ask(line) != wanted:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def _end(process: ServerProcess | None) -> None:
    if process is not None:
        process.send(signal.SIGTERM)
        await process.ended(5)


def _prepare(variables: Mapping[str, str]) -> Path:
    """Make the folder with everything that server and driver read."""
    folder = Path(tempfile.mkdtemp(prefix="nut-"))
    device = folder / f"{UPS_NAME}.dev"
    device.write_text("".join(f"{name}: {value}\n" for name, value in sorted(variables.items())))
    (folder / "ups.conf").write_text(
        f"[{UPS_NAME}]\ndriver = dummy-ups\nport = {device}\nmode = dummy-once\n"
        f'desc = "{DESCRIPTION}"\n'
    )
    users = folder / "upsd.users"
    users.write_text(f"[{USERNAME}]\npassword = {PASSWORD}\nactions = SET FSD\ninstcmds = ALL\n")
    users.chmod(0o600)
    return folder
