"""Talks to a NUT server. Reading needs no user; a command has a connection of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
import re
from typing import Any, Final, override

from aionut import (
    AIONUTClient,
    NUTCommandError,
    NUTConnectionClosedError,
    NUTError,
    NUTLoginError,
    NUTProtocolError,
    NUTValueError,
)

from .errors import CommandDeniedError, CommandRefusedError, Trouble, UpsUnavailableError
from .vocabulary.status import WAITING, tokens_of
from .vocabulary.variables import Variables, clean

DEFAULT_PORT: Final = 3493
_ERROR: Final = re.compile(r"ERR ([A-Z-]+)")
_TROUBLES: Final = {
    "DATA-STALE": Trouble.STALE,
    "DRIVER-NOT-CONNECTED": Trouble.DRIVER,
    "UNKNOWN-UPS": Trouble.UNKNOWN_UPS,
    "ACCESS-DENIED": Trouble.REFUSED,
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
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~!@$%^&*()+,:;<>?/|{}\[\]-]+")
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
    """One UPS of one server. Errors: `UpsUnavailableError` and, of `run`, `CommandRefusedError`."""

    def __init__(self, account: Account, timeout: float) -> None:
        """Connect to nothing yet; `timeout` in seconds, for each answer."""
        self.account = account
        self._timeout = timeout
        self._reader = AIONUTClient(account.host, account.port, timeout=timeout)

    async def list_upses(self) -> dict[str, str]:
        """Return the names of the server's UPSs, with their descriptions."""
        found = await self._ask(self._reader.list_ups)
        return {name: text.strip().strip('"') for name, text in found.items()}

    async def read(self) -> Variables:
        """Return the variables of the UPS that have a value."""
        variables = clean(await self._ask(lambda: self._reader.list_vars(self.account.name)))
        if WAITING in tokens_of(variables):
            # The server's own word, until the driver has said something.
            raise UpsUnavailableError(Trouble.DRIVER, WAITING)
        return variables

    async def commands(self) -> frozenset[str]:
        """Return the commands that the UPS can be given."""
        found = await self._ask(lambda: self._reader.list_commands(self.account.name))
        return frozenset(found)

    async def run(self, command: str, parameter: str | None = None) -> str:
        """Give a command, once, and return the server's answer."""
        account = self.account
        client = _OneShot(
            account.host,
            account.port,
            username=_quoted(account.username),
            password=_quoted(account.password),
            timeout=self._timeout,
        )
        try:
            answer = await client.run_command(account.name, command, _quoted(parameter))
        except NUTError as error:
            code = _code(error)
            if code in _DENIALS or isinstance(error, NUTLoginError):
                raise CommandDeniedError(_words(error)) from error
            if isinstance(error, NUTCommandError) and code not in _TROUBLES:
                raise CommandRefusedError(_words(error)) from error
            raise _unavailable(error) from error
        except (EOFError, OSError, asyncio.LimitOverrunError) as error:
            raise _unavailable(error) from error
        finally:
            await client.close()
        return answer

    def close(self) -> None:
        """Give the connection back; nothing can be asked afterwards."""
        self._reader.shutdown()

    async def _ask[T](self, question: Callable[[], Coroutine[Any, Any, T]]) -> T:
        try:
            return await question()
        except (NUTError, EOFError, OSError, asyncio.LimitOverrunError) as error:
            self._reader.disconnect()
            raise _unavailable(error) from error


class _OneShot(AIONUTClient):
    """A client that never asks twice: the library would repeat a command that was not answered."""

    _used = False

    @override
    async def _connect(self) -> None:
        if self._used:
            raise NUTConnectionClosedError("no answer")
        self._used = True
        await super()._connect()

    async def close(self) -> None:
        """Say goodbye, also where the user was not let in."""
        writer = self._writer
        self.shutdown()
        if writer is not None:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _code(error: BaseException) -> str:
    found = _ERROR.search(str(error))
    return found[1] if found else ""


def _words(error: BaseException) -> str:
    """Return the server's own words, without what was asked."""
    text = str(error)
    found = _ERROR.search(text)
    return text[found.start() :].strip() if found else text


def _unavailable(error: BaseException) -> UpsUnavailableError:
    if isinstance(error, NUTCommandError | NUTLoginError):
        trouble = _TROUBLES.get(_code(error), Trouble.UNREADABLE)
    elif isinstance(error, NUTProtocolError | NUTValueError | asyncio.LimitOverrunError):
        trouble = Trouble.UNREADABLE
    else:
        trouble = Trouble.UNREACHABLE
    return UpsUnavailableError(trouble, _words(error))


def is_speakable(text: str) -> bool:
    """Return whether a text can be said in NUT's protocol: ASCII, in one line."""
    return _SAFE.fullmatch(text) is not None


def _quoted(text: str | None) -> str | None:
    """Return a text as one word of the protocol; servers that know no quotes see few of them."""
    if not text:
        return None
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
