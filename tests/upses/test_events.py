"""The events of a UPS: when they are told, and when they are not."""

from itertools import pairwise
import random

import pytest

from custom_components.elfe_commande.sources.ups.battery_test import Phase, verdict
from custom_components.elfe_commande.sources.ups.profiles import PROFILES, profile_of
from custom_components.elfe_commande.sources.ups.vocabulary.events import GROUPS, KEPT, UpsEvent
from custom_components.elfe_commande.sources.ups.vocabulary.status import (
    Supply,
    supply_of,
    tokens_of,
)
from custom_components.elfe_commande.sources.ups.vocabulary.thresholds import Thresholds
from custom_components.elfe_commande.sources.ups.watch import Watch, accept_test, lose

from .readings import Follower, reading


def test_there_are_21_events_each_in_one_group():
    grouped = [event for events in GROUPS.values() for event in events]

    assert len(grouped) == len(set(grouped)) == len(UpsEvent) == 21
    assert set(grouped) > KEPT


@pytest.mark.parametrize(
    ("status", "supply"),
    [
        ("OL", Supply.MAINS),
        ("OL CHRG", Supply.MAINS),
        ("ALARM OL LB RB", Supply.MAINS),
        ("OB DISCHRG", Supply.BATTERY),
        ("OL OB", Supply.BATTERY),
        ("ECO HE OL NEWER-WORD", Supply.MAINS),
        ("OFF", Supply.UNKNOWN),
        ("DISCHRG CHRG TRIM", Supply.UNKNOWN),
        ("", Supply.UNKNOWN),
    ],
)
def test_a_status_is_read_word_by_word(status, supply):
    assert supply_of(tokens_of({"ups.status": status})) is supply


# ------------------------------------------------------------------------------- mains, battery


def test_a_power_cut_from_its_beginning_to_its_end():
    ups = Follower()

    assert ups.status("OL") == []
    assert ups.status("OB DISCHRG") == ["onbattery"]
    assert ups.status("OB LB DISCHRG") == ["battlow"]
    assert not ups.has("onbattery")
    assert ups.status("OL CHRG") == ["onmains"]
    assert not ups.has("battlow")
    assert ups.status("OL") == []


def test_a_low_battery_that_hesitates_is_no_second_power_cut():
    ups = Follower()
    told = ups.status("OL", "OB", "OB LB", "OB", "OB LB", "OL")

    assert told == ["onbattery", "battlow", "battlow", "onmains"]


def test_mains_that_come_back_with_a_low_battery_are_told():
    ups = Follower()

    assert ups.status("OL", "OB LB", "OL LB CHRG", "OL CHRG") == [
        "onbattery",
        "battlow",
        "onmains",
    ]


def test_what_a_start_finds():
    assert Follower().status("OL", battery_charge=100) == []
    assert Follower().status("OB LB") == ["onbattery", "battlow"]
    assert Follower().read(reading("OB", battery_charge=12)) == ["onbattery", "battlow"]


def test_a_status_that_says_nothing_tells_nothing():
    ups = Follower()

    assert ups.status("OL", "", "OL", "BYPASS", "OB", "", "OB") == ["onbattery"]
    assert ups.watch.supply is Supply.BATTERY


def test_charges_have_a_margin():
    ups = Follower()
    told = [
        (charge, *ups.read(reading(battery_charge=charge)))
        for charge in (90, 20, 21, 21.9, 20, 22, 20.1, 99, 100, 99, 98.1, 100, 98, 100)
    ]

    assert [each for each in told if len(each) > 1] == [
        (20, "battlow"),
        (100, "battfull"),
        (100, "battfull"),
    ]


def test_the_ups_knows_better_when_its_battery_is_low():
    ups = Follower()

    assert ups.read(reading(battery_charge=15, battery_charge_low=10)) == []
    assert ups.read(reading(battery_charge=10, battery_charge_low=10)) == ["battlow"]


# ------------------------------------------------------------------------------------- checks


@pytest.mark.parametrize(
    ("volts", "event"),
    [
        (216.2, "input_voltage_low"),
        (216.3, None),
        (230, None),
        (243.7, None),
        (243.8, "input_voltage_high"),
        # On mains, that is not measured.
        (0, None),
    ],
)
def test_limits_of_the_input_voltage(volts, event):
    ups = Follower()
    told = ups.read(reading(input_voltage=volts, input_voltage_nominal=230))

    assert told == ([] if event is None else [event])
    back = ups.read(reading(input_voltage=230, input_voltage_nominal=230))
    assert back == ([] if event is None else ["input_voltage_ok"])


def test_from_high_to_low_without_a_word_between():
    ups = Follower()
    told = []
    for volts in (250, 251, 200, 199, 230, 231):
        told += ups.read(reading(input_voltage=volts, input_voltage_nominal=230))

    assert told == ["input_voltage_high", "input_voltage_low", "input_voltage_ok"]


def test_a_value_that_is_missing_for_a_while_changes_nothing():
    ups = Follower()

    assert ups.read(reading(input_voltage=250, input_voltage_nominal=230)) == ["input_voltage_high"]
    assert ups.read(reading()) == []
    assert ups.has("input_voltage_high")
    assert ups.read(reading(input_voltage="(null)", input_voltage_nominal=230)) == []
    assert ups.read(reading(input_voltage="nan", input_voltage_nominal=230)) == []
    assert ups.has("input_voltage_high")


def test_frequency():
    ups = Follower()
    at = [
        (hertz, *ups.read(reading(input_frequency=hertz, input_frequency_nominal=50)))
        for hertz in (49.0, 51.0, 51.1, 50, 48.9)
    ]

    assert [told for _, *told in at] == [
        [],
        [],
        ["input_freq_error"],
        ["input_freq_ok"],
        ["input_freq_error"],
    ]


def test_the_output_is_looked_at_while_it_is_on():
    ups = Follower()

    assert ups.read(reading(output_voltage=0, output_voltage_nominal=230)) == []
    assert ups.read(reading("OL OFF", output_voltage=12, output_voltage_nominal=230)) == []
    assert ups.read(reading(output_voltage=200, input_voltage_nominal=230)) == [
        "output_voltage_low"
    ]
    # The output's own nominal voltage counts where it is given.
    assert (
        Follower().read(
            reading(output_voltage=120, output_voltage_nominal=120, input_voltage_nominal=230)
        )
        == []
    )


def test_overload_by_word_and_by_load():
    ups = Follower()

    assert ups.read(reading(ups_load=99)) == []
    assert ups.read(reading(ups_load=100)) == ["output_overload"]
    assert ups.read(reading("OL OVER", ups_load=50)) == []
    assert ups.read(reading(ups_load=50)) == ["output_ok"]
    assert ups.status("OL OVER") == ["output_overload"]
    assert ups.status("OL") == ["output_ok"]


def test_temperature_and_other_thresholds():
    ups = Follower(thresholds=Thresholds(temperature=45, voltage=10))

    assert ups.read(reading(ups_temperature=44.9)) == []
    assert ups.read(reading(ups_temperature=45)) == ["temp_high"]
    assert ups.read(reading(ups_temperature=30)) == ["temp_ok"]
    assert ups.read(reading(input_voltage=210, input_voltage_nominal=230)) == []


# -------------------------------------------------------------------------------- battery test


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Done and passed", "btp"),
        ("DONE AND PASSED", "btp"),
        ("OK - 2026/11/01", "btp"),
        ("Passed (battery good)", "btp"),
        ("Done and error", "btf"),
        ("Done and warning", "btf"),
        ("Failed", "btf"),
        ("Aborted", None),
        ("No test initiated", None),
        ("Unknown", None),
        ("InvalidTest", None),
        ("NO", None),
        ("0", None),
    ],
)
def test_what_a_result_means(text, event):
    assert verdict(text) == (None if event is None else UpsEvent(event))


def test_a_test_told_by_its_result():
    ups = Follower()
    told = []
    for text in ("Done and passed", "In progress", "In progress", "Done and passed", "Aborted"):
        told += ups.read({**reading(), "ups.test.result": text})

    # The old result that was there from the start is no news.
    assert told == ["bti", "btp"]
    assert not ups.has("btp")


def test_a_test_told_by_the_status():
    ups = Follower()
    done = {"ups.test.result": "Done and error"}

    assert ups.read(reading()) == []
    assert ups.read({**reading("OL TEST"), **done}) == ["bti"]
    assert ups.read({**reading("OL CAL"), **done}) == []
    assert ups.read({**reading("OL"), **done}) == ["btf"]


def test_a_command_that_was_accepted():
    ups = Follower()
    old = {**reading(), "ups.test.result": "Done and passed"}
    ups.read(old)

    ups.watch, told = accept_test(ups.watch)

    assert told == (UpsEvent.TEST_INITIATED,)
    # Until the UPS shows something, its old result is not the new one.
    assert ups.read(old) == []
    assert ups.has("bti")
    assert ups.read(reading("OL TEST")) == []
    assert accept_test(ups.watch) == (ups.watch, ())
    assert ups.read(old) == ["btp"]
    assert ups.watch.test is Phase.IDLE


# ------------------------------------------------------------------------------- communication


def test_communication_lost_and_found():
    ups = Follower()
    ups.status("OL", temperature=1)
    ups.read(reading(ups_temperature=50))

    ups.watch, told = lose(ups.watch)

    assert told == (UpsEvent.COMMS_LOST,)
    assert ups.watch.supply is Supply.UNKNOWN
    assert ups.has("temp_high")
    assert lose(ups.watch) == (ups.watch, ())
    assert ups.status("OB") == ["comms_ok", "onbattery"]
    assert ups.status("OB") == []


# -------------------------------------------------------------------------------------- profiles


def test_profiles_are_chosen_by_driver_or_by_hand():
    assert set(PROFILES) == {"basic", "blazer", "standard"}
    assert profile_of("automatic", {"driver.name": "blazer_usb"}).name == "blazer"
    assert profile_of("automatic", {"driver.name": "nutdrv_qx"}).name == "blazer"
    assert profile_of("automatic", {"driver.name": "usbhid-ups"}).name == "standard"
    assert profile_of("automatic", {}).name == "standard"
    assert profile_of("basic", {"driver.name": "blazer_usb"}).name == "basic"


def test_basic_looks_at_supply_and_battery_only():
    ups = Follower("basic")
    odd = {"input_voltage": 100, "input_voltage_nominal": 230, "ups_temperature": 90}

    assert ups.status("OL OVER", **odd) == []
    assert ups.status("OB LB", **odd) == ["onbattery", "battlow"]


@pytest.mark.parametrize(
    ("variables", "charge"),
    [
        ({"battery.voltage": "12.0", "battery.voltage.nominal": "12"}, 100.0),
        ({"battery.voltage": "13.5", "battery.voltage.nominal": "12"}, 100.0),
        ({"battery.voltage": "10.5", "battery.voltage.nominal": "12"}, 50.0),
        ({"battery.voltage": "9.0", "battery.voltage.nominal": "12"}, 0.0),
        (
            {
                "battery.voltage": "12.0",
                "battery.voltage.nominal": "12",
                "battery.voltage.high": "13",
                "battery.voltage.low": "11",
            },
            50.0,
        ),
        ({"battery.voltage": "2.28", "battery.voltage.nominal": "24"}, None),
        ({"battery.voltage": "12.0"}, None),
        ({"battery.voltage.nominal": "12"}, None),
        ({"battery.voltage": "9", "battery.voltage.nominal": "12", "battery.charge": "77"}, 77.0),
    ],
)
def test_blazer_computes_a_charge_that_is_missing(variables, charge):
    assert PROFILES["blazer"].charge(variables) == charge


# ------------------------------------------------------------------------------ 10,000 readings

_STEPS = 10_000
_STATUSES = (
    "OL",
    "OL CHRG",
    "OB DISCHRG",
    "OB LB",
    "OL LB",
    "OFF",
    "",
    "OL OVER",
    "OL TEST",
    "FSD",
)
_RESULTS = ("Done and passed", "Done and error", "In progress", "Aborted", "(null)")


def _chance_reading(chance: random.Random) -> dict[str, str]:
    return {
        "ups.status": chance.choice(_STATUSES),
        "battery.charge": str(chance.choice((5, 20, 21, 50, 98, 99, 100, "(null)"))),
        "input.voltage": str(chance.choice((200, 216.2, 230, 243.8, "x"))),
        "input.voltage.nominal": "230",
        "input.frequency": str(chance.choice((48, 50, 52))),
        "input.frequency.nominal": "50",
        "output.voltage": str(chance.choice((0, 200, 230, 250))),
        "ups.load": str(chance.choice((50, 100))),
        "ups.temperature": str(chance.choice((30, 40))),
        "ups.test.result": chance.choice(_RESULTS),
    }


def test_events_of_a_group_exclude_each_other_whatever_happens():
    chance = random.Random(20261125)
    ups = Follower()
    told: dict[object, list[tuple[int, UpsEvent]]] = {group: [] for group in GROUPS}
    cleared: dict[object, list[int]] = {group: [] for group in GROUPS}
    for step in range(_STEPS):
        before = ups.watch
        match chance.randrange(12):
            case 0:
                ups.watch, news = lose(ups.watch)
            case 1:
                ups.watch, news = accept_test(ups.watch)
            case _:
                look = chance.choice((ups.once, ups.read))
                news = tuple(map(UpsEvent, look(_chance_reading(chance))))
        _check_exclusion(ups.watch)
        for group, events in GROUPS.items():
            mine = [event for event in news if event in events]
            assert len(mine) <= 1, (step, group, mine)
            told[group] += [(step, event) for event in mine]
            if group in before.asserted and group not in ups.watch.asserted:
                cleared[group].append(step)
        # What is told is true from then on, but for a battery that takes the word.
        for event in news:
            assert event in ups.watch.asserted.values() or event is UpsEvent.ON_BATTERY
    for group, events in told.items():
        assert events, f"{group} never spoke"
        for (first, one), (second, other) in pairwise(events):
            repeated = one is other
            between = any(first < step <= second for step in cleared[group])
            restarted = one is other is UpsEvent.TEST_INITIATED
            assert not repeated or restarted or between, (group, one, first, second)
    mains = [event for _, event in told[next(iter(GROUPS))]]
    assert all(one is not other for one, other in pairwise(mains))


def _check_exclusion(watch: Watch) -> None:
    for group, event in watch.asserted.items():
        assert event in GROUPS[group]
    assert len(set(watch.asserted.values())) == len(watch.asserted)
