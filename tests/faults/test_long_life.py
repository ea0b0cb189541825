"""A night of a long life, in which the clocks are changed; `--long-life 365` lets a year pass."""

from dataclasses import replace
from datetime import datetime

from demo.parts import Broker
from tests.fixtures_parts import Database

from .house import PARIS
from .life import Life, Resources
from .long_life import long_life

EVENING = datetime(2027, 3, 27, 21, 45, tzinfo=PARIS)
MORNING = datetime(2027, 3, 28, 5, 0, tzinfo=PARIS)


async def test_the_night_of_the_short_day(database: Database, broker: Broker) -> None:
    async with long_life(database, broker, EVENING) as found:
        life = await found.run(MORNING)
        # From a quarter to ten to five, an hour of which is left out.
        assert life.slots == 4 * 6 + 1
        assert life.checked > life.slots
        assert life.wrong == []
        assert life.begin is not None
        assert life.end is not None
        assert life.end.subscriptions == life.begin.subscriptions
        assert life.end.connections <= life.begin.connections

        # It would have been seen.
        heater = found.household.devices["L03"]
        heater.on = not heater.on
        await found.look()
        assert len(life.wrong) == 1
        assert "CEST 3 heater" in life.wrong[0]


def test_what_adds_up_is_told() -> None:
    held = Resources(100_000_000, 200_000, 20, 3, 40, 12, 3, 5_000)
    assert Life(begin=held, end=held).grown == []
    assert Life(begin=held, end=replace(held, files=21, memory=101_000_000)).grown == []
    more = Life(begin=held, end=replace(held, files=30, subscriptions=41))
    assert more.grown == ["files: 20 to 30", "subscriptions: 40 to 41"]
    assert "GROWN files" in more.text()
