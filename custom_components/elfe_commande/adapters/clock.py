"""Home Assistant's idea of the time as the engine's clock."""

from typing import override

from homeassistant.util import dt as dt_util

from ..engine.ground.ports import Clock


class HomeAssistantClock(Clock):
    """Wall-clock time; follows the clock that tests freeze."""

    @override
    def now(self) -> float:
        return dt_util.utcnow().timestamp()
