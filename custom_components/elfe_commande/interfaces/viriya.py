"""The web portal: it writes the tables, then says which equipment changed."""

import re
from typing import Final, override

from ..core.gesture import Gesture, PortalUpdate
from ..core.model import EquipmentId
from ..core.screens import Layout
from .base import Interface

_NUMBER: Final = re.compile(r"[0-9]{1,10}")
_HIGHEST: Final = 2**31 - 1


class Viriya(Interface):
    """The number of the equipment is in the topic; the payload says nothing."""

    name = "viriya"

    @override
    def topics(self) -> tuple[str, ...]:
        return ("viriya/update/+",)

    @override
    def read(self, topic: str, payload: bytes, *, retained: bool) -> tuple[Gesture, ...]:
        match topic.split("/"):
            # A retained update would be told again at each subscription.
            case ["viriya", "update", number] if _NUMBER.fullmatch(number) and not retained:
                if 0 < (found := int(number)) <= _HIGHEST:
                    return (PortalUpdate(EquipmentId(found)),)
        return ()


def create(layout: Layout) -> Interface:
    """Return the portal; it does not depend on the layout of the screens."""
    del layout
    return Viriya()
