"""Topics that were stored before they were looked at as they are now."""

from datetime import UTC
from types import MappingProxyType

from homeassistant.config_entries import ConfigSubentry
import pytest

from custom_components.elfe_commande.subentries.appliances.definition import define

PLUG = {"driver": "shelly_plug", "usage": 11, "control_topic": "a/b", "command_topic": "a/b/set"}


def subentry(**changes: str) -> ConfigSubentry:
    data = {
        "equipment_id": 1,
        "home": "R1",
        "equipment_type": "water_heater",
        "typology": "plug",
        "continuous": True,
        "devices": [PLUG | changes],
    }
    return ConfigSubentry(
        data=MappingProxyType(data), subentry_type="equipment", title="Ballon", unique_id=None
    )


def test_a_plain_topic_is_used() -> None:
    [device] = define(subentry(), now=0, zone=UTC).equipment.devices

    assert (device.control_topic, device.command_topic) == ("a/b", "a/b/set")


@pytest.mark.parametrize(
    "changes",
    [
        {"control_topic": "#"},
        {"control_topic": "$share/all/a/b"},
        {"command_topic": "$SYS/b"},
        {"command_topic": "entity/lock.front_door"},
        {"lwt_topic": "a\nb"},
    ],
)
def test_another_makes_the_device_unreachable(
    caplog: pytest.LogCaptureFixture, changes: dict[str, str]
) -> None:
    equipment = define(subentry(**changes), now=0, zone=UTC).equipment

    assert equipment.name == "Ballon"
    assert equipment.devices == ()
    assert "Ballon: unusable topic" in caplog.text
