"""Whatever arrives on a device's topics, a driver says what it means, or nothing."""

import json

from hypothesis import given, strategies as st
import pytest

from custom_components.elfe_commande.core.model import Device, DeviceId, DeviceTypeId, Usage
from custom_components.elfe_commande.drivers import DRIVERS, Reading

NAMES = st.sampled_from(
    [
        "POWER",
        "POWER1",
        "ENERGY",
        "Power",
        "status",
        "command",
        "id",
        "result",
        "error",
        "method",
        "output",
        "apower",
        "value",
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["ON", "off", "success", "errorConnect", "1", "00100000", "1e999"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)
PAYLOADS = st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode())

KINDS = sorted(DRIVERS)


@st.composite
def devices(draw: st.DrawFn) -> Device:
    topics = st.text(max_size=30) | st.sampled_from(
        ["cmnd/A/POWER", "tele/A", "a/attributes", "Socorel/S/sortie3", "cmnd", "cmnd/", "stat//"]
    )
    return Device(
        DeviceId("D1"),
        DeviceTypeId(draw(st.sampled_from(KINDS))),
        draw(st.sampled_from((*Usage, 0, 99))),
        draw(topics),
        draw(topics),
    )


@pytest.mark.defect("D-74")
@given(devices(), PAYLOADS, st.data())
def test_no_payload_raises(device: Device, payload: bytes, data: st.DataObject) -> None:
    driver = DRIVERS[device.type_id]
    topic = data.draw(st.sampled_from(driver.topics(device)))
    reading = driver.read(device, topic, payload)
    assert reading is None or reading != Reading()
    if reading is not None and reading.power is not None:
        assert abs(reading.power) < float("inf")
    assert driver.read_online(payload) in (None, Reading(online=True), Reading(online=False))


@given(devices(), st.booleans())
def test_topics_and_orders_never_raise(device: Device, on: bool) -> None:
    driver = DRIVERS[device.type_id]
    topics = driver.topics(device)
    assert device.control_topic in topics
    message = driver.order(device, on=on, request="1")
    assert message is None or message.topic == device.command_topic


@pytest.mark.defect("D-74")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "payload",
    [b"\xff\xfe", b"[" * 100_000, b'{"POWER":' * 50_000, b"1" * 5000, b"\0", b'{"apower":1e400}'],
)
def test_known_bombs(kind: int, payload: bytes) -> None:
    device = Device(DeviceId("D1"), DeviceTypeId(kind), 11, "tele/A", "cmnd/A/POWER")
    driver = DRIVERS[device.type_id]
    for topic in driver.topics(device):
        driver.read(device, topic, payload)
