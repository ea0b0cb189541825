"""Adding, changing and removing a UPS."""

from homeassistant.config_entries import ConfigSubentry
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.subentries.upses.reauth import async_start_ups_reauth
from custom_components.elfe_commande.subentries.upses.ups_settings import identity, serial_of
from demo.ups import PASSWORD, UPS_NAME, USERNAME, FakeUps
from tests.fixtures_home_assistant import Installed, wait_for

from .upses import add, go_on, heard, server, shown, start_flow


@pytest.fixture
async def fake(socket_enabled: None):
    async with FakeUps() as ups:
        yield ups


async def reconfigure(installed: Installed, subentry: ConfigSubentry):
    return await installed.entry.start_subentry_reconfigure_flow(
        installed.hass, subentry.subentry_id
    )


async def test_a_ups_is_chosen_from_the_servers_list(installed: Installed, fake):
    await installed.setup()
    flow = await start_flow(installed)
    assert flow["step_id"] == "user"

    flow = await go_on(installed.hass, flow, host=fake.host, port=fake.port)
    assert flow["step_id"] == "ups"
    flow = await go_on(installed.hass, flow, ups=UPS_NAME)

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = installed.entry.subentries.values()
    assert subentry.title == "Simulated UPS"
    assert subentry.unique_id == "SIM0001500"
    assert subentry.data["username"] == subentry.data["password"] == ""
    assert subentry.data["looks"]["status_period"] == 3
    assert subentry.data["looks"]["values_period"] == 60
    assert subentry.data["shedding"]["policy"] == "none"
    assert subentry.data["shedding"]["return_after"] == 300
    await heard(installed, subentry)
    device = dr.async_get(installed.hass).async_get_device_by_identifier(
        ("elfe_commande", f"{installed.entry.entry_id}_ups_SIM0001500"), installed.entry.entry_id
    )
    assert device is not None
    assert (device.manufacturer, device.model) == ("ELFE", "Simulated 1500")
    assert device.serial_number == "SIM0001500"
    assert device.config_subentry_id == subentry.subentry_id


async def test_a_ups_may_be_added_while_the_entry_does_not_run(installed: Installed, fake):
    flow = await start_flow(installed)
    flow = await go_on(installed.hass, flow, **server(fake))
    shedding = flow["data_schema"].schema["shedding"].schema.schema
    assert shedding["protected_homes"].config["options"] == []

    flow = await go_on(installed.hass, flow, ups=UPS_NAME)

    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_errors_are_told_and_can_be_mended(installed: Installed, fake):
    hass = installed.hass
    await installed.setup()
    flow = await start_flow(installed)
    await fake.stop()
    flow = await go_on(hass, flow, **server(fake))
    assert flow["errors"] == {"base": "ups_unreachable"}
    await fake.start()
    flow = await go_on(hass, flow, **server(fake, host="ups..lan"))
    assert flow["errors"] == {"base": "ups_unreachable"}
    flow = await go_on(hass, flow, **server(fake, password="clé"))
    assert flow["errors"] == {"password": "not_ascii"}
    flow = await go_on(hass, flow, **server(fake, username="élise"))
    assert flow["errors"] == {"username": "not_ascii"}
    fake.unlisted = True
    flow = await go_on(hass, flow, **server(fake))
    assert flow["errors"] == {"base": "no_ups"}
    fake.unlisted = False
    flow = await go_on(hass, flow, **server(fake))
    assert flow["step_id"] == "ups"

    for error, key in (
        ("DATA-STALE", "ups_stale"),
        ("DRIVER-NOT-CONNECTED", "ups_driver"),
        ("ACCESS-DENIED", "ups_refused"),
        ("STRANGE", "ups_unreadable"),
    ):
        fake.error = error
        flow = await go_on(hass, flow, ups=UPS_NAME)
        assert flow["errors"] == {"base": key}
        assert error in flow["description_placeholders"]["detail"]
    fake.error = None
    fake.name = "renamed"
    flow = await go_on(hass, flow, ups=UPS_NAME)
    assert flow["errors"] == {"base": "ups_unknown"}
    fake.name = UPS_NAME
    flow = await go_on(hass, flow, ups=UPS_NAME)

    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.field("T2-25")
async def test_a_server_that_wants_a_login_to_read_is_added(installed: Installed, fake):
    hass = installed.hass
    fake.guarded = True
    await installed.setup()
    flow = await start_flow(installed)
    for login in ({"username": "", "password": ""}, {"password": "wrong"}):
        flow = await go_on(hass, flow, **server(fake, **login))
        assert flow["errors"] == {"base": "ups_refused"}
        assert flow["description_placeholders"]["detail"] == "ERR ACCESS-DENIED"
    flow = await go_on(hass, flow, **server(fake))
    flow = await go_on(hass, flow, ups=UPS_NAME)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = installed.entry.subentries.values()
    await heard(installed, subentry)


@pytest.mark.field("T2-27")
async def test_a_server_that_has_no_status_is_not_added(installed: Installed, fake):
    await installed.setup()
    await fake.set({"ups.status": ""})
    flow = await start_flow(installed)
    flow = await go_on(installed.hass, flow, **server(fake))
    flow = await go_on(installed.hass, flow, ups=UPS_NAME)
    assert flow["errors"] == {"base": "ups_silent"}


async def test_the_same_ups_twice_is_refused(installed: Installed, fake):
    await installed.setup()
    await add(installed, fake)
    flow = await start_flow(installed)
    flow = await go_on(installed.hass, flow, **server(fake))

    flow = await go_on(installed.hass, flow, ups=UPS_NAME)

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert len(installed.entry.subentries) == 1


async def test_reconfiguring_keeps_device_entities_and_password(installed: Installed, fake):
    hass = installed.hass
    await installed.setup()
    subentry = await add(installed, fake)
    registry = er.async_get(hass)
    before = {
        e.entity_id for e in er.async_entries_for_config_entry(registry, installed.entry.entry_id)
    }
    hub = installed.hub
    flow = await reconfigure(installed, subentry)
    flow = await go_on(hass, flow, host=fake.host, port=fake.port, username=USERNAME)
    flow = await go_on(
        hass,
        flow,
        ups=UPS_NAME,
        thresholds={
            "voltage": 10,
            "frequency": 2,
            "temperature": 20,
            "load": 100,
            "battery_low": 20,
            "battery_full": 100,
        },
    )

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    subentry = installed.entry.subentries[subentry.subentry_id]
    assert subentry.data["password"] == PASSWORD
    await wait_for(
        lambda: shown(installed, subentry, "binary_sensor", "temperature_problem").state == "on"
    )
    after = {
        e.entity_id for e in er.async_entries_for_config_entry(registry, installed.entry.entry_id)
    }
    assert after == before
    # The rest of the entry was not disturbed.
    assert installed.hub is hub


async def test_another_ups_in_its_place_is_refused(installed: Installed, fake):
    await installed.setup()
    subentry = await add(installed, fake)
    await fake.set({"device.serial": "ANOTHER42"})
    flow = await reconfigure(installed, subentry)
    flow = await go_on(installed.hass, flow, **server(fake))

    flow = await go_on(installed.hass, flow, ups=UPS_NAME)

    assert flow["errors"] == {"ups": "another_ups"}
    await fake.set({"device.serial": "SIM0001500"})
    flow = await go_on(installed.hass, flow, ups=UPS_NAME)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")


async def test_a_ups_that_its_server_renamed_is_chosen_again(installed: Installed, fake):
    await installed.setup()
    subentry = await add(installed, fake)
    fake.name = "cellar"
    flow = await reconfigure(installed, subentry)

    flow = await go_on(installed.hass, flow, **server(fake))

    (marker, *_) = flow["data_schema"].schema
    assert marker.default() == "cellar"
    flow = await go_on(installed.hass, flow, ups="cellar")
    assert flow["reason"] == "reconfigure_successful"
    assert installed.entry.subentries[subentry.subentry_id].data["ups"] == "cellar"


# ----------------------------------------------------------------------- credentials, again


async def test_credentials_that_cannot_be_are_asked_for_again(installed: Installed, fake):
    hass, flows = installed.hass, installed.hass.config_entries.flow
    await installed.setup()
    subentry = await add(installed, fake, credentials={"password": "old"})
    async_start_ups_reauth(hass, installed.entry, subentry)
    await hass.async_block_till_done()
    (flow,) = flows.async_progress_by_handler(DOMAIN)
    right = {"username": USERNAME, "password": PASSWORD}

    result = await flows.async_configure(flow["flow_id"], right | {"password": "clé"})
    assert (result["step_id"], result["errors"]) == ("reauth_ups", {"password": "not_ascii"})
    fake.error = "DATA-STALE"
    result = await flows.async_configure(flow["flow_id"], right)
    assert result["errors"] == {"base": "ups_unavailable"}
    assert "DATA-STALE" in result["description_placeholders"]["detail"]
    assert installed.entry.subentries[subentry.subentry_id].data["password"] == "old"
    fake.error = None
    result = await flows.async_configure(flow["flow_id"], right)

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert installed.entry.subentries[subentry.subentry_id].data["password"] == PASSWORD


async def test_a_ups_that_was_removed_needs_no_credentials(installed: Installed, fake):
    hass, flows = installed.hass, installed.hass.config_entries.flow
    await installed.setup()
    subentry = await add(installed, fake)
    async_start_ups_reauth(hass, installed.entry, subentry)
    await hass.async_block_till_done()
    (flow,) = flows.async_progress_by_handler(DOMAIN)
    hass.config_entries.async_remove_subentry(installed.entry, subentry.subentry_id)

    end = await flows.async_configure(flow["flow_id"], {"username": USERNAME, "password": PASSWORD})

    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "ups_removed")


async def test_removing_leaves_nothing(installed: Installed, fake):
    hass, entry = installed.hass, installed.entry
    await installed.setup()
    devices, entities = dr.async_get(hass), er.async_get(hass)

    def registered() -> tuple[set[str], set[str]]:
        return (
            {d.id for d in dr.async_entries_for_config_entry(devices, entry.entry_id)},
            {e.entity_id for e in er.async_entries_for_config_entry(entities, entry.entry_id)},
        )

    before = registered()
    subentry = await add(installed, fake)
    assert registered() != before

    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()

    assert registered() == before
    await wait_for(lambda: fake.connections == 0)


@pytest.mark.parametrize(
    ("serial", "kept"),
    [
        ("TS311A1433", True),
        (" JB0323049444 ", True),
        ("312000160", True),
        ("000000000000", False),
        ("unknown", False),
        ("XXXXXX", False),
        ("#########", False),
        ("[hidden]", False),
        ("", False),
    ],
)
def test_what_is_a_serial_number(serial, kept):
    found = serial_of({"device.serial": serial.strip()} if serial.strip() else {})

    assert found == (serial.strip() if kept else None)


def test_without_a_serial_number_the_place_tells():
    where = {"host": "nas", "port": 3493, "ups": "ups1"}

    assert identity(where) == "nas:3493/ups1"
    assert identity(where | {"serial_number": "A1B2"}) == "A1B2"
