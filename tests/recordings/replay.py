"""Gives scenarios to an engine on a real database and a real broker, and sees what happens."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import asyncpg

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.core.wish import Intent, Origin, Wish
from custom_components.elfe_commande.engine.ground.errors import WishRefusedError
from demo.appliances import Fleet
from demo.appliances.recorder import Recorder
from demo.appliances.scenario import recorded_device
from demo.database import SCHEMA, PlanRow, insert_plans, insert_rows, pad
from demo.parts import Broker, PostgresServer
from tests.fixtures_engine import World, is_busy
from tests.fixtures_parts import fresh_database
from tests.steady_loop import LoopClock, run_steadily

from .comparison import Observed, Pace
from .corpus import PARIS, SLOT, Moment, Scenario
from .situation import DETAILS, situations
from .wired import SCREEN

SCALE = 0.1
"""A device's five seconds take half a second, on the clock of a steady loop."""
AT_ONCE = 20
"""Wishes made in one moment."""
WINDOW = 90.0
"""Seconds an order may be repeated: as late in the slot, three or four tries."""
NO_CYCLE = 800.0
"""The cycle is ours to begin."""
OBSERVED_TABLES = (
    "equipement_pilote_ou_mesure",
    "equipement_pilote_machine_generique",
    "equipement_pilote_machine_generique_cycle",
    "equipement_pilote_vehicule_electrique_generique",
)


MORNING = int(datetime(2026, 11, 24, 10, 2, tzinfo=PARIS).timestamp())
EVENING = int(datetime(2026, 11, 24, 17, 32, tzinfo=PARIS).timestamp())
"""Too late for most machines to be done at their wished end."""


class Trigger(StrEnum):
    """What sets the engine going."""

    CYCLE = "cycle"
    SWITCH = "switch"
    """A press, as the dashboard's switch gives it."""
    ACTION = "init_typology"
    """A press, as the action gives it."""


def timing() -> Timing:
    """Return the waits of the engine: scaled, in a short slot, the first cycle far away."""
    return replace(
        # Homes come while it runs: whose they are is looked at as soon.
        Timing().scaled(SCALE),
        order_window=WINDOW * SCALE,
        wish_lifetime=WINDOW * SCALE,
        idle_confirm=WINDOW * SCALE,
        first_cycle=NO_CYCLE,
    )


def pace() -> Pace:
    """Return how orders are repeated."""
    waits = Timing()
    return Pace(SCALE, waits.retry_first, waits.retry_max, WINDOW)


@dataclass
class Replay:
    """Scenarios replayed together on one broker; those to be alone have engines of their own.

    `at` is the unix time it is when they begin.
    """

    server: PostgresServer
    broker: Broker
    trigger: Trigger
    at: int
    moments: dict[str, Moment] = field(default_factory=dict)
    observed: dict[str, Observed] = field(default_factory=dict)
    drawn: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """What was drawn on the screens of each scenario: topic and line, in order."""

    @property
    def pace(self) -> Pace:
        """Return how orders are repeated."""
        return pace()

    async def run(self, scenarios: Sequence[Scenario]) -> None:
        """Replay all of them at once."""
        together = [s for s in scenarios if not s.isolated]
        batches = [together] if together else []
        batches += [[s] for s in scenarios if s.isolated]
        await asyncio.gather(*(self._batch(batch) for batch in batches))

    async def _batch(self, scenarios: Sequence[Scenario]) -> None:
        async with AsyncExitStack() as stack:
            database = await fresh_database(self.server)
            stack.push_async_callback(self.server.drop_database, database.name)
            owner = await database.owner.connect()
            stack.push_async_callback(owner.close)
            clock = LoopClock(self.at)
            fleet = Fleet(
                self.broker.host, self.broker.port, scale=SCALE, watch=_watched(scenarios)
            )
            fleet.recorder = Recorder(clock.now)
            await stack.enter_async_context(fleet)
            world = World(database, self.broker, fleet, owner, timing(), clock=clock, zone=PARIS)
            stack.push_async_callback(world.stop)
            moment = Moment(int(clock.now()))
            await _give(world, scenarios, moment)
            await world.start()
            before = await _rows(owner)
            began = int(clock.now())
            already = len(fleet.recorder)
            await self._trigger(world, scenarios, moment)
            await _settled()
            ended = int(clock.now())
            assert ended < moment.quarter + SLOT, "the run is not over within a slot"
            after = await _rows(owner)
            for scenario in scenarios:
                self.moments[scenario.name] = moment
                self.observed[scenario.name] = Observed(
                    _changes(scenario, before, after), _orders(scenario, fleet), began, ended
                )
                mine = set(screen_topics(scenario))
                since = fleet.recorder.messages[already:]
                self.drawn[scenario.name] = [(m.topic, m.text) for m in since if m.topic in mine]

    async def _trigger(self, world: World, scenarios: Sequence[Scenario], moment: Moment) -> None:
        if self.trigger is Trigger.CYCLE:
            await world.engine.run_cycle()
            return
        made = 0
        async with asyncio.TaskGroup() as group:
            for scenario in scenarios:
                for situation in situations(scenario, moment):
                    if situation.pressed is None:
                        continue
                    wish = self._wish(situation.row["id"], situation.pressed)
                    group.create_task(_make(world, wish))
                    made += 1
                    await asyncio.sleep(0 if made % AT_ONCE else 0.05)

    def _wish(self, number: int, value: int) -> Wish:
        intent = Intent.TO_PILOTED if value else Intent.TO_MANUAL
        switch = self.trigger is Trigger.SWITCH
        origin = Origin.DASHBOARD if switch else Origin.ACTION
        return Wish(EquipmentId(number), intent, origin, advance_end=switch)


@dataclass(frozen=True, slots=True)
class Run:
    """What is replayed together: what sets the engine going, when (unix seconds), and of what."""

    trigger: Trigger
    at: int
    scenarios: Sequence[Scenario] = field(compare=False)


def replayed(server: PostgresServer, runs: Iterable[Run]) -> dict[Run, Replay]:
    """Replay scenarios, each run on a broker of its own, all of them in one steady loop.

    They mostly wait: together they take as long as one of them.
    """

    async def replay(run: Run) -> tuple[Run, Replay]:
        async with Broker() as broker:
            replay = Replay(server, broker, run.trigger, run.at)
            await replay.run(run.scenarios)
            return run, replay

    async def work() -> dict[Run, Replay]:
        return dict(await asyncio.gather(*map(replay, runs)))

    return run_steadily(work())


async def _make(world: World, wish: Wish) -> None:
    try:
        await world.engine.wish(wish)
    except WishRefusedError:
        return


async def _settled() -> None:
    """Return once no order is under way, a retry or a wait for a meter included."""
    quiet = 0
    while quiet < 3:
        quiet = 0 if is_busy() else quiet + 1
        await asyncio.sleep(0.1)


async def _give(world: World, scenarios: Sequence[Scenario], moment: Moment) -> None:
    tables: dict[str, list[dict[str, Any]]] = {}
    plans: list[PlanRow] = []
    for scenario in scenarios:
        for table, rows in moment.rows(scenario.given).items():
            tables.setdefault(table, []).extend(rows)
        for machine, row in scenario.plan_rows():
            first = moment.quarter + row["first_valid_offset_quarters"] * SLOT
            decisions = pad(row["decisions"], row.get("fill", 0))
            kinds = {k: row[k] for k in ("machine_type", "result_type") if k in row}
            plans.append(PlanRow(machine, first, decisions, **kinds))
    await insert_rows(world.owner, tables, ignore_unknown=True)
    await insert_plans(world.owner, plans)
    devices = [
        recorded_device(identifier, description)
        for scenario in scenarios
        for identifier, description in scenario.devices.items()
    ]
    await world.fleet.add(*devices)
    # Retained messages come before the engine listens, as they did before the reference did.
    await world.fleet.settle()


def screen_topics(scenario: Scenario) -> Iterator[str]:
    """Yield where the screens of a scenario are drawn on."""
    for row in scenario.given.get(DETAILS[SCREEN], ()):
        yield row["topic_mqtt_commande_text"]


def _command_topics(scenario: Scenario) -> Iterator[str]:
    for type_id, table in DETAILS.items():
        if type_id == SCREEN:
            continue
        for row in scenario.given.get(table, ()):
            yield from (t for n, t in row.items() if n.startswith("topic_mqtt_commande"))
    for description in scenario.devices.values():
        if description["kind"] != "screen":
            yield description["command_topic"]


def _watched(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Return the topics that no device listens to: nothing is to be ordered there either."""
    heard = {d["command_topic"] for s in scenarios for d in s.devices.values()}
    topics = {topic for scenario in scenarios for topic in _command_topics(scenario)}
    return tuple(sorted(topics - heard))


def _orders(scenario: Scenario, fleet: Fleet) -> dict[str, list[tuple[float, str]]]:
    found: dict[str, list[tuple[float, str]]] = {}
    for topic in sorted(set(_command_topics(scenario))):
        if came := fleet.recorder.on(topic):
            found[topic] = [(message.time, message.text) for message in came]
    return found


type _Table = dict[str, dict[str, Any]]


async def _rows(owner: asyncpg.Connection) -> dict[str, _Table]:
    found: dict[str, _Table] = {}
    for table in OBSERVED_TABLES:
        records = await owner.fetch(f"SELECT * FROM {SCHEMA}.{table}")
        found[table] = {str(record["id"]): dict(record) for record in records}
    return found


def _changes(
    scenario: Scenario, before: dict[str, _Table], after: dict[str, _Table]
) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for table in OBSERVED_TABLES:
        for row in scenario.given.get(table, ()):
            number = str(row["id"])
            old, new = before[table][number], after[table][number]
            if different := {k: v for k, v in new.items() if v != old[k]}:
                found[table, number] = different
    return found
