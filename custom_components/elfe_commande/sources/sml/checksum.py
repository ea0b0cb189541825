"""The checksums of telegrams: that of the standard, and the one some meters use instead."""

from typing import Final

_POLYNOMIAL: Final = 0x8408
_BYTE: Final = 8


def _remainder(octet: int) -> int:
    for _ in range(_BYTE):
        octet = octet >> 1 ^ (_POLYNOMIAL if octet & 1 else 0)
    return octet


_REMAINDERS: Final = tuple(map(_remainder, range(256)))


def _crc(octets: bytes, start: int) -> int:
    crc = start
    for octet in octets:
        crc = crc >> _BYTE ^ _REMAINDERS[(crc ^ octet) & 0xFF]
    return crc


def is_right(octets: bytes, told: int) -> bool:
    """Return whether a checksum of two bytes, as they came, belongs to the octets.

    The standard's is CRC-16/X-25 with its low byte first. Holley's DTZ541 computes
    CRC-16/Kermit over its messages, and sends the high byte first.
    """
    if told == _swapped(_crc(octets, 0xFFFF) ^ 0xFFFF):
        return True
    kermit = _crc(octets, 0)
    return told in (kermit, _swapped(kermit))


def _swapped(crc: int) -> int:
    return int.from_bytes(crc.to_bytes(2, "little"), "big")
