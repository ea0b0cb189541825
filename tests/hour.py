"""The hour at which tests happen: mid-morning where the homes are, whenever they are run.

Sentences name the day of what is not today, and days end: what is planned, told and counted would
depend on when a test is run. `ELFE_HOUR` is another hour, 23 to have tests go on past midnight.
"""

from datetime import UTC, datetime
import os
from typing import Final
from zoneinfo import ZoneInfo

_MORNING: Final = "10"


def where_it_is(hour: int) -> str:
    """Return a time zone in which it is this hour now."""
    east = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    # These names count the hours westwards.
    return f"Etc/GMT{-east:+d}"


HERE: Final = where_it_is(int(os.environ.get("ELFE_HOUR", _MORNING)))
ZONE: Final = ZoneInfo(HERE)
