"""What a real meter gave to the grid moves the loads of a home that no server knows."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from freezegun import freeze_time
from freezegun.api import TickingDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
import pytest

from demo.sml import SerialLine
from tests.fixtures_home_assistant import wait_for
from tests.local.homes import LocalInstalled, install
from tests.meters.house import add_meter, play, shown, unit_of
from tests.rules.front import add_rule, fill, shown as rule_shown
from tests.sources.meters import capture, read

SMALL, LARGE = "input_boolean.relay", "input_boolean.other"
ISKRA = "ISKRA_MT175"


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Keep what is stored in a folder of the test's own."""
    return str(tmp_path)


@pytest.fixture
def clock() -> Iterator[TickingDateTimeFactory]:
    """The clock of everything but of the waits: it goes on by itself, and may be set forward."""
    # No quarter-hour begins while the test runs.
    with freeze_time("2026-11-18T11:02:00+00:00", tick=True, real_asyncio=True) as factory:
        yield factory


@pytest.fixture
async def home(hass: HomeAssistant, clock: TickingDateTimeFactory) -> AsyncIterator[LocalInstalled]:
    """A local home whose clock is that of Home Assistant."""
    async with install(hass) as found:
        found.clock.offset = 0
        yield found


async def test_the_small_load_starts_and_the_large_one_does_not(
    line: SerialLine, home: LocalInstalled, clock: TickingDateTimeFactory
) -> None:
    """Check 23: 4.3 kW are given to the grid; 3 kW are worth a start, 6 kW are not."""
    octets = capture(ISKRA)
    telegrams = read(octets)
    # The large one would come first.
    loads = {LARGE: (6000, 1), SMALL: (3000, 2)}
    numbers = {}
    for entity_id in loads:
        numbers[entity_id] = await home.add(
            entity_id, entity_id, kind="water_heater", operation="continuous"
        )
        await home.act("switch", "turn_on", numbers[entity_id], "pilot")
    codes = {r.code: r.unit for t in telegrams for r in t.readings.values()}
    meter = await add_meter(home, line.url, codes, telegrams[0].meter_id)
    reader = unit_of(home, meter).reader
    await wait_for(lambda: reader.connected)
    surplus = home.find("sensor", meter, "surplus")
    forms = {
        entity_id: {
            "equipment": str(numbers[entity_id]),
            "surplus": surplus,
            "nominal_power": watts,
            "rank": {"priority": priority},
        }
        for entity_id, (watts, priority) in loads.items()
    }
    rules = {entity_id: await add_rule(home, **form) for entity_id, form in forms.items()}

    async def minutes(count: int) -> None:
        for _ in range(count):
            clock.tick(timedelta(minutes=1))
            awaited = reader.frames.valid + len(telegrams)
            await play(line, octets)
            await wait_for(lambda: reader.frames.valid == awaited)  # noqa: B023
            await home.hass.async_block_till_done()
            assert 4297 <= float(shown(home, meter, "surplus")) <= 4308
            await home.hub.engine.surplus.evaluate()
            await home.hass.async_block_till_done()

    async def until_on(load: str) -> None:
        await minutes(2)
        # On a busy machine a look between two telegrams finds an old one, and begins anew.
        for _ in range(5):
            with suppress(TimeoutError):
                await wait_for(lambda: home.hass.states.is_state(load, STATE_ON), 10)
                return
            await minutes(1)
        pytest.fail(f"{load} is off")

    await until_on(SMALL)
    # Longer than a load stays on without any surplus.
    await minutes(6)
    assert home.hass.states.get(SMALL).state == STATE_ON
    assert home.hass.states.get(LARGE).state == STATE_OFF
    assert rule_shown(home, rules[SMALL]).state == STATE_ON
    assert rule_shown(home, rules[LARGE]).attributes["reason"] == "not_enough_surplus"
    assert home.state("sensor", numbers[SMALL], "decision").attributes["source"] == "surplus"

    # It waits for nothing else: if it took 4 kW, it would start.
    changed = await fill(home, rules[LARGE], **forms[LARGE] | {"nominal_power": 4000})
    assert changed["reason"] == "reconfigure_successful"
    await home.hass.async_block_till_done()
    await until_on(LARGE)
