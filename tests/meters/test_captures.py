"""Captures of real meters, played on serial lines into a running Home Assistant."""

import asyncio
from contextlib import AsyncExitStack
import logging

from homeassistant.const import UnitOfEnergy
from homeassistant.util.unit_conversion import EnergyConverter
import pytest

from custom_components.elfe_commande.sources.sml.direction import way_of
from custom_components.elfe_commande.sources.sml.power import is_directed, net_power
from demo.sml import SerialLine
from tests.fixtures_home_assistant import wait_for
from tests.meters.house import add_meter, issues, play, shown, unit_of
from tests.sources.meters import capture, captures, read

WITHOUT_PIN = "ISKRA_MT631-D1A52-K0z-H01_without_PIN"
WITH_PIN = "ISKRA_MT631-D1A52-K0z-H01_with_PIN"


async def test_every_capture(installed, tmp_path, caplog):
    """Check 1: telegrams counted, last states those of the captures, no exception in the log."""
    capture("")
    caplog.set_level(logging.INFO)
    await installed.setup()
    async with AsyncExitStack() as stack:
        for path in captures():
            if path.stem == WITHOUT_PIN:
                # The same meter as the other one: see below.
                continue
            octets = path.read_bytes()
            telegrams = read(octets)
            codes = {r.code: r.unit for t in telegrams for r in t.readings.values()}
            meter_id = telegrams[0].meter_id if telegrams else "unknown"
            line = await stack.enter_async_context(SerialLine(tmp_path / path.stem))
            meter = await add_meter(
                installed,
                line.url,
                codes or {"1-0:16.7.0*255": "W"},
                meter_id,
                path.stem,
                # Known from the start: it is not made anew while the capture is played.
                directed=any(is_directed(telegram.readings) for telegram in telegrams),
            )
            unit = unit_of(installed, meter)
            await wait_for(lambda unit=unit: unit.reader.connected)

            await play(line, octets)
            heard = unit.reader.frames
            count, size = len(telegrams), len(octets)
            await wait_for(lambda f=heard, n=count, m=size: (f.valid, f.octets) == (n, m))

            if not telegrams:
                assert shown(installed, meter, "1-0:16.7.0*255") == "unavailable"
                continue
            last = telegrams[-1].readings
            for code, reading in last.items():
                if installed.find("sensor", meter, code) and installed.hass.states.get(
                    installed.entity_id("sensor", meter, code)
                ):
                    assert shown_as(installed, meter, code, reading) == reading.value, code
            if (net := net_power(last, way_of(last))) is not None:
                assert float(shown(installed, meter, "net_power")) == round(net, 2)
                assert float(shown(installed, meter, "surplus")) == round(max(0, -net), 1)
            else:
                assert installed.find("sensor", meter, "surplus") is None
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


def shown_as(installed, meter, code, reading):
    """Return what an entity of a meter shows of a reading, in the reading's own unit."""
    state = installed.state("sensor", meter, code)
    if isinstance(reading.value, str):
        return state.state
    value = float(state.state)
    if reading.unit != UnitOfEnergy.WATT_HOUR:
        return value
    shown_unit = state.attributes["unit_of_measurement"]
    return pytest.approx(EnergyConverter.convert(value, shown_unit, reading.unit))


async def test_the_pin_of_a_real_meter(installed, line):
    """Check 8: no power without its PIN, and the counter waits; power with it."""
    without, with_pin = capture(WITHOUT_PIN), capture(WITH_PIN)
    await installed.setup()
    first = read(without)[0]
    codes = {reading.code: reading.unit for reading in first.readings.values()}
    meter = await add_meter(installed, line.url, codes, first.meter_id, unpowered_after=0.2)
    await wait_for(lambda: unit_of(installed, meter).reader.connected)
    while "meter_without_power" not in issues(installed):
        await play(line, without)
        await asyncio.sleep(0.05)
    assert installed.find("sensor", meter, "surplus") is None

    while "meter_without_power" in issues(installed):
        await play(line, with_pin)
        await asyncio.sleep(0.05)
    # The new codes make the unit anew, which hears them on.
    while (
        installed.find("sensor", meter, "net_power") is None or not unit_of(installed, meter).fresh
    ):
        await play(line, with_pin)
        await installed.hass.async_block_till_done()
    # The last telegram of the capture says so.
    await wait_for(lambda: float(shown(installed, meter, "net_power")) == 194)
