"""A day of quarter-hours from any planner: what is taken, what is refused, what follows."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError
import pytest
import voluptuous as vol

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.plan import SLOT, slot_start
from custom_components.elfe_commande.engine.ground.events import PlanReceived
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled

RELAY, OTHER = "input_boolean.relay", "input_boolean.other"
FIRST = [1, *[0] * 95]


def slot(home: LocalInstalled, ahead: int = 0) -> datetime:
    """Return the beginning of a quarter-hour, the present one or another."""
    return datetime.fromtimestamp(slot_start(home.clock.now()) + ahead * SLOT, UTC)


def relay(home: LocalInstalled) -> str:
    state = home.hass.states.get(RELAY)
    assert state is not None
    return state.state


def received(home: LocalInstalled) -> list[PlanReceived]:
    return [event for event in home.events if isinstance(event, PlanReceived)]


async def water_heater(home: LocalInstalled) -> int:
    return await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")


async def test_a_plan_is_followed_at_once_and_shown(home: LocalInstalled) -> None:
    number = await water_heater(home)
    answer = await home.call("set_plan", equipment_id=number, slots=FIRST)
    (answered,) = answer["equipments"]
    assert answered["in_force"]
    assert (answered["decision"], answered["source"], answered["reason"]) == (
        "on",
        "action",
        "planned",
    )
    assert answered["plan"]["runs"] == [
        {"start": slot(home).isoformat(), "end": slot(home, 1).isoformat()}
    ]
    assert [event.ids for event in received(home)] == [frozenset({number})]
    await wait_for(lambda: relay(home) == "on")

    (shown,) = (await home.call("get_plan", equipment_id=number))["equipments"]
    assert shown["plan"] == answered["plan"]
    assert shown["plan"]["start"] == slot(home).isoformat()
    assert home.state("sensor", number, "decision").attributes["source"] == "action"

    home.clock.offset += SLOT
    await home.cycle()
    assert relay(home) == "off"


async def test_the_same_decision_again_orders_nothing(home: LocalInstalled) -> None:
    number = await water_heater(home)
    await home.call("set_plan", equipment_id=number, slots=[1] * 96)
    await wait_for(lambda: home.ended(number))
    await home.call("set_plan", equipment_id=number, slots=[1] * 96)
    await home.call("set_plan", equipment_id=number, slots=[1, 1, *[0] * 94])
    await home.hass.async_block_till_done()
    assert len(home.ended(number)) == 1
    await home.call("set_plan", equipment_id=number, slots=[0] * 96)
    await wait_for(lambda: relay(home) == "off")


async def test_several_equipments_and_a_plan_for_later(home: LocalInstalled) -> None:
    first = await water_heater(home)
    second = await home.add("Chauffage", OTHER, kind="heater", operation="continuous")
    start = slot(home, 2)
    answer = await home.call(
        "set_plan", equipment_id=[first, second], slots=FIRST, start=start, version=1
    )
    assert [each["in_force"] for each in answer["equipments"]] == [False, False]
    assert not home.ended(first)
    for _ in range(2):
        home.clock.offset += SLOT
        await home.cycle()
    for number in (first, second):
        assert [e.act for e in home.ended(number)] == [Act.ON]


async def test_runs_in_words_of_a_clock(home: LocalInstalled) -> None:
    number = await water_heater(home)
    begin, end = (dt_util.as_local(slot(home, ahead)) for ahead in (1, 3))
    answer = await home.call(
        "set_plan",
        equipment_id=number,
        runs=[
            {"from": begin.strftime("%H:%M"), "to": end.strftime("%H:%M")},
            {"from": slot(home, 95), "to": slot(home, 96)},
        ],
    )
    plan = answer["equipments"][0]["plan"]
    assert [place for place, wanted in enumerate(plan["slots"]) if wanted] == [1, 2, 95]


async def test_runs_fill_the_day_on_which_summer_time_ends(home: LocalInstalled) -> None:
    await home.hass.config.async_set_time_zone("Europe/Paris")
    number = await water_heater(home)
    end = datetime(dt_util.now().year + 1, 10, 31, tzinfo=dt_util.get_default_time_zone())
    sunday = end - timedelta(days=(end.weekday() + 1) % 7)
    for day, slots in ((sunday - timedelta(days=1), 96), (sunday, 100)):
        home.clock.offset += day.timestamp() + 300 - home.clock.now()
        runs: list[dict[str, Any]] = [{"from": "23:00", "to": "00:00"}]
        (answer,) = (await home.call("set_plan", equipment_id=number, runs=runs))["equipments"]
        wanted = answer["plan"]["slots"]
        assert wanted == [False] * (slots - 4) + [True] * 4
        runs[0]["to"] = (day + timedelta(days=1)).replace(minute=15)
        with pytest.raises(ServiceValidationError) as caught:
            await home.call("set_plan", equipment_id=number, runs=runs)
        assert caught.value.translation_key == "plan_run"


async def test_a_machine_handed_over_in_the_middle_of_a_slot_is_started_in_it(
    home: LocalInstalled,
) -> None:
    """An automation hands over and plans in the same second, as here."""
    number = await home.add("Lave-linge", RELAY)
    await home.act("switch", "turn_on", number, "pilot")
    await home.call("set_plan", equipment_id=number, slots=FIRST)
    await wait_for(lambda: relay(home) == "on")
    await home.until("switch", number, "pilot", "off")
    state = home.status(number).equipment.state
    assert (state.mode, state.command, state.control, state.ems_order) == (20, 13, 15, True)

    # Handed over again, it waits: that plan was for the laundry before.
    home.clock.offset += 1
    await home.act("switch", "turn_on", number, "pilot")
    await home.cycle()
    assert relay(home) == "off"
    decision = home.status(number).decision
    assert decision is not None
    assert decision.reason == "programmed_after_plan"


MISTAKES: dict[str, dict[str, Any]] = {
    "plan_slots": {"slots": [1] * 95},
    "plan_value": {"slots": [2, *[0] * 95]},
    "plan_version": {"slots": FIRST, "version": 2},
    "plan_not_a_quarter": {"slots": FIRST, "start": timedelta(minutes=7)},
    "plan_past": {"slots": FIRST, "start": timedelta(days=-1)},
    "plan_future": {"slots": FIRST, "start": timedelta(days=1, minutes=15)},
    "plan_run": {"runs": [{"from": timedelta(hours=2), "to": timedelta(hours=1)}]},
}


async def test_a_mistake_is_told_and_changes_nothing(home: LocalInstalled) -> None:
    def moment(value: Any) -> Any:
        return slot(home) + value if isinstance(value, timedelta) else value

    number = await water_heater(home)
    for key, given in MISTAKES.items():
        asked = {name: moment(value) for name, value in given.items()}
        if "runs" in asked:
            asked["runs"] = [{n: moment(v) for n, v in run.items()} for run in asked["runs"]]
        with pytest.raises(ServiceValidationError) as caught:
            await home.call("set_plan", equipment_id=number, **asked)
        assert caught.value.translation_key == key
    forms: list[dict[str, Any]] = [{}, {"slots": FIRST, "runs": []}, {"slots": 3}]
    for given in forms:
        with pytest.raises(vol.Invalid):
            await home.call("set_plan", equipment_id=number, **given)
    assert not received(home)
    assert not home.ended(number)
    assert (await home.call("get_plan", equipment_id=number))["equipments"][0]["plan"] is None


@pytest.mark.parametrize(
    ("said", "nearest"), [("06:50", "06:45"), ("06:53", "07:00"), ("23:55", "00:00")]
)
async def test_a_time_beside_a_quarter_is_told_the_nearest(
    home: LocalInstalled, said: str, nearest: str
) -> None:
    """In the words of the clock on the wall, as it was asked."""
    await home.hass.config.async_set_time_zone("Europe/Paris")
    number = await water_heater(home)
    with pytest.raises(ServiceValidationError) as caught:
        await home.call("set_plan", equipment_id=number, runs=[{"from": said, "to": "09:00"}])
    assert caught.value.translation_placeholders == {"moment": said, "nearest": nearest}
    day = dt_util.as_local(slot(home, 96)).date()
    with pytest.raises(ServiceValidationError) as caught:
        await home.call("set_plan", equipment_id=number, slots=FIRST, start=f"{day} 06:50")
    assert caught.value.translation_placeholders == {
        "moment": f"{day} 06:50",
        "nearest": f"{day} 06:45",
    }


async def test_what_was_saved_is_told_with_its_date(home: LocalInstalled) -> None:
    await home.hass.config.async_set_time_zone("Europe/Paris")
    number = await water_heater(home)
    begin, end = (dt_util.as_local(slot(home, ahead)) for ahead in (1, 3))
    runs = [{"from": begin.strftime("%H:%M"), "to": end.strftime("%H:%M")}]
    (answer,) = (await home.call("set_plan", equipment_id=number, runs=runs))["equipments"]
    same_day = begin.date() == end.date()
    until = end.strftime("%H:%M" if same_day else "%Y-%m-%d %H:%M")
    assert answer["saved"] == f"Saved: on {begin:%Y-%m-%d %H:%M}\N{EN DASH}{until}"
    (answer,) = (await home.call("set_plan", equipment_id=number, slots=[0] * 96))["equipments"]
    now = dt_util.as_local(slot(home))
    assert answer["saved"] == f"Saved: off for the day from {now:%Y-%m-%d %H:%M} on"


async def test_state_and_plan_outlive_a_restart(home: LocalInstalled) -> None:
    number = await water_heater(home)
    machine = await home.add("Lave-linge", OTHER, cycle_duration=60)
    await home.call("set_plan", equipment_id=number, slots=[1, 1, *[0] * 94])
    await home.act("select", "select_option", machine, "mode", option="forced_off")
    await home.call("set_cycle_duration", equipment_id=machine, duration={"minutes": 90})
    await wait_for(lambda: home.ended(number))
    before = {n: home.status(n).equipment for n in (number, machine)}

    await home.reload()

    assert {n: home.status(n).equipment for n in (number, machine)} == before
    assert home.state("select", machine, "mode").state == "forced_off"
    (shown,) = (await home.call("get_plan", equipment_id=number))["equipments"]
    assert shown["plan"]["slots"][:3] == [True, True, False]
    home.clock.offset += SLOT
    await home.cycle()
    assert home.ended(number)[-1].result.outcome is Outcome.ACKNOWLEDGED


async def test_a_full_disk_keeps_no_plan_and_says_so(home: LocalInstalled) -> None:
    """What is not on disk was not taken; the home says what is wrong, until it is not."""
    number = await water_heater(home)
    with patch(
        "homeassistant.helpers.storage.write_utf8_file_atomic",
        side_effect=WriteError("no space left"),
    ):
        with pytest.raises(HomeAssistantError) as told:
            await home.call("set_plan", equipment_id=number, slots=FIRST)
        assert told.value.translation_key == "plan_not_stored"
        assert "disk_unwritable" in [problem.key for problem in home.hub.engine.problems]
    assert home.status(number).plan is None

    await home.cycle()

    assert "disk_unwritable" not in [problem.key for problem in home.hub.engine.problems]
    await home.call("set_plan", equipment_id=number, slots=FIRST)
    await wait_for(lambda: relay(home) == "on")


async def test_a_plan_of_ones_own_is_ones_own_at_once_and_after_a_restart(
    home: LocalInstalled,
) -> None:
    number = await water_heater(home)
    assert home.state("sensor", None, "newest_plan").state == "unknown"

    await home.call("set_plan", equipment_id=number, slots=FIRST)
    await home.hass.async_block_till_done()

    assert home.state("sensor", None, "newest_plan").state == slot(home).isoformat()
    await wait_for(lambda: relay(home) == "on")
    for _ in range(2):
        await wait_for(
            lambda: home.state("sensor", number, "decision").attributes["source"] == "action"
        )
        assert "the plan set by an action" in home.state("sensor", number, "reason").state
        await home.reload()
