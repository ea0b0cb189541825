"""The thin path: a plug of typology 120, from the plan to the row."""

import time

from demo.territory import build, install, two_homes
from tests.fixtures_engine import World

from .bench import calm


async def test_a_planned_start_reaches_the_plug_and_the_row(world: World) -> None:
    """The plan's pulse switches the plug on, and the row says so once it answered."""
    world.timing = calm()
    washing = [e for e in two_homes() if e.id == 2]
    await install(world.owner, washing)
    await world.fleet.add(*build(washing).everything)
    await world.plan(2, [1])
    before = int(time.time())
    await world.start()

    report = await world.engine.run_cycle()

    row = await world.row(2)
    assert (report.ordered, report.acknowledged) == (1, 1)
    assert row["equipement_pilote_ou_mesure_mode_id"] == 20
    assert (row["etat_commande_id"], row["etat_controle_id"]) == (13, 15)
    assert row["timestamp_derniere_mise_en_marche"] >= before
    assert [m.payload for m in world.fleet.recorder.messages] == [b"on"]
