"""Home Assistant's conditions as they are written in its editor, made into something to ask."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConditionError
from homeassistant.helpers import condition, config_validation as cv

type RawConditions = Sequence[dict[str, Any]]


async def async_check_conditions(hass: HomeAssistant, raw: RawConditions) -> list[Any]:
    """Return the conditions as Home Assistant wants them.

    Raises `vol.Invalid` or `HomeAssistantError` for one that is none.
    """
    # Some validators change what they are given.
    wanted: list[Any] = cv.CONDITIONS_SCHEMA(deepcopy(list(raw)))
    return await condition.async_validate_conditions_config(hass, wanted)


class Conditions:
    """Conditions that hold together, or not; neither when one of them cannot be told."""

    def __init__(self, checker: condition.ConditionChecker) -> None:
        """Keep what Home Assistant made of them."""
        self._checker = checker

    @classmethod
    async def async_make(cls, hass: HomeAssistant, raw: RawConditions) -> Conditions:
        """Make them of what was written; raises as `async_check_conditions` does."""
        wanted = await async_check_conditions(hass, raw)
        together = {"condition": "and", "conditions": wanted}
        return cls(await condition.async_from_config(hass, together))

    @callback
    def hold(self) -> bool | None:
        """Return whether they hold now, `None` where they cannot be told."""
        try:
            return bool(self._checker.async_check())
        except ConditionError:
            return None

    @callback
    def async_close(self) -> None:
        """Let go of what they follow."""
        self._checker.async_unload()
