"""What can be told from the variables of each family of UPS: one profile per file, pure.

A new profile is one new module with a `PROFILE`; it is found here by its name, and chosen
by itself for the drivers that it lists.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from ..vocabulary.variables import Variables
from .base import Profile

__all__ = ["AUTOMATIC", "PROFILES", "Profile", "profile_of"]

AUTOMATIC: Final = "automatic"
"""The choice that leaves it to `driver.name`."""
_OTHERS: Final = "standard"

PROFILES: dict[str, Profile] = {
    module.PROFILE.name: module.PROFILE
    for info in iter_modules(__path__)
    if hasattr(module := import_module(f"{__name__}.{info.name}"), "PROFILE")
}
"""By name."""

_BY_DRIVER: Final = {driver: profile for profile in PROFILES.values() for driver in profile.drivers}


def profile_of(choice: str, variables: Variables) -> Profile:
    """Return the profile chosen, or the one for the driver that the server names."""
    if (chosen := PROFILES.get(choice)) is not None:
        return chosen
    return _BY_DRIVER.get(variables.get("driver.name", ""), PROFILES[_OTHERS])
