"""NUT's own server and driver."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.elfe_commande.sources.ups.errors import CommandDeniedError, Trouble
from custom_components.elfe_commande.sources.ups.vocabulary.status import Supply

from .watched import HURRY, client_of, watched


async def test_a_power_cut(nut):
    async with watched(nut) as ups:
        await ups.until(lambda state: state.connected)
        for status in ("OL", "OB DISCHRG", "OB LB DISCHRG", "OL CHRG", "OL"):
            await nut.set({"ups.status": status})
            wanted = tuple(status.split())
            await ups.until(
                lambda state, wanted=wanted: state.watch.tokens == wanted and not state.watch.unsure
            )

        await asyncio.sleep(0.3)
        await ups.until_told("onbattery", "battlow", "onmains")
        assert ups.state.supply is Supply.MAINS


async def test_a_battery_test_by_its_result(nut):
    async with watched(nut) as ups:
        await ups.until(lambda state: state.connected)
        for result, event in (
            ("In progress", "bti"),
            ("Done and passed", "btp"),
            ("In progress", "bti"),
            ("Done and error", "btf"),
        ):
            await nut.set({"ups.test.result": result})
            await ups.until_told(event)


async def test_a_driver_that_hangs_and_goes_on(nut):
    async with watched(nut) as ups:
        await ups.until(lambda state: state.connected)
        nut.freeze_driver()
        await ups.until_told("comms_lost")
        assert ups.state.trouble is Trouble.STALE
        nut.resume_driver()
        await ups.until_told("comms_ok")


async def test_a_driver_that_is_gone_and_a_server_that_stops_and_starts(nut):
    async with watched(nut) as ups:
        await ups.until(lambda state: state.connected)
        await nut.stop()
        await ups.until_told("comms_lost")
        assert ups.state.trouble is Trouble.UNREACHABLE
        await nut.start()
        await ups.until_told("comms_ok")
        await nut.stop_driver()
        await ups.until_told("comms_lost")
        assert ups.state.trouble is Trouble.DRIVER


async def test_a_wrong_password_reads_and_does_not_command(nut):
    async with watched(nut, replace(HURRY, misses=5), password="wrong") as ups:
        await ups.until(lambda state: state.connected)
        assert ups.state.commands == {"load.off"}
        with pytest.raises(CommandDeniedError, match="ACCESS-DENIED"):
            await ups.watcher.run_command("load.off")
    right = client_of(nut)
    assert await right.run("load.off") == "OK"
    right.close()
