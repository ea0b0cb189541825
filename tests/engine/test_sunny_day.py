"""The demonstration's day of sun, with its loads and rules, as fast as they are asked."""

from types import MappingProxyType

import pytest

from custom_components.elfe_commande.core.rules import Band, Quantity
from demo.engine_host import SystemClock
from demo.home_assistant.solar import LOOK_EVERY, SURPLUS, WATTS
from demo.solar import Roof
from demo.solar.home import BASE
from demo.solar.roof import DAY, EARLY, LIGHT
from tests.fixtures_engine import World

from .bench import furnish
from .test_surplus import COMMANDS, TANKS, Sensor, adopt, minute, rule

OFF = float(SURPLUS["surplus_thresholds"]["surplus_off"])
DUSK = (LIGHT - EARLY) * DAY
"""Seconds after the beginning, which is in the morning."""
SUNRISE = (1 - EARLY) * DAY
"""That of the next day."""
SETTLED = 180
"""Seconds after dusk within which each load has had its turn to go off."""


@pytest.mark.parametrize("hides", [False, True], ids=["with a sign", "never below zero"])
async def test_loads_run_by_day_and_stop_at_dusk(world: World, hides: bool) -> None:
    await furnish(world, *TANKS)
    engine = await world.start()
    assert isinstance(world.clock, SystemClock)
    roof, sensor = Roof(clock=world.clock.now), Sensor(world.clock)
    began = world.clock.now()
    rules = adopt(engine, sensor, *(_rule(number, watts) for number, watts in WATTS.items()))

    seen_on, taken_at_night = set(), 0.0
    while (passed := world.clock.now() - began) < SUNRISE:
        on = {number for number in WATTS if world.orders(COMMANDS[number])[-1:] == ["on"]}
        seen_on |= on
        surplus = roof.watts - BASE - sum(WATTS[number] for number in on)
        if passed > DUSK + SETTLED:
            taken_at_night = max(taken_at_night, -surplus - BASE)
        await minute(world, sensor, LOOK_EVERY, surplus=max(0.0, surplus) if hides else surplus)

    assert seen_on, "a load runs by day"
    assert taken_at_night == 0
    assert not any(status.history.on for status in rules)
    told = {problem.key for problem in engine.problems}
    assert ("unreachable_threshold" in told) is hides


def _rule(number: int, watts: float):
    thresholds, times = SURPLUS["surplus_thresholds"], SURPLUS["times"]
    band = Band(watts, OFF, thresholds["surplus_on_delay"], thresholds["surplus_off_delay"])
    return rule(
        number,
        bands=MappingProxyType({Quantity.SURPLUS: band}),
        nominal_power=watts,
        min_on=times["min_on"],
        min_off=times["min_off"],
    )
