"""The numbered start as people see it: sensors, actions, logbook."""

from pathlib import Path
from typing import Any

from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.elfe_commande.automations.chronicle import EVENT_UNCLEAN_STOP
from custom_components.elfe_commande.core.lifecycle import Code
from tests.engine.bench import calm
from tests.fixtures_home_assistant import Installed, wait_for

from .homes import WASHING, live_in
from .test_stops import keep, remembered_code, restore

FIRST = [int(code) for code in Code if code <= Code.RUNNING]
KNOWN = [code for code in FIRST if code != Code.SPEED]


def codes(steps: list[dict[str, Any]]) -> list[int]:
    return [step["code"] for step in steps]


async def test_the_start_is_shown_step_by_step(installed: Installed) -> None:
    await live_in(installed, WASHING)
    await installed.setup()

    shown = await installed.until("sensor", None, "lifecycle", "running")
    assert codes(shown.attributes["history"]) == FIRST
    assert list(shown.attributes["durations"]) == [str(code) for code in FIRST[:-1]]
    assert all(step["seconds"] >= 0 for step in shown.attributes["history"][:-1])
    assert installed.state("binary_sensor", None, "ready").state == "on"

    status = await installed.call("get_status")
    assert (status["code"], status["state"], status["text"]) == (20, "running", "Running")
    assert codes(status["history"]) == FIRST
    assert status["history"][7]["details"] == "1"
    assert status["speed"] in {"fast", "medium", "slow"}
    assert status["unclean_stop"] is False


async def test_a_restart_is_a_new_start(installed: Installed) -> None:
    await live_in(installed, WASHING)
    await installed.setup()
    former = installed.hub
    told: list[int] = []
    former.coordinator.watch_all(lambda _: told.append(int(former.engine.lifecycle.code)))

    await installed.call("restart")

    await installed.running_again(former)
    assert [*dict.fromkeys(told)] == [30, 31, 32, 33]
    assert [int(t.code) for t in installed.hub.engine.lifecycle.history] == KNOWN
    assert not installed.hub.engine.unclean_stop


async def test_a_restart_is_refused_unless_running(installed: Installed) -> None:
    await live_in(installed, WASHING)
    await installed.setup()
    installed.hub.engine.begin_restart()

    with pytest.raises(ServiceValidationError) as refused:
        await installed.call("restart")

    assert refused.value.translation_key == "not_running"
    assert refused.value.translation_placeholders == {"code": "30", "state": "restarting"}
    assert installed.state("binary_sensor", None, "ready").state in {"on", "off"}
    await installed.until("binary_sensor", None, "ready", "off")


async def test_not_everybody_may_restart(installed: Installed, hass_read_only_user: Any) -> None:
    await live_in(installed, WASHING)
    await installed.setup()
    with pytest.raises(Unauthorized):
        await installed.hass.services.async_call(
            "elfe_commande",
            "restart",
            {},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )
    assert installed.hub.engine.lifecycle.running


async def test_a_kill_is_told_in_the_logbook(
    installed: Installed, stored: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kept = tmp_path_factory.mktemp("killed") / "storage"
    await live_in(installed, WASHING)
    installed.world.timing = calm(outputs_wait=0.2)
    await installed.setup()
    memory = stored / f"elfe_commande.{installed.entry.entry_id}.memory"
    await wait_for(memory.exists)
    assert remembered_code(stored, installed) == 20
    keep(stored, kept)
    await installed.unload()
    restore(kept, stored)
    told = async_capture_events(installed.hass, EVENT_UNCLEAN_STOP)

    await installed.setup()

    await wait_for(lambda: told)
    (event,) = told
    assert event.data["entity_id"] == installed.entity_id("sensor", None, "lifecycle")
    assert installed.state("sensor", None, "lifecycle").attributes["unclean_stop"] is True
