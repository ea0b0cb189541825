"""What is shown of a meter in a running Home Assistant."""

import asyncio
import json
import logging

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, EVENT_STATE_CHANGED
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.elfe_commande.subentries.meters.descriptions import describe
from demo.sml import Entry, SerialLine, SocketLine, Unit, telegram
from tests.fixtures_home_assistant import wait_for
from tests.meters.house import ONE_WAY, TWO_WAY, add_meter, issues, shown, speaking, unit_of
from tests.sources.meters import (
    ABSOLUTE,
    GIVEN,
    METER_ID,
    NET,
    OTHER_ID,
    SERVER_ID,
    TAKEN,
    said,
    told,
    watts,
    wh,
)
from tests.sources.test_sml_reader import descriptors, is_free

UNKNOWN, CUBIC, REACTIVE, ANGLE = (
    "1-0:99.99.0*255",
    "1-0:97.7.0*255",
    "1-0:3.7.0*255",
    "1-0:81.7.1*255",
)


async def test_a_meter_is_shown(installed, line):
    await installed.setup()
    codes = {**TWO_WAY, UNKNOWN: None, CUBIC: "m³", REACTIVE: "var", ANGLE: "°"}
    meter = await add_meter(installed, line.url, codes)
    more = [
        Entry(UNKNOWN, 7),
        Entry(CUBIC, 7, 13),
        Entry(REACTIVE, 70, Unit.VAR, -1),
        Entry(ANGLE, 120, Unit.DEGREE),
    ]

    async with speaking(line, lambda _: told(-4300, 10.5, 20, *more)):
        await installed.until("sensor", meter, NET, "-4300.0")

    energy = installed.state("sensor", meter, TAKEN)
    # Bills, too, are in kWh.
    assert energy.state == "0.0105"
    assert energy.attributes["unit_of_measurement"] == "kWh"
    assert energy.attributes["state_class"] == "total_increasing"
    assert energy.attributes["device_class"] == "energy"
    assert energy.name == "Meter Energy taken"
    power = installed.state("sensor", meter, "net_power")
    assert power.state == "-4300.0"
    assert power.attributes["unit_of_measurement"] == "W"
    assert power.attributes["state_class"] == "measurement"
    assert power.attributes["device_class"] == "power"
    assert shown(installed, meter, "surplus") == "4300.0"
    assert shown(installed, meter, "connection", "binary_sensor") == "on"
    assert shown(installed, meter, "1-0:96.50.1*1") == "ELF"
    assert installed.state("sensor", meter, ANGLE).attributes["state_class"] == "measurement_angle"
    registry = er.async_get(installed.hass)
    for code in (UNKNOWN, CUBIC, REACTIVE):
        entry = registry.async_get(installed.entity_id("sensor", meter, code))
        assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
        assert entry.entity_category == "diagnostic"
    assert (
        registry.async_get(installed.entity_id("sensor", meter, REACTIVE)).unit_of_measurement
        == "var"
    )
    assert (
        registry.async_get(installed.entity_id("sensor", meter, CUBIC)).unit_of_measurement is None
    )
    assert entry.original_name == f"OBIS {REACTIVE}"


async def test_the_device_belongs_to_the_subentry(installed, line):
    """Check 33: it survives a restart, and goes with its subentry, entities and repairs too."""
    await installed.setup()
    meter = await add_meter(installed, line.url, ONE_WAY)
    devices = dr.async_get(installed.hass)
    identifier = (DOMAIN, f"{installed.entry.entry_id}_{meter}")

    def device():
        return devices.async_get_device_by_identifier(identifier, installed.entry.entry_id)

    found = device()
    assert found.config_subentry_id == meter
    assert found.manufacturer == "ELF"
    hub = devices.async_get(found.via_device_id)
    assert (DOMAIN, installed.entry.entry_id) in hub.identifiers
    async with speaking(line, lambda _: telegram(SERVER_ID, [wh(TAKEN, 1), watts(5, ABSOLUTE)])):
        await wait_for(lambda: "meter_unsigned" in issues(installed))
    await installed.reload()
    assert device().id == found.id

    installed.hass.config_entries.async_remove_subentry(installed.entry, meter)
    await installed.hass.async_block_till_done()

    assert device() is None
    registry = er.async_get(installed.hass)
    assert not [
        each
        for each in er.async_entries_for_config_entry(registry, installed.entry.entry_id)
        if each.config_subentry_id == meter
    ]
    assert await is_free(line.url)
    assert "meter_unsigned" not in issues(installed)


async def test_a_silent_meter(installed, line, caplog):
    """Measurements go, identities stay, the connection tells; and all comes back."""
    await installed.setup()
    caplog.set_level(logging.INFO)
    meter = await add_meter(installed, line.url, stale_after=0.6)
    assert shown(installed, meter, "connection", "binary_sensor") == "unknown"
    async with speaking(line):
        await installed.until("binary_sensor", meter, "connection", "on")

    line.pull()
    await installed.until("binary_sensor", meter, "connection", "off")
    assert shown(installed, meter, NET) == "unavailable"
    assert shown(installed, meter, TAKEN) == "unavailable"
    assert shown(installed, meter, "surplus") == "unavailable"
    assert shown(installed, meter, "1-0:96.50.1*1") == "ELF"

    line.plug()
    async with speaking(line, lambda _: told(100)):
        await installed.until("sensor", meter, "net_power", "100.0")
    assert shown(installed, meter, "connection", "binary_sensor") == "on"
    lines = [r for r in caplog.records if r.getMessage().startswith("Meter is")]
    assert [r.levelname for r in lines] == ["WARNING", "INFO"]


async def test_a_meter_that_never_speaks(installed, line):
    """Check 1: a capture of nothing but broken telegrams leaves a stale meter."""
    await installed.setup()
    meter = await add_meter(installed, line.url, stale_after=0.5)
    async with speaking(line, lambda _: told()[:-30]):
        await installed.until("binary_sensor", meter, "connection", "off")
    assert shown(installed, meter, NET) == "unavailable"
    assert unit_of(installed, meter).reader.frames.valid == 0


async def test_reloads_leave_nothing_behind(installed, line, caplog):
    """Check 6."""
    meter = await add_meter(installed, line.url)
    await installed.setup()
    counts = []
    async with speaking(line):
        for _ in range(20):
            # Without waiting for the engine: the meter is read before it runs.
            await installed.unload()
            await installed.load()
            await wait_for(lambda: unit_of(installed, meter).fresh, within=30)
            counts.append(descriptors())
    await installed.unload()
    assert await is_free(line.url)
    # An outage would be told of: "already locked by another process".
    assert not [r for r in caplog.records if r.name.endswith("sml.reader")]
    # The first reloads may still open what Home Assistant keeps.
    assert len(set(counts[5:])) == 1


async def test_the_port_is_free_when_home_assistant_stops(installed, line):
    meter = await add_meter(installed, line.url)
    await installed.setup()
    await wait_for(lambda: unit_of(installed, meter).reader.connected)
    assert not await is_free(line.url)

    installed.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await installed.hass.async_block_till_done()

    assert await is_free(line.url)


async def test_two_meters_and_a_dead_one(installed, line, tmp_path):
    """Check 7: on a serial line and on the network; the third disturbs neither."""
    await installed.setup()
    async with SocketLine() as other:
        here = await add_meter(installed, line.url)
        there = await add_meter(installed, other.url, meter_id="1ELF0012345679", title="Heat pump")
        dead = await add_meter(
            installed, str(tmp_path / "none"), meter_id="x", title="Dead", stale_after=0.5
        )
        async with (
            speaking(line, told),
            speaking(other, lambda n: told(1000 + n, server_id=OTHER_ID)),
        ):
            await installed.until("binary_sensor", dead, "connection", "off")
            for each in (here, there):
                await installed.until("binary_sensor", each, "connection", "on", 30)
            before = float(shown(installed, here, NET)), float(shown(installed, there, NET))
            await wait_for(lambda: float(shown(installed, here, NET)) > before[0] + 3)
            await wait_for(lambda: float(shown(installed, there, NET)) > before[1] + 3)
        assert shown(installed, dead, NET) == "unavailable"


async def test_another_meter_on_the_line(installed, line):
    await installed.setup()
    meter = await add_meter(installed, line.url)
    async with speaking(line, lambda _: told(5, server_id=OTHER_ID)):
        await wait_for(lambda: "meter_replaced" in issues(installed))
    assert shown(installed, meter, NET) == "unavailable"
    async with speaking(line, lambda _: told(6)):
        await wait_for(lambda: "meter_replaced" not in issues(installed))
    assert shown(installed, meter, NET) == "6.0"


async def test_a_power_without_a_sign(installed, line):
    """Check 8: no surplus, one repair."""
    await installed.setup()
    meter = await add_meter(installed, line.url, ONE_WAY)
    async with speaking(
        line, lambda _: telegram(SERVER_ID, [wh(TAKEN, 1), watts(137.1, ABSOLUTE)])
    ):
        await installed.until("sensor", meter, ABSOLUTE, "137.1")
    assert issues(installed) == {"meter_unsigned"}
    assert installed.find("sensor", meter, "surplus") is None
    assert installed.find("sensor", meter, "net_power") is None


async def test_a_telegram_is_no_event_of_its_own(installed, line):
    """A meter speaks every second: each would be a line of the logbook."""
    await installed.setup()
    meter = await add_meter(installed, line.url)
    registry = er.async_get(installed.hass)
    unique_id = f"{installed.entry.entry_id}_{meter}_last_telegram"
    entity_id = registry.async_get_entity_id("sensor", DOMAIN, unique_id)
    assert registry.async_get(entity_id).disabled


async def test_the_pin_is_missing_then_entered(installed, line):
    """Check 8: the repair comes, and goes with the first power, whose sensors appear."""
    await installed.setup()
    codes = {TAKEN: "Wh", GIVEN: "Wh"}
    meter = await add_meter(installed, line.url, codes, unpowered_after=0.3)
    async with speaking(line, lambda _: told(None, 2_043_000)):
        await wait_for(lambda: "meter_without_power" in issues(installed))
    assert installed.find("sensor", meter, "surplus") is None

    async with speaking(line, lambda _: told(194, 2_043_104.9)):
        await wait_for(lambda: "meter_without_power" not in issues(installed))
        await wait_for(lambda: installed.find("sensor", meter, "net_power"))
        await installed.until("sensor", meter, "net_power", "194.0")
    assert shown(installed, meter, TAKEN) == "2043.1049"


async def test_a_meter_that_speaks_text(installed, line):
    await installed.setup()
    await add_meter(installed, line.url)
    async with speaking(line, lambda _: b"/ISk5MT174-0001\r\n"):
        await wait_for(lambda: "meter_ascii" in issues(installed))
    async with speaking(line):
        await wait_for(lambda: "meter_ascii" not in issues(installed))


async def test_a_line_that_drops_the_eighth_bit(installed, line):
    await installed.setup()
    await add_meter(installed, line.url)
    async with speaking(line):
        await wait_for(lambda: not issues(installed))
    async with speaking(line, lambda _: bytes(octet & 0x7F for octet in told())):
        await wait_for(lambda: "meter_seven_bits" in issues(installed))
    async with speaking(line):
        await wait_for(lambda: "meter_seven_bits" not in issues(installed))


async def test_the_status_word_tells_which_way_the_power_flows(installed, line):
    """Net power and surplus appear once it does, and after a restart at once."""
    await installed.setup()
    meter = await add_meter(installed, line.url, ONE_WAY)
    assert installed.find("sensor", meter, "surplus") is None
    gives = Entry(TAKEN, 50, Unit.WATT_HOUR, 0, status=0x1A2)
    async with speaking(line, lambda _: telegram(SERVER_ID, [gives, watts(137.1, ABSOLUTE)])):
        await wait_for(lambda: installed.find("sensor", meter, "surplus"))
        await installed.until("sensor", meter, "net_power", "-137.1")
        await installed.until("sensor", meter, "surplus", "137.1")
    assert not issues(installed)
    await installed.reload()
    assert installed.find("sensor", meter, "surplus") is not None


@pytest.mark.parametrize(
    ("code", "kind"), [("1-0:16.8.0*255", "total"), (TAKEN, "total_increasing")]
)
def test_what_may_fall_is_no_counter_that_only_grows(code: str, kind: str):
    assert describe(code, "Wh").state_class == kind


async def test_rows_that_would_be_recorded(installed, line):
    """Check 9: a telegram a second for ten minutes, at the intervals of the beginning."""
    await installed.setup()
    meter = await add_meter(installed, line.url, power_interval=5, energy_interval=60, smoothing=30)
    unit = unit_of(installed, meter)
    rows: dict[str, int] = {}

    @callback
    def count(event):
        rows[event.data["entity_id"]] = rows.get(event.data["entity_id"], 0) + 1

    installed.hass.bus.async_listen(EVENT_STATE_CHANGED, count)
    for second in range(600):
        unit.clock = lambda second=second: 1000.0 + second
        unit.hear(said(-4300 + second, 1000 + second, 2000 + second))
        if second % 50 == 0:
            await asyncio.sleep(0)
    await installed.hass.async_block_till_done()

    for key, most in ((TAKEN, 11), (GIVEN, 11), (NET, 121), ("net_power", 121), ("surplus", 121)):
        assert most - 2 <= rows[installed.entity_id("sensor", meter, key)] <= most
    # What would count more than these are rows of nobody's interest.
    assert max(rows.values()) <= 121


@pytest.mark.parametrize("where", ["serial", "socket"])
async def test_blocking_calls_are_reported_nowhere(installed, line, where, caplog):
    await installed.setup()
    async with SocketLine() as other:
        wire: SerialLine | SocketLine = line if where == "serial" else other
        meter = await add_meter(installed, wire.url)
        async with speaking(wire):
            await installed.until("binary_sensor", meter, "connection", "on")
    assert "blocking call" not in caplog.text


async def test_diagnostics_tell_no_identity(installed, line):
    await installed.setup()
    meter = await add_meter(installed, line.url)
    async with speaking(line):
        await installed.until("binary_sensor", meter, "connection", "on")

    found = await async_get_config_entry_diagnostics(installed.hass, installed.entry)

    (described,) = found["units"]["meter"]
    assert described["codes"][NET] == {"unit": "W", "value": -4300.0}
    assert described["telegrams"]["valid"] > 0
    assert described["line"]["kind"] == "local"
    device = dr.async_get(installed.hass).async_get_device_by_identifier(
        (DOMAIN, f"{installed.entry.entry_id}_{meter}"), installed.entry.entry_id
    )
    alone = await async_get_device_diagnostics(installed.hass, installed.entry, device)
    assert alone["meter"]["surplus"] == 4300.0
    for text in (METER_ID, line.url, "Meter"):
        assert text not in json.dumps(found)
        assert text not in json.dumps(alone)
