"""The broker is there, and does not grant what is asked of it: nobody stays deaf for good."""

from collections.abc import Iterable, Mapping
from typing import override

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.ground.ports import Handler, MessengerError, Unsubscribe
from demo.engine_host import AiomqttMessenger
from demo.specs import plug
from demo.territory import MANUAL, Equipment
from tests.fixtures_engine import World

from .bench import MODE, calm, furnish, until
from .wall import HALL, Wall, washer

TANK = Equipment(7, "R001", "Ballon", 131, 120, (plug("E7"),))


class Stubborn(AiomqttMessenger):
    """A connection over which nothing is granted, for as long as it is to be so."""

    grants = False

    @override
    async def subscribe(self, topics: Iterable[str], handler: Handler) -> Unsubscribe:
        if not self.grants:
            raise MessengerError("not granted in time")
        return await super().subscribe(topics, handler)


async def stubborn(world: World, monkeypatch: pytest.MonkeyPatch) -> Stubborn:
    found = Stubborn(world.broker.host, world.broker.port)
    monkeypatch.setattr(world, "connect", lambda: found)
    world.timing = calm(connection_look=0.05, outage_told=0.2)
    return found


def missing(world: World) -> Mapping[str, str]:
    """Return what a person is told of topics that are not granted; nothing if all are."""
    found = (p.placeholders for p in world.engine.problems if p.key == "topics_not_granted")
    return next(found, {})


async def test_an_order_that_waited_for_it_is_made_once_it_is_granted(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Unheard, a device is not ordered: nobody would know what it answers."""
    await furnish(world, TANK)
    messenger = await stubborn(world, monkeypatch)
    await world.start()
    result = await world.wish(7, Intent.FORCED_OFF)
    assert result.outcome is not Outcome.ACKNOWLEDGED
    assert world.told("E7") == []
    await until(lambda: missing(world), "what a person reads")
    assert "E7" in missing(world)["topic"]

    messenger.grants = True

    await until(lambda: world.told("E7"), "the order")
    await world.idle(7)
    assert set(world.told("E7")) == {"off"}
    assert (await world.row(7))[MODE] == 20
    said = [each for each in caplog.messages if "did not grant" in each]
    assert len(said) == 1, "once, however often it is asked for"
    await until(lambda: not missing(world), "the end of it")
    assert caplog.text.count("The broker granted all") == 1


async def test_nothing_is_said_where_all_was_granted_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, TANK)
    messenger = await stubborn(world, monkeypatch)
    messenger.grants = True
    await world.start()
    await world.engine.rooms.acks.listen_again()
    assert "grant" not in caplog.text


async def test_what_waits_is_tried_anew_for_what_is_newly_granted_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(world, TANK)
    messenger = await stubborn(world, monkeypatch)
    world.timing = calm(connection_look=600.0)
    await world.start()
    acks = world.engine.rooms.acks
    assert not await acks.listen_again()
    messenger.grants = True
    assert await acks.listen_again()
    assert not await acks.listen_again()


async def test_a_screen_that_was_not_heard_at_the_start_is_heard_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    household = await furnish(world, washer(mode=MANUAL))
    wall = Wall(world, household)
    messenger = await stubborn(world, monkeypatch)
    await wall.held(online=True)
    await world.start()
    assert wall.lines(HALL) == []
    await until(lambda: missing(world), "what a person reads")

    messenger.grants = True

    # The broker says that the screen is there.
    await wall.drawn()
    wall.turn(HALL, 3, 1)
    await until(lambda: wall.orders("X7"), "the order of the screen")
    await until(lambda: not missing(world), "the end of it")
