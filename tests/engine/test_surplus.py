"""Surplus rules in the engine, on a real broker and database: turns, silence, simulation."""

from collections.abc import Callable, Mapping
from dataclasses import replace
import random
from types import MappingProxyType
from typing import Any

from custom_components.elfe_commande.core.decision import Combination, Shed, Source
from custom_components.elfe_commande.core.model import ControlState, EquipmentId, Mode
from custom_components.elfe_commande.core.plan import DAY, SLOT, DayPlan, slot_start
from custom_components.elfe_commande.core.rules import Band, History, Measurement, Quantity, Rule
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.engine import Engine
from custom_components.elfe_commande.engine.ground.ports import Clock, Readings
from custom_components.elfe_commande.engine.local.judge import RuleStatus
from demo.engine_host import SystemClock
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import calm, furnish, pass_slots, status_of, until, until_row

TANKS = tuple(
    Equipment(number, "R001", f"Ballon {number}", 131, 120, (plug(f"R10{number}"),))
    for number in (1, 2, 3)
)
MACHINE = Equipment(4, "R001", "Lave-linge", 112, 120, (plug("R104"),), cycle=7200)
COMMANDS = {tank.id: tank.devices[0].topics.command for tank in (*TANKS, MACHINE)}


class Sensor(Readings):
    """What rules read: set by the test, reported at the world's time."""

    def __init__(self, clock: Clock) -> None:
        """Say nothing yet."""
        self.clock = clock
        self.values: dict[str, Measurement] = {}
        self.watchers: list[Callable[[], None]] = []

    def report(self, **values: Any) -> None:
        for name, value in values.items():
            self.values[name] = Measurement(value, self.clock.now(), "sensor.one")
        for watcher in tuple(self.watchers):
            watcher()

    def read(self) -> Mapping[str, Measurement]:
        return self.values

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        self.watchers.append(changed)
        return lambda: self.watchers.remove(changed)


def rule(number: int, **changes: Any) -> Rule:
    band = Band(3000.0, 0.0, on_delay=0.0, off_delay=0.0)
    values: dict[str, Any] = {
        "bands": MappingProxyType({Quantity.SURPLUS: band}),
        "nominal_power": 1000.0,
        "min_on": 300.0,
        "priority": number,
    }
    return Rule(equipment_id=EquipmentId(number), **(values | changes))


def adopt(engine: Engine, sensor: Sensor, *rules: Rule) -> list[RuleStatus]:
    return [
        engine.surplus.adopt(f"rule-{r.equipment_id}", "Règle", r, sensor, lambda: None)
        for r in rules
    ]


async def minute(world: World, sensor: Sensor, seconds: int = 60, **values: Any) -> list[int]:
    """Let a minute pass, with its pass; return the loads that were moved, once answered."""
    assert isinstance(world.clock, SystemClock)
    world.clock.offset += seconds
    sensor.report(**values)
    before = {number: len(world.ended(number)) for number in COMMANDS}
    moved = [int(s.rule.equipment_id) for s in await world.engine.surplus.evaluate()]
    for number in moved:
        await until(lambda n=number: len(world.ended(n)) > before[n], f"end of {number}")
    return moved


async def test_three_loads_go_on_one_at_a_time_by_priority(world: World) -> None:
    await furnish(world, *TANKS)
    engine = await world.start()
    sensor = Sensor(world.clock)
    adopt(engine, sensor, rule(1, priority=30), rule(2, priority=10), rule(3, priority=20))
    moves = [await minute(world, sensor, surplus=9000) for _ in range(4)]
    assert moves == [[2], [3], [1], []]
    assert {number: world.orders(COMMANDS[number]) for number in (1, 2, 3)} == {
        1: ["on"],
        2: ["on"],
        3: ["on"],
    }
    # The one that matters least goes off first.
    await minute(world, sensor, 300, surplus=-500)
    moves = [await minute(world, sensor, surplus=-500) for _ in range(3)]
    assert [number for move in moves for number in move] == [3, 2]


async def test_the_passes_come_by_themselves_that_far_apart(world: World) -> None:
    await furnish(world, *TANKS, timing=calm(rule_pass=0.3))
    engine = await world.start()
    sensor = Sensor(world.clock)
    sensor.report(surplus=9000)
    adopt(engine, sensor, *map(rule, (1, 2, 3)))
    await until(lambda: all(world.ended(n) for n in (1, 2, 3)), "three loads on", within=30)
    first, second, third = (world.ended(n)[0].result.at for n in (1, 2, 3))
    sent = [status_of(world, n).sent_at for n in (1, 2, 3)]
    assert sent == sorted(sent)
    assert first < second < third
    assert min(sent[1] - sent[0], sent[2] - sent[1]) > 0.2


async def test_what_was_just_started_is_not_surplus_for_others(world: World) -> None:
    await furnish(world, *TANKS)
    engine = await world.start()
    sensor = Sensor(world.clock)
    adopt(engine, sensor, rule(1, nominal_power=3000.0), rule(2))
    assert await minute(world, sensor, surplus=4000) == [1]
    # The sensor has not measured since: 3000 of the 4000 W are taken.
    assert await minute(world, sensor) == []
    assert await minute(world, sensor, surplus=4000) == [2]


async def test_before_the_engine_runs_nothing_moves(world: World) -> None:
    await furnish(world, *TANKS)
    engine = await world.start(run=False)
    sensor = Sensor(world.clock)
    sensor.report(surplus=9000)
    adopt(engine, sensor, rule(1))
    assert engine.surplus.run_pass() == []
    assert world.orders(COMMANDS[1]) == []
    assert status_of(world, 1).proposal is not None


async def test_minimum_time_and_a_regulator_that_flaps(world: World) -> None:
    await furnish(world, *TANKS)
    engine = await world.start()
    sensor = Sensor(world.clock)
    adopt(engine, sensor, rule(1), rule(2, bands=MappingProxyType({}), regulator=True))
    assert await minute(world, sensor, surplus=4000, regulator="Bulk") == [1]
    assert isinstance(world.clock, SystemClock)
    moved: list[int] = []
    for second in range(0, 600, 20):
        state = "Float" if second % 40 == 0 else "Bulk"
        if second % 60 == 0:
            moved += await minute(world, sensor, 20, surplus=-4000, regulator=state)
        else:
            world.clock.offset += 20
            sensor.report(surplus=-4000, regulator=state)
    assert moved == [2, 1]
    assert world.orders(COMMANDS[2]) == ["on"]
    assert world.orders(COMMANDS[1]) == ["on", "off"]


async def test_silence_switches_off_what_a_rule_switched_on_and_nothing_else(world: World) -> None:
    await furnish(world, *TANKS)
    engine = await world.start()
    sensor = Sensor(world.clock)
    adopt(engine, sensor, *map(rule, (1, 2, 3)))
    await minute(world, sensor, surplus=9000)
    await world.wish(2, Intent.TO_MANUAL)
    assert world.orders(COMMANDS[1]) == ["on"]
    for _ in range(12):
        # A value that stays the same is reported, and is no silence.
        await minute(world, sensor, surplus=100)
    assert world.orders(COMMANDS[1]) == ["on"]
    before = {number: list(world.orders(COMMANDS[number])) for number in (2, 3)}
    for _ in range(11):
        await minute(world, sensor)
    assert world.orders(COMMANDS[1]) == ["on", "off"]
    assert {number: world.orders(COMMANDS[number]) for number in (2, 3)} == before
    assert [problem.key for problem in engine.problems].count("stale_rule_inputs") == 3
    await minute(world, sensor, surplus=100)
    assert "stale_rule_inputs" not in [problem.key for problem in engine.problems]


async def test_nobody_is_asked_about_the_inputs_of_a_rule_that_is_switched_off(
    world: World,
) -> None:
    await furnish(world, *TANKS)
    engine = await world.start()
    sensor = Sensor(world.clock)
    adopt(engine, sensor, rule(1), rule(2, enabled=False))
    await minute(world, sensor, surplus=100)
    for _ in range(11):
        await minute(world, sensor)
    silent = [p.subject for p in engine.problems if p.key == "stale_rule_inputs"]
    assert silent == ["rule-1"]


async def test_a_machine_is_started_and_never_cut(world: World) -> None:
    await furnish(world, MACHINE)
    engine = await world.start()
    sensor = Sensor(world.clock)
    (status,) = adopt(engine, sensor, rule(4, min_on=0.0))
    assert await minute(world, sensor, surplus=4000) == [4]
    await until_row(world, 4, equipement_pilote_ou_mesure_mode_id=20)
    for _ in range(20):
        assert await minute(world, sensor, surplus=-4000) == []
    assert world.orders(COMMANDS[4]) == ["on"]
    assert status.verdict is not None
    assert not status.verdict.in_charge
    assert status.history.starts(world.clock.now()) == 1


async def test_the_plan_prevails_and_the_rule_takes_over_after_it(world: World) -> None:
    await furnish(world, *TANKS)
    await world.plan(1, [0] * 96)
    engine = await world.start()
    sensor = Sensor(world.clock)
    (status,) = adopt(engine, sensor, rule(1))
    await engine.run_cycle()
    assert await minute(world, sensor, surplus=4000) == []
    decision = status_of(world, 1).decision
    assert decision is not None
    assert (decision.source, decision.on) == (Source.EMS, False)
    pass_slots(world, 97)
    assert await minute(world, sensor, surplus=4000) == [1]
    # Known to an EMS: silence of both leaves it as it is.
    assert status.history.planned


async def test_rules_remember_over_a_restart(world: World) -> None:
    await furnish(world, *TANKS)
    engine = await world.start()
    sensor = Sensor(world.clock)
    adopt(engine, sensor, rule(1))
    await minute(world, sensor, surplus=4000)
    await engine.stop()
    engine = await world.start()
    (status,) = adopt(engine, sensor, rule(1))
    assert status.history.on is True
    assert status.history.starts(world.clock.now()) == 1
    await engine.run_cycle()
    assert world.orders(COMMANDS[1])[-1] == "on"
    assert await minute(world, sensor, 300, surplus=-1) == [1]


async def test_a_rule_forgotten_while_away_gives_up_its_load(world: World) -> None:
    await furnish(world, *TANKS)
    engine = await world.start()
    sensor = Sensor(world.clock)
    adopt(engine, sensor, rule(1))
    await minute(world, sensor, surplus=4000)
    await engine.stop()
    await world.start()
    await until(lambda: world.orders(COMMANDS[1]) == ["on", "off"], "the load off")


async def test_a_simulation_orders_nothing_and_says_what_the_engine_does(world: World) -> None:
    await furnish(world, *TANKS, MACHINE)
    engine = await world.start()
    sensor = Sensor(world.clock)
    of_tank, of_machine = adopt(engine, sensor, rule(1), rule(4))
    sensor.report(surplus=100)
    before = world.messenger.published
    for watts in range(-5000, 5000, 10):
        found = engine.surplus.verdict("rule-1", {"surplus": Measurement(watts, world.clock.now())})
        assert (found.evaluation.on is True) == (watts >= 3000)
    assert (world.messenger.published, of_tank.history.on) == (before, None)

    draw = random.Random(25)
    for _ in range(1000):
        status = draw.choice((of_tank, of_machine))
        _shuffle(world, status, sensor, draw)
        simulated = engine.surplus.verdict(status.id)
        other = of_machine if status is of_tank else of_tank
        other.rule = replace(other.rule, enabled=False)
        status.rule = replace(status.rule, enabled=True)
        simulated = engine.surplus.verdict(status.id)
        engine.surplus.run_pass()
        did = status_of(world, int(status.rule.equipment_id)).decision
        assert did is not None
        assert (did.source, did.on, did.act, did.reason) == (
            simulated.decision.source,
            simulated.decision.on,
            simulated.decision.act,
            simulated.decision.reason,
        )


def _shuffle(world: World, status: RuleStatus, sensor: Sensor, draw: random.Random) -> None:
    """Put a load and its rule in any situation."""
    now = world.clock.now()
    load = status_of(world, int(status.rule.equipment_id))
    load.equipment = load.equipment.with_state(
        replace(
            load.equipment.state,
            mode=draw.choice((Mode.PILOTED, Mode.PILOTED, Mode.PILOTED, Mode.MANUAL, 70)),
            control=draw.choice((ControlState.ON, ControlState.OFF, ControlState.UNKNOWN)),
            last_programmed=int(now) - 90_000,
        )
    )
    load.shed = draw.choice((None, None, None, Shed(), Shed(off=True)))
    status.rule = replace(status.rule, combination=draw.choice(list(Combination)))
    status.remembered.history = History(
        on=draw.choice((None, True, False)),
        since=now - draw.uniform(0, 1200),
        planned=draw.random() < 0.5,
    )
    sensor.values = {
        "surplus": Measurement(
            draw.choice((None, -500.0, 100.0, 3500.0)), now - draw.uniform(0, 700), "sensor.one"
        )
    }
    plans = world.engine.rooms.plans
    plans.prune(slot_start(now) + 2 * DAY * SLOT)
    if draw.random() < 0.6:
        day = bytes(draw.choice((0, 1)) for _ in range(96))
        plans.update([DayPlan(load.equipment.id, slot_start(now) - 900, day, 1)])
