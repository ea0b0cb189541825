"""24 hours without the database: every slot is right, and what people wished is in the rows."""

from datetime import datetime
from typing import Final

from demo.parts import Broker, PostgresServer
from demo.territory import PILOTED
from tests.fixtures_parts import fresh_database

from .dark_day import MODES, DarkDay
from .history import MANUAL, OFF, ON, SLOT
from .house import PARIS
from .long_life import ROWS, long_life
from .proxy import Proxy

MIDNIGHT: Final = datetime(2027, 1, 11, 0, 0, tzinfo=PARIS)
PULSES: Final = {2: 8, 4: 12, 5: 16, 7: 20, 8: 24}
"""When machines are to be started, by their quarter-hour; 2 and 7 are behind plugs."""
WISHES: Final = {
    18: [(4, "start")],
    30: [(1, "forced_off"), (3, "to_manual")],
    40: [(2, "to_piloted"), (6, "forced_off")],
    44: [(3, "forced_off")],
    50: [(1, "to_manual")],
    60: [(6, "to_piloted"), (3, "to_manual")],
    70: [(7, "forced_off")],
    80: [(1, "to_piloted")],
}
RESTARTED: Final = 55
"""The quarter-hour in which the engine is stopped and begun, and finds no database."""


async def test_a_day_without_the_database(own_postgres: PostgresServer, own_broker: Broker) -> None:
    database = await fresh_database(own_postgres)
    async with (
        Proxy(own_postgres.host, own_postgres.port) as way,
        long_life(database, own_broker, MIDNIGHT, 7, kind=DarkDay, way=way) as day,
    ):
        await day.dawn(PULSES)
        assert day.house is not None
        await day.house.cycle()
        await day.idle()
        day.look_at_devices()

        way.cut()
        before = len(await day.audit())
        for quarter in range(1, 97):
            if quarter == RESTARTED:
                await day.house.stop()
                await day.start()
            await day.pass_slot(WISHES.get(quarter, ()))
        assert day.life.wrong == []
        assert day.life.slots == 96
        assert day.life.checked > 96 * 4
        assert day.presses == 0
        assert len(await day.audit()) == before
        kept = {word.intent: word.answer for word in day.words if word.load != 4}
        assert all(answer["outcome"] == "acknowledged" for answer in kept.values()), kept
        start = next(word.answer for word in day.words if word.load == 4)
        assert (start["reason"], start["will_retry"]) == ("database_unavailable", True)

        way.restore()
        await day.pass_slot()
        assert day.life.wrong == []
        assert day.presses == 0

        rows = {row["id"]: row for row in await day.owner.fetch(ROWS)}
        ends = {number: (row["mode"], row["control"]) for number, row in rows.items()}
        assert ends[2] == (PILOTED, OFF)
        assert {ends[number][0] for number in (1, 6)} == {PILOTED}
        assert ends[3] == (MANUAL, ON)
        assert ends[7] == (MANUAL, OFF)
        assert {ends[number][0] for number in (4, 5, 8)} == {PILOTED}

        # Each load's in the order in which they were wished, with the time of the act.
        changes = (await day.audit())[before:]
        for number in {word.load for word in day.words} - {4}:
            written = [c for c in changes if c["load"] == number]
            stamps = [c["programmed"] for c in written]
            assert stamps == sorted(stamps), written
            wished = [word for word in day.words if word.load == number]
            last = written[-1]
            assert last["mode"] == MODES[wished[-1].intent], written
            assert last["programmed"] // SLOT * SLOT == wished[-1].slot, written
        # The plan's starts, at the time they were made.
        begun = {c["load"]: c["started"] // SLOT * SLOT for c in changes if c["started"]}
        first = int(MIDNIGHT.timestamp())
        assert begun[2] == first + PULSES[2] * SLOT
        assert begun[7] == first + PULSES[7] * SLOT
