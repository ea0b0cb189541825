"""Events as an engine tells them, and what automations make of them."""

from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.core.decision import Act, Source
from custom_components.elfe_commande.core.gesture import ScreenTouched
from custom_components.elfe_commande.core.model import (
    Constraints,
    Device,
    DeviceId,
    DeviceTypeId,
    EquipmentId,
    HomeId,
    Mode,
    Usage,
)
from custom_components.elfe_commande.core.outcome import Outcome, Result
from custom_components.elfe_commande.core.screens import Screen
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.devices.identifiers import (
    equipment_identifier,
    home_identifier,
)
from custom_components.elfe_commande.engine.ground.events import (
    EquipmentChanged,
    Event,
    ModeChanged,
    OrderEnded,
    ScreenEvent,
)
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus, Observation
from tests.entities.world import ENTRY_ID, NOW, World, status_of

GIVEN = {"id", "idx", "alias", "platform", "description"}
"""What Home Assistant itself says of a trigger."""
PLUG = DeviceId("7")


def variables(call: ServiceCall) -> dict[str, Any]:
    """Return the variables of a trigger, those of Home Assistant apart."""
    return {k: v for k, v in call.data["trigger"].items() if k not in GIVEN}


def device_id(hass: HomeAssistant, identifier: tuple[str, str]) -> str:
    device = dr.async_get(hass).async_get_device_by_identifier(identifier, ENTRY_ID)
    assert device is not None
    return device.id


async def tell(world: World, *events: Event) -> None:
    """Let the engine tell of events."""
    for event in events:
        world.coordinator.handle(event)
    await world.settle()


def order_ended(
    number: int = 1,
    outcome: Outcome = Outcome.FAILED,
    *,
    act: Act = Act.START,
    origin: Origin = Origin.EMS,
    source: Source = Source.EMS,
    reason: str = "silent",
    will_retry: bool = False,
    user_id: str | None = None,
) -> OrderEnded:
    result = Result(outcome, reason, True, NOW, tries=3, will_retry=will_retry)
    return OrderEnded(EquipmentId(number), act, source, origin, result, user_id)


def mode_changed(number: int = 1, origin: Origin = Origin.SCREEN, **changes: Any) -> ModeChanged:
    before, after = changes.pop("modes", (Mode.PILOTED, Mode.MANUAL))
    return ModeChanged(EquipmentId(number), before, after, origin, **changes)


def touched(page: int = 2, item: int = 5, event: str = "up", value: Any = 1) -> ScreenEvent:
    screen = Screen(DeviceId("70"), "plate01", HomeId("R001"), "hasp/plate01/command")
    return ScreenEvent(screen, ScreenTouched("Plate01", page, item, event, value))


def plugged(number: int, **changes: Any) -> EquipmentStatus:
    """Return an equipment with a plug that tells whether it is on."""
    status = status_of(number, **changes)
    plug = Device(PLUG, DeviceTypeId(111), Usage.MEASURE_AND_SWITCH, "plug", "plug/command")
    status.equipment = replace(status.equipment, devices=(plug,))
    return status


def wanted_by(number: int, wished_end: int | None, **changes: Any) -> EquipmentStatus:
    """Return a machine of one hour that somebody wants done by then."""
    status = plugged(number, **changes)
    status.equipment = replace(
        status.equipment, constraints=Constraints(wished_end=wished_end, cycle_duration=3600)
    )
    return status


async def report(world: World, number: int, power: float | None) -> None:
    """Let the meter of an equipment say how much it draws."""
    status = world.engine.statuses[EquipmentId(number)]
    status.observations[PLUG] = Observation(power=power)
    await tell(world, EquipmentChanged(frozenset({EquipmentId(number)})))


def strange_device(hass: HomeAssistant) -> str:
    """Make a device and an entity of somebody else."""
    other = MockConfigEntry(domain="demo")
    other.add_to_hass(hass)
    er.async_get(hass).async_get_or_create(
        "light", "demo", "porch", suggested_object_id="porch", config_entry=other
    )
    return (
        dr.async_get(hass)
        .async_get_or_create(
            config_entry_id=other.entry_id, identifiers={("demo", "porch")}, name="Porch"
        )
        .id
    )


def about(world: World, number: int, home: str = "R001") -> dict[str, Any]:
    """Return what every trigger says of an equipment."""
    return {
        "equipment_id": number,
        "name": f"Machine {number}",
        "home": home,
        "device_id": device_id(world.hass, equipment_identifier(ENTRY_ID, EquipmentId(number))),
        "entity_id": world.entity_id("switch", number, "pilot"),
        "config_entry_id": ENTRY_ID,
    }


async def place(hass: HomeAssistant, world: World) -> dict[str, dict[str, str]]:
    """Give machine 1 an area and a label; return targets that name it, and nothing else."""
    entities = er.async_get(hass)
    area = ar.async_get(hass).async_create("Scullery")
    label = lr.async_get(hass).async_create("Loud")
    entity_id = world.entity_id("switch", 1, "pilot")
    entities.async_update_entity(entity_id, labels={label.label_id})
    dr.async_get(hass).async_update_device(about(world, 1)["device_id"], area_id=area.id)
    return {
        "entity": {"entity_id": entity_id},
        "device": {"device_id": about(world, 1)["device_id"]},
        "area": {"area_id": area.id},
        "label": {"label_id": label.label_id},
        "home": {"device_id": device_id(hass, home_identifier(ENTRY_ID, "R001"))},
    }
