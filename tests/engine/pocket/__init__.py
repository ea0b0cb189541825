"""A world in one's pocket: the real engine on parts in memory, in a loop that waits for nothing.

Its appliances, people and house are those of the fault laboratory, and what happens is noted as
there. Waits are those of a real home, not scaled: a quarter-hour takes as long as its events.
"""

from .leaps import LeapingLoop
from .storage import LAG
from .world import PocketWorld

__all__ = ["LAG", "LeapingLoop", "PocketWorld"]
