"""A small NUT server in this process: the part of the protocol that clients need."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
import shlex
from typing import Self, override

from demo.parts.process import PartError, candidate_ports

from .device import DESCRIPTION, PASSWORD, UPS_NAME, USERNAME, VARIABLES, Switchable

COMMANDS = (
    "beeper.toggle",
    "load.off",
    "load.on",
    "shutdown.return",
    "test.battery.start",
    "test.battery.start.deep",
    "test.battery.start.quick",
)


class FakeUps(Switchable):
    """One UPS behind a server of our own.

    `error` is answered to every question about the UPS, `mute` answers nothing at all, `guarded`
    lets nobody read without a login, and `refused` are the commands that are listed, and refused
    nevertheless.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        port: int | None = None,
        name: str = UPS_NAME,
        variables: Mapping[str, str] | None = None,
        commands: Iterable[str] = COMMANDS,
    ) -> None:
        """Prepare a server; a free port is chosen at the first start when none is given."""
        self.name = name
        self.variables = {**VARIABLES, "driver.name": "dummy-ups", **(variables or {})}
        self.commands = set(commands)
        self.refused: set[str] = set()
        self.error: str | None = None
        self.mute = False
        self.guarded = False
        self.unlisted = False
        """The server names no UPS."""
        self.given: list[str] = []
        """Commands that were carried out."""
        self.connections = 0
        """Connections that are open."""
        self._port = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        """Return the TCP port; known once started."""
        if self._port is None:
            raise PartError("the server was never started")
        return self._port

    async def start(self) -> None:
        """Start listening."""
        if self._server is not None:
            return
        for port in candidate_ports(self._port):
            with suppress(OSError):
                self._server = await asyncio.start_server(self._serve, self.host, port)
                self._port = port
                return
        raise PartError("the UPS server did not start")

    async def stop(self) -> None:
        """Stop listening, and hang up on everyone."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for writer in list(self._writers):
            writer.close()
        await server.wait_closed()

    async def close(self) -> None:
        """Stop; there is nothing else to remove."""
        await self.stop()

    @override
    async def set(self, variables: Mapping[str, str]) -> None:
        """Give variables other values."""
        self.variables.update(variables)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.close()

    # -- the protocol

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None:
            # It was accepted just before the end.
            writer.close()
            return
        session = _Session(self)
        self._writers.add(writer)
        self.connections += 1
        try:
            while line := await reader.readline():
                if self.mute:
                    continue
                answer = session.answer(line.decode(errors="replace"))
                writer.write(f"{answer}\n".encode())
                await writer.drain()
                if session.over:
                    break
        except ConnectionError, asyncio.IncompleteReadError:
            pass
        finally:
            self.connections -= 1
            self._writers.discard(writer)
            writer.close()

    def carry_out(self, command: str) -> str:
        """Carry a command out; the answer."""
        if command not in self.commands or command in self.refused:
            return "ERR CMD-NOT-SUPPORTED"
        self.given.append(command)
        if command.startswith("test.battery.start"):
            self.variables["ups.test.result"] = "In progress"
        return "OK"


class _Session:
    """One connection: who it is, and what is answered."""

    def __init__(self, ups: FakeUps) -> None:
        self._ups = ups
        self._user = self._password = ""
        self.over = False
        self._verbs: dict[str, Callable[[list[str]], str]] = {
            "VER": lambda _: "Network UPS Tools upsd 2.8.0, played",
            "NETVER": lambda _: "1.3",
            "LIST": self._list,
            "GET": self._get,
            "SET": self._set,
            "USERNAME": self._username,
            "PASSWORD": self._keep_password,
            "INSTCMD": self._instcmd,
            "LOGOUT": self._logout,
        }

    def answer(self, line: str) -> str:
        """Return the answer to a line."""
        try:
            words = shlex.split(line)
        except ValueError:
            return "ERR INVALID-ARGUMENT"
        if not words or words[0] not in self._verbs:
            return "ERR UNKNOWN-COMMAND"
        try:
            return self._verbs[words[0]](words[1:])
        except IndexError:
            return "ERR INVALID-ARGUMENT"

    def _list(self, words: list[str]) -> str:
        kind, ups = words[0], self._ups
        if ups.guarded and self._denied() is not None:
            return "ERR ACCESS-DENIED"
        if kind == "UPS":
            body = [] if ups.unlisted else [f'UPS {ups.name} "{DESCRIPTION}"']
        elif (error := self._error(words[1])) is not None:
            return error
        elif kind in ("VAR", "RW"):
            body = [f'{kind} {ups.name} {k} "{v}"' for k, v in sorted(ups.variables.items())]
        elif kind == "CMD":
            body = [f"CMD {ups.name} {command}" for command in sorted(ups.commands)]
        else:
            return "ERR INVALID-ARGUMENT"
        about = " ".join(words)
        return "\n".join([f"BEGIN LIST {about}", *body, f"END LIST {about}"])

    def _get(self, words: list[str]) -> str:
        kind, name = words[0], words[1]
        if (error := self._error(name)) is not None:
            return error
        if kind == "UPSDESC":
            return f'UPSDESC {name} "{DESCRIPTION}"'
        if kind != "VAR":
            return "ERR INVALID-ARGUMENT"
        if words[2] not in self._ups.variables:
            return "ERR VAR-NOT-SUPPORTED"
        return f'VAR {name} {words[2]} "{self._ups.variables[words[2]]}"'

    def _set(self, words: list[str]) -> str:
        _kind, name, variable, value = words
        if (error := self._denied() or self._error(name)) is not None:
            return error
        self._ups.variables[variable] = value
        return "OK"

    def _username(self, words: list[str]) -> str:
        self._user = words[0]
        return "OK"

    def _keep_password(self, words: list[str]) -> str:
        # As upsd does: any is taken, and looked at when something is to be changed.
        self._password = words[0]
        return "OK"

    def _instcmd(self, words: list[str]) -> str:
        error = self._denied() or self._error(words[0])
        return self._ups.carry_out(words[1]) if error is None else error

    def _logout(self, _: list[str]) -> str:
        self.over = True
        return "OK Goodbye"

    def _denied(self) -> str | None:
        if not self._user:
            return "ERR USERNAME-REQUIRED"
        if not self._password:
            return "ERR PASSWORD-REQUIRED"
        right = (self._user, self._password) == (USERNAME, PASSWORD)
        return None if right else "ERR ACCESS-DENIED"

    def _error(self, name: str) -> str | None:
        if name != self._ups.name:
            return "ERR UNKNOWN-UPS"
        return None if self._ups.error is None else f"ERR {self._ups.error}"
