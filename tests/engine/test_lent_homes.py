"""A home that turns out to be somebody else's in the middle of what a person wished."""

import asyncio
from typing import override

import pytest

from custom_components.elfe_commande.core.model import HomeId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.ground.ports import AlwaysOurs, Standing
from demo.appliances import Behaviour
from tests.fixtures_engine import World

from .bench import COMMAND, MODE, furnish, set_row, until_row
from .several import sharing, territory

MACHINE, HEATER = 1, 21
PROGRAMMED = "timestamp_derniere_programmation"


class Lent(AlwaysOurs):
    """Homes of which is found out, once it is asked, whose they are."""

    known = found = Standing.OURS

    @override
    async def prove(self) -> None:
        self.known = self.found

    @override
    def standing(self, home: HomeId) -> Standing:
        return self.known


@pytest.fixture
async def lent(world: World, monkeypatch: pytest.MonkeyPatch) -> Lent:
    """Whose the homes of a world with a machine and a heater are; it runs."""
    lent = Lent()
    monkeypatch.setattr(world, "ownership", lambda: lent)
    wanted = [each for each in territory() if each.id in (MACHINE, HEATER)]
    await furnish(world, *wanted, timing=sharing(ack=1.0))
    await world.start()
    return lent


async def test_a_wish_that_was_sent_to_the_other_does_not_come_back(
    world: World, lent: Lent
) -> None:
    """There the person said something else since."""
    lent.found = Standing.THEIRS
    result = await world.wish(HEATER, Intent.FORCED_OFF)
    assert (result.outcome, result.reason) == (Outcome.SKIPPED, "not_ours")

    lent.known = lent.found = Standing.OURS
    await world.engine.stop()
    await world.start()
    await world.engine.run_cycle()
    assert world.told("W21") == []
    assert (await world.row(HEATER))[MODE] == 30


async def pressed_and_lost(world: World, lent: Lent, *, later: int | None) -> None:
    """Start a machine by hand that does not answer, and lose it; perhaps it is programmed later."""
    world.device("H1").behaviour = Behaviour.SILENT
    wish = asyncio.create_task(world.wish(MACHINE, Intent.START))
    await world.until_told("H1")
    lent.found = Standing.THEIRS
    if later is not None:
        await set_row(world, MACHINE, **{PROGRAMMED: int(world.clock.now()) + later})
    result = await wish
    assert (result.outcome, result.unwritten) == (Outcome.DOUBTFUL, later is not None)


async def test_a_press_that_was_made_is_in_the_row(world: World, lent: Lent) -> None:
    """Whoever drives the machine from then on must not press it once more."""
    await pressed_and_lost(world, lent, later=None)
    await until_row(world, MACHINE, **{MODE: 20, COMMAND: 13})


async def test_what_was_said_there_since_has_the_last_word(world: World, lent: Lent) -> None:
    await pressed_and_lost(world, lent, later=1)
    assert (await world.row(MACHINE))[MODE] == 30
