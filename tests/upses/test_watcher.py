"""A UPS that is watched: what is told when, and what survives."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.elfe_commande.sources.ups.errors import Trouble
from custom_components.elfe_commande.sources.ups.timing import UpsTiming
from demo.ups import Ups

from .watched import HURRY, watched

NEVER = replace(HURRY, status_period=0.0, values_period=0.0)


async def test_a_change_of_status_publishes_at_once(fake):
    async with watched(fake, replace(HURRY, values_period=3600.0)) as ups:
        await ups.until(lambda state: state.connected)
        await fake.set({"battery.charge": "70"})
        await asyncio.sleep(0.2)
        assert ups.state.values.charge == 90

        await fake.set_mains(False)

        await ups.until_told("onbattery", "input_voltage_low")
        assert ups.state.values.charge == 70
        assert ups.state.values.input_voltage == 0


async def test_values_are_published_at_their_own_period(fake):
    async with watched(fake) as ups:
        await ups.until(lambda state: state.connected)

        await fake.set({"input.voltage": "230.1"})
        await asyncio.sleep(0.3)
        await fake.set({"input.voltage": "230.2"})
        await ups.until(lambda state: state.values.input_voltage == 230.2)

        volts = [state.values.input_voltage for state in ups.states if state.connected]
        assert sorted(set(volts)) == [230.0, 230.2]


async def test_without_periods_it_is_read_once_and_after_commands(fake):
    async with watched(fake, NEVER) as ups:
        await ups.until(lambda state: state.connected)
        await fake.set({"ups.status": "OB"})
        await asyncio.sleep(0.2)
        assert not ups.told

        assert await ups.watcher.run_command("load.on") == "OK"

        await ups.until_told("onbattery")


async def test_communication_is_lost_after_several_misses_and_found_again(fake, caplog):
    async with watched(fake, replace(HURRY, misses=3)) as ups:
        await ups.until(lambda state: state.connected)

        await fake.stop()
        await ups.until_told("comms_lost")
        assert ups.state.trouble is Trouble.UNREACHABLE
        await asyncio.sleep(0.3)
        await fake.start()
        await ups.until_told("comms_ok")

        assert ups.state.trouble is None
        assert ups.state.values.input_voltage == 230
    lines = [record.message for record in caplog.records if "a UPS" in record.message]
    assert len(lines) == 2, lines


async def test_one_miss_is_forgiven(fake):
    async with watched(fake, replace(HURRY, misses=1000)) as ups:
        await ups.until(lambda state: state.connected)
        fake.error = "DATA-STALE"
        await ups.until(lambda state: state.trouble is Trouble.STALE)
        fake.error = None
        await ups.until(lambda state: state.trouble is None)

        assert ups.state.connected
        assert not ups.told


async def test_data_that_stays_old_is_told_of(fake):
    async with watched(fake, replace(HURRY, stale_for=0.3)) as ups:
        fake.error = "DATA-STALE"
        await ups.until_told("comms_lost")
        await ups.until(lambda state: state.stale)
        fake.error = "DRIVER-NOT-CONNECTED"
        await ups.until(lambda state: not state.stale)
        fake.error = None
        await ups.until_told("comms_ok")


async def test_a_server_that_restarts_is_lost_and_not_lost_for_long(fake):
    async with watched(fake) as ups:
        await ups.until(lambda state: state.connected)
        for _ in range(2):
            await fake.stop()
            await ups.until_told("comms_lost")
            await fake.start()
            await ups.until_told("comms_ok")

    assert not any(state.lost for state in ups.states)


async def test_a_server_that_stays_away_is_lost_for_long_until_it_is_heard(fake):
    async with watched(fake, replace(HURRY, lost_for=0.3, misses=1)) as ups:
        await ups.until(lambda state: state.connected)
        for _ in range(2):
            # The time away counts anew: the first reading that fails is never lost for long.
            ups.states.clear()
            await fake.stop()
            await ups.until_told("comms_lost")
            assert not next(state for state in ups.states if state.connected is False).lost
            await ups.until(lambda state: state.lost)
            await fake.start()
            await ups.until_told("comms_ok")
            assert not ups.state.lost


async def test_a_server_that_comes_after_us(fake):
    await fake.stop()
    async with watched(fake) as ups:
        await ups.until_told("comms_lost")
        await fake.start()
        await ups.until_told("comms_ok")
        assert ups.state.commands


async def test_a_battery_test_from_command_to_result(fake):
    async with watched(fake) as ups:
        await ups.until(lambda state: state.connected)

        await ups.watcher.run_command("test.battery.start")

        await ups.until_told("bti")
        await ups.until(lambda state: state.variables["ups.test.result"] == "In progress")
        await fake.set({"ups.test.result": "Done and passed"})
        await ups.until_told("btp")


async def test_a_server_without_commands_is_read_nevertheless(fake):
    fake.commands = set()
    async with watched(fake) as ups:
        await ups.until(lambda state: state.connected)
        assert ups.state.commands == frozenset()


async def test_nothing_stays_open(fake):
    async with watched(fake) as ups:
        await ups.until(lambda state: state.connected)
        assert fake.connections == 1
    async with asyncio.timeout(10):
        while fake.connections:
            await asyncio.sleep(0.01)


def test_waits_are_scaled_but_for_the_network():
    timing = UpsTiming().scaled(2.0)

    assert (timing.status_period, timing.values_period) == (6.0, 120.0)
    assert (timing.stale_for, timing.lost_for) == (1200.0, 1200.0)
    assert timing.timeout == UpsTiming().timeout
    assert timing.misses == 2


async def test_what_no_client_should_raise_ends_no_watch(
    fake: Ups, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with watched(fake) as seen:
        await seen.until(lambda state: state.connected)
        read = seen.client.read

        async def fail() -> None:
            raise ValueError("a mistake")

        monkeypatch.setattr(seen.client, "read", fail)
        await seen.until(lambda state: state.connected is False)
        assert seen.state.trouble is Trouble.UNREADABLE
        monkeypatch.setattr(seen.client, "read", read)
        await seen.until(lambda state: state.connected)
    assert len([record for record in caplog.records if record.exc_info]) == 1
