"""A file of modes belongs to one home: every home numbers its appliances from 1."""

from collections.abc import AsyncIterator
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN
from tests.engine.bench import calm
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled

RELAY, OTHER = "input_boolean.relay", "input_boolean.other"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "shared"
    found.mkdir()
    return found


@pytest.fixture
async def annex(home: LocalInstalled, folder: Path) -> AsyncIterator[LocalInstalled]:
    """A second home; in both, appliance 1 is a heater."""
    home.hass.config.allowlist_external_dirs = {str(folder)}
    home.timing = calm(ack_timeout=8.0, mode_file_look=0.05, mode_file_echo=0.0)
    data = {"entry_type": "local", "home": "Annexe"}
    entry = MockConfigEntry(domain=DOMAIN, title="Annexe", data=data, options={})
    entry.add_to_hass(home.hass)
    found = LocalInstalled(home.hass, entry, home.clock, home.timing)
    await found.setup()
    heater = {"kind": "heater", "operation": "continuous"}
    assert await home.add("Ballon", RELAY, **heater) == 1
    assert await found.add("Pompe", OTHER, advanced={"home": "Annexe"}, **heater) == 1
    yield found
    if entry.state.recoverable:
        await home.hass.config_entries.async_unload(entry.entry_id)
    await home.hass.async_block_till_done()


def files(folder: Path, modes: str = "modes", states: str = "states") -> dict[str, str]:
    return {"mode_file": f"{folder}/{modes}", "state_file": f"{folder}/{states}"}


async def stored(home: LocalInstalled, **options: str) -> None:
    """Give an entry options that no form was asked about."""
    former = home.hub
    home.hass.config_entries.async_update_entry(home.entry, options=options)
    await home.running_again(former)


def taken(home: LocalInstalled) -> dict[str, Any] | None:
    """Return what the repair of a home says, if it has one."""
    issue_id = f"{home.entry.entry_id}_mode_file_taken_{DOMAIN}"
    issue = ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id)
    return None if issue is None else issue.translation_placeholders


async def will_say(path: Path, mode: int) -> None:
    await wait_for(lambda: path.exists() and json.loads(path.read_text()) == {"1": mode})


async def test_the_files_of_another_entry_are_refused(
    home: LocalInstalled, annex: LocalInstalled, folder: Path
) -> None:
    (folder / "inside").mkdir()
    (folder / "link").symlink_to(folder)
    assert await home.choose("mode_file", **files(folder)) is None
    refused = {
        ("modes", "states"): {"mode_file": "path_taken", "state_file": "path_taken"},
        ("modes", "b"): {"mode_file": "path_taken"},
        ("a", "states"): {"state_file": "path_taken"},
        ("states", "b"): {"mode_file": "path_taken"},
        ("a", "inside/../modes"): {"state_file": "path_taken"},
        ("link/modes", "b"): {"mode_file": "path_taken"},
        ("a", "inside/../a"): {"state_file": "same_path"},
    }

    for names, errors in refused.items():
        assert await annex.choose("mode_file", **files(folder, *names)) == errors

    assert await annex.choose("mode_file", **files(folder, "a", "b")) is None
    # One's own are no other entry's.
    assert await home.choose("mode_file", **files(folder, "modes", "c")) is None


async def test_of_two_that_were_given_one_file_the_older_one_follows_it(
    home: LocalInstalled, annex: LocalInstalled, folder: Path
) -> None:
    modes, states = folder / "modes", folder / "states"
    await stored(annex, **files(folder, "modes", "theirs"))
    await will_say(modes, 1)
    await stored(home, **files(folder))
    await wait_for(lambda: taken(annex) is not None)
    said = taken(annex) or {}
    assert (said["path"], said["other"]) == (str(modes), home.entry.title)
    assert taken(home) is None

    await home.act("select", "select_option", 1, "mode", option="forced_on")
    await will_say(modes, 3)
    await will_say(states, 1)

    # By the time that the file is theirs, what stands in it is nobody's wish.
    await stored(home)
    await wait_for(lambda: taken(annex) is None)
    await will_say(modes, 1)
    assert annex.state("select", 1, "mode").state == "automatic"
    assert annex.ended(1) == []
    modes.write_text('{"1": 3}')
    await annex.until("select", 1, "mode", "forced_on")


async def test_an_entry_that_is_disabled_keeps_no_file(
    home: LocalInstalled, annex: LocalInstalled, folder: Path
) -> None:
    await stored(home, **files(folder))
    await will_say(folder / "modes", 1)
    await stored(annex, **files(folder, "modes", "theirs"))
    await wait_for(lambda: taken(annex) is not None)
    assert not (folder / "theirs").exists()

    await home.hass.config_entries.async_set_disabled_by(
        home.entry.entry_id, ConfigEntryDisabler.USER
    )

    await will_say(folder / "theirs", 0)
    assert taken(annex) is None
    (folder / "modes").write_text('{"1": 3}')
    await annex.until("select", 1, "mode", "forced_on")
