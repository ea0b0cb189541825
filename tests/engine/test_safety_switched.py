"""A machine that runs behind a plug or relay is never cut, whatever goes wrong."""

import asyncio

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent, Origin
from demo.appliances import Behaviour
from tests.engine.households import PLUG, TUMBLER, UNMETERED_RELAY, WASHER, Scene
from tests.fixtures_engine import World

OFF_RPC = '"on": false'


async def test_a_machine_started_by_hand_is_recorded_and_not_cut(world: World) -> None:
    scene = await Scene.of(world, PLUG)
    await world.plan(WASHER, [0])
    await world.start()
    scene.device("D102").switch(True)
    await scene.meter("D102")

    await scene.cycle()

    row = await world.row(WASHER)
    assert scene.orders("D102") == []
    assert scene.machine(WASHER).running
    assert scene.machine(WASHER).unharmed
    assert row["equipement_pilote_ou_mesure_mode_id"] == 20
    assert (row["etat_commande_id"], row["etat_controle_id"]) == (13, 15)
    assert row["timestamp_derniere_mise_en_marche"] >= int(world.clock.now()) - 60
    (end,) = world.ended(WASHER)
    assert (end.act, end.origin) == (Act.RECORD_STARTED, Origin.DEVICE)


async def test_a_waiting_machine_is_kept_off(world: World) -> None:
    scene = await Scene.of(world, PLUG)
    await world.plan(WASHER, [0])
    await world.start()
    await scene.meter("D102")

    await scene.cycle()
    await scene.cycle(slots=1)

    assert scene.orders("D102") == ["off", "off"]
    row = await world.row(WASHER)
    assert (row["etat_commande_id"], row["ems_consigne_marche"]) == (11, False)


async def test_after_a_restart_the_keep_alive_waits_for_the_meter(world: World) -> None:
    scene = await Scene.of(world, PLUG)
    await world.plan(WASHER, [0])
    scene.device("D102").switch(True)
    await world.start()

    await scene.cycle()
    assert scene.orders("D102") == []
    await scene.meter("D102")
    await scene.idle(WASHER)

    assert scene.orders("D102") == []
    assert scene.machine(WASHER).unharmed


async def test_a_machine_started_while_the_keep_alive_is_retried_is_not_cut(world: World) -> None:
    scene = await Scene.of(world, PLUG)
    await world.plan(WASHER, [0])
    scene.device("D102").behaviour = Behaviour.SILENT
    await world.start()
    await scene.meter("D102")
    await scene.cycle()

    scene.device("D102").switch(True)
    await scene.meter("D102")
    heard = len(scene.orders("D102"))
    await scene.idle(WASHER)

    assert len(scene.orders("D102")) == heard
    assert scene.machine(WASHER).unharmed


async def test_a_start_whose_answer_is_lost_is_retried_and_cuts_nothing(world: World) -> None:
    scene = await Scene.of(world, PLUG, order_window=1.0)
    await world.plan(WASHER, [1])
    scene.device("D102").behaviour = Behaviour.SILENT
    scene.device("D102").obeys_silently = True
    await world.start()

    await scene.cycle()
    await scene.idle(WASHER)
    assert set(scene.orders("D102")) == {"on"}
    assert len(scene.orders("D102")) > 1
    assert world.ended(WASHER)[-1].result.outcome is Outcome.FAILED
    assert (await world.row(WASHER))["equipement_pilote_ou_mesure_mode_id"] == 30
    # The EMS plans no further start; the meter tells that the machine runs.
    await scene.meter("D102")
    await scene.cycle(slots=1)

    assert set(scene.orders("D102")) == {"on"}
    assert scene.machine(WASHER).starts == 1
    assert scene.machine(WASHER).unharmed
    assert (await world.row(WASHER))["equipement_pilote_ou_mesure_mode_id"] == 20


async def test_no_off_follows_an_unconfirmed_start_until_its_cycle_is_over(world: World) -> None:
    scene = await Scene.of(world, UNMETERED_RELAY, order_window=1.0)
    await world.plan(TUMBLER, [1])
    relay = scene.device("D103")
    relay.behaviour, relay.obeys_silently = Behaviour.SILENT, True
    await world.start()
    await scene.cycle()
    await scene.idle(TUMBLER)
    relay.behaviour = Behaviour.ACK

    for _ in range(5):
        await scene.cycle(slots=1)
    assert not any(OFF_RPC in order for order in scene.orders("D103"))
    assert scene.machine(TUMBLER).unharmed
    await scene.cycle(slots=2)

    assert OFF_RPC in scene.orders("D103")[-1]


async def test_programming_it_again_ends_the_doubt_about_a_start(world: World) -> None:
    scene = await Scene.of(world, UNMETERED_RELAY, order_window=0.5)
    await world.plan(TUMBLER, [1])
    relay = scene.device("D103")
    relay.behaviour, relay.obeys_silently = Behaviour.SILENT, True
    await world.start()
    await scene.cycle()
    await scene.idle(TUMBLER)
    relay.behaviour = Behaviour.ACK
    scene.later()

    result = await world.wish(TUMBLER, Intent.TO_PILOTED)
    orders = len(scene.orders("D103"))
    await scene.cycle(slots=1)

    assert result.outcome is Outcome.ACKNOWLEDGED
    assert OFF_RPC in scene.orders("D103")[-1]
    assert len(scene.orders("D103")) == orders + 1


async def test_a_meter_read_before_the_start_does_not_prove_it_idle(world: World) -> None:
    scene = await Scene.of(world, PLUG, order_window=0.5)
    await world.plan(WASHER, [1])
    plug = scene.device("D102")
    plug.behaviour, plug.obeys_silently = Behaviour.SILENT, True
    await world.start()
    await scene.meter("D102")
    await scene.cycle()
    await scene.idle(WASHER)

    await scene.cycle(slots=1)

    assert set(scene.orders("D102")) == {"on"}
    assert scene.machine(WASHER).unharmed


async def test_an_idle_meter_after_the_start_lets_the_wait_go_on(world: World) -> None:
    scene = await Scene.of(world, PLUG, order_window=0.5)
    await world.plan(WASHER, [1])
    scene.device("D102").behaviour = Behaviour.SILENT
    await world.start()
    await scene.cycle()
    await scene.idle(WASHER)
    await scene.meter("D102")

    await scene.cycle(slots=1)

    assert scene.orders("D102")[-1] == "off"


async def test_a_late_answer_ends_the_retries(world: World) -> None:
    scene = await Scene.of(world, PLUG)
    await world.plan(WASHER, [1])
    plug = scene.device("D102")
    plug.behaviour, plug.obeys_silently = Behaviour.LATE, True
    await world.start()

    await scene.cycle()
    await scene.idle(WASHER)

    assert scene.orders("D102") == ["on"]
    assert [e.result.outcome for e in world.ended(WASHER)] == [
        Outcome.FAILED,
        Outcome.ACKNOWLEDGED,
    ]
    assert scene.machine(WASHER).unharmed
    assert (await world.row(WASHER))["equipement_pilote_ou_mesure_mode_id"] == 20


async def test_a_missed_pulse_does_not_restart_a_machine_that_runs(world: World) -> None:
    scene = await Scene.of(world, PLUG)
    await world.plan(WASHER, [0, 1])
    await world.start()
    await scene.meter("D102")
    await scene.cycle()
    scene.device("D102").switch(True)
    await scene.meter("D102")

    await scene.cycle(slots=2)

    assert scene.orders("D102") == ["off"]
    assert world.ended(WASHER)[-1].act is Act.RECORD_STARTED
    assert scene.machine(WASHER).unharmed


async def test_a_missed_pulse_is_caught_up_once(world: World) -> None:
    scene = await Scene.of(world, PLUG)
    await world.plan(WASHER, [0, 1])
    await world.start()
    await scene.meter("D102")
    await scene.cycle()
    await world.engine.stop()
    await scene.restart()

    await scene.cycle(slots=3)
    await asyncio.sleep(0)
    await scene.cycle(slots=1)

    assert scene.orders("D102") == ["off", "on"]
    assert scene.machine(WASHER).starts == 1
    assert scene.machine(WASHER).unharmed


async def test_an_order_of_the_plan_crosses_no_persons_choice(world: World) -> None:
    scene = await Scene.of(world, PLUG)
    await world.plan(WASHER, [1])
    scene.device("D102").behaviour = Behaviour.SILENT
    await world.start()
    await scene.cycle()
    scene.device("D102").behaviour = Behaviour.ACK

    await world.wish(WASHER, Intent.FORCED_OFF)
    await scene.idle(WASHER)
    await scene.cycle(slots=1)

    row = await world.row(WASHER)
    assert (row["equipement_pilote_ou_mesure_mode_id"], row["etat_commande_id"]) == (20, 1)
    assert scene.orders("D102")[-1] == "off"
    assert world.engine.statuses[WASHER].forced_off
