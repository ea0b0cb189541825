"""How long is believed what a UPS goes on saying, or not saying."""

from dataclasses import dataclass

from .battery_test import Phase
from .timing import UpsTiming
from .vocabulary.status import FORCED_SHUTDOWN, Supply, implied_supply, supply_of, tokens_of
from .vocabulary.variables import Variables
from .watch import Watch


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What has not gone on for too long."""

    test_shows: bool = True
    """A battery test that was asked for may still begin."""
    test: bool = True
    """A battery test that the status does not name may account for a UPS on battery."""
    shutdown: bool = True
    """A shutdown is announced on mains, and may still come."""
    vagueness: bool = True
    """That no supply is named may mean anything."""


class Patience:
    """Counts how long each of it lasts."""

    def __init__(self, timing: UpsTiming) -> None:
        """Have heard nothing."""
        self._timing = timing
        self._since: dict[str, float] = {}

    def follow(self, watch: Watch, variables: Variables, now: float) -> Beliefs:
        """Take a reading, with the state before it and the time in seconds."""
        timing, tokens = self._timing, tokens_of(variables)
        asked = watch.test is Phase.ASKED
        tested = watch.test is not Phase.IDLE
        announced = FORCED_SHUTDOWN in tokens and supply_of(tokens) is Supply.MAINS
        vague = implied_supply(tokens) is Supply.UNKNOWN
        return Beliefs(
            test_shows=self._lasts("asked", asked, now) < timing.test_begins,
            test=self._lasts("test", tested, now) < timing.test_lasts,
            shutdown=self._lasts("shutdown", announced, now) < timing.shutdown_stays,
            vagueness=self._lasts("vague", vague, now) < timing.shutdown_stays,
        )

    def _lasts(self, key: str, holds: bool, now: float) -> float:
        if not holds:
            self._since.pop(key, None)
            return 0.0
        return now - self._since.setdefault(key, now)
