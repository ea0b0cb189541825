"""The smart meter of the third home: tells its grid connection on a serial line, every second."""

import asyncio
from pathlib import Path
import time

from demo.sml import Entry, SerialLine, Unit, telegram

from .home import GridConnection

PERIOD = 1.0
MAKER = b"ELF"
SERVER_ID = bytes.fromhex("0a01454c460000000001")


class SmartMeter:
    """Writes SML telegrams until stopped."""

    def __init__(self, grid: GridConnection, link: Path) -> None:
        """Prepare a meter on a port of that name."""
        self._grid = grid
        self.line = SerialLine(link)

    async def run(self) -> None:
        """Tell for ever what was taken, what was given, and the net power."""
        began = time.monotonic()
        self.line.plug()
        try:
            while True:
                self._grid.count()
                await self.line.send(self._telegram(int(time.monotonic() - began)))
                await asyncio.sleep(PERIOD)
        finally:
            self.line.pull()

    def _telegram(self, seconds: int) -> bytes:
        grid = self._grid
        return telegram(
            SERVER_ID,
            [
                Entry("1-0:96.50.1*1", MAKER),
                Entry("1-0:96.1.0*255", SERVER_ID),
                Entry("1-0:1.8.0*255", round(grid.taken * 10), Unit.WATT_HOUR, -1),
                Entry("1-0:2.8.0*255", round(grid.given * 10), Unit.WATT_HOUR, -1),
                Entry("1-0:16.7.0*255", round(grid.net), Unit.WATT, 0),
            ],
            seconds=seconds,
        )
