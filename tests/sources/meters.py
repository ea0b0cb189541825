"""A meter of our own, and the captures of real ones."""

from collections.abc import Iterable, Iterator
import os
from pathlib import Path

import pytest

from custom_components.elfe_commande.sources.sml import FrameReader, Register, Telegram
from demo.sml import Entry, Unit, telegram

SERVER_ID = bytes.fromhex("0A01454C460000BC614E")
METER_ID = "1ELF0012345678"
OTHER_ID = bytes.fromhex("0A01454C460000BC614F")

TAKEN, GIVEN, NET = "1-0:1.8.0*255", "1-0:2.8.0*255", "1-0:16.7.0*255"
ABSOLUTE = "1-0:15.7.0*255"
MAKER = Entry("1-0:96.50.1*1", b"ELF")


def wh(code: str, value: float) -> Entry:
    """Return a counter, in tenths of a watt-hour."""
    return Entry(code, round(value * 10), Unit.WATT_HOUR, -1)


def watts(value: float, code: str = NET) -> Entry:
    """Return a power, in hundredths of a watt as DZG's meters tell it."""
    return Entry(code, round(value * 100), Unit.WATT, -2)


def told(
    power: float | None = -4300.0,
    taken: float = 10_732_309.1,
    given: float = 28_275_333.2,
    *more: Entry,
    server_id: bytes = SERVER_ID,
    seconds: int = 0,
) -> bytes:
    """Return a telegram as a two-way meter sends it."""
    entries = [MAKER, wh(TAKEN, taken), wh(GIVEN, given)]
    if power is not None:
        entries.append(watts(power))
    return telegram(server_id, [*entries, *more], seconds=seconds)


def said(power: float | None, taken: float = 1000.0, given: float = 0.0) -> Telegram:
    """Return a telegram as it is once read, for those who need many."""
    readings = [Register(TAKEN, taken, "Wh"), Register(GIVEN, given, "Wh")]
    if power is not None:
        readings.append(Register(NET, power, "W"))
    return Telegram(METER_ID, {reading.code: reading for reading in readings})


def read(*octets: bytes) -> list[Telegram]:
    """Return what telegrams are found in the pieces."""
    frames = FrameReader()
    return [telegram for piece in octets for telegram in frames.feed(piece)]


def one(octets: bytes) -> Telegram:
    """Return the only telegram there is."""
    (found,) = read(octets)
    return found


def pieces(octets: bytes, size: int) -> Iterator[bytes]:
    """Yield bytes in pieces."""
    for start in range(0, len(octets), size):
        yield octets[start : start + size]


def captures() -> Iterable[Path]:
    """Return the captures there are."""
    folder = os.environ.get("ELFE_SML_CORPUS")
    return sorted(Path(folder).glob("*.bin")) if folder else ()


def capture(name: str) -> bytes:
    """Return a capture by the beginning of its name, or skip the test."""
    folder = os.environ.get("ELFE_SML_CORPUS")
    if not folder:
        pytest.skip("ELFE_SML_CORPUS is not the folder of the captures")
    found = [path for path in captures() if path.name.startswith(name)]
    if not found:
        pytest.fail(f"no capture {name}")
    return found[0].read_bytes()
