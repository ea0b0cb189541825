"""One connection to a NUT server: a line is asked, a line or a list is answered (RFC 9271)."""

import asyncio
from contextlib import suppress
import re
from typing import Final

from ...core.failing import failing

_ERROR: Final = re.compile(r"ERR\b\s*(\S*)")
_LINES: Final = 10_000
"""More than any list has."""
_ESCAPED: Final = re.compile(r'\\(["\\#])')
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~!@$%^&*()+,:;<>?/|{}\[\]-]+")


class ErrorAnswer(Exception):  # noqa: N818 - the server's word
    """The server answers `ERR`; the message has its own words."""

    def __init__(self, words: str, code: str) -> None:
        """Keep the words, and the first of them."""
        super().__init__(words)
        self.code = code


class OddAnswer(Exception):  # noqa: N818 - not an error of the server's
    """It is no answer of a NUT server."""


class Connection:
    """A connection that is opened once; when it is over, another one takes its place.

    Errors of `ask` and `listed`: `ErrorAnswer`, `OddAnswer`, and `OSError` or `EOFError` where
    nothing came in time or at all.
    """

    def __init__(self, host: str, port: int, timeout: float) -> None:
        """Connect to nothing yet; `timeout` in seconds, for each answer."""
        self._place = (host, port)
        self._timeout = timeout
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.logged_in = False
        """The server was told who asks."""

    async def open(self) -> None:
        """Connect; `OSError` also for a host that is no name, as `ups..lan`."""
        try:
            async with asyncio.timeout(self._timeout):
                self._streams = await asyncio.open_connection(*self._place)
        except UnicodeEncodeError as error:
            raise OSError(failing(error)) from error

    def hang_up(self) -> None:
        """Close, and wait for nothing."""
        if self._streams is not None:
            self._streams[1].close()

    async def close(self) -> None:
        """Close, and wait until it is done."""
        if self._streams is not None:
            self._streams[1].close()
            with suppress(OSError):
                await self._streams[1].wait_closed()

    async def log_in(self, username: str, password: str | None) -> None:
        """Say who asks; most servers look at it only once it matters."""
        await self.ask(f"USERNAME {quoted(username)}")
        if password:
            await self.ask(f"PASSWORD {quoted(password)}")
        self.logged_in = True

    async def ask(self, question: str) -> str:
        """Return the line that is answered."""
        async with asyncio.timeout(self._timeout):
            await self._say(question)
            return await self._line()

    async def listed(self, kind: str, *about: str) -> list[str]:
        """Return the lines of a list, without the words that all of them begin with."""
        subject = " ".join((kind, *map(quoted, about)))
        async with asyncio.timeout(self._timeout):
            await self._say(f"LIST {subject}")
            first = await self._line()
            if not first.startswith(f"BEGIN LIST {kind}"):
                raise OddAnswer(f"unexpected answer: {first[:80]}")
            found: list[str] = []
            for _ in range(_LINES):
                line = await self._line()
                if line.startswith("END LIST"):
                    return found
                word, _, rest = line.partition(" ")
                if word == kind:
                    found.append(rest.split(" ", len(about))[-1] if about else rest)
        raise OddAnswer("a list without an end")

    async def _say(self, line: str) -> None:
        if self._streams is None:
            raise EOFError("not connected")
        self._streams[1].write(f"{line}\n".encode())
        await self._streams[1].drain()

    async def _line(self) -> str:
        if self._streams is None:
            raise EOFError("not connected")
        try:
            octets = await self._streams[0].readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            raise EOFError("the server hung up") from error
        except asyncio.LimitOverrunError as error:
            raise OddAnswer("a line without an end") from error
        line = text_of(octets).rstrip("\r\n ")
        if found := _ERROR.match(line):
            raise ErrorAnswer(line, found[1])
        return line


def text_of(octets: bytes) -> str:
    """Return octets as text: UTF-8, or what drivers take from a UPS as it is (Latin-1)."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def unquoted(text: str) -> str:
    """Return an element of a line as it is meant, without quotes and escapes around it."""
    text = text.strip(" ")
    quote = '"'
    if text.startswith(quote):
        # Some servers leave quotes in it as they are: the last one ends it.
        text = text[1 : text.rindex(quote)] if text.endswith(quote) and len(text) > 1 else text[1:]
    return _ESCAPED.sub(r"\1", text)


def quoted(text: str) -> str:
    """Return a text as one word of the protocol; servers that know no quotes see few of them."""
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
