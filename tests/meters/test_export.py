"""What was measured comes back out of the recorder."""

from datetime import datetime, timedelta

from homeassistant.components.recorder.statistics import get_last_short_term_statistics
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)
import voluptuous as vol

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.subentries.meters.export import PERIODS
from tests.consistency.parsed import words
from tests.fixtures_home_assistant import Installed
from tests.meters.house import add_meter, unit_of
from tests.sources.meters import NET, TAKEN, said


def device_of(installed: Installed, subentry_id: str) -> str:
    identifier = (DOMAIN, f"{installed.entry.entry_id}_{subentry_id}")
    device = dr.async_get(installed.hass).async_get_device_by_identifier(
        identifier, installed.entry.entry_id
    )
    assert device is not None
    return device.id


@pytest.fixture
async def meter(recorder_mock, installed: Installed, tmp_path) -> str:
    """A meter that nothing comes from by itself, with a recorder beside."""
    await installed.setup()
    return await add_meter(installed, str(tmp_path / "none"))


async def hear(installed: Installed, meter: str, *values: tuple[float, float]) -> None:
    """Have a meter tell powers and counters, one after the other."""
    for power, taken in values:
        unit_of(installed, meter).hear(said(power, taken))
        await installed.hass.async_block_till_done()
    await async_wait_recording_done(installed.hass)


async def test_points_are_exported(installed, meter):
    before = dt_util.utcnow()
    await hear(installed, meter, *((-100 - n, 1000 + n) for n in range(10)))
    after = dt_util.utcnow()
    asked = {"device_id": device_of(installed, meter), "start": before, "end": after}

    answer = await installed.call("export_readings", **asked, codes=["0100100700FF", "surplus"])

    net, surplus = answer["series"]
    assert (net["code"], net["meter"], net["unit"]) == (NET, "Meter", "W")
    assert [point["value"] for point in net["points"]] == [-100.0 - n for n in range(10)]
    assert [point["value"] for point in surplus["points"]] == [100.0 + n for n in range(10)]
    times = [dt_util.parse_datetime(point["at"]) for point in net["points"]]
    assert times == sorted(times)
    assert all(before <= at <= after for at in times)

    # Every Nth point; dates that were swapped.
    swapped = {**asked, "start": after, "end": before}
    thinned = await installed.call("export_readings", **swapped, codes=NET, every=4)
    assert [p["value"] for p in thinned["series"][0]["points"]] == [-100.0, -104.0, -108.0]
    assert thinned["start"] == before.isoformat()

    # All that is measured, and no identity, when nothing is chosen.
    everything = await installed.call("export_readings", **asked)
    codes = {series["code"] for series in everything["series"]}
    assert codes == {TAKEN, "1-0:2.8.0*255", NET, "net_power", "surplus"}

    # What nobody recorded.
    long_ago = {**asked, "start": before - timedelta(days=2), "end": before - timedelta(days=1)}
    empty = await installed.call("export_readings", **long_ago, codes=[NET])
    assert empty["series"][0]["points"] == []


async def test_statistics_are_exported(installed, meter):
    began = dt_util.utcnow()
    start = began.replace(minute=0, second=0, microsecond=0)
    await hear(installed, meter, (-100, 1000), (-300, 1010))
    await compile_statistics(installed, began)
    asked = {
        "device_id": device_of(installed, meter),
        "start": start,
        "end": dt_util.utcnow() + timedelta(hours=1),
        "period": "5minute",
    }

    answer = await installed.call("export_readings", **asked, codes=[NET, TAKEN])

    power, energy = (series["points"] for series in answer["series"])
    assert power[-1]["min"] == -300
    assert power[-1]["max"] <= -100
    assert energy[-1]["state"] == pytest.approx(1.01)
    assert energy[-1]["sum"] == pytest.approx(0.01)


async def compile_statistics(installed: Installed, since: datetime) -> None:
    """Have the recorder compile the five minutes of a time, and those of now if others began."""
    for start in sorted({five_minutes(since), five_minutes(dt_util.utcnow())}):
        do_adhoc_statistics(installed.hass, start=start)
        await async_wait_recording_done(installed.hass)


def five_minutes(now: datetime) -> datetime:
    return now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)


async def test_what_cannot_be_exported_is_said(installed, meter):
    now = dt_util.utcnow()
    device = device_of(installed, meter)
    hub = dr.async_get(installed.hass).async_get_device_by_identifier(
        (DOMAIN, installed.entry.entry_id), installed.entry.entry_id
    )
    for wrong, key in (
        ({"device_id": hub.id}, "not_a_meter"),
        ({"device_id": "none"}, "not_a_meter"),
        ({"codes": "1.8.0"}, "invalid_code"),
        ({"codes": "1-0:77.7.0*255"}, "unknown_code"),
    ):
        with pytest.raises(ServiceValidationError) as caught:
            await installed.call(
                "export_readings", **{"device_id": device, "start": now, "end": now, **wrong}
            )
        assert caught.value.translation_key == key
        assert key in words()["exceptions"]
    for wrong in ({"every": 0}, {"every": 1001}, {"start": "soon"}, {"period": "year"}):
        with pytest.raises(vol.Invalid):
            await installed.call(
                "export_readings", **{"device_id": device, "start": now, "end": now, **wrong}
            )


async def test_without_a_recorder(installed, tmp_path):
    await installed.setup()
    meter = await add_meter(installed, str(tmp_path / "none"))
    now = dt_util.utcnow()
    with pytest.raises(HomeAssistantError) as caught:
        await installed.call(
            "export_readings", device_id=device_of(installed, meter), start=now, end=now
        )
    assert caught.value.translation_key == "no_recorder"


def test_periods_have_words():
    assert tuple(words()["selector"]["period"]["options"]) == PERIODS


async def test_a_counter_that_falls_does_not_leap_in_the_statistics(installed, meter):
    """Check 10: an older capture after a newer one; the value is held, the sum goes on."""
    began = dt_util.utcnow()
    newer = [(-100.0, 2_043_104.9 + n) for n in range(3)]
    older = [(-100.0, 1_043_000.0), (-100.0, 1_043_000.1)]
    await hear(installed, meter, *newer, *older)
    entity_id = installed.entity_id("sensor", meter, TAKEN)
    assert installed.hass.states.get(entity_id).state == "2043.1069"
    await hear(installed, meter, (-100.0, 2_043_107.9))
    await compile_statistics(installed, began)

    last = await get_instance(installed.hass).async_add_executor_job(
        get_last_short_term_statistics, installed.hass, 1, entity_id, False, {"sum", "state"}
    )

    (row,) = last[entity_id]
    assert row["state"] == pytest.approx(2_043.1079)
    assert row["sum"] == pytest.approx(0.003)


async def test_only_what_a_user_may_read_is_exported(installed, meter):
    hass = installed.hass
    await hear(installed, meter, (-100, 1000))
    surplus, net = (
        er.async_get(hass).async_get_entity_id(
            "sensor", DOMAIN, f"{installed.entry.entry_id}_{meter}_{key}"
        )
        for key in ("surplus", "net_power")
    )
    leo = MockUser(name="Leo").add_to_hass(hass)
    leo.mock_policy({"entities": {"entity_ids": {surplus: {"read": True}}}})
    asked = {
        "device_id": device_of(installed, meter),
        "start": dt_util.utcnow() - timedelta(hours=1),
        "end": dt_util.utcnow(),
    }

    async def export(codes):
        return await hass.services.async_call(
            DOMAIN,
            "export_readings",
            {**asked, "codes": codes},
            blocking=True,
            return_response=True,
            context=Context(user_id=leo.id),
        )

    assert (await export(["surplus"]))["series"]
    with pytest.raises(Unauthorized) as caught:
        await export(["surplus", "net_power"])
    assert caught.value.entity_id == net
