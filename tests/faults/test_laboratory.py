"""Engines as processes, and a short run of the laboratory with everything that can break."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.appliances import Fleet
from demo.parts import Broker, PostgresServer
from demo.specs import relay
from demo.territory import Equipment, build, install
from tests.fixtures_parts import Database

from . import STRICT
from .breakages import FAULTS
from .checker import ALWAYS, check
from .house import SharedClock, Terms
from .remote import GoneError, Mother, Nursery, Remote
from .run import run
from .scenario import KINDS, TROUBLES, Scenario, scenarios
from .stage import Servers

TANK = Equipment(3, "R001", "Ballon", 131, 140, (relay("LAB3"),), mode=20)
MODE = """
SELECT equipement_pilote_ou_mesure_mode_id, etat_controle_id
FROM bdd_coordination_schema.equipement_pilote_ou_mesure WHERE id = 3
"""
LONG = 60.0


@pytest.fixture(scope="module")
def mother() -> Iterator[Mother]:
    """The process that the engines of these tests come from."""
    found = Mother()
    yield found
    found.close()


async def until_running(engine: Remote) -> None:
    async with asyncio.timeout(LONG):
        while not (state := await engine.ask("state"))["running"] or not state["broker"]:
            await asyncio.sleep(0.05)


async def test_an_engine_in_a_process_is_driven_frozen_and_killed(
    database: Database, broker: Broker, owner, mother: Mother, tmp_path: Path
) -> None:
    access = database.access
    terms = Terms(
        str(tmp_path / "documents"),
        0,
        access.parameters | {"ssl": False},
        {"host": broker.host, "port": broker.port},
        str(tmp_path / "clock"),
        log=str(tmp_path / "log"),
    )
    clock = SharedClock(tmp_path / "clock", 0.0)
    await install(owner, [TANK])
    household = build([TANK])
    told: list[dict] = []
    async with (
        Fleet(broker.host, broker.port, household.everything, scale=0.02),
        Nursery(mother) as nest,
    ):
        terms = Terms(**{f: getattr(terms, f) for f in terms.__slots__} | {"report_to": nest.port})
        engine = await nest.begin(terms, told.append)
        await until_running(engine)

        answer = await engine.ask("wish", load=3, intent="forced_off", identifier="w1")
        assert answer["outcome"] == "acknowledged", answer
        assert tuple(await owner.fetchrow(MODE)) == (20, 25)
        assert [each["act"] for each in told if each["event"] == "told"] == ["forced_off"]
        assert (await engine.ask("wish", load=4, intent="start", identifier="w2"))["refused"]

        engine.freeze()
        clock.offset = 5e6
        asked = asyncio.create_task(engine.ask("state"))
        done, _ = await asyncio.wait([asked], timeout=0.3)
        assert not done
        engine.thaw()
        state = await asyncio.wait_for(asked, LONG)
        assert state["running"]
        assert abs(state["clock"] - clock.now()) < LONG

        engine.freeze()
        asked = asyncio.create_task(engine.ask("state"))
        await asyncio.sleep(0)
        await engine.kill()
        with pytest.raises(GoneError):
            await asked
        with pytest.raises(GoneError):
            await engine.ask("state")

        # The next one has the documents of the last.
        assert (tmp_path / "documents" / "journal.json").exists()
        engine = await nest.begin(terms, told.append)
        await until_running(engine)
        await engine.stop()
    assert not [line for line in (tmp_path / "log").read_text().splitlines() if "Traceback" in line]


async def test_a_short_run_with_everything(
    own_postgres: PostgresServer, own_broker: Broker, mother: Mother
) -> None:
    trouble = next(each for each in TROUBLES if each.name == "everything")
    scenario = Scenario(1, trouble, loads=len(KINDS), slots=4, slot=1.0, wish_every=0.15)
    async with Nursery(mother) as nursery:
        history = await run(Servers(own_postgres, own_broker, nursery), scenario)
    assert history.faults
    assert history.wishes
    assert history.heard
    assert {end.load for end in history.ends} == {load.id for load in history.loads}
    found = check(history)
    assert [each for each in found if STRICT or each.rule in ALWAYS] == []


def test_runs_are_drawn_from_their_seed() -> None:
    one, other = scenarios(2, 5)
    assert one.trouble is not other.trouble
    assert one.equipments() == scenarios(1, 5)[0].equipments() != other.equipments()
    chosen = scenarios(3, 0, trouble="engine frozen")
    assert {each.trouble.name for each in chosen} == {"engine frozen"}
    with pytest.raises(ValueError, match="no such trouble"):
        scenarios(1, 0, trouble="rain")


def test_every_trouble_can_be_made() -> None:
    assert {fault for trouble in TROUBLES for fault in trouble.faults} == FAULTS.keys()
