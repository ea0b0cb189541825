"""The row of a machine is taken just before its button is pressed, and that may go wrong."""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from custom_components.elfe_commande.core.model import EquipmentId, State
from custom_components.elfe_commande.core.outcome import Step
from custom_components.elfe_commande.engine.ground.ports import (
    StorageDataError,
    StorageUnreachableError,
)
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    MODE,
    PROGRAMMED,
    StubbornStorage,
    calm,
    furnish,
    set_row,
    status_of,
    stubborn,
)
from .households import DISHWASHER, DOUBLE, FINGER, TWO_PRESSES

type Written = dict[EquipmentId, State]
type Write = Callable[[Sequence[Step]], Awaitable[Written]]


def once(
    storage: StubbornStorage, instead: Callable[[Write, Sequence[Step]], Awaitable[Written]]
) -> None:
    """Have the next statement, which takes the rows, go otherwise."""
    real = storage.write

    async def write(steps: Sequence[Step]) -> Written:
        storage.write = real  # type: ignore[method-assign]
        return await instead(real, steps)

    storage.write = write  # type: ignore[method-assign]


async def waiting(world: World) -> StubbornStorage:
    """Start an engine on two machines that the plan starts in the first cycle."""
    await furnish(world, FINGER, TWO_PRESSES, timing=calm(fresh_for=3600.0))
    for number in (DISHWASHER, DOUBLE):
        await world.plan(number, [1, 1])
    storage = stubborn(world)
    await world.start()
    return storage


@pytest.mark.parametrize("programmed", [True, False])
async def test_whoever_was_a_moment_earlier_is_known_at_once(
    world: World, programmed: bool
) -> None:
    """A person at the portal, or another installation; the next cycle need not be waited for."""
    storage = await waiting(world)
    changes = {MODE: 20, PROGRAMMED: int(world.clock.now()) + 1} if programmed else {MODE: 20}

    async def overtaken(real: Write, steps: Sequence[Step]) -> Written:
        await set_row(world, DISHWASHER, **changes)
        return await real(steps)

    once(storage, overtaken)
    await world.cycle()
    assert world.told("C104") == []
    reason = "mode_changed" if programmed else "already_claimed"
    assert world.ended(DISHWASHER)[-1].result.reason == reason
    assert status_of(world, DISHWASHER).equipment.state.mode == 20
    # The other one was its own.
    assert world.machine(DOUBLE).presses == 2


@pytest.mark.parametrize("made", [True, False])
async def test_a_row_that_may_have_been_taken_is_given_back_and_pressed_once(
    world: World, made: bool
) -> None:
    """The database did not answer: nobody knows whether it did what it was asked."""
    storage = await waiting(world)

    async def unanswered(real: Write, steps: Sequence[Step]) -> Written:
        if made:
            await real(steps)
        raise StorageUnreachableError("no answer")

    once(storage, unanswered)
    await world.cycle()
    assert world.ended(DISHWASHER)[0].result.reason == "database_unavailable"
    await world.idle(DISHWASHER)
    await world.idle(DOUBLE)
    assert [world.machine(n).presses for n in (DISHWASHER, DOUBLE)] == [1, 2]
    row = await world.row(DISHWASHER)
    assert (row[MODE], row[COMMAND]) == (20, 13)


async def test_what_the_database_refuses_of_one_costs_the_other_nothing(world: World) -> None:
    storage = await waiting(world)

    async def refused(real: Write, steps: Sequence[Step]) -> Written:
        error = StorageDataError("a constraint")
        error.written = await real([s for s in steps if s.equipment_id == DOUBLE])
        raise error

    once(storage, refused)
    await world.cycle()
    assert world.told("C104") == []
    assert world.machine(DOUBLE).presses == 2
    assert (await world.row(DISHWASHER))[MODE] == 30
