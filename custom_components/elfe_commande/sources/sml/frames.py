"""Finds the telegrams in the bytes of a line, whatever else comes along."""

import logging
import re
from typing import Final

from .decoding import messages
from .quirks import corrected
from .telegrams import Telegram, telegram_of
from .transport import END, START, TRAILER, content_of

_LOGGER = logging.getLogger(__name__)

CAPACITY: Final = 16 * 1024
"""No telegram is nearly as long: what grows beyond has lost its end."""

PLAIN: Final = 128
"""Octets without an eighth bit that make it certain: every code of a meter ends with FF."""

# A meter of the older kind introduces itself in text. Its eighth bit is parity.
_INTRODUCTION = re.compile(rb"/[A-Za-z]{3}\d[\x20-\x7e]{0,40}\r?\n")
_SEVEN_BITS = bytes(octet & 0x7F for octet in range(256))


class FrameReader:
    """A buffer that bytes go into in any pieces, and whole telegrams come out of."""

    def __init__(self) -> None:
        """Have heard nothing."""
        self._buffer = bytearray()
        self._searched = 0
        self.valid = 0
        """Telegrams whose checksums are right."""
        self.rejected = 0
        """Telegrams that began, and came to no good end."""
        self.octets = 0
        """Bytes heard."""
        self.speaks_ascii = False
        """Whether a meter was heard that speaks IEC 62056-21 (text) and not SML."""
        self._plain = 0
        """Octets in a row without their eighth bit."""
        self._spoiled = False
        """A telegram came to no good end, and none to a good one since."""

    def clear(self) -> None:
        """Forget what is half read: the line was interrupted."""
        self._buffer.clear()
        self._searched = 0

    @property
    def waiting(self) -> int:
        """Return how many octets wait for the rest of their telegram."""
        return len(self._buffer)

    @property
    def drops_eighth_bit(self) -> bool:
        """Return whether telegrams come that have lost a bit of each byte on their way."""
        return self._spoiled and self._plain >= PLAIN

    def feed(self, octets: bytes) -> list[Telegram]:
        """Take bytes; return the telegrams they complete. Never raises."""
        self.octets += len(octets)
        self._plain = self._plain + len(octets) if octets.isascii() else 0
        self._buffer += octets
        found = []
        while (candidate := self._next_candidate()) is not None:
            if telegram := self._read(candidate):
                found.append(telegram)
        if len(self._buffer) > CAPACITY:
            self._resynchronize()
        self._look_for_text(octets)
        return found

    def _next_candidate(self) -> bytes | None:
        """Return the buffer up to the next end of a frame, `None` until there is one."""
        end = self._buffer.find(END, self._searched)
        if end < 0:
            # The mark may be half there.
            self._searched = max(self._searched, len(self._buffer) - len(END) + 1)
            return None
        self._searched = end
        if len(self._buffer) < end + TRAILER:
            return None
        # An end mark inside of escaped data is none: the next one is looked for behind it.
        self._searched = end + 1
        return bytes(self._buffer[: end + TRAILER])

    def _read(self, candidate: bytes) -> Telegram | None:
        try:
            content = content_of(candidate)
            if content is None:
                return None
            telegram = telegram_of(messages(content))
        except ValueError as error:
            _LOGGER.debug("A telegram cannot be read (%r): %s", error, candidate.hex())
            self._consume(len(candidate), valid=False)
            return None
        self._consume(len(candidate), valid=True)
        return None if telegram is None else corrected(telegram)

    def _consume(self, length: int, *, valid: bool) -> None:
        begun = bytes(self._buffer[:length]).count(START)
        self.valid += valid
        self.rejected += max(0, begun - valid)
        self._spoiled = not valid and (self._spoiled or begun > 0)
        del self._buffer[:length]
        self._searched = 0

    def _resynchronize(self) -> None:
        """Keep the last frame that began, or nothing but what may be half a mark."""
        last = self._buffer.rfind(START, 1)
        cut = last if last > 0 else len(self._buffer) - len(START) + 1
        self._consume(cut, valid=False)
        if len(self._buffer) > CAPACITY:
            self._consume(len(self._buffer) - len(START) + 1, valid=False)

    def _look_for_text(self, octets: bytes) -> None:
        if self.valid:
            self.speaks_ascii = False
        elif not self.speaks_ascii and (b"\n" in octets or b"\x8a" in octets):
            text = bytes(self._buffer).translate(_SEVEN_BITS)
            self.speaks_ascii = _INTRODUCTION.search(text) is not None
