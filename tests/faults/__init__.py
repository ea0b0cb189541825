"""The fault laboratory: real engine processes, servers and appliances, and everything fails.

Run by `scripts/test --faults [--runs N] [--seed S]`; a short run is part of the suite.
"""

from typing import Final

STRICT: Final = True
"""Whether the short run demands that nothing is lost, nothing ends wrong and nothing is silent.

Without it, it demands what must hold whatever the engine forgets: no press twice, no hang, no
traceback. `scripts/test --faults` always tells and counts all of it.
"""
