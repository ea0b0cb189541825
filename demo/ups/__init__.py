"""A NUT server with one UPS whose mains can be cut: the real one, or one of our own."""

from .device import PASSWORD, UPS_NAME, USERNAME, Ups
from .fake import FakeUps
from .real import NutServer, find_nut

__all__ = [
    "PASSWORD",
    "UPS_NAME",
    "USERNAME",
    "FakeUps",
    "NutServer",
    "Ups",
    "find_nut",
    "open_ups",
]


async def open_ups(port: int | None = None) -> Ups:
    """Start NUT's own server with its simulated UPS, or ours where NUT is not installed.

    It listens on 127.0.0.1; `close` it in the end.
    """
    ups: Ups = FakeUps(port=port) if find_nut() is None else NutServer(port=port)
    await ups.start()
    return ups
