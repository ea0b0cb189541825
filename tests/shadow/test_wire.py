"""Orders on the broker, whoever makes them, read as the load's own on and off."""

import json

import pytest

from custom_components.elfe_commande.core.model import (
    Device,
    DeviceId,
    DeviceTypeId,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    State,
    TypologyId,
)
from custom_components.elfe_commande.shadow.wire import ears_of


def load(typology: int, *devices: tuple[int, int, str]) -> Equipment:
    """Return a load with devices: type, usage, command topic."""
    return Equipment(
        EquipmentId(1),
        TypologyId(typology),
        EquipmentTypeId(112),
        "Lave-linge",
        HomeId("R001"),
        State(30, 25, 12, ems_order=False),
        devices=tuple(
            Device(DeviceId(str(n)), DeviceTypeId(kind), usage, f"status/{n}", topic)
            for n, (kind, usage, topic) in enumerate(devices)
        ),
    )


def rpc(**params: object) -> str:
    return json.dumps({"id": 99, "src": "x", "method": "Switch.Set", "params": {"id": 0} | params})


@pytest.mark.parametrize(
    ("equipment", "payload", "on"),
    [
        (load(120, (111, 11, "c")), "on", True),
        (load(120, (111, 11, "c")), " OFF ", False),
        (load(120, (111, 11, "c")), "toggle", None),
        (load(120, (112, 11, "c")), "1", True),
        (load(120, (112, 11, "c")), "false", False),
        (load(120, (112, 11, "c")), "", None),
        # The load runs while its relay is off.
        (load(190, (411, 11, "c")), rpc(on=False), True),
        (load(120, (411, 11, "c")), rpc(on=True), True),
        (load(120, (411, 11, "c")), rpc(on=True, toggle_after=60), True),
        (load(120, (411, 11, "c")), rpc(), None),
        (load(120, (411, 11, "c")), "[" * 100_000, None),
        (load(120, (411, 11, "c")), '{"method": "Switch.GetStatus"}', None),
        (load(130, (111, 21, "m"), (311, 32, "c")), "ON", True),
        (load(130, (111, 21, "m"), (311, 32, "c")), "OFF", None),
    ],
)
def test_an_order_of_anybody(equipment: Equipment, payload: str, on: bool | None) -> None:
    (ear,) = ears_of(equipment)
    assert ear.topic == "c"
    assert ear.order(payload.encode()) is on


def test_meters_entities_and_strange_loads_have_no_orders_to_hear() -> None:
    assert not list(ears_of(load(120, (111, 21, "m"))))
    assert not list(ears_of(load(777, (111, 11, "c"))))
    assert not list(ears_of(load(120, (424242, 11, "c"))))
