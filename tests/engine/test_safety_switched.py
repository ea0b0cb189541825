"""A machine that runs behind a plug or relay is never cut, whatever goes wrong."""

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent, Origin
from demo.appliances import Behaviour
from tests.engine.bench import calm, furnish
from tests.engine.households import PLUG, TUMBLER, UNMETERED_RELAY, WASHER
from tests.fixtures_engine import World

OFF_RPC = '"on": false'
UNANSWERED = 0.3
"""Seconds until a silent device is called silent; one that answers does on a busy machine, too."""


async def test_a_machine_started_by_hand_is_recorded_and_not_cut(world: World) -> None:
    await furnish(world, PLUG)
    await world.plan(WASHER, [0])
    await world.start()
    world.device("D102").switch(True)
    await world.meter("D102")

    await world.cycle()

    row = await world.row(WASHER)
    assert world.told("D102") == []
    assert world.machine(WASHER).running
    assert world.machine(WASHER).unharmed
    assert row["equipement_pilote_ou_mesure_mode_id"] == 20
    assert (row["etat_commande_id"], row["etat_controle_id"]) == (13, 15)
    assert row["timestamp_derniere_mise_en_marche"] >= int(world.clock.now()) - 60
    (end,) = world.ended(WASHER)
    assert (end.act, end.origin) == (Act.RECORD_STARTED, Origin.DEVICE)


async def test_a_waiting_machine_is_kept_off(world: World) -> None:
    await furnish(world, PLUG)
    await world.plan(WASHER, [0])
    await world.start()
    await world.meter("D102")

    await world.cycle()
    await world.cycle(slots=1)

    assert world.told("D102") == ["off", "off"]
    row = await world.row(WASHER)
    assert (row["etat_commande_id"], row["ems_consigne_marche"]) == (11, False)


async def test_after_a_restart_the_keep_alive_waits_for_the_meter(world: World) -> None:
    await furnish(world, PLUG, timing=calm(meter_wait=3.0))
    await world.plan(WASHER, [0])
    world.device("D102").switch(True)
    await world.start()

    await world.cycle()
    assert world.told("D102") == []
    await world.meter("D102")
    await world.idle(WASHER)

    assert world.told("D102") == []
    assert world.machine(WASHER).unharmed


async def test_once_its_meter_spoke_the_keep_alive_waits_no_longer(world: World) -> None:
    await furnish(world, PLUG, timing=calm(meter_wait=600.0))
    await world.plan(WASHER, [0])
    await world.start()
    await world.meter("D102")

    await world.cycle()
    await world.idle(WASHER)

    assert world.told("D102") == ["off"]


async def test_a_machine_started_while_the_keep_alive_is_retried_is_not_cut(world: World) -> None:
    await furnish(world, PLUG, timing=calm(ack=UNANSWERED))
    await world.plan(WASHER, [0])
    world.device("D102").behaviour = Behaviour.SILENT
    await world.start()
    await world.meter("D102")
    await world.cycle()

    world.device("D102").switch(True)
    await world.meter("D102")
    heard = len(world.told("D102"))
    await world.idle(WASHER)

    assert len(world.told("D102")) == heard
    assert world.machine(WASHER).unharmed


async def test_a_start_whose_answer_is_lost_is_retried_and_cuts_nothing(world: World) -> None:
    await furnish(world, PLUG, timing=calm(ack=UNANSWERED, order_window=1.0))
    await world.plan(WASHER, [1])
    world.device("D102").behaviour = Behaviour.SILENT
    world.device("D102").obeys_silently = True
    await world.start()

    await world.cycle()
    await world.idle(WASHER)
    assert set(world.told("D102")) == {"on"}
    assert len(world.told("D102")) > 1
    assert world.ended(WASHER)[-1].result.outcome is Outcome.FAILED
    assert (await world.row(WASHER))["equipement_pilote_ou_mesure_mode_id"] == 30
    # The EMS plans no further start; the meter tells that the machine runs.
    await world.meter("D102")
    await world.cycle(slots=1)

    assert set(world.told("D102")) == {"on"}
    assert world.machine(WASHER).starts == 1
    assert world.machine(WASHER).unharmed
    assert (await world.row(WASHER))["equipement_pilote_ou_mesure_mode_id"] == 20


async def test_no_off_follows_an_unconfirmed_start_until_its_cycle_is_over(world: World) -> None:
    await furnish(world, UNMETERED_RELAY, timing=calm(ack=UNANSWERED, order_window=1.0))
    await world.plan(TUMBLER, [1])
    relay = world.device("D103")
    relay.behaviour, relay.obeys_silently = Behaviour.SILENT, True
    await world.start()
    await world.cycle()
    await world.idle(TUMBLER)
    relay.behaviour = Behaviour.ACK

    for _ in range(5):
        await world.cycle(slots=1)
    assert not any(OFF_RPC in order for order in world.told("D103"))
    assert world.machine(TUMBLER).unharmed
    await world.cycle(slots=2)

    assert OFF_RPC in world.told("D103")[-1]


async def test_programming_it_again_ends_the_doubt_about_a_start(world: World) -> None:
    await furnish(world, UNMETERED_RELAY, timing=calm(ack=UNANSWERED, order_window=0.5))
    await world.plan(TUMBLER, [1])
    relay = world.device("D103")
    relay.behaviour, relay.obeys_silently = Behaviour.SILENT, True
    await world.start()
    await world.cycle()
    await world.idle(TUMBLER)
    relay.behaviour = Behaviour.ACK
    world.later()

    result = await world.wish(TUMBLER, Intent.TO_PILOTED)
    orders = len(world.told("D103"))
    await world.cycle(slots=1)

    assert result.outcome is Outcome.ACKNOWLEDGED
    assert OFF_RPC in world.told("D103")[-1]
    assert len(world.told("D103")) == orders + 1


async def test_a_meter_read_before_the_start_does_not_prove_it_idle(world: World) -> None:
    await furnish(world, PLUG, timing=calm(ack=UNANSWERED, order_window=0.5))
    await world.plan(WASHER, [1])
    plug = world.device("D102")
    plug.behaviour, plug.obeys_silently = Behaviour.SILENT, True
    await world.start()
    await world.meter("D102")
    await world.cycle()
    await world.idle(WASHER)

    await world.cycle(slots=1)

    assert set(world.told("D102")) == {"on"}
    assert world.machine(WASHER).unharmed


async def test_an_idle_meter_after_the_start_lets_the_wait_go_on(world: World) -> None:
    await furnish(world, PLUG, timing=calm(ack=UNANSWERED, order_window=0.5))
    await world.plan(WASHER, [1])
    world.device("D102").behaviour = Behaviour.SILENT
    await world.start()
    await world.cycle()
    await world.idle(WASHER)
    await world.meter("D102")

    await world.cycle(slots=1)

    assert world.told("D102")[-1] == "off"


async def test_a_late_answer_ends_the_retries(world: World) -> None:
    # It comes after a second: long before the next try.
    await furnish(world, PLUG, timing=calm(ack=0.1, retry_first=60.0))
    await world.plan(WASHER, [1])
    plug = world.device("D102")
    plug.behaviour, plug.obeys_silently = Behaviour.LATE, True
    plug.late_delay = 50.0  # type: ignore[misc]
    await world.start()

    await world.cycle()
    await world.idle(WASHER)

    assert world.told("D102") == ["on"]
    assert [e.result.outcome for e in world.ended(WASHER)] == [
        Outcome.FAILED,
        Outcome.ACKNOWLEDGED,
    ]
    assert world.machine(WASHER).unharmed
    assert (await world.row(WASHER))["equipement_pilote_ou_mesure_mode_id"] == 20


async def test_a_missed_pulse_does_not_restart_a_machine_that_runs(world: World) -> None:
    await furnish(world, PLUG)
    await world.plan(WASHER, [0, 1])
    await world.start()
    await world.meter("D102")
    await world.cycle()
    world.device("D102").switch(True)
    await world.meter("D102")

    await world.cycle(slots=2)

    assert world.told("D102") == ["off"]
    assert world.ended(WASHER)[-1].act is Act.RECORD_STARTED
    assert world.machine(WASHER).unharmed


async def test_a_missed_pulse_is_caught_up_once(world: World) -> None:
    await furnish(world, PLUG)
    await world.plan(WASHER, [0, 1])
    await world.start()
    await world.meter("D102")
    await world.cycle()
    await world.engine.stop()
    await world.start()

    await world.cycle(slots=3)
    await world.cycle(slots=1)

    assert world.told("D102") == ["off", "on"]
    assert world.machine(WASHER).starts == 1
    assert world.machine(WASHER).unharmed


async def test_an_order_of_the_plan_crosses_no_persons_choice(world: World) -> None:
    await furnish(world, PLUG, timing=calm(ack=UNANSWERED))
    await world.plan(WASHER, [1])
    world.device("D102").behaviour = Behaviour.SILENT
    await world.start()
    await world.cycle()
    world.device("D102").behaviour = Behaviour.ACK

    await world.wish(WASHER, Intent.FORCED_OFF)
    await world.idle(WASHER)
    await world.cycle(slots=1)

    row = await world.row(WASHER)
    assert (row["equipement_pilote_ou_mesure_mode_id"], row["etat_commande_id"]) == (20, 1)
    assert world.told("D102")[-1] == "off"
    assert world.engine.statuses[WASHER].forced_off
