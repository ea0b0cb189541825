"""Two entities that are one load: one order, one acknowledgement, and never half on for ever."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.core import Context, ServiceCall
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.elfe_commande.adapters import entity_orders
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.outcome import Outcome
from tests.fixtures_home_assistant import ANNA, wait_for

from .homes import POWER, LocalInstalled
from .stage import Staged, enter
from .test_settings import DONE, follow, last

CURRENT, SWITCH = "number.current", "switch.charge"
BLOCK, BOOST = "switch.sg1", "switch.sg2"


@pytest.fixture
async def home(home: LocalInstalled, monkeypatch: pytest.MonkeyPatch) -> LocalInstalled:
    """A home in which halves are not waited for as long as in life."""
    monkeypatch.setattr(entity_orders, "FOLLOWS", 0.3)
    monkeypatch.setattr(entity_orders, "AGAIN_FIRST", 0.2)
    await home.reload(replace(home.timing, retry_first=120.0))
    return home


async def charger(home: LocalInstalled, **used: Any) -> tuple[Staged, Staged, int]:
    current, switch = await enter(home.hass, CURRENT, SWITCH)
    number = await home.add_pair(
        "Voiture", "charger", amps=16, current=CURRENT, switch=SWITCH, **used
    )
    return current, switch, number


async def heat_pump(home: LocalInstalled, *, blocked: bool = False) -> tuple[Staged, Staged, int]:
    block, boost = await enter(home.hass, BLOCK, BOOST)
    block.become(is_on=blocked)
    number = await home.add_pair("PAC", "sg_ready", contact_1=BLOCK, contact_2=BOOST)
    return block, boost, number


def on(entity: Staged) -> bool:
    found: bool = entity.is_on  # type: ignore[attr-defined]
    return found


# ------------------------------------------------------------------------- a good day


async def test_a_charger_gets_its_current_and_then_its_switch(home: LocalInstalled) -> None:
    current, switch, number = await charger(home)
    await follow(home, number, on=True)
    assert last(home, number) == DONE
    assert (current.calls, switch.calls) == ([{"native_value": 16.0}], [{"is_on": True}])
    assert home.status(number).reported_on is True
    await follow(home, number, on=False)
    assert last(home, number) == DONE
    # Its current is left as it is.
    assert (len(current.calls), switch.calls[-1]) == (1, {"is_on": False})
    assert len(home.ended(number)) == 2
    assert home.status(number).equipment.piloted


async def test_two_contacts_are_released_first_and_then_closed(home: LocalInstalled) -> None:
    block, boost, number = await heat_pump(home, blocked=True)
    await follow(home, number, on=True)
    assert last(home, number) == DONE
    assert (on(block), on(boost)) == (False, True)
    await follow(home, number, on=False)
    assert (last(home, number), on(block), on(boost)) == (DONE, False, False)


async def test_only_power_tells_that_a_car_charges(home: LocalInstalled) -> None:
    """A sleeping car takes nothing, whatever its charger shows."""
    home.measure(0)
    await home.reload(replace(home.timing, setting_timeout=0.5))
    _, switch, number = await charger(home, power_sensor=POWER)
    await follow(home, number, on=True)
    assert on(switch)
    assert last(home, number) == (Outcome.DOUBTFUL, "unconfirmed")
    home.measure(3600)
    await wait_for(lambda: last(home, number) == DONE)


# -------------------------------------------------------------------------- a bad one


async def test_a_current_that_is_refused_leaves_the_switch_off(home: LocalInstalled) -> None:
    current, switch, number = await charger(home)
    current.refuses = "no link"
    with pytest.raises(HomeAssistantError, match=r"number\.current \(no link\)") as told:
        await home.act("select", "select_option", number, "mode", option="forced_on")
    assert told.value.translation_key == "order_pair_kept"
    assert last(home, number) == (Outcome.FAILED, "pair_incomplete")
    assert {"is_on": True} not in switch.calls


async def test_a_current_without_effect_leaves_the_switch_off(home: LocalInstalled) -> None:
    current, switch, number = await charger(home)
    current.follows = False
    await follow(home, number, on=True)
    assert last(home, number) == (Outcome.FAILED, "pair_incomplete")
    assert home.ended(number)[-1].result.detail == CURRENT
    assert {"is_on": True} not in switch.calls


async def test_what_began_is_undone_where_the_rest_does_not_follow(home: LocalInstalled) -> None:
    block, boost, number = await heat_pump(home)
    boost.follows = False
    await follow(home, number, on=True)
    assert last(home, number) == (Outcome.FAILED, "pair_incomplete")
    assert boost.calls == [{"is_on": True}, {"is_on": False}]
    assert (on(block), on(boost)) == (False, False)


async def test_what_stays_half_on_is_told_and_brought_to_off_in_the_end(
    home: LocalInstalled,
) -> None:
    """It closes late and does not open: a person is asked, and it is tried again until it does."""
    block, boost, number = await heat_pump(home, blocked=True)
    block.follows = False
    await follow(home, number, on=True)
    assert last(home, number) == (Outcome.FAILED, "pair_stays_on")
    assert {"is_on": True} not in boost.calls
    assert [problem.key for problem in home.hub.engine.problems] == ["half_on"]
    block.follows = True
    await wait_for(lambda: not on(block))
    await home.hass.async_block_till_done()
    await wait_for(lambda: home.status(number).reported_on is False)
    await follow(home, number, on=False)
    assert last(home, number) == DONE
    assert not home.hub.engine.problems


async def test_a_newer_order_ends_the_tries_to_bring_it_to_off(home: LocalInstalled) -> None:
    await home.reload(replace(home.timing, retry_first=0.3, retry_max=0.3))
    block, boost, number = await heat_pump(home, blocked=True)
    block.follows = False
    await follow(home, number, on=True)
    assert last(home, number) == (Outcome.FAILED, "pair_stays_on")
    block.follows = True
    await wait_for(lambda: last(home, number) == DONE)
    assert (on(block), on(boost)) == (False, True)
    tries = len(boost.calls)
    # Longer than to the next try of what was given up.
    await asyncio.sleep(3 * entity_orders.AGAIN_FIRST)
    assert (on(boost), len(boost.calls)) == (True, tries)


async def test_who_takes_it_over_meanwhile_is_not_fought(home: LocalInstalled) -> None:
    block, boost, number = await heat_pump(home, blocked=True)
    block.follows = False
    await follow(home, number, on=True)
    assert last(home, number) == (Outcome.FAILED, "pair_stays_on")
    block.follows = True
    boost.become(Context(user_id=ANNA), is_on=True)
    await home.until("switch", number, "pilot", "off")
    tries = len(boost.calls)
    await asyncio.sleep(3 * entity_orders.AGAIN_FIRST)
    assert (on(block), on(boost), len(boost.calls)) == (True, True, tries)


async def test_a_newer_order_waits_for_the_call_under_way(home: LocalInstalled) -> None:
    """A slow charger must not be switched on by what was ordered before off."""
    _, switch, number = await charger(home)
    gate, done = asyncio.Event(), []

    async def slow(call: ServiceCall) -> None:
        await gate.wait()
        done.append(call.service)
        switch.become(call.context, is_on=True)

    home.hass.services.async_register("switch", "turn_on", slow)
    await home.call("set_plan", equipment_id=number, slots=[1] * 96)
    await wait_for(lambda: home.hass.states.is_state(CURRENT, "16.0"))
    asked = asyncio.create_task(
        home.act("select", "select_option", number, "mode", option="forced_off")
    )
    await asyncio.sleep(0.1)
    assert not switch.calls
    gate.set()
    await asked
    assert (done, switch.calls, on(switch)) == (["turn_on"], [{"is_on": False}], False)
    assert last(home, number) == DONE


async def test_off_needs_the_switch_alone(home: LocalInstalled) -> None:
    """The number of some chargers goes away after an update."""
    current, switch, number = await charger(home)
    await follow(home, number, on=True)
    current.become(available=False)
    await follow(home, number, on=False)
    assert not on(switch)
    assert home.ended(number)[-1].result.outcome in {Outcome.ACKNOWLEDGED, Outcome.DOUBTFUL}
    await follow(home, number, on=True)
    assert last(home, number) == (Outcome.FAILED, "device_unavailable")
    assert not on(switch)


async def test_a_restart_in_the_middle_goes_on_with_both(home: LocalInstalled) -> None:
    block, boost, number = await heat_pump(home)
    boost.follows = False
    home.clock.offset += 1
    await home.call("set_plan", equipment_id=number, slots=[1] * 96)
    await wait_for(lambda: boost.calls)
    await home.unload()
    boost.follows = True
    await home.setup()
    await home.cycle()
    await wait_for(lambda: (on(block), on(boost)) == (False, True))
    await wait_for(lambda: last(home, number) == DONE)


async def test_what_is_half_on_is_neither_on_nor_off(home: LocalInstalled) -> None:
    block, _, number = await heat_pump(home)
    await follow(home, number, on=False)
    block.become(Context(user_id=ANNA), is_on=True)
    await wait_for(lambda: home.status(number).reported_on is None)


# ------------------------------------------------------------------- after a restart


async def given_up(home: LocalInstalled) -> tuple[Staged, Staged, int]:
    """Return a heat pump that a person wished on, half of which stays on, and nobody tries more."""
    await home.reload(replace(home.timing, wish_lifetime=2.0, retry_first=0.2))
    block, boost, number = await heat_pump(home, blocked=True)
    block.follows = False
    with pytest.raises(HomeAssistantError):
        await home.act("select", "select_option", number, "mode", option="forced_on")
    await wait_for(lambda: not home.hub.engine.rooms.rows.journal.wishes)
    await wait_for(lambda: not home.hub.engine.rooms.executor.is_at(EquipmentId(number)))
    await home.cycle()
    assert is_asked(home)
    return block, boost, number


def is_asked(home: LocalInstalled) -> bool:
    """Whether a person is asked about a load that stays half on."""
    return "half_on" in {problem.key for problem in home.hub.engine.problems}


async def test_what_stayed_half_on_is_brought_to_off_after_a_restart_too(
    home: LocalInstalled,
) -> None:
    """Nobody wishes anything of it any more: it is asked about again, and ordered off."""
    block, boost, number = await given_up(home)
    await home.unload()
    calls = len(block.calls)
    await home.setup()
    await wait_for(lambda: is_asked(home))
    await home.cycle()
    await wait_for(lambda: len(block.calls) > calls)
    assert block.calls[-1] == {"is_on": False}
    assert is_asked(home)

    # Again and again, as before the restart.
    block.follows = True
    await wait_for(lambda: not on(block))
    await wait_for(lambda: home.status(number).reported_on is False)
    await home.cycle()
    assert not is_asked(home)
    assert not on(boost)
    tries = len(block.calls)
    await home.cycle()
    assert len(block.calls) == tries

    await home.reload()
    await home.cycle()
    assert not is_asked(home)
    assert len(block.calls) == tries


async def test_what_went_off_while_nobody_looked_is_left_alone(home: LocalInstalled) -> None:
    block, _, _ = await given_up(home)
    await home.unload()
    block.become(is_on=False)
    tries = len(block.calls)
    await home.setup()
    await home.cycle()
    assert not is_asked(home)
    assert len(block.calls) == tries


async def test_what_is_away_after_a_restart_is_brought_to_off_once_it_is_back(
    home: LocalInstalled,
) -> None:
    block, _, _ = await given_up(home)
    await home.unload()
    block.follows = True
    block.become(available=False)
    await home.setup()
    await home.cycle()
    assert on(block)
    assert is_asked(home)
    block.become(available=True)
    await home.cycle()
    await wait_for(lambda: not on(block))


async def test_who_takes_it_over_after_a_restart_is_not_fought(home: LocalInstalled) -> None:
    block, boost, _ = await given_up(home)
    await home.unload()
    await home.setup()
    await wait_for(lambda: is_asked(home))
    boost.become(Context(user_id=ANNA), is_on=True)
    await wait_for(lambda: not is_asked(home))
    tries = len(block.calls)
    await home.cycle()
    assert (on(block), on(boost), len(block.calls)) == (True, True, tries)


# ---------------------------------------------------------------------- whose change


async def test_who_sets_another_current_takes_the_car_over(home: LocalInstalled) -> None:
    current, switch, number = await charger(home)
    await follow(home, number, on=False)
    # While it does not charge, its current is nobody's business.
    current.become(Context(user_id=ANNA), native_value=8.0)
    await home.hass.async_block_till_done()
    assert home.status(number).equipment.piloted
    await follow(home, number, on=True)
    assert last(home, number) == DONE
    current.become(Context(user_id=ANNA), native_value=10.0)
    await home.until("switch", number, "pilot", "off")
    assert home.state("select", number, "mode").state == "by_hand"
    assert on(switch)


async def test_who_stops_the_charger_takes_it_over(home: LocalInstalled) -> None:
    _, switch, number = await charger(home)
    await follow(home, number, on=True)
    switch.become(Context(user_id=ANNA), is_on=False)
    await home.until("select", number, "mode", "forced_off")
