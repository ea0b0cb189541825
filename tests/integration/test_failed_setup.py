"""A set-up or a start that fails halfway: everything is closed again, and somebody is told."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
import logging
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntries, ConfigEntryState
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.elfe_commande.adapters.file_log import FileLog
from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.engine.engine import Engine
from custom_components.elfe_commande.engine.ground.owner import Owner
from custom_components.elfe_commande.engine.orders.acks import Acks
from custom_components.elfe_commande.subentries.registry import KINDS
from custom_components.elfe_commande.subentries.rules.rule_settings import SUBENTRY_RULE
from custom_components.elfe_commande.subentries.rules.unit import RuleUnit
from tests.engine.bench import pass_slots
from tests.fixtures_home_assistant import Installed, no_yaml, wait_for
from tests.rules.front import add_rule

from .homes import HEATER, PLUG, RELAY, WASHING, issues_of, live_in
from .test_reload import subscriptions

OURS = "custom_components.elfe_commande"
LATER = timedelta(minutes=11)
"""After that Home Assistant has tried again."""

RULE = {"equipment": str(RELAY), "surplus": "sensor.surplus", "nominal_power": 1000}

pytestmark = pytest.mark.no_fail_on_log_exception


class BrokenError(Exception):
    """What a part raises."""


async def fail(*_: Any, **__: Any) -> None:
    raise BrokenError("out of order")


def is_ours(record: logging.LogRecord) -> bool:
    """Return whether it is a traceback of ours; Home Assistant tells of retries at length."""
    ours = record.name.startswith(OURS) and record.levelno >= logging.WARNING
    return ours and bool(record.exc_info)


@pytest.fixture(autouse=True)
def nothing_goes_wrong(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Accept the tracebacks that these tests provoke, and no other."""
    yield
    for record in caplog.get_records("call"):
        if is_ours(record):
            assert record.exc_info is not None
            assert record.exc_info[0] in (BrokenError, OSError, TimeoutError), record.getMessage()


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[Engine]:
    """Collect the engines that are made."""
    made: list[Engine] = []
    make = Engine.__init__

    def note(self: Engine, *arguments: Any, **options: Any) -> None:
        made.append(self)
        make(self, *arguments, **options)

    monkeypatch.setattr(Engine, "__init__", note)
    return made


async def set_up(installed: Installed) -> None:
    with no_yaml():
        await installed.hass.config_entries.async_setup(installed.entry.entry_id)
    await installed.hass.async_block_till_done()


async def try_again(installed: Installed) -> None:
    """Let Home Assistant try again, and wait for the end of that."""
    entry, began = installed.entry, asyncio.Event()

    def changed() -> None:
        if entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
            began.set()

    unwatch = entry.async_on_state_change(changed)
    with no_yaml():
        async_fire_time_changed(installed.hass, dt_util.utcnow() + LATER)
        await asyncio.wait_for(began.wait(), 45)
        await wait_for(lambda: entry.state is not ConfigEntryState.SETUP_IN_PROGRESS)
    unwatch()
    await installed.hass.async_block_till_done()


async def disconnected(installed: Installed) -> None:
    """Wait until the database has no connection of ours any more."""
    async with asyncio.timeout(30):
        while await installed.world.owner.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name LIKE 'elfe_commande%' AND datname = current_database()"
        ):
            await asyncio.sleep(0.01)


def left_over() -> list[str]:
    """Return the names of the tasks of engines that still run."""
    return [task.get_name() for task in asyncio.all_tasks() if "elfe" in task.get_name()]


async def check_closed(installed: Installed, engines: list[Engine]) -> None:
    """Check that nothing of the engine is left: no connection, subscription, task or entity."""
    assert {engine.lifecycle.code for engine in engines} == {Code.STOPPED}
    assert left_over() == []
    assert subscriptions(installed.hass) == set()
    await disconnected(installed)
    pilots = installed.hass.states.async_all("switch")
    assert {state.state for state in pilots} <= {"unavailable"}


def breaking(part: str) -> Any:
    """Return what makes a part of the set-up raise."""
    match part:
        case "what is read":
            return patch.object(Engine, "open", fail)
        case "what waits for the database":
            return patch.object(FileLog, "load", side_effect=OSError("out of order"))
        case "the devices":
            return patch(f"{OURS}.devices.roster.Roster.async_start", fail)
        case "the repairs":
            return patch(f"{OURS}.hub.sync_issues", side_effect=BrokenError("out of order"))
        case "a platform that cannot be imported":
            return patch.object(ConfigEntries, "async_forward_entry_setups", fail)
    forward = ConfigEntries.async_forward_entry_setups

    async def forward_and_fail(*arguments: Any) -> None:
        await forward(*arguments)
        await fail()

    assert part == "one of the platforms, after others were loaded"
    return patch.object(ConfigEntries, "async_forward_entry_setups", forward_and_fail)


@pytest.mark.parametrize(
    "part",
    [
        "what is read",
        "what waits for the database",
        "the devices",
        "the repairs",
        "a platform that cannot be imported",
        "one of the platforms, after others were loaded",
    ],
)
async def test_what_was_opened_is_closed_and_tried_again(
    installed: Installed, engines: list[Engine], caplog: pytest.LogCaptureFixture, part: str
) -> None:
    await live_in(installed, WASHING, HEATER)
    with breaking(part):
        await set_up(installed)
        entry = installed.entry
        assert entry.state is ConfigEntryState.SETUP_RETRY
        assert entry.error_reason_translation_key == "setup_failed"
        assert entry.error_reason_translation_placeholders == {"detail": "out of order"}
        await check_closed(installed, engines)
        await try_again(installed)
        assert entry.state is ConfigEntryState.SETUP_RETRY
        await check_closed(installed, engines)
    assert len(list(filter(is_ours, caplog.records))) == 1

    await try_again(installed)

    assert entry.state is ConfigEntryState.LOADED
    await wait_for(lambda: installed.hub.engine.lifecycle.running)
    await installed.until("switch", PLUG, "pilot", STATE_ON)
    assert (await installed.hub.engine.run_cycle()).not_ended == 0


async def test_what_says_itself_what_is_wrong_is_believed(
    installed: Installed, engines: list[Engine]
) -> None:
    await live_in(installed, HEATER)
    with patch(
        f"{OURS}.devices.roster.Roster.async_start", side_effect=ConfigEntryError("for good")
    ):
        await set_up(installed)
    assert installed.entry.state is ConfigEntryState.SETUP_ERROR
    assert installed.entry.reason == "for good"
    await check_closed(installed, engines)
    with no_yaml():
        assert await installed.hass.config_entries.async_reload(installed.entry.entry_id)


async def test_a_set_up_that_is_cancelled_leaves_nothing_open(
    hass: HomeAssistant, installed: Installed, engines: list[Engine]
) -> None:
    await live_in(installed, HEATER)
    reached = asyncio.Event()

    async def wait(*_: Any) -> None:
        reached.set()
        await asyncio.Event().wait()

    with patch.object(ConfigEntries, "async_forward_entry_setups", wait), no_yaml():
        setting_up = hass.async_create_task(
            hass.config_entries.async_setup(installed.entry.entry_id)
        )
        async with asyncio.timeout(30):
            await reached.wait()
        setting_up.cancel()
        await asyncio.wait([setting_up])
    await check_closed(installed, engines)


async def test_an_engine_that_cannot_start_is_stopped_and_told_of(installed: Installed) -> None:
    await live_in(installed, HEATER)
    with patch.object(Acks, "wire", fail):
        await installed.load()
        await wait_for(lambda: installed.hub.engine.lifecycle.code is Code.STOPPED)
        await installed.hass.async_block_till_done()
    await installed.until("sensor", None, "lifecycle", "stopped")
    issue = issues_of(installed.hass)["start_failed"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["detail"] == "out of order"
    await disconnected(installed)
    await wait_for(lambda: left_over() == [])

    await installed.reload()
    assert "start_failed" not in issues_of(installed.hass)
    assert (await installed.hub.engine.run_cycle()).not_ended == 0


async def test_a_reload_in_the_middle_of_its_stop_waits_for_the_end_of_it(
    installed: Installed,
) -> None:
    """Else the session that holds the homes would stay, and the next engine drive none."""
    await live_in(installed, HEATER)
    reached, may_end = asyncio.Event(), asyncio.Event()
    close, stop, stops = Owner.close, Engine.stop, 0

    async def close_late(owner: Owner) -> None:
        reached.set()
        await may_end.wait()
        await close(owner)

    async def count(engine: Engine) -> None:
        nonlocal stops
        stops += 1
        await stop(engine)

    with patch.object(Owner, "close", close_late), patch.object(Engine, "stop", count):
        with patch.object(Acks, "wire", fail):
            await installed.load()
            await reached.wait()
        former = installed.hub
        assert stops == 1
        entry_id = installed.entry.entry_id
        reloading = installed.hass.async_create_task(
            installed.hass.config_entries.async_reload(entry_id)
        )
        await wait_for(lambda: stops == 2)
        _, waiting = await asyncio.wait([reloading], timeout=0.5)
        assert waiting
        may_end.set()
        assert await reloading
        assert former.engine.lifecycle.code is Code.STOPPED
        await wait_for(lambda: installed.hub.engine.owner.homes == {HEATER.home})


@pytest.mark.parametrize("step", ["__init__", "async_start", "entities", "never"])
async def test_a_part_that_cannot_work_costs_no_other_anything(
    installed: Installed, step: str
) -> None:
    await live_in(installed, WASHING, HEATER)
    await installed.setup()
    installed.hass.states.async_set("sensor.surplus", "0")
    rule = await add_rule(installed, **RULE)

    def fail_now(*_: Any, **__: Any) -> Any:
        raise BrokenError("out of order")

    async def hang(*_: Any) -> None:
        await asyncio.Event().wait()

    broken = {"__init__": fail_now, "entities": fail_now, "async_start": fail, "never": hang}[step]
    with ExitStack() as stack:
        if step == "never":
            installed.world.timing = replace(installed.world.timing, unit_limit=0.2)
        if step == "entities":
            kind = replace(KINDS[SUBENTRY_RULE], entities=broken)
            kinds = {**KINDS, SUBENTRY_RULE: kind}
            stack.enter_context(patch(f"{OURS}.subentries.registry.KINDS", kinds))
        else:
            name = "async_start" if step == "never" else step
            stack.enter_context(patch.object(RuleUnit, name, broken))
        await installed.reload()
        issue = issues_of(installed.hass)["part_not_started"]
        assert issue.translation_placeholders is not None
        assert issue.translation_placeholders["part"] == rule.title
        await installed.world.plan(RELAY, [1] * 4)
        pass_slots(installed.world, 1)
        assert (await installed.hub.engine.run_cycle()).acknowledged == 2
        await installed.until("switch", RELAY, "pilot", STATE_ON)
        await installed.unload()
    await installed.setup()
    assert "part_not_started" not in issues_of(installed.hass)
    assert rule.subentry_id in installed.hub.engine.surplus.rules


async def test_a_part_that_could_not_start_starts_once_it_can(installed: Installed) -> None:
    """What was missing is there a moment later: nobody has to reload anything."""
    await live_in(installed, WASHING, HEATER)
    await installed.setup()
    installed.hass.states.async_set("sensor.surplus", "0")
    rule = await add_rule(installed, **RULE)
    tries = 0

    def count(*_: Any) -> Any:
        nonlocal tries
        tries += 1
        return fail()

    installed.world.timing = replace(installed.world.timing, retry_first=0.01, retry_rest=0.02)
    with patch.object(RuleUnit, "async_start", count):
        await installed.reload()
        assert "part_not_started" in issues_of(installed.hass)
        await wait_for(lambda: tries > 3)
        assert "part_not_started" in issues_of(installed.hass)
        assert rule.subentry_id not in installed.hub.engine.surplus.rules
    await wait_for(lambda: rule.subentry_id in installed.hub.engine.surplus.rules)
    await wait_for(lambda: "part_not_started" not in issues_of(installed.hass))


@pytest.mark.parametrize("end", ["removed", "mended"])
async def test_a_part_that_could_not_be_made_is_told_of_no_longer(
    installed: Installed, end: str
) -> None:
    await live_in(installed, WASHING, HEATER)
    await installed.setup()
    installed.hass.states.async_set("sensor.surplus", "0")
    rule = await add_rule(installed, **RULE)
    with patch.object(RuleUnit, "__init__", side_effect=BrokenError("out of order")):
        await installed.reload()
    assert "part_not_started" in issues_of(installed.hass)
    entries = installed.hass.config_entries
    if end == "removed":
        entries.async_remove_subentry(installed.entry, rule.subentry_id)
    else:
        entries.async_update_subentry(installed.entry, rule, title="Anew")
    await wait_for(lambda: "part_not_started" not in issues_of(installed.hass))


async def test_a_part_that_is_gone_is_not_started_again(installed: Installed) -> None:
    await live_in(installed, WASHING, HEATER)
    await installed.setup()
    installed.hass.states.async_set("sensor.surplus", "0")
    rule = await add_rule(installed, **RULE)
    with patch.object(RuleUnit, "async_start", fail):
        await installed.reload()
    installed.hass.config_entries.async_remove_subentry(installed.entry, rule.subentry_id)
    await wait_for(lambda: "part_not_started" not in issues_of(installed.hass))
    await wait_for(lambda: not any("another start" in name for name in left_over()))
    assert rule.subentry_id not in installed.hub.engine.surplus.rules


def files(stored: Path, installed: Installed) -> dict[str, bytes]:
    """Return what is stored for the entry."""
    ours = f"{DOMAIN}.{installed.entry.entry_id}.*"
    return {path.name: path.read_bytes() for path in stored.glob(ours)}


async def test_a_set_up_that_fails_leaves_what_is_on_disk_as_it_is(
    installed: Installed, stored: Path
) -> None:
    """Whatever closes then has read nothing, and must not write what it does not know."""
    await live_in(installed, WASHING, HEATER)
    await installed.setup()
    await installed.hub.engine.run_cycle()
    await installed.unload()
    kept = files(stored, installed)
    assert any(name.endswith(".record") for name in kept)
    with patch.object(Engine, "open", fail):
        await set_up(installed)
    assert installed.entry.state is ConfigEntryState.SETUP_RETRY
    assert files(stored, installed) == kept


async def test_a_part_that_cannot_be_stopped_keeps_nothing_open(
    installed: Installed, engines: list[Engine], caplog: pytest.LogCaptureFixture
) -> None:
    await live_in(installed, HEATER)
    await installed.setup()
    installed.hass.states.async_set("sensor.surplus", "0")
    await add_rule(installed, **RULE)
    with patch.object(RuleUnit, "async_stop", fail):
        await installed.unload()
    await check_closed(installed, engines)
    assert caplog.text.count("could not be stopped") == 1
    assert logging.ERROR in {record.levelno for record in caplog.records}
