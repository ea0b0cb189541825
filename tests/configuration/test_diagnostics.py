"""Diagnostics and system health, over an engine at rest."""

import json
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.elfe_commande.configuration.redaction import (
    DIGITS,
    Redactor,
    at,
    by,
    each,
    flag,
    given,
    number,
    only,
    word,
)
from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.decision import Act, Decision, Proposal, Source
from custom_components.elfe_commande.core.lifecycle import Code, Lifecycle, Transition
from custom_components.elfe_commande.core.model import (
    Device,
    DeviceId,
    DeviceTypeId,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    Mode,
    State,
    TypologyId,
)
from custom_components.elfe_commande.core.outcome import Outcome, Result
from custom_components.elfe_commande.core.plan import DayPlan
from custom_components.elfe_commande.core.speed import Speed
from custom_components.elfe_commande.devices.identifiers import equipment_identifier, hub_identifier
from custom_components.elfe_commande.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.elfe_commande.engine.cycle_report import CycleReport
from custom_components.elfe_commande.engine.ground.ports import Problem
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus, Observation
from custom_components.elfe_commande.record.archive_file import Size

NOON = 1_700_000_100
PRIVATE = (
    "secret",
    "db.test",
    "commande",
    "R001",
    "R002",
    "R003",
    "Chez Anne",
    "A4CF12",
    "PLC-99",
    "D101",
    "bdd",
)

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


def status(number: int, home: str) -> EquipmentStatus:
    topic = "shellies/shellyplug-s-A4CF12B1/relay/0"
    device = Device(
        DeviceId("D101"), DeviceTypeId(111), 11, topic, f"{topic}/command", None, "PLC-99"
    )
    equipment = Equipment(
        EquipmentId(number),
        TypologyId(120),
        EquipmentTypeId(112),
        "Chez Anne",
        HomeId(home),
        State(Mode.PILOTED, 25, 11, ems_order=False),
        devices=(device,),
    )
    found = EquipmentStatus(equipment)
    found.plan = DayPlan(EquipmentId(number), NOON, bytes([0, 1] * 48), 7)
    found.decision = Decision(Source.EMS, "planned", on=True, act=Act.START)
    found.proposal = Proposal(True, "for Chez Anne")
    found.last_act = Act.START
    found.last_result = Result(Outcome.ACKNOWLEDGED, "acknowledged", on=True, at=float(NOON))
    found.observations = {DeviceId("D101"): Observation(on=True, power=12.5)}
    return found


@pytest.fixture
def entry(hass) -> MockConfigEntry:
    """Return an entry with an engine that reached code 10 and was asked nothing."""
    lifecycle = Lifecycle(lambda: float(NOON), lambda: None)
    for code in (Code.LOGGING, Code.REQUIREMENTS, Code.SPEED, Code.STARTING):
        lifecycle.advance(code, f"of {code.name} at db.test")
    statuses = {EquipmentId(n): status(n, home) for n, home in ((4, "R001"), (9, "R002"))}
    engine = SimpleNamespace(
        lifecycle=lifecycle,
        statuses=statuses,
        screens={},
        connected=False,
        unclean_stop=True,
        previous=[Transition(Code.STOPPING, float(NOON), "of db.test")],
        speed=Speed(0.004, "db.test 5432"),
        last_cycle=CycleReport(at=float(NOON), duration=0.4, equipments=2),
        plan_time=lambda: NOON,
        waiting=0,
        problems=(Problem("missing_home", "4", {"home": "R001"}, EquipmentId(4)),),
    )
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="bdd, R001",
        data={
            "host": "db.test",
            "port": 5432,
            "username": "commande",
            "password": "secret",
            "certificate_authority": "the secret of D101",
            "database": "bdd",
        },
        options={"homes": ["R001", "R003"], "compact": True},
    )
    entry.add_to_hass(hass)
    entry.mock_state(hass, ConfigEntryState.LOADED)
    size = Size(12_300_000, float(NOON))
    entry.runtime_data = SimpleNamespace(
        engine=engine,
        subentries=SimpleNamespace(kept=list),
        archive=SimpleNamespace(keeper=SimpleNamespace(size=size, waiting=3, lost=0)),
        async_close=AsyncMock(),
        shadow=False,
    )
    return entry


def assert_private(found: Any) -> str:
    """Return what would be sent, after a look at what must not be in it."""
    sent = json.dumps(found)
    for name in PRIVATE:
        assert name not in sent, name
    return sent


async def test_diagnostics_of_an_entry_tell_everything_but_names(hass, entry):
    found = await async_get_config_entry_diagnostics(hass, entry)

    assert_private(found)
    assert found["entry"]["data"]["port"] == 5432
    assert found["entry"]["data"]["password"] == REDACTED
    assert found["entry"]["data"]["certificate_authority"] == REDACTED
    assert found["entry"]["options"]["homes"] == ["home 1", "home 3"]
    assert found["lifecycle"]["code"] == 10
    assert found["lifecycle"]["history"][-1] == {
        "code": 10,
        "name": "starting",
        "at": "2023-11-14T22:15:00+00:00",
        "details": REDACTED,
    }
    assert found["lifecycle"]["durations"]["0"] == 0
    assert found["lifecycle"]["speed"] == "fast"
    (stopped,) = found["lifecycle"]["previous"]
    assert (stopped["code"], stopped["details"]) == (31, REDACTED)
    assert found["connected"] is False
    assert found["last_cycle"]["duration"] == 0.4
    assert found["counts"] == {
        "equipments": 2,
        "homes": 2,
        "unsupported": 0,
        "planned": 2,
        "modes": {"30": 2},
        "types": {"112": 2},
        "typologies": {"120": 2},
        "decisions": {"ems: planned": 2},
        "outcomes": {"acknowledged": 2},
        "waiting": 0,
    }
    assert found["problems"] == [{"key": "missing_home", "equipment_id": 4}]


async def test_diagnostics_of_an_equipment(hass, entry):
    registry = dr.async_get(hass)
    device = registry.async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={equipment_identifier(entry.entry_id, EquipmentId(4))},
    )

    found = await async_get_device_diagnostics(hass, entry, device)

    assert_private(found)
    equipment = found["equipment"]
    assert equipment["home"] == "home 1"
    assert equipment["devices"][0]["control_topic"] == "shellies/name 1/relay/0"
    assert equipment["plan"]["decisions"] == "01" * 48
    assert equipment["decision"]["source"] == "ems"
    assert equipment["devices"][0]["id"] == "device 1"
    assert equipment["observations"]["device 1"]["power"] == 12.5
    assert equipment["decision"]["reason"] == "planned"
    assert equipment["proposal"]["reason"] == REDACTED
    assert equipment["last_result"]["outcome"] == "acknowledged"
    assert equipment["running"] is True


async def test_diagnostics_of_the_hub_tell_which_equipments_there_are(hass, entry):
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={hub_identifier(entry.entry_id)}
    )

    found = await async_get_device_diagnostics(hass, entry, device)

    assert found == {"equipment": None, "known": [4, 9]}


async def test_nothing_unusual_breaks_diagnostics(hass, entry):
    engine = entry.runtime_data.engine
    entry.runtime_data.engine.statuses[EquipmentId(4)].plan = None
    engine.last_cycle = object()
    engine.plan_time = lambda: None

    found = await async_get_config_entry_diagnostics(hass, entry)

    assert found["newest_plan"] is None
    assert found["last_cycle"] == REDACTED
    json.dumps(found)


ANYTHING = [
    None,
    True,
    7,
    0.5,
    "Chez Anne",
    b"Chez Anne",
    ["Chez Anne"],
    {"Chez Anne"},
    {"Chez Anne": "Chez Anne"},
    object(),
]
SOME = Redactor(
    homes=["Chez Anne"],
    plates=["Chez Anne"],
    devices=["Chez Anne"],
    entities=["switch.Chez Anne"],
    topics=["Chez Anne/relay/0", "entity/light.Chez Anne"],
)
SHOWN = {
    "number": number,
    "flag": flag,
    "given": given,
    "word": word("known"),
    "digits": DIGITS,
    "each": each(word("known")),
    "by": by(word("known"), word("known")),
    "only": only({"known": word("known")}),
    "home": SOME.home,
    "device": SOME.device,
    "plate": SOME.plate,
    "entity": SOME.entity,
    "topic": SOME.topic,
    "reason": SOME.reason,
    "plain": SOME.plain,
}


@pytest.mark.parametrize("value", ANYTHING, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_whatever_is_shown_never_raises_and_names_nothing(shown, value):
    assert "Anne" not in json.dumps(shown(value))


def test_the_same_name_has_the_same_number():
    redactor = Redactor(
        homes=["Berger", "Anne", "Anne", ""],
        topics=["tele/lamp/STATE", "cmnd/lamp/POWER", "stat/oven/RESULT", None],
        entities=["sensor.roof", "sensor.garden"],
    )

    assert [redactor.home(home) for home in ("Anne", "Berger", "Claire", "")] == [
        "home 1",
        "home 2",
        REDACTED,
        None,
    ]
    assert redactor.topic("cmnd/lamp/POWER") == "cmnd/name 1/POWER"
    assert redactor.topic("tele/oven/LWT") == "tele/name 2/LWT"
    assert redactor.topic("tele/unheard of/LWT") == f"tele/{REDACTED}/LWT"
    assert redactor.entity("sensor.roof") == "sensor.entity 2"
    assert redactor.topic("entity/sensor.garden") == "entity/sensor.entity 1"


def test_of_a_mapping_only_what_is_allowed_is_shown():
    shown = only({"port": number, "host": given})

    assert shown({"port": 1, "host": "a", "owner": "b"}) == {
        "port": 1,
        "host": REDACTED,
        "others": 1,
    }
    assert shown({"port": "1"}) == {"port": REDACTED}
    assert at(0.0) == "1970-01-01T00:00:00+00:00"


@pytest.fixture
async def health(hass):
    """Have system health ask the integration."""
    hass.config.components.add(DOMAIN)
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()


@pytest.mark.usefixtures("health", "enable_custom_integrations")
async def test_system_health(hass, entry, freezer):
    MockConfigEntry(domain=DOMAIN, title="Not loaded", data={}).add_to_hass(hass)
    # Loaded with the platforms of an entry, which this one has none of.
    await async_get_translations(hass, "en", "entity", [DOMAIN])
    freezer.move_to("2023-11-14T22:27:00+00:00")

    found = await get_system_health_info(hass, DOMAIN)

    assert found["entries"] == "1/2"
    assert found["lifecycle"] == "10 (Starting): of STARTING at db.test"
    assert found["durations"] == "0 s"
    assert found["speed"] == "4.0 ms (fast)"
    assert found["ems_connection"] == "0/1"
    assert found["plan_age"] == "12 min"
    assert found["last_cycle"].isoformat() == "2023-11-14T22:15:00+00:00"
    assert (found["equipments"], found["problems"]) == (2, 1)
    assert found["record"] == "12.3 MB (2023-11-14)"


@pytest.mark.usefixtures("health", "enable_custom_integrations")
async def test_system_health_without_anything(hass):
    found = await get_system_health_info(hass, DOMAIN)

    assert found["entries"] == "0/0"
    assert found["lifecycle"] == found["plan_age"] == found["last_cycle"] == "-"
