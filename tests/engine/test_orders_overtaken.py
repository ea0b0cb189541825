"""What came in between: while an order waited for its turn, its answer, or its next try."""

import asyncio
from dataclasses import replace
import json

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.orders.turnstile import Turnstile
from demo.appliances import Behaviour
from demo.engine_host import SystemClock
from demo.specs import Topics, plug, relay
from demo.territory import Equipment
from tests.fixtures_engine import World, is_under_way

from .bench import (
    COMMAND,
    CONTROL,
    MODE,
    PROGRAMMED,
    calm,
    furnish,
    impatient,
    set_row,
    status_of,
    until,
    until_row,
    wait_for_end,
)

WASHER = Equipment(7, "R001", "Lave-linge", 112, 120, (plug("T7"),))
OTHER = Equipment(8, "R001", "Sèche-linge", 113, 120, (plug("T8"),))
COMMAND_7 = WASHER.devices[0].topics.command


async def test_second_tries_are_never_further_apart_than_the_longest_wait(world: World) -> None:
    """A device that is back gets its order soon, however long it was away."""
    timing = impatient(0.05, retry_first=0.05, retry_max=0.1, order_window=890.0)
    household = await furnish(world, WASHER, timing=timing)
    household.devices["T7"].behaviour = Behaviour.SILENT
    await world.plan(7, [1])
    await world.start()
    await world.engine.run_cycle()

    # Doubled each time, the wait before the last of them alone would be of a quarter of an hour.
    await world.fleet.recorder.wait(16, topic=COMMAND_7, within=60)

    household.devices["T7"].behaviour = Behaviour.ACK
    await until_row(world, 7, **{MODE: 20, COMMAND: 13})


class TestLateAnswers:
    """A person's wish was written at once; the device answers later."""

    @pytest.fixture
    async def silent(self, world: World) -> None:
        """A plug that does not answer to a wish, which is written and tried again."""
        timing = impatient(0.1, retry_first=0.2, order_window=3600.0)
        household = await furnish(world, WASHER, timing=timing)
        household.devices["T7"].behaviour = Behaviour.SILENT
        await world.start()
        result = await world.wish(7, Intent.TO_MANUAL)
        assert (result.outcome, result.will_retry) == (Outcome.FAILED, True)
        self.plug = household.devices["T7"]

    async def test_it_was_programmed_when_it_was_wished(self, world: World, silent: None) -> None:
        """Ten minutes later, a plan that was made meanwhile would look old."""
        wished = (await world.row(7))[PROGRAMMED]
        assert isinstance(world.clock, SystemClock)
        world.clock.offset += 600

        self.plug.behaviour = Behaviour.ACK
        await until_row(world, 7, **{CONTROL: 15})

        assert (await world.row(7))[PROGRAMMED] == wished

    async def test_a_mode_that_somebody_set_since_stays(self, world: World, silent: None) -> None:
        await set_row(world, 7, **{MODE: 30})

        self.plug.behaviour = Behaviour.ACK
        await wait_for_end(world, 7, 2)

        assert (await world.row(7))[MODE] == 30


async def test_a_mode_that_changes_while_an_order_waits_for_its_turn_stops_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wish for another load goes first; its row is read together with those that wait."""
    waits, turn = asyncio.Event(), asyncio.Event()
    pass_through = Turnstile.pass_through

    async def in_time(turnstile: Turnstile, given_up: asyncio.Future[None]) -> None:
        waits.set()
        await turn.wait()
        await pass_through(turnstile, given_up)

    monkeypatch.setattr(Turnstile, "pass_through", in_time)
    await furnish(world, WASHER, OTHER, timing=calm(fresh_for=0.0))
    await world.plan(7, [1])
    await set_row(world, 8, **{MODE: 20})
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await waits.wait()

    await set_row(world, 7, **{MODE: 20})
    await world.wish(8, Intent.FORCED_OFF)
    assert status_of(world, 7).equipment.state.mode == 20
    turn.set()
    await cycle

    assert world.orders(COMMAND_7) == []
    assert world.ended(7)[-1].result.reason == "mode_changed"


async def test_an_order_that_a_wish_replaces_while_it_waits_for_its_turn_is_not_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan wants it on, a person wants it off: it never goes on in between."""
    waits = asyncio.Event()

    async def never(_: Turnstile, given_up: asyncio.Future[None]) -> None:
        waits.set()
        await asyncio.wait([given_up])

    monkeypatch.setattr(Turnstile, "pass_through", never)
    await furnish(world, WASHER)
    await world.plan(7, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await waits.wait()

    result = await world.wish(7, Intent.FORCED_OFF)
    await cycle

    assert result.outcome is Outcome.ACKNOWLEDGED
    assert world.orders(COMMAND_7) == ["off"]
    assert world.ended(7)[0].result.reason == "superseded"


async def test_an_order_that_a_wish_replaces_while_it_waits_for_its_topic_is_not_sent(
    world: World,
) -> None:
    """Two channels of one device: the second waits for the answer to the first."""
    topics = Topics("shelly/P7/status/switch:1", "shelly/P7/rpc", "shelly/P7/online")
    first = Equipment(7, "R001", "Radiateur", 151, 140, (relay("P7"),))
    second = Equipment(8, "R001", "Chauffage", 151, 140, (replace(relay("P8"), topics=topics),))
    await furnish(world, first, second, timing=calm(ack=600.0))
    world.device("P7").behaviour = world.device("P8").behaviour = Behaviour.SILENT
    await world.plan(7, [1])
    await world.plan(8, [1])
    await world.start()
    cycle = asyncio.create_task(world.engine.run_cycle())
    await world.until_told("P7")

    def sent() -> list[tuple[int, bool]]:
        found = [json.loads(text)["params"] for text in world.told("P7")]
        return [(each["id"], each["on"]) for each in found]

    ((sending, _),) = sent()
    waiting = 1 - sending
    wish = asyncio.create_task(world.wish(7 + waiting, Intent.FORCED_OFF))
    await until(lambda: is_under_way(f"forced_off {7 + waiting}"), "the wish")

    world.device("P7").behaviour = world.device("P8").behaviour = Behaviour.ACK
    await world.wish(7 + sending, Intent.FORCED_OFF)
    assert (await wish).outcome is Outcome.ACKNOWLEDGED
    await cycle

    assert (waiting, True) not in sent()
    assert sorted(sent()[1:]) == [(0, False), (1, False)]
    assert world.ended(7 + waiting)[0].result.reason == "superseded"
