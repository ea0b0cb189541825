"""Talks to a NUT server. Reading needs no user; a command has a connection of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import re
from typing import Final

from ...core.failing import failing
from .errors import CommandDeniedError, CommandRefusedError, Trouble, UpsUnavailableError
from .vocabulary.status import NOT_HEARD, WAITING, tokens_of
from .vocabulary.variables import Variables, clean
from .wire import Connection, ErrorAnswer, OddAnswer, quoted, unquoted

DEFAULT_PORT: Final = 3493
_TROUBLES: Final = {
    "DATA-STALE": Trouble.STALE,
    "DRIVER-NOT-CONNECTED": Trouble.DRIVER,
    "UNKNOWN-UPS": Trouble.UNKNOWN_UPS,
}
_DENIALS: Final = frozenset(
    {
        "ACCESS-DENIED",
        "USERNAME-REQUIRED",
        "PASSWORD-REQUIRED",
        "INVALID-USERNAME",
        "INVALID-PASSWORD",
    }
)
_STATUS: Final = "ups.status"
_SAFE: Final = re.compile(r"[ -~]+")


@dataclass(frozen=True, slots=True)
class Account:
    """Where a UPS is found, and as whom commands are given."""

    host: str
    port: int = DEFAULT_PORT
    name: str = ""
    """The UPS, as `ups.conf` of the server names it."""
    username: str | None = None
    password: str | None = None


class UpsClient:
    """One UPS of one server. Errors: `UpsUnavailableError` and, of `run`, `CommandRefusedError`.

    Servers let anybody read, as a rule. One that does not is told user and password.
    """

    def __init__(self, account: Account, timeout: float) -> None:
        """Connect to nothing yet; `timeout` in seconds, for each answer."""
        self.account = account
        self._timeout = timeout
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()
        self._logs_in = False
        """The server was met to let nobody read without a login."""
        self._has_status = False
        self._closed = False

    async def list_upses(self) -> dict[str, str]:
        """Return the names of the server's UPSs, with their descriptions."""
        found = await self._ask(lambda connection: connection.listed("UPS"))
        return {
            unquoted(name): unquoted(text).strip()
            for name, _, text in (line.partition(" ") for line in found)
        }

    async def read(self) -> Variables:
        """Return the variables of the UPS that have a value."""
        name = self.account.name
        found = await self._ask(lambda connection: connection.listed("VAR", name))
        told = {
            variable: unquoted(text)
            for variable, _, text in (line.partition(" ") for line in found)
        }
        variables = clean(told)
        tokens = tokens_of(variables)
        if WAITING in tokens:
            # The server's own word, until the driver has said something.
            raise UpsUnavailableError(Trouble.DRIVER, WAITING)
        if not NOT_HEARD.isdisjoint(tokens):
            raise UpsUnavailableError(Trouble.STALE, variables[_STATUS])
        if not tokens and (_STATUS in told or self._has_status):
            # A server whose back end is gone goes on, with nothing in it.
            raise UpsUnavailableError(Trouble.SILENT, f"{_STATUS} is empty")
        self._has_status = bool(tokens)
        return variables

    async def commands(self) -> frozenset[str]:
        """Return the commands that the UPS can be given."""
        name = self.account.name
        found = await self._ask(lambda connection: connection.listed("CMD", name))
        return frozenset(map(unquoted, found))

    async def run(self, command: str, parameter: str | None = None) -> str:
        """Give a command, once, and return the server's answer."""
        account = self.account
        connection = Connection(account.host, account.port, self._timeout)
        words = ["INSTCMD", quoted(account.name), command]
        if parameter:
            words.append(quoted(parameter))
        try:
            await connection.open()
            if account.username:
                await connection.log_in(account.username, account.password)
            answer = await connection.ask(" ".join(words))
        except ErrorAnswer as error:
            if error.code in _DENIALS:
                raise CommandDeniedError(str(error)) from error
            if error.code not in _TROUBLES:
                raise CommandRefusedError(str(error)) from error
            raise _unavailable(error) from error
        except (OddAnswer, EOFError, OSError) as error:
            raise _unavailable(error) from error
        finally:
            await connection.close()
        if not answer.startswith("OK"):
            raise UpsUnavailableError(Trouble.UNREADABLE, answer[:80])
        return answer

    def close(self) -> None:
        """Give the connection back; nothing can be asked afterwards."""
        self._closed = True
        self._hang_up()

    async def _ask[T](self, question: Callable[[Connection], Awaitable[T]]) -> T:
        """Ask on the connection that is kept; a server may have closed it meanwhile."""
        async with self._turn:
            kept = self._connection is not None
            try:
                try:
                    return await self._put(question)
                except EOFError, ConnectionError:
                    self._hang_up()
                    if not kept and not self._logs_in:
                        raise
                    return await self._put(question)
            except (ErrorAnswer, OddAnswer, EOFError, OSError) as error:
                self._hang_up()
                raise _unavailable(error) from error
            except BaseException:
                # What was asked may still be answered, to nobody.
                self._hang_up()
                raise

    async def _put[T](self, question: Callable[[Connection], Awaitable[T]]) -> T:
        connection = await self._connected()
        try:
            return await question(connection)
        except ErrorAnswer as error:
            if error.code not in _DENIALS or connection.logged_in or not self.account.username:
                raise
        self._logs_in = True
        await self._log_in(connection)
        return await question(connection)

    async def _connected(self) -> Connection:
        self._require_open()
        if self._connection is None:
            account = self.account
            connection = Connection(account.host, account.port, self._timeout)
            await connection.open()
            self._connection = connection
            # Given up while it was being opened, it is hung up at once.
            self._require_open()
            if self._logs_in:
                await self._log_in(connection)
        return self._connection

    def _require_open(self) -> None:
        if self._closed:
            raise ConnectionAbortedError("closed")

    async def _log_in(self, connection: Connection) -> None:
        try:
            await connection.log_in(self.account.username or "", self.account.password)
        except ErrorAnswer:
            # Perhaps it lets anybody read again next time.
            self._logs_in = False
            raise

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.hang_up()


def _unavailable(error: BaseException) -> UpsUnavailableError:
    if isinstance(error, ErrorAnswer):
        refused = Trouble.REFUSED if error.code in _DENIALS else Trouble.UNREADABLE
        trouble = _TROUBLES.get(error.code, refused)
    elif isinstance(error, OddAnswer):
        trouble = Trouble.UNREADABLE
    else:
        trouble = Trouble.UNREACHABLE
    return UpsUnavailableError(trouble, failing(error) if str(error) else "")


def is_speakable(text: str) -> bool:
    """Return whether a text can be said in NUT's protocol: ASCII, in one line."""
    return _SAFE.fullmatch(text) is not None
