"""Listens on a line for as long as it is asked to, and comes back from every interruption."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import logging
from typing import Any

import serialx

from ...core.failing import failing
from .frames import FrameReader
from .sml_settings import MeterTiming
from .telegrams import Telegram

_LOGGER = logging.getLogger(__name__)

LINE_ERRORS = (OSError, EOFError, serialx.SerialException)
"""What a line that is gone, busy, silent or badly addressed raises."""

_PIECE = 4096
_LATE = "the port cannot be opened in time"


@dataclass(frozen=True, slots=True)
class PortSettings:
    """A line: a local port, `socket://host:port` or `rfc2217://host:port`."""

    url: str
    baudrate: int = 9600
    byte_size: int = 8
    parity: str = "N"
    stopbits: float = 1

    def line(self) -> serialx.AsyncSerial:
        """Return the line, closed; while it is open it is nobody else's."""
        options: dict[str, Any] = {
            "baudrate": self.baudrate,
            "byte_size": self.byte_size,
            "parity": serialx.Parity(self.parity),
            "stopbits": serialx.StopBits(self.stopbits),
        }
        return serialx.async_serial_for_url(self.url, **options)


@dataclass
class LineReader:
    """Reads one line in a task of its own.

    `heard` is called with each telegram, `changed` whenever `connected` or `frames` did.
    """

    name: str
    port: PortSettings
    timing: MeterTiming
    heard: Callable[[Telegram], None]
    changed: Callable[[], None] = lambda: None
    frames: FrameReader = field(default_factory=FrameReader)
    connected: bool = False
    _down: bool = False

    async def run(self) -> None:
        """Read until cancelled; the line is free when this ends."""
        wait = self.timing.retry_first
        while True:
            valid = self.frames.valid
            try:
                await self.listen()
            except LINE_ERRORS as error:
                self._lost(error)
            except Exception:
                # Whoever is told of telegrams may fail; the line is read on.
                _LOGGER.exception("%s: a telegram could not be passed on", self.name)
            if self.frames.valid > valid:
                wait = self.timing.retry_first
            await asyncio.sleep(wait)
            wait = min(wait * 2, self.timing.retry_max)

    async def listen(self) -> None:
        """Read until the line fails: raises one of `LINE_ERRORS`."""
        self.frames.clear()
        async with _opened(self.port, self.timing) as line:
            self.connected = True
            self.changed()
            try:
                while True:
                    async with asyncio.timeout(self.timing.stale_after):
                        octets = await line.read(_PIECE)
                    if not octets:
                        raise EOFError("the line was closed")
                    self._take(octets)
            finally:
                self.connected = False

    def _take(self, octets: bytes) -> None:
        frames = self.frames
        before = (frames.rejected, frames.speaks_ascii, frames.drops_eighth_bit)
        telegrams = frames.feed(octets)
        for telegram in telegrams:
            if self._down:
                self._down = False
                _LOGGER.info("%s is heard again", self.name)
            self.heard(telegram)
        if before != (frames.rejected, frames.speaks_ascii, frames.drops_eighth_bit):
            self.changed()

    def _lost(self, error: Exception) -> None:
        detail = str(error) or "nothing was heard"
        if not self._down:
            self._down = True
            _LOGGER.warning("%s is not heard any more: %s; trying again", self.name, detail)
        else:
            _LOGGER.debug("%s is still not heard: %s", self.name, detail)
        self.changed()


@asynccontextmanager
async def _opened(port: PortSettings, timing: MeterTiming) -> AsyncIterator[serialx.AsyncSerial]:
    """Open a line within its time, and free it whatever happens."""
    line = port.line()
    try:
        await _open(line, timing)
        yield line
    finally:
        await line.close()


async def _open(line: serialx.AsyncSerial, timing: MeterTiming) -> None:
    """Open a line; a local port is opened by a thread, which a cancellation waits for."""
    opening = asyncio.create_task(line.open())
    try:
        await asyncio.wait((opening,), timeout=timing.open_timeout)
    except asyncio.CancelledError:
        await asyncio.wait((opening,), timeout=timing.open_allowance)
        await _given_up(opening)
        raise
    if not opening.done():
        await _given_up(opening)
        raise TimeoutError(_LATE)
    try:
        opening.result()
    except TimeoutError as error:
        # The library's own patience with a server.
        raise TimeoutError(_LATE) from error
    except ValueError as error:
        # An address that is none.
        raise OSError(failing(error)) from error


async def _given_up(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
