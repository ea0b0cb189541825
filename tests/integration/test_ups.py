"""What Home Assistant shows of a UPS, and what it asks of it."""

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Context
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_capture_events

from custom_components.elfe_commande import diagnostics
from custom_components.elfe_commande.core.supply import Demand
from custom_components.elfe_commande.sources.ups.vocabulary.events import UpsEvent
from custom_components.elfe_commande.subentries.upses import ups_settings as settings
from custom_components.elfe_commande.subentries.upses.unit import UpsUnit
from demo.ups import PASSWORD, USERNAME, FakeUps, NutServer, find_nut
from tests.fixtures_home_assistant import Installed, wait_for

from .homes import issues_of
from .upses import add, entity_id, shown, until_shown


@pytest.fixture
async def fake(socket_enabled: None):
    async with FakeUps() as ups:
        yield ups


@pytest.fixture
async def nut(socket_enabled: None):
    if find_nut() is None:
        pytest.skip("needs NUT's server (package nut-server)")
    async with NutServer(max_age=2) as ups:
        yield ups


async def test_entities(installed: Installed, fake, every_entity):
    await installed.setup()
    subentry = await add(installed, fake)

    def state(platform: str, key: str) -> str:
        return shown(installed, subentry, platform, key).state

    assert state("sensor", "status") == "mains"
    assert shown(installed, subentry, "sensor", "status").attributes["tokens"] == ["OL", "CHRG"]
    assert state("sensor", "raw_status") == "OL CHRG"
    assert state("sensor", "charge") == "90.0"
    for key, volts in (("input", "230.0"), ("output", "230.0"), ("battery", "13.1")):
        assert state("sensor", f"{key}_voltage") == volts
    faults = (
        "overload",
        "input_voltage_problem",
        "output_voltage_problem",
        "frequency_problem",
        "temperature_problem",
        "low_battery",
        "on_battery",
    )
    assert {state("binary_sensor", key) for key in faults} == {"off"}
    event = shown(installed, subentry, "event", "event")
    assert event.attributes["event_types"] == [each.value for each in UpsEvent]
    assert len(event.attributes["event_types"]) == 21

    await fake.set_mains(False)
    await until_shown(installed, subentry, "sensor", "status", "battery")
    assert state("binary_sensor", "on_battery") == "on"
    await until_shown(installed, subentry, "binary_sensor", "input_voltage_problem", "on")
    await fake.set({"ups.status": "OB LB"})
    await until_shown(installed, subentry, "binary_sensor", "low_battery", "on")
    assert state("binary_sensor", "on_battery") == "on"
    assert shown(installed, subentry, "event", "event").attributes["event_type"] == "battlow"


async def test_buttons_for_what_the_ups_offers(installed: Installed, fake):
    fake.commands = {"load.off", "test.battery.start.quick"}
    await installed.setup()
    subentry = await add(installed, fake)
    button = entity_id(installed, subentry, "button", "battery_test")
    assert button is not None
    assert entity_id(installed, subentry, "button", "deep_battery_test") is None

    await installed.hass.services.async_call(
        "button", "press", {"entity_id": button}, blocking=True
    )

    assert fake.given == ["test.battery.start.quick"]
    await wait_for(
        lambda: shown(installed, subentry, "event", "event").attributes.get("event_type") == "bti"
    )


async def test_actions_answer_with_the_servers_words(installed: Installed, fake):
    await installed.setup()
    subentry = await add(installed, fake)
    status = entity_id(installed, subentry, "sensor", "status")

    answer = await installed.call("test_battery", entity_id=status, test="deep")
    assert answer == {"upses": [{"name": "Simulated UPS", "accepted": True, "answer": "OK"}]}
    answer = await installed.call("ups_command", entity_id=status, command="beeper.toggle")
    assert answer["upses"][0]["accepted"] is True
    assert fake.given == ["test.battery.start.deep", "beeper.toggle"]

    for command, key in (
        ("load.off", "ups_dangerous_command"),
        ("shutdown.return", "ups_dangerous_command"),
        ("beeper.off", "ups_no_command"),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await installed.call("ups_command", entity_id=status, command=command)
        assert refused.value.translation_key == key
    with pytest.raises(ServiceValidationError) as refused:
        await installed.call("test_battery")
    assert refused.value.translation_key == "no_ups"
    assert len(fake.given) == 2


async def test_actions_mind_what_a_user_may_do(installed: Installed, fake):
    hass = installed.hass
    await installed.setup()
    subentry = await add(installed, fake)
    status = entity_id(installed, subentry, "sensor", "status")
    button = entity_id(installed, subentry, "button", "battery_test")
    leo = MockUser(name="Leo").add_to_hass(hass)
    leo.mock_policy({"entities": {"entity_ids": {button: {"read": True, "control": True}}}})

    async def ask(user: User, action: str, **data: str) -> None:
        await hass.services.async_call(
            "elfe_commande",
            action,
            {"entity_id": status, **data},
            blocking=True,
            context=Context(user_id=user.id),
        )

    await ask(leo, "test_battery")
    assert len(fake.given) == 1
    for action, data in (
        ("test_battery", {"test": "deep"}),
        ("ups_command", {"command": "beeper.toggle"}),
    ):
        with pytest.raises(Unauthorized):
            await ask(leo, action, **data)
    assert len(fake.given) == 1
    # Any command may do anything: for those who may use everything of the UPS.
    rita = await hass.auth.async_create_user("Rita", group_ids=[GROUP_ID_USER])
    await ask(rita, "ups_command", command="beeper.toggle")
    assert fake.given[1:] == ["beeper.toggle"]


async def test_dangerous_commands_by_option(installed: Installed, fake):
    await installed.setup()
    subentry = await add(installed, fake, looks={"dangerous_commands": True})
    status = entity_id(installed, subentry, "sensor", "status")

    await installed.call("ups_command", entity_id=status, command="load.off")

    assert fake.given == ["load.off"]


async def test_a_command_that_is_refused_asks_a_person_to_look(installed: Installed, fake):
    fake.refused.add("beeper.toggle")
    await installed.setup()
    subentry = await add(installed, fake)
    status = entity_id(installed, subentry, "sensor", "status")

    with pytest.raises(HomeAssistantError) as refused:
        await installed.call("ups_command", entity_id=status, command="beeper.toggle")

    assert refused.value.translation_key == "ups_refused"
    assert "ups_command_refused" in issues_of(installed.hass)
    fake.refused.clear()
    await installed.call("ups_command", entity_id=status, command="beeper.toggle")
    assert "ups_command_refused" not in issues_of(installed.hass)


@pytest.mark.parametrize("change", ["removed", "renamed"])
async def test_a_refused_command_is_shown_until_confirmed_or_the_ups_is_another(
    installed: Installed, fake, change: str
):
    hass, entry = installed.hass, installed.entry
    fake.refused.add("beeper.toggle")
    await installed.setup()
    subentry = await add(installed, fake)
    status = entity_id(installed, subentry, "sensor", "status")
    with pytest.raises(HomeAssistantError):
        await installed.call("ups_command", entity_id=status, command="beeper.toggle")
    await installed.reload()
    assert "ups_command_refused" in issues_of(hass)

    if change == "removed":
        hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    else:
        hass.config_entries.async_update_subentry(entry, subentry, title="Other")
    await wait_for(lambda: "ups_command_refused" not in issues_of(hass))


async def test_a_wrong_password_reads_and_asks_again_at_a_command(installed: Installed, fake):
    hass = installed.hass
    await installed.setup()
    subentry = await add(installed, fake, credentials={"password": "wrong"})
    assert shown(installed, subentry, "sensor", "charge").state == "90.0"
    button = entity_id(installed, subentry, "button", "battery_test")

    with pytest.raises(HomeAssistantError) as denied:
        await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)
    assert denied.value.translation_key == "ups_denied"
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress_by_handler("elfe_commande")
    assert (flow["context"]["source"], flow["step_id"]) == (SOURCE_REAUTH, "reauth_ups")

    end = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"username": USERNAME, "password": PASSWORD}
    )
    await hass.async_block_till_done()

    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await wait_for(
        lambda: any(
            unit.subentry.data["password"] == PASSWORD and unit.state.connected
            for unit in installed.hub.subentries.units(UpsUnit)
        )
    )
    await until_shown(installed, subentry, "binary_sensor", "communication", "on")
    await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)
    assert fake.given == ["test.battery.start"]


async def test_a_wrong_password_on_the_real_server(installed: Installed, nut):
    await installed.setup()
    subentry = await add(
        installed, nut, credentials={"password": "wrong"}, looks={"dangerous_commands": True}
    )
    status = entity_id(installed, subentry, "sensor", "status")

    with pytest.raises(HomeAssistantError) as denied:
        await installed.call("ups_command", entity_id=status, command="load.off")

    assert denied.value.translation_key == "ups_denied"
    await installed.hass.async_block_till_done()
    (flow,) = installed.hass.config_entries.flow.async_progress_by_handler("elfe_commande")
    assert flow["step_id"] == "reauth_ups"


async def test_a_ups_that_is_not_heard(installed: Installed, nut):
    await installed.setup()
    subentry = await add(installed, nut)

    nut.freeze_driver()
    await until_shown(installed, subentry, "binary_sensor", "communication", "off")
    assert shown(installed, subentry, "sensor", "charge").state == STATE_UNAVAILABLE
    assert shown(installed, subentry, "event", "event").attributes["event_type"] == "comms_lost"
    assert "ups_lost" not in issues_of(installed.hass)
    nut.resume_driver()
    await until_shown(installed, subentry, "binary_sensor", "communication", "on")
    assert shown(installed, subentry, "sensor", "charge").state == "90.0"
    assert shown(installed, subentry, "event", "event").attributes["event_type"] == "comms_ok"
    assert "ups_lost" not in issues_of(installed.hass)


async def test_a_repair_for_a_server_that_stays_away(installed: Installed, fake, monkeypatch):
    waits = settings.timing()
    monkeypatch.setattr(settings, "timing", lambda: waits.scaled(0.0005))
    await installed.setup()
    await add(installed, fake)

    await fake.stop()
    await wait_for(lambda: "ups_lost" in issues_of(installed.hass))
    assert not {"ups_unknown", "ups_stale"} & issues_of(installed.hass).keys()
    await fake.start()
    await wait_for(lambda: "ups_lost" not in issues_of(installed.hass))


async def test_repairs_for_an_unknown_ups_and_old_data(installed: Installed, fake, monkeypatch):
    waits = settings.timing()
    monkeypatch.setattr(settings, "timing", lambda: waits.scaled(0.0005))
    await installed.setup()
    await add(installed, fake)

    fake.name = "renamed"
    await wait_for(lambda: "ups_unknown" in issues_of(installed.hass))
    fake.name = "ups1"
    await wait_for(lambda: "ups_unknown" not in issues_of(installed.hass))
    fake.error = "DATA-STALE"
    await wait_for(lambda: "ups_stale" in issues_of(installed.hass))
    assert "ups_lost" not in issues_of(installed.hass)
    fake.error = None
    await wait_for(lambda: "ups_stale" not in issues_of(installed.hass))


async def test_the_servers_words_reach_a_person(installed: Installed, fake):
    """A server that lets nobody read: entity, repair, diagnostics, and a form that asks."""
    hass = installed.hass
    await installed.setup()
    subentry = await add(installed, fake)
    fake.error = "ACCESS-DENIED"
    await wait_for(lambda: "ups_refused" in issues_of(hass))

    communication = shown(installed, subentry, "binary_sensor", "communication")
    assert (communication.state, communication.attributes["detail"]) == ("off", "ERR ACCESS-DENIED")
    found = await diagnostics.async_get_config_entry_diagnostics(hass, installed.entry)
    assert found["units"]["ups"][0]["detail"] == "ERR ACCESS-DENIED"
    (flow,) = hass.config_entries.flow.async_progress_by_handler("elfe_commande")
    assert (flow["context"]["source"], flow["step_id"]) == (SOURCE_REAUTH, "reauth_ups")
    assert "ups_lost" not in issues_of(hass)

    fake.error = None
    await wait_for(lambda: "ups_refused" not in issues_of(hass))
    communication = shown(installed, subentry, "binary_sensor", "communication")
    assert communication.attributes["detail"] is None


async def test_a_shutdown_that_stays_announced_asks_a_person(
    installed: Installed, fake, monkeypatch
):
    waits = settings.timing()
    monkeypatch.setattr(settings, "timing", lambda: waits.scaled(0.0005))
    await installed.setup()
    await add(installed, fake)
    await fake.set({"ups.status": "FSD OL"})
    await wait_for(lambda: "ups_shutdown_stays" in issues_of(installed.hass))
    await fake.set({"ups.status": "OL"})
    await wait_for(lambda: "ups_shutdown_stays" not in issues_of(installed.hass))


async def test_a_battery_test_is_no_power_cut(installed: Installed, fake):
    await installed.setup()
    subentry = await add(installed, fake)
    await fake.set({"ups.status": "OB DISCHRG LB CAL", "battery.charge": "8"})
    await until_shown(installed, subentry, "sensor", "status", "test")
    for key in ("on_battery", "low_battery"):
        assert shown(installed, subentry, "binary_sensor", key).state == "off"
    assert installed.hub.engine.shedding.demand(subentry.subentry_id) == Demand.NOTHING
    await fake.set({"ups.status": "OL CHRG", "battery.charge": "80"})
    await until_shown(installed, subentry, "sensor", "status", "mains")


async def test_triggers_and_condition(installed: Installed, fake):
    hass = installed.hass
    await installed.setup()
    subentry = await add(installed, fake)
    heard = async_capture_events(hass, "heard")
    device = dr.async_entries_for_config_entry(dr.async_get(hass), installed.entry.entry_id)
    (device_id,) = [d.id for d in device if d.config_subentry_id == subentry.subentry_id]
    say = {
        "event": "heard",
        "event_data": {"what": "{{ trigger.event }}", "id": "{{ trigger.id }}"},
    }
    battery = {"condition": "elfe_commande.ups_is_on_battery", "target": {"device_id": [device_id]}}
    assert await async_setup_component(
        hass,
        AUTOMATION,
        {
            AUTOMATION: [
                {
                    "alias": "each",
                    "triggers": [
                        {"trigger": f"elfe_commande.{name}", "id": name, **options}
                        for name, options in (
                            ("ups_on_battery", {"target": {"device_id": [device_id]}}),
                            ("ups_on_mains", {}),
                            ("ups_battery_low", {}),
                            ("ups_event", {"options": {"event": ["input_voltage_low"]}}),
                        )
                    ],
                    "actions": [say],
                    "mode": "queued",
                },
                {
                    "alias": "only on battery",
                    "triggers": [{"trigger": "event", "event_type": "ask"}],
                    "conditions": [battery],
                    "actions": [{"event": "heard", "event_data": {"what": "asked"}}],
                },
            ]
        },
    )
    await hass.async_block_till_done()
    hass.bus.async_fire("ask")
    await hass.async_block_till_done()
    assert not heard

    await fake.set_mains(False)
    await wait_for(lambda: len(heard) == 2)
    hass.bus.async_fire("ask")
    await fake.set({"ups.status": "OB LB"})
    await wait_for(lambda: len(heard) == 4)
    await fake.set_mains(True)
    await wait_for(lambda: len(heard) == 5)

    told = sorted((e.data["what"], e.data.get("id", "")) for e in heard)
    assert told == [
        ("asked", ""),
        ("battlow", "ups_battery_low"),
        ("input_voltage_low", "ups_event"),
        ("onbattery", "ups_on_battery"),
        ("onmains", "ups_on_mains"),
    ]


async def test_diagnostics_have_everything_but_secrets(installed: Installed, fake):
    await installed.setup()
    subentry = await add(installed, fake)

    found = await diagnostics.async_get_config_entry_diagnostics(installed.hass, installed.entry)
    devices = dr.async_entries_for_config_entry(
        dr.async_get(installed.hass), installed.entry.entry_id
    )
    (device,) = [d for d in devices if d.config_subentry_id == subentry.subentry_id]
    alone = await diagnostics.async_get_device_diagnostics(installed.hass, installed.entry, device)

    (ups,) = found["units"]["ups"]
    assert alone == {"ups": ups}
    assert ups["variables"]["ups.status"] == "OL CHRG"
    assert "test.battery.start" in ups["commands"]
    assert ups["demand"] == "nothing"
    for secret in (PASSWORD, USERNAME, "SIM0001500", fake.host):
        assert secret not in str(ups)


async def test_a_reload_and_the_end_leave_nothing_open(installed: Installed, fake):
    await installed.setup()
    subentry = await add(installed, fake)
    for _ in range(3):
        await installed.reload()
        await until_shown(installed, subentry, "binary_sensor", "communication", "on")
        await wait_for(lambda: fake.connections == 1)

    await installed.unload()

    await wait_for(lambda: fake.connections == 0)
