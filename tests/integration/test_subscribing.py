"""Thousands of topics are asked for together, and each is heard or told not to be."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from custom_components.elfe_commande.adapters import mqtt as adapter
from custom_components.elfe_commande.engine.ground.ports import Arrival, MessengerError, Unsubscribe
from demo.appliances.device import Message
from tests.fixtures_home_assistant import Installed, wait_for

from .homes import WASHING, live_in
from .test_reload import round_trip, subscriptions

TOPICS = [f"shellies/many/{number}" for number in range(2 * adapter.GRANTED_TOGETHER + 1)]
WILD = "shellies/other/+/state"
WANTED = {*TOPICS, WILD}


@pytest.fixture
async def silent(installed: Installed) -> AsyncIterator[Installed]:
    """Return a Home Assistant whose broker takes everything and answers nothing."""
    await live_in(installed, WASHING)
    await installed.setup()
    await round_trip(installed)
    installed.world.broker.pause()
    yield installed
    installed.world.broker.resume()


async def test_all_are_asked_for_before_one_of_them_is_waited_for(silent: Installed) -> None:
    """The client gathers for half a second what it is asked: waiting in between adds up."""
    heard: list[Arrival] = []
    ends: dict[str, Unsubscribe | Exception] = {}
    asked = silent.hub.messenger.subscribe_each(WANTED, heard.append, ends.__setitem__)
    asking = asyncio.create_task(asked)
    await wait_for(lambda: subscriptions(silent.hass) >= WANTED)
    assert not ends

    silent.world.broker.resume()

    await asking
    assert ends.keys() == WANTED
    said = [*TOPICS, "shellies/other/1/state"]
    silent.world.fleet.say([Message(topic, "on") for topic in said])
    await wait_for(lambda: len(heard) >= len(said))
    assert sorted(arrival.topic for arrival in heard) == sorted(said)
    for end in ends.values():
        assert not isinstance(end, Exception)
        end()
    silent.world.fleet.say([Message(topic, "on") for topic in said])
    await round_trip(silent)
    assert len(heard) == len(said)
    assert not subscriptions(silent.hass) & WANTED


async def test_each_that_is_not_granted_in_time_is_told_and_given_up(
    silent: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "GRANT_TIMEOUT", 0.05)

    ends: dict[str, Unsubscribe | Exception] = {}
    await silent.hub.messenger.subscribe_each(WANTED, lambda _: None, ends.__setitem__)

    assert ends.keys() == WANTED
    assert {type(end) for end in ends.values()} == {MessengerError}
    assert {str(end) for end in ends.values()} == {"not granted in time"}
    monkeypatch.undo()
    silent.world.broker.resume()
    # Not before the client sent for them: it would never hear what it gathers with them.
    await wait_for(lambda: not subscriptions(silent.hass) & WANTED)
    await silent.hub.messenger.subscribe_each(TOPICS[:2], lambda _: None, ends.__setitem__)
    assert not any(isinstance(ends[topic], Exception) for topic in TOPICS[:2])


async def test_all_that_is_given_up_while_it_is_asked_for_is_heard_no_more(
    silent: Installed, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Arrival] = []
    asked = silent.hub.messenger.subscribe_each(WANTED, heard.append, lambda *_: None)
    asking = asyncio.create_task(asked)
    await wait_for(lambda: subscriptions(silent.hass) >= WANTED)

    asking.cancel()
    await asyncio.wait([asking])
    silent.world.broker.resume()

    assert asking.cancelled()
    await round_trip(silent)
    await wait_for(lambda: not subscriptions(silent.hass) & WANTED)
    assert not heard
    assert "Error doing job" not in caplog.text
