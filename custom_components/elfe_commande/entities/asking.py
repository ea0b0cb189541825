"""How wishes leave the front for the engine: a refusal becomes an error that is translated."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeassistant.core import Context

from ..core.lifecycle import NotRunningError
from ..core.outcome import Result
from ..core.wish import ConstraintWish, Origin, Wish
from ..engine.cycle_report import CycleReport
from ..engine.engine import Engine
from ..engine.ground.errors import WishRefusedError
from .answers import not_running, refusal


def origin_of(context: Context | None) -> Origin:
    """Return whether a person at a dashboard or an automation used an entity."""
    if context is None or context.parent_id is not None or context.user_id is None:
        return Origin.AUTOMATION
    return Origin.DASHBOARD


async def async_wish(engine: Engine, wish: Wish) -> Result:
    """Have a wish carried out; refusals become errors that Home Assistant translates."""
    with refusals_told():
        return await engine.wish(wish)


async def async_constrain(engine: Engine, wish: ConstraintWish) -> bool:
    """Have a wish written; refusals become errors that Home Assistant translates.

    Whether it is in the database; else it will be, once that is back.
    """
    with refusals_told():
        return await engine.constrain(wish)


async def async_run_cycle(engine: Engine) -> CycleReport:
    """Run a cycle; a refusal becomes an error that Home Assistant translates."""
    with refusals_told():
        return await engine.run_cycle()


@contextmanager
def refusals_told() -> Iterator[None]:
    """Make of the engine's refusals what Home Assistant tells the person who asked."""
    try:
        yield
    except NotRunningError as error:
        raise not_running(error) from error
    except WishRefusedError as error:
        raise refusal(error.key, error.placeholders) from error
