"""Any driver, and nothing but what every driver means alike: supply, battery, communication."""

from typing import override

from ..vocabulary.events import Group
from .base import Check, Profile


class BasicProfile(Profile):
    """Looks at no voltage, frequency, load or temperature."""

    name = "basic"

    @override
    def checks(self) -> dict[Group, Check]:
        return {}


PROFILE = BasicProfile()
