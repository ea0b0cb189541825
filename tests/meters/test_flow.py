"""A meter is added by listening to it first."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USER
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.subentries.meters import flow as meter_flow
from custom_components.elfe_commande.subentries.meters.meter_settings import PARITIES
from demo.sml import Entry, SerialLine, SocketLine, telegram
from tests.consistency.labels import assert_labelled
from tests.consistency.parsed import words
from tests.fixtures_home_assistant import Installed, wait_for
from tests.meters.house import add_meter, shown, speaking, unit_of
from tests.sources.meters import (
    ABSOLUTE,
    GIVEN,
    MAKER,
    METER_ID,
    NET,
    OTHER_ID,
    SERVER_ID,
    TAKEN,
    told,
    watts,
    wh,
)


@pytest.fixture(autouse=True)
def _short_listening() -> Iterator[None]:
    """Give up after less than fifteen seconds of silence."""
    with patch.object(meter_flow, "TIMING", replace(meter_flow.TIMING, listen=0.7)):
        yield


@pytest.fixture
def _patient() -> Iterator[None]:
    with patch.object(meter_flow, "TIMING", replace(meter_flow.TIMING, listen=30)):
        yield


class Flow:
    """A person in the flow."""

    def __init__(self, installed: Installed) -> None:
        self.installed = installed
        self.hass = installed.hass
        self.manager = installed.hass.config_entries.subentries
        self.result: dict[str, Any] = {}

    async def begin(self, subentry_id: str | None = None) -> None:
        if subentry_id is None:
            key = (self.installed.entry.entry_id, "meter")
            self.result = await self.manager.async_init(key, context={"source": SOURCE_USER})
        else:
            self.result = await self.installed.entry.start_subentry_reconfigure_flow(
                self.hass, subentry_id
            )
        assert self.result["type"] is FlowResultType.FORM

    async def give(self, **user_input: Any) -> dict[str, Any]:
        """Submit a form; wait for what comes after the listening."""
        self.result = await self.manager.async_configure(self.result["flow_id"], user_input)
        while self.result["type"] in {
            FlowResultType.SHOW_PROGRESS,
            FlowResultType.SHOW_PROGRESS_DONE,
        }:
            assert self.result["step_id"] == "listen"
            await wait_for(
                lambda: not any(t.get_name() == f"{DOMAIN} listening" for t in asyncio.all_tasks())
            )
            self.result = await self.manager.async_configure(self.result["flow_id"])
        await self.hass.async_block_till_done()
        return self.result

    @property
    def errors(self) -> dict[str, str]:
        return self.result["errors"]


@pytest.fixture
async def flow(installed: Installed) -> Flow:
    await installed.setup()
    return Flow(installed)


def texts() -> dict[str, Any]:
    found: dict[str, Any] = words()["config_subentries"]["meter"]
    return found


@pytest.mark.usefixtures("_patient")
async def test_a_meter_is_heard_and_added(flow, line, installed):
    """Identity, codes and power are shown before anything is made."""
    await flow.begin()
    assert_labelled(texts()["step"]["user"], flow.result["data_schema"])
    async with speaking(line, lambda n: told(-4308 + n)):
        result = await flow.give(port=line.url)
        assert result["step_id"] == "confirm"
        assert_labelled(texts()["step"]["confirm"], result["data_schema"])
        heard = result["description_placeholders"]
        assert heard["meter"] == f"ELF {METER_ID}"
        assert heard["power"].startswith("-430")
        assert f"`{TAKEN}` 10732.3 kWh" in heard["codes"]
        assert int(heard["telegrams"]) >= 3

        result = await flow.give(
            name="Grid",
            advanced={"filter": [" 0100020800FF"], "power_interval": 0, "stale_after": 60},
        )
        assert result["type"] is FlowResultType.CREATE_ENTRY
        (subentry,) = installed.entry.subentries.values()
        await wait_for(lambda: unit_of(installed, subentry.subentry_id).fresh, 30)

    assert subentry.title == "Grid"
    assert subentry.unique_id == METER_ID
    assert subentry.data["filter"] == [GIVEN]
    assert subentry.data["codes"][NET] == "W"
    assert installed.find("sensor", subentry.subentry_id, GIVEN) is None
    assert float(shown(installed, subentry.subentry_id, "surplus")) > 4000


async def test_on_the_network(flow, installed):
    await flow.begin()
    async with SocketLine() as line, speaking(line):
        with patch.object(meter_flow, "TIMING", replace(meter_flow.TIMING, listen=30)):
            await flow.give(port=line.url)
        assert flow.result["step_id"] == "confirm"
        await flow.give(name="Grid")
        assert flow.result["type"] is FlowResultType.CREATE_ENTRY
        (subentry,) = installed.entry.subentries
        await wait_for(lambda: unit_of(installed, subentry).fresh, 30)


async def test_nothing_good_is_heard(flow, line, tmp_path):
    """Whatever is wrong is said, nothing is made, and another try is possible."""
    await flow.begin()
    await flow.give(port=line.url)
    assert flow.errors == {"base": "nothing_heard"}

    async with speaking(line, lambda _: told()[:-9]):
        await flow.give(port=line.url)
    assert flow.errors == {"base": "no_telegram"}
    assert int(flow.result["description_placeholders"]["octets"]) > 0

    async with speaking(line, lambda _: b"/ISk5MT174-0001\r\n1-0:1.8.0*255(1*kWh)\r\n"):
        await flow.give(port=line.url)
    assert flow.errors == {"base": "ascii_meter"}

    async with speaking(line, lambda _: bytes(octet & 0x7F for octet in told())):
        await flow.give(port=line.url)
    assert flow.errors == {"base": "seven_bits"}

    for url in (str(tmp_path / "none"), "socket://127.0.0.1:1", "socket://x", "pigeon://roof"):
        await flow.give(port=url)
        assert flow.errors == {"base": "cannot_open"}, url
        assert flow.result["description_placeholders"]["detail"]
    await flow.give(port="socket://meter..lan:5000")
    assert flow.result["description_placeholders"]["detail"] == "this name is not known"

    for speed in ("fast", "0", "-9600"):
        await flow.give(port=line.url, line={"baudrate": speed})
        assert flow.errors == {"line": "invalid_speed"}, speed
    assert not flow.installed.entry.subentries
    used = {"nothing_heard", "no_telegram", "ascii_meter", "cannot_open", "invalid_speed"}
    used |= {"seven_bits", "port_taken", "another_meter", "invalid_code"}
    assert used == texts()["error"].keys()

    with patch.object(meter_flow, "TIMING", replace(meter_flow.TIMING, listen=30)):
        async with speaking(line):
            await flow.give(port=line.url)
    await flow.give(name="Grid")
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("_patient")
async def test_a_second_head_on_the_same_meter_is_refused(flow, line, installed, tmp_path):
    """Check 7."""
    meter = await add_meter(installed, line.url)
    await flow.begin()
    await flow.give(port=line.url)
    assert flow.errors == {"port": "port_taken"}
    assert flow.result["description_placeholders"]["meter"] == "Meter"

    async with AsyncExitStack() as stack:
        second = await stack.enter_async_context(SerialLine(tmp_path / "second"))
        await stack.enter_async_context(speaking(second))
        await flow.give(port=second.url)
    assert flow.result["type"] is FlowResultType.ABORT
    assert flow.result["reason"] == "already_configured"
    assert texts()["abort"].keys() == {"already_configured"}
    assert list(installed.entry.subentries) == [meter]


@pytest.mark.usefixtures("_patient")
async def test_a_port_that_is_taken_and_another_one(flow, line, installed, tmp_path):
    await add_meter(installed, line.url)
    await flow.begin()
    await flow.give(port=line.url)
    assert flow.errors == {"port": "port_taken"}

    async with AsyncExitStack() as stack:
        second = await stack.enter_async_context(SerialLine(tmp_path / "second"))
        await stack.enter_async_context(speaking(second, lambda _: told(7, server_id=OTHER_ID)))
        await flow.give(port=second.url)
        assert flow.result["step_id"] == "confirm"
        await flow.give(name="Neighbour")
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    assert len(installed.entry.subentries) == 2


@pytest.mark.usefixtures("_patient")
async def test_a_code_that_is_none(flow, line):
    await flow.begin()
    async with speaking(line):
        await flow.give(port=line.url)
    await flow.give(name="Grid", advanced={"filter": ["1-0:1.8"], "power_interval": 7})

    assert flow.errors == {"base": "invalid_code"}
    assert flow.result["description_placeholders"]["code"] == "1-0:1.8"
    await flow.give(name="Grid", advanced={"filter": []})
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("_patient")
async def test_a_running_meter_is_changed(flow, line, installed):
    """It lends its port to the flow, and goes on as it was changed."""
    meter = await add_meter(installed, line.url)
    before = unit_of(installed, meter)
    async with speaking(line, lambda _: told(900)):
        await installed.until("sensor", meter, "net_power", "900.0")
        await flow.begin(meter)
        assert_labelled(texts()["step"]["reconfigure"], flow.result["data_schema"])
        await flow.give(port=line.url)
        assert flow.result["step_id"] == "confirm"

        await flow.give(
            name="Grid", advanced={"inverted": True, "filter": [TAKEN], "power_interval": 0}
        )

        assert flow.result["reason"] == "reconfigure_successful"
        assert unit_of(installed, meter) is not before
        await installed.until("sensor", meter, "net_power", "-900.0", 30)
    assert installed.entry.subentries[meter].title == "Grid"
    assert installed.find("sensor", meter, TAKEN) is None
    assert len(installed.entry.subentries) == 1


@pytest.mark.usefixtures("_patient")
async def test_a_change_to_another_meter_is_refused(flow, line, installed):
    meter = await add_meter(installed, line.url)
    async with speaking(line, lambda _: told(1, server_id=OTHER_ID)):
        await flow.begin(meter)
        await flow.give(port=line.url)
    assert flow.errors == {"base": "another_meter"}
    assert flow.result["step_id"] == "reconfigure"
    # The meter has its port back.
    async with speaking(line, lambda _: told(5)):
        await installed.until("sensor", meter, "net_power", "5.0", 30)
        # And it may be changed once it speaks itself.
        await flow.give(port=line.url)
        assert flow.result["step_id"] == "confirm"
        await flow.give(name="Grid")
    assert flow.result["reason"] == "reconfigure_successful"
    assert installed.entry.subentries[meter].title == "Grid"


async def test_a_flow_that_is_given_up_gives_the_port_back(flow, line, installed):
    meter = await add_meter(installed, line.url)
    unit = unit_of(installed, meter)
    await flow.begin(meter)
    with patch.object(meter_flow, "TIMING", replace(meter_flow.TIMING, listen=30)):
        result = await flow.manager.async_configure(flow.result["flow_id"], {"port": line.url})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    await wait_for(lambda: not unit.reader.connected)
    flow.manager.async_abort(result["flow_id"])
    await wait_for(lambda: unit.reader.connected)


def test_choices_have_words():
    assert words()["selector"]["parity"]["options"].keys() == PARITIES.keys()
    assert texts()["progress"].keys() == {"listening"}


@pytest.mark.usefixtures("_patient")
async def test_a_power_without_a_sign_is_shown_too(flow, line):
    await flow.begin()
    async with speaking(
        line, lambda _: telegram(SERVER_ID, [MAKER, wh(TAKEN, 5), watts(730, ABSOLUTE)])
    ):
        await flow.give(port=line.url)

    assert flow.result["description_placeholders"]["power"] == "730 W"


async def test_a_silent_head_shows_no_power(flow, line):
    """What is not told is not made up."""
    await flow.begin()
    with patch.object(meter_flow, "TIMING", replace(meter_flow.TIMING, listen=30)):
        async with speaking(line, lambda _: telegram(SERVER_ID, [wh(TAKEN, 5), Entry(NET, b"")])):
            await flow.give(port=line.url)
    assert flow.result["description_placeholders"]["power"] == "-"
    assert "W" not in flow.result["description_placeholders"]["codes"].replace("Wh", "")
    await flow.give(name="Grid")
    (subentry,) = flow.installed.entry.subentries
    registry = er.async_get(flow.hass)
    assert registry.async_get_entity_id(
        "sensor", DOMAIN, f"{flow.installed.entry.entry_id}_{subentry}_{TAKEN}"
    )


def test_the_folder_of_the_link(tmp_path: Path):
    """A line that is pulled leaves nothing behind."""
    line = SerialLine(tmp_path / "meter")
    line.plug()
    assert line.plugged
    line.pull()
    assert not line.plugged
    assert not list(tmp_path.iterdir())
