"""Device type 90001, ours: a switch, a light or a helper of Home Assistant."""

from collections.abc import Mapping
from typing import Any, override

from ..core.model import DeviceTypeId
from .base import Reading, on_off
from .entity import EntityDriver, hand_of, reply_of


class EntitySwitch(EntityDriver):
    """Acknowledges by its own state; one whose state is assumed cannot acknowledge."""

    type_id = DeviceTypeId(90001)
    name = "entity_switch"

    @override
    def _read(self, values: Mapping[str, Any]) -> Reading | None:
        if values.get("available") is not True:
            return Reading(online=False, reply=reply_of(values, sure=False))
        assumed = values.get("assumed") is True
        reply = reply_of(values, sure=False)
        if reply is not None and reply.ok and not assumed:
            # The state that follows tells more than a call that returned.
            reply = None
        return Reading(
            on=None if assumed else on_off(values.get("state")),
            online=True,
            reply=reply,
            hand=hand_of(values),
        )


DRIVER = EntitySwitch()
