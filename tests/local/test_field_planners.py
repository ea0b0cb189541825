"""Plans as planners send them: each case right, by its number; and what EMHASS publishes."""

from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.exceptions import ServiceValidationError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util, yaml as yaml_util
import pytest

from custom_components.elfe_commande.actions.plans import _day
from custom_components.elfe_commande.actions.schedules import ScheduleError, read_schedule
from custom_components.elfe_commande.core.plan import SLOT, slot_start
from tests.fixtures_home_assistant import wait_for

from .homes import START, LocalInstalled
from .test_set_plan import FIRST, RELAY, relay, slot, water_heater

EMHASS = json.loads(Path(__file__).with_name("emhass_sensors.json").read_text(encoding="utf-8"))
"""What sensors of EMHASS 0.18.7 said, recorded."""
DOCS = Path(__file__).parents[2] / "docs" / "local.md"
LISTS = ("deferrables_schedule", "schedule")


def published(name: str) -> list[dict[str, str]]:
    attributes = EMHASS[name]["attributes"]
    found: list[dict[str, str]] = next(attributes[key] for key in LISTS if key in attributes)
    return found


def on_moments(items: list[dict[str, str]], step: int) -> set[float]:
    """Return the quarters that a list wants, read in the plainest way there is."""
    wanted: set[float] = set()
    for item in items:
        date, value = item.values()
        if value in ("on", "variable") or (value != "off" and float(value) > 1):
            begin = datetime.fromisoformat(date).timestamp()
            wanted |= {begin + n * SLOT for n in range(step // SLOT)}
    return wanted


class TestLists:
    """Lists without Home Assistant."""

    @pytest.mark.parametrize(
        ("name", "slots", "wanted"),
        [
            ("quarters", 96, 12),
            ("half_hours", 96, 12),
            ("day_of_25_hours", 100, None),
            ("day_of_23_hours", 92, None),
            ("power_that_varies", 48, None),
            ("words", 48, None),
            ("prefix_and_whole_numbers", 86, None),
            ("rest_of_a_day", 48, None),
            ("over_since_yesterday", 1, 0),
        ],
    )
    def test_t2_63_what_emhass_publishes(self, name: str, slots: int, wanted: int | None) -> None:
        items = published(name)
        found = read_schedule(items)
        expected = on_moments(items, 1800 if name == "half_hours" else SLOT)
        assert found.start is not None
        assert len(found.decisions) == slots
        assert {found.start + n * SLOT for n, on in enumerate(found.decisions) if on} == expected
        assert wanted is None or len(expected) == wanted
        assert name == "over_since_yesterday" or expected

    @pytest.mark.parametrize(
        ("text", "on"),
        [
            ("2000.0", True),
            ("1950.9999999998", True),
            ("222", True),
            (1487, True),
            ("1", True),
            ("on", True),
            ("variable", True),
            (True, True),
            ("0.0", False),
            ("-0.0", False),
            ("-0.00", False),
            ("5e-9", False),
            (-1e-9, False),
            ("off", False),
            (False, False),
        ],
    )
    def test_t2_63_a_power_in_any_writing(self, text: object, on: bool) -> None:
        found = read_schedule([{"date": "2026-11-28 11:00:00+01:00", "p_deferrable0": text}])
        assert found.decisions == bytes([on])
        assert found.start == datetime(2026, 11, 28, 10, tzinfo=UTC).timestamp()

    @pytest.mark.parametrize("value", ["nan", "inf", "", None, "unknown", "-500.0", [1]])
    def test_t2_63_what_is_no_power_is_told(self, value: object) -> None:
        with pytest.raises(ScheduleError) as told:
            read_schedule([{"date": "2026-11-28T11:00:00+01:00", "p_deferrable0": value}])
        assert (told.value.key, told.value.shown["number"]) == ("plan_value", 0)

    @pytest.mark.parametrize(
        "item",
        [
            {"p_deferrable0": "1.0"},
            {"date": "soon", "p_deferrable0": "1.0"},
            {"date": "2026-02-30T11:00:00Z", "p_deferrable0": "1.0"},
            {"date": "2026-11-28T11:00:00Z"},
            {"timestamp": "2026-11-28T11:00:00.000Z", "P_PV": 0, "P_deferrable0": 0.0},
        ],
    )
    def test_t2_63_nor_is_guessed_what_an_object_means(self, item: dict[str, Any]) -> None:
        with pytest.raises(ScheduleError) as told:
            read_schedule([item])
        assert told.value.key == "plan_item"

    @pytest.mark.parametrize("beside", [-1, 0, 1, 29])
    def test_t2_65_a_list_some_seconds_beside_its_quarters(self, beside: int) -> None:
        begin = datetime(2026, 11, 28, 11, tzinfo=UTC) + timedelta(seconds=beside)
        items = [
            {"time": (begin + timedelta(minutes=15 * n)).isoformat(), "value": 100 * (n in (1, 2))}
            for n in range(4)
        ]
        found = read_schedule(items)
        assert (found.start, found.decisions) == (1795863600, bytes([0, 1, 1, 0]))

    @pytest.mark.parametrize(("minutes", "on"), [(5, [0, 1, 0]), (60, [0, 1, 1, 1, 1, 0])])
    def test_steps_of_another_length(self, minutes: int, on: list[int]) -> None:
        """A quarter-hour of which half or more is on is on."""
        begin = datetime(2026, 11, 28, 11, tzinfo=UTC)
        flags = [0, 0, 1, 1, 1, 0, 0, 0, 0] if minutes == 5 else [0, 1, 0]
        items = [
            {"start": begin + timedelta(minutes=minutes * n), "power": 900 * flag}
            for n, flag in enumerate(flags)
        ]
        if minutes == 60:
            on = [0] * 4 + [1] * 4 + [0] * 4
        assert list(read_schedule(items).decisions) == on

    @pytest.mark.parametrize(
        ("runs", "expected"),
        [
            # Gaps between them are off, whatever comes next.
            ([("11:00", "11:30", 1), ("13:00", "13:15", 1)], [1, 1, 0, 0, 0, 0, 0, 0, 1]),
            ([("13:00", "13:15", 900), ("11:00", "11:30", "on")], [1, 1, 0, 0, 0, 0, 0, 0, 1]),
            ([("11:00", "12:00", 1)], [1, 1, 1, 1]),
            ([("11:00", "11:15", 0), ("11:15", "11:45", 1)], [0, 1, 1]),
            # One without an end lasts until the next begins.
            ([("11:00", None, 1), ("11:30", "11:45", 0), ("11:45", None, 1)], [1, 1, 0, 1]),
            # Hours, of which the second one is on.
            ([("11:00", "12:00", 0), ("12:00", "13:00", 1)], [0, 0, 0, 0, 1, 1, 1, 1]),
        ],
    )
    @pytest.mark.parametrize("names", [("start", "end"), ("from", "to")])
    def test_objects_last_until_their_own_end(
        self, runs: list[tuple[str, str | None, object]], expected: list[int], names: Any
    ) -> None:
        begin, end = names
        items = [
            {
                begin: f"2026-11-28T{at}:00Z",
                end: None if until is None else f"2026-11-28T{until}:00Z",
                "value": value,
            }
            for at, until, value in runs
        ]
        found = read_schedule(items)
        assert (found.start, list(found.decisions)) == (1795863600, expected)

    @pytest.mark.parametrize("end", ["2026-11-28T11:00:00Z", "2026-11-27T12:00:00Z", "later", 5])
    def test_an_end_that_is_none_is_told(self, end: object) -> None:
        with pytest.raises(ScheduleError) as told:
            read_schedule([{"start": "2026-11-28T11:00:00Z", "end": end, "value": 1}])
        assert told.value.key == "plan_item"

    def test_any_order_and_a_date_twice(self) -> None:
        items = published("quarters")
        again = [*reversed(items), items[3] | {"p_deferrable1": "2000.0"}]
        found = read_schedule(again).decisions
        assert found[3]
        assert found[:3] + found[4:] == (
            read_schedule(items).decisions[:3] + read_schedule(items).decisions[4:]
        )

    @pytest.mark.parametrize("count", [92, 96, 100])
    @pytest.mark.parametrize("one", [1, "1", True, "on", 1.0, "1.0"])
    def test_t2_64_days_of_any_length_and_writing(self, count: int, one: object) -> None:
        assert read_schedule([0] * (count - 1) + [one]).decisions == bytes([0] * (count - 1) + [1])

    @pytest.mark.parametrize("count", [0, 1, 91, 93, 95, 97, 99, 101, 192])
    def test_t2_64_other_lengths_are_told(self, count: int) -> None:
        with pytest.raises(ScheduleError) as told:
            read_schedule([0] * count)
        assert told.value.key == "plan_slots"

    @pytest.mark.parametrize("value", [2, "2", 0.5, "x", None, {}])
    def test_other_values_are_told(self, value: object) -> None:
        with pytest.raises(ScheduleError) as told:
            read_schedule([0] * 95 + [value])
        assert (told.value.key, told.value.shown["number"]) == ("plan_value", 95)


@pytest.mark.parametrize(
    ("zone", "when", "run", "first", "slots"),
    [
        # Two hours of real time: the hour in between comes twice, or half of it does.
        ("Australia/Adelaide", "2027-04-03 22:00", ("02:30", "03:30"), "2027-04-03 16:00", 8),
        ("Europe/Paris", "2026-10-24 22:00", ("02:30", "03:30"), "2026-10-25 00:30", 8),
        ("Europe/Paris", "2027-03-27 22:00", ("01:30", "03:30"), "2027-03-28 00:30", 4),
        ("Australia/Lord_Howe", "2027-04-03 22:00", ("01:00", "03:00"), "2027-04-03 14:00", 10),
        ("Asia/Kathmandu", "2027-04-03 22:00", ("02:30", "03:30"), "2027-04-03 20:45", 4),
        ("Europe/Paris", "2027-01-03 22:00", ("22:00:01", "23:59:59"), "2027-01-03 21:00", 8),
        ("Europe/Paris", "2027-01-03 22:00", ("21:59:59", "22:15"), "2027-01-03 21:00", 1),
    ],
)
def test_t2_67_runs_by_the_clocks_of_any_zone(
    zone: str, when: str, run: tuple[str, str], first: str, slots: int
) -> None:
    before = dt_util.get_default_time_zone()
    dt_util.set_default_time_zone(ZoneInfo(zone))
    try:
        now = datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(zone)).timestamp()
        begin, end = (dt_util.parse_time(moment) for moment in run)
        start, decisions = _day({"runs": [{"from": begin, "to": end}]}, now)
    finally:
        dt_util.set_default_time_zone(before)
    assert start == slot_start(now)
    expected = (datetime.fromisoformat(first).replace(tzinfo=UTC).timestamp() - start) / SLOT
    assert [n for n, on in enumerate(decisions) if on] == [int(expected) + n for n in range(slots)]


async def test_t2_63_the_example_of_the_documentation_follows_emhass(
    home: LocalInstalled,
) -> None:
    """As it stands there; the days moved to the present one."""
    number = await water_heater(home)
    mode = home.find("select", number, "mode")
    text = DOCS.read_text(encoding="utf-8")
    example = text[text.index("here EMHASS by its sensors") :].split("```yaml\n")[1].split("```")[0]
    config = yaml_util.parse_yaml(example.replace("select.water_heater", str(mode)))
    sensor, attributes = "sensor.p_deferrable0", EMHASS["rest_of_a_day"]["attributes"]
    items = published("rest_of_a_day")
    moved = slot(home) - datetime.fromisoformat(items[0]["date"])
    shown = [
        item | {"date": (datetime.fromisoformat(item["date"]) + moved).isoformat()}
        for item in items
    ]
    home.hass.states.async_set(sensor, "0.00")
    assert await async_setup_component(home.hass, "automation", config)
    await home.hass.async_block_till_done()

    home.hass.states.async_set(sensor, "1200.00", attributes | {"deferrables_schedule": shown})

    await wait_for(lambda: relay(home) == "on")
    plan = home.status(number).plan
    assert plan is not None
    assert {plan.first_valid + n * SLOT for n, on in enumerate(plan.decisions) if on} == on_moments(
        shown, SLOT
    )


@pytest.mark.parametrize("count", [92, 100])
async def test_t2_64_a_day_of_another_length_is_followed_to_its_end(
    home: LocalInstalled, count: int
) -> None:
    number = await water_heater(home)
    answer = await home.call("set_plan", equipment_id=number, slots=["0"] * (count - 1) + ["1"])
    assert len(answer["equipments"][0]["plan"]["slots"]) == count
    await home.reload()
    home.clock.offset += (count - 1) * SLOT
    await home.cycle()
    await wait_for(lambda: relay(home) == "on")
    home.clock.offset += SLOT
    await home.cycle()
    assert home.status(number).plan is None


@pytest.mark.parametrize("seconds", [-1, 1, 30])
async def test_t2_65_a_start_a_second_beside_its_quarter(
    home: LocalInstalled, seconds: int
) -> None:
    number = await water_heater(home)
    start = slot(home) + timedelta(seconds=seconds)
    answer = await home.call("set_plan", equipment_id=number, slots=FIRST, start=start)
    assert answer["equipments"][0]["plan"]["start"] == slot(home).isoformat()
    assert answer["equipments"][0]["in_force"]
    with pytest.raises(ServiceValidationError) as told:
        await home.call(
            "set_plan", equipment_id=number, slots=FIRST, start=slot(home) + timedelta(minutes=1)
        )
    assert told.value.translation_key == "plan_not_a_quarter"


async def test_t2_66_copies_of_a_late_plan_press_once(home: LocalInstalled) -> None:
    """The plan of the quarter-hour comes in its middle, and again every five minutes."""
    presses: list[str] = []
    home.hass.bus.async_listen(
        "call_service",
        lambda event: (
            presses.append(event.data["service"]) if event.data["domain"] == "button" else None
        ),
    )
    number = await home.add("Lave-linge", START, advanced={"typology": "plug_and_finger"})
    await home.act("switch", "turn_on", number, "pilot")
    home.clock.offset += 1
    for slots in (FIRST, FIRST, [1, 0, *[0] * 94]):
        await home.call("set_plan", equipment_id=number, slots=slots, start=slot(home))
        await home.hass.async_block_till_done()
        home.clock.offset += 120
    await wait_for(lambda: home.ended(number))
    await home.cycle()
    home.clock.offset += SLOT
    await home.cycle()
    assert presses == ["press"]


async def test_t2_66_copies_of_a_late_plan_switch_once_and_off_at_its_end(
    home: LocalInstalled,
) -> None:
    number = await water_heater(home)
    for slots in (FIRST, FIRST, [1, 0, *[0] * 94]):
        await home.call("set_plan", equipment_id=number, slots=slots, start=slot(home))
        await home.hass.async_block_till_done()
        home.clock.offset += 120
    assert relay(home) == "on"
    assert len(home.ended(number)) == 1
    home.clock.offset += SLOT
    await home.cycle()
    assert relay(home) == "off"


async def test_a_list_that_is_over_is_told(home: LocalInstalled) -> None:
    """EMHASS publishes its last step for ever."""
    number = await water_heater(home)
    with pytest.raises(ServiceValidationError) as told:
        await home.call("set_plan", equipment_id=number, slots=published("over_since_yesterday"))
    assert told.value.translation_key == "plan_past"
    assert home.status(number).plan is None


async def test_a_plan_for_later_does_not_know_of_a_hand_over_since(home: LocalInstalled) -> None:
    number = await home.add("Lave-linge", RELAY)
    await home.act("switch", "turn_on", number, "pilot")
    home.clock.offset += 1
    await home.call("set_plan", equipment_id=number, slots=FIRST, start=slot(home, 1))
    home.clock.offset += 60
    await home.act("switch", "turn_off", number, "pilot")
    await home.act("switch", "turn_on", number, "pilot")
    home.clock.offset += SLOT
    await home.cycle()
    decision = home.status(number).decision
    assert decision is not None
    assert decision.reason == "programmed_after_plan"
    assert home.status(number).next_start is None
    assert relay(home) == "off"
