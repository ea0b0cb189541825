"""What a person may send of an equipment: its wiring, its state, and what became of orders."""

from typing import Any

from ...configuration.redaction import Redactor, at, given
from ...core.model import Device
from ...core.plan import DayPlan
from ...engine.ground.status import EquipmentStatus


def describe_equipment(status: EquipmentStatus, redactor: Redactor) -> dict[str, Any]:
    """Return all that is known of an equipment, but what names it."""
    equipment, plain = status.equipment, redactor.plain
    return {
        "id": equipment.id,
        "home": redactor.home(equipment.home),
        "type_id": equipment.type_id,
        "typology_id": equipment.typology_id,
        "continuous": equipment.continuous,
        "safe_on": equipment.safe_on,
        "supported": status.supported,
        "state": plain(equipment.state),
        "constraints": plain(equipment.constraints),
        "devices": [_device(redactor, device) for device in equipment.devices],
        "observations": {
            str(redactor.device(device_id)): plain(observation)
            for device_id, observation in status.observations.items()
        },
        "running": status.running,
        "differs": status.differs,
        "online": status.online,
        "plan": _plan(status.plan),
        "next_start": at(status.next_start),
        "decision": plain(status.decision),
        "proposal": plain(status.proposal),
        "shed": plain(status.shed),
        "last_act": plain(status.last_act),
        "last_result": plain(status.last_result),
        "wished_mode": plain(status.wished_mode),
    }


def _device(redactor: Redactor, device: Device) -> dict[str, Any]:
    return {
        "id": redactor.device(device.id),
        "type_id": device.type_id,
        "usage": device.usage,
        "control_topic": redactor.topic(device.control_topic),
        "command_topic": redactor.topic(device.command_topic),
        "lwt_topic": redactor.topic(device.lwt_topic),
        "hardware_id": given(device.hardware_id),
    }


def _plan(plan: DayPlan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {
        "first_valid": at(plan.first_valid),
        "row_id": plan.row_id,
        "decisions": "".join(str(decision) for decision in plan.decisions),
    }
