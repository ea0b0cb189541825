"""Any driver: whatever the variables of NUT tell."""

from .base import Profile


class StandardProfile(Profile):
    """Looks at all that is there."""

    name = "standard"


PROFILE = StandardProfile()
