"""Another program writes the file of modes, again and again, while Home Assistant runs."""

import asyncio
from collections.abc import Callable
import json
from pathlib import Path
import sys
from typing import Any

from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.configuration.flows import open_options
from tests.engine.bench import CONTROL, MODE, calm, until_row
from tests.fixtures_home_assistant import Installed, wait_for

from .homes import HEATER, PLUG, RELAY, WASHING, issues_of, live_in

WRITES = 1000
WRITER = """
import json, os, sys, time
path, plug, writes = sys.argv[1], sys.argv[2], int(sys.argv[3])
for n in range(writes):
    try:
        with open(path) as file:
            modes = json.load(file)
    except FileNotFoundError:
        modes = {}
    modes[plug] = (3, 1, 0, 2)[n % 4] if n < writes - 1 else 3
    text = json.dumps(modes)
    if n % 3:
        with open(path + ".theirs", "w") as file:
            file.write(text)
        os.replace(path + ".theirs", path)
    else:
        with open(path, "w") as file:
            file.write(text[: n % len(text)])
            file.flush()
            time.sleep(0.001)
            file.seek(0)
            file.write(text)
    time.sleep(0.002)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "shared"
    found.mkdir()
    return found


@pytest.fixture
async def shared(installed: Installed, folder: Path) -> Installed:
    """A washing machine and a heater, their modes in a file."""
    hass = installed.hass
    hass.config.allowlist_external_dirs = {str(folder)}
    await live_in(installed, WASHING, HEATER)
    installed.world.timing = calm(mode_file_look=0.05, mode_file_echo=6.0)
    hass.config_entries.async_update_entry(
        installed.entry,
        options={"mode_file": str(folder / "modes"), "state_file": str(folder / "states")},
    )
    return installed


def said(path: Path) -> Any:
    return json.loads(path.read_text())


def will_say(path: Path, wanted: dict[str, int]) -> Callable[[], bool]:
    return lambda: path.exists() and said(path) == wanted


async def test_no_choice_is_lost_whoever_writes(shared: Installed, folder: Path) -> None:
    modes, states = folder / "modes", folder / "states"
    await shared.setup()
    await wait_for(will_say(modes, {"2": 1, "3": 1}), 30)
    await wait_for(states.exists, 30)
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(modes), str(PLUG), str(WRITES)
    )
    ended = asyncio.create_task(writer.wait())
    looked = 0
    while not ended.done():
        await asyncio.sleep(0.01)
        looked += 1
        assert set(said(states)) == {"2", "3"}
        if looked == 20:
            await shared.act("select", "select_option", RELAY, "mode", option="forced_off")

    assert await ended == 0
    await until_row(shared.world, PLUG, **{MODE: 20, CONTROL: 15})
    await until_row(shared.world, RELAY, **{MODE: 20, CONTROL: 25})
    await wait_for(will_say(modes, {"2": 3, "3": 0}), 30)
    await wait_for(will_say(states, {"2": 1, "3": 0}), 30)
    assert "mode_file_unusable" not in issues_of(shared.hass)


async def test_a_choice_made_here_is_written(shared: Installed, folder: Path) -> None:
    await shared.setup()
    await wait_for(will_say(folder / "modes", {"2": 1, "3": 1}), 30)

    await shared.act("select", "select_option", RELAY, "mode", option="forced_on")

    await wait_for(will_say(folder / "modes", {"2": 1, "3": 3}), 30)
    await wait_for(lambda: said(folder / "states")["3"] == 1, 30)


async def test_what_means_nothing_is_told_once_and_changes_nothing(
    shared: Installed, folder: Path
) -> None:
    modes = folder / "modes"
    await shared.setup()
    await wait_for(will_say(modes, {"2": 1, "3": 1}), 30)

    modes.write_text('{"2": 9, "3": 1, "77": 3}')

    await wait_for(will_say(modes, {"77": 3, "2": 1, "3": 1}), 30)
    issue = issues_of(shared.hass)["mode_file_refused"]
    assert issue.translation_placeholders["entries"] == "2, 77"
    assert not shared.world.fleet.recorder.messages

    modes.write_text('{"2": 1, "3": 1}')
    await wait_for(lambda: "mode_file_refused" not in issues_of(shared.hass), 30)


async def test_a_file_that_stays_broken_is_told_and_written_anew(
    shared: Installed, folder: Path
) -> None:
    modes = folder / "modes"
    await shared.setup()
    await wait_for(will_say(modes, {"2": 1, "3": 1}), 30)

    modes.write_text('{"2": 3, "3"')

    await wait_for(lambda: modes.read_text() != '{"2": 3, "3"', 30)
    assert said(modes) == {"2": 1, "3": 1}
    assert not shared.world.fleet.recorder.messages


async def test_a_folder_that_is_not_allowed_is_not_used(shared: Installed, folder: Path) -> None:
    shared.hass.config.allowlist_external_dirs = set()
    await shared.setup()

    await wait_for(lambda: "mode_file_unusable" in issues_of(shared.hass), 30)
    assert not (folder / "modes").exists()
    assert not (folder / "states").exists()


async def test_the_paths_are_options(installed: Installed, folder: Path) -> None:
    hass = installed.hass
    hass.config.allowlist_external_dirs = {str(folder)}
    await live_in(installed, WASHING)
    await installed.setup()
    menu = await hass.config_entries.options.async_init(installed.entry.entry_id)
    form = await hass.config_entries.options.async_configure(
        menu["flow_id"], {"next_step_id": "mode_file"}
    )
    for paths, errors in (
        ({"mode_file": str(folder / "a")}, {"state_file": "both_paths"}),
        (
            {"mode_file": "a", "state_file": "/etc/passwd"},
            {"mode_file": "path_not_absolute", "state_file": "path_not_allowed"},
        ),
        (
            {"mode_file": str(folder / "a"), "state_file": str(folder / "a")},
            {"state_file": "same_path"},
        ),
    ):
        form = await hass.config_entries.options.async_configure(form["flow_id"], paths)
        assert form["errors"] == errors
    former = installed.hub

    made = await hass.config_entries.options.async_configure(
        form["flow_id"], {"mode_file": str(folder / "a"), "state_file": str(folder / "b")}
    )

    assert made["type"] is FlowResultType.CREATE_ENTRY
    await installed.running_again(former)
    await wait_for((folder / "a").exists, 30)

    # Emptied, both are given up.
    former = installed.hub
    form = await open_options(hass, installed.entry, "mode_file")
    await hass.config_entries.options.async_configure(form["flow_id"], {})
    await installed.running_again(former)
    assert not {"mode_file", "state_file"} & installed.entry.options.keys()
