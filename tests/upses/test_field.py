"""UPSs that are not sure, as people met them: no false alarm, and nothing shed without a reason."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.elfe_commande.sources.ups.errors import Trouble
from custom_components.elfe_commande.sources.ups.profiles import PROFILES
from custom_components.elfe_commande.sources.ups.values import Values, values_of
from custom_components.elfe_commande.sources.ups.vocabulary.plausible import measured
from custom_components.elfe_commande.sources.ups.vocabulary.status import Supply
from custom_components.elfe_commande.sources.ups.watch import accept_test, lose

from .readings import Follower, reading
from .watched import HURRY, watched

STANDARD = PROFILES["standard"]


class Told(Follower):
    """A UPS that is read again and again, one reading after the other."""

    def says(self, *statuses: str, **values: object) -> list[str]:
        """Take one reading with each of these statuses; return all events told."""
        return [event for status in statuses for event in self.once(reading(status, **values))]

    @property
    def asks(self) -> tuple[bool | None, bool]:
        """What shedding hears: whether there are mains, and whether all is about to go off."""
        return self.state.mains, self.state.critical


CALM = (True, False)
CUT = (False, False)
LAST = (False, True)


# ----------------------------------------------------------------------- words for one reading


@pytest.mark.field("T2-22")
@pytest.mark.parametrize("word", ["LB RB", "LB", "RB", "OVER", "OFF", "FSD", "TRIM", "NEW-WORD"])
def test_a_word_that_comes_for_one_reading_is_no_event(word):
    ups = Told()
    ups.says("OL CHRG", battery_charge=97)
    assert ups.says(f"OL DISCHRG {word}", battery_charge=96) == []
    assert ups.asks == CALM
    assert ups.says("OL CHRG", battery_charge=97) == []
    assert ups.asks == CALM


def test_a_second_reading_that_agrees_is_an_event():
    ups = Told()
    assert ups.says("OL", "OL LB", battery_charge=50) == []
    assert ups.watch.unsure
    assert ups.says("OL LB", battery_charge=50) == ["battlow"]
    assert not ups.watch.unsure
    # On mains nothing is shed because of it.
    assert ups.asks == CALM
    assert ups.says("OL", battery_charge=50) == []
    assert ups.has("battlow")
    ups.says("OL", battery_charge=50)
    assert not ups.has("battlow")


def test_two_readings_that_doubt_different_things_agree_on_nothing():
    ups = Told()
    volts = {"input_voltage_nominal": 230}
    assert ups.says("OL", input_voltage=230, **volts) == []
    assert ups.says("OL", input_voltage=250, **volts) == []
    assert ups.says("OL", input_voltage=200, **volts) == []
    assert ups.says("OL", input_voltage=250, **volts) == []
    assert ups.says("OL", input_voltage=250, **volts) == ["input_voltage_high"]


def test_a_power_cut_of_one_reading_sheds_nothing():
    ups = Told()
    assert ups.says("OL", "OB DISCHRG") == ["onbattery"]
    assert ups.asks == CALM
    assert ups.says("OL") == ["onmains"]
    assert ups.asks == CALM


def test_a_true_power_cut_sheds_with_the_second_reading():
    ups = Told()
    ups.says("OL", "OB DISCHRG", "OB DISCHRG")
    assert ups.asks == CUT
    assert ups.says("OB DISCHRG LB") == []
    assert ups.asks == CUT
    assert ups.says("OB DISCHRG LB") == ["battlow"]
    assert ups.asks == LAST
    # Mains for one reading give nothing back.
    assert ups.says("OL CHRG") == ["onmains"]
    assert ups.state.mains is False
    ups.says("OL CHRG")
    assert ups.asks == CALM


def test_what_a_start_finds_is_believed_at_once():
    """Loads that were shed before a restart stay so: nothing says otherwise for a moment."""
    ups = Told()
    ups.says("OB DISCHRG")
    assert ups.asks == CUT
    ups.watch, _ = lose(ups.watch)
    ups.says("OB DISCHRG")
    assert ups.asks == CUT


@pytest.mark.parametrize("charge", [98, 100])
def test_a_full_battery_on_mains_is_not_low(charge):
    ups = Told()
    assert ups.says(*["OL LB"] * 5, battery_charge=charge) == []
    assert not ups.has("battlow")
    # On battery it may be: an old one is called full, and gives up.
    assert ups.says(*["OB LB"] * 2, battery_charge=charge) == ["onbattery", "battlow"]
    assert ups.asks == LAST


@pytest.mark.field("T2-34")
def test_a_false_alarm_and_an_output_that_is_off_in_a_self_test():
    ups = Told()
    told = ups.says("OL CHRG", "OL CHRG")
    told += ups.once(reading("ALARM OL", ups_alarm="Replace battery! No battery installed!"))
    told += ups.says("OL", "OL OFF", "OL OFF", "OL OFF", "OL", output_voltage=0)
    assert told == []
    assert ups.asks == CALM
    assert ups.watch.supply is Supply.MAINS


# ------------------------------------------------------------------- shutdowns that stay announced


@pytest.mark.field("T2-23")
def test_a_shutdown_that_stays_announced_ends_with_the_mains():
    ups = Told()
    ups.says("OL", "OL", "OB DISCHRG", "OB DISCHRG LB", "OB DISCHRG LB", "FSD OB LB", "FSD OB LB")
    assert ups.asks == LAST
    ups.says("FSD OL CHRG", battery_charge=31)
    ups.says("FSD OL CHRG", battery_charge=32)
    assert ups.asks == CALM
    ups.says(*["FSD OL"] * 1000, battery_charge=100)
    assert ups.asks == CALM
    # The next power cut counts anew.
    ups.says("FSD OB DISCHRG", "FSD OB DISCHRG")
    assert ups.asks == LAST
    ups.says("OL", "OL")
    assert ups.asks == CALM


def test_a_shutdown_that_is_announced_on_mains_counts():
    ups = Told()
    ups.says("OL", "FSD OL")
    assert ups.asks == CALM
    ups.says("FSD OL")
    assert ups.asks == (True, True)


def test_a_shutdown_that_a_start_finds_on_mains_is_an_old_one():
    ups = Told()
    ups.says("FSD OL", "FSD OL", "FSD OL")
    assert ups.asks == CALM


def test_a_shutdown_is_an_old_one_after_a_server_was_away():
    ups = Told()
    ups.says("OL", "OB", "FSD OB", "FSD OB")
    ups.watch, _ = lose(ups.watch)
    ups.says("FSD OL", "FSD OL")
    assert ups.asks == CALM


def test_a_shutdown_that_is_announced_before_anything_else_is_heard():
    ups = Told()
    ups.says("FSD OB LB", "FSD OB LB")
    assert ups.asks == LAST


async def test_a_shutdown_that_stays_on_mains_counts_for_its_time(fake):
    async with watched(fake, replace(HURRY, shutdown_stays=0.5)) as ups:
        await ups.until(lambda state: state.connected)
        await fake.set({"ups.status": "FSD OL"})
        await ups.until(lambda state: state.critical)
        await ups.until(lambda state: state.shutdown_stays)
        assert not ups.state.critical
        await fake.set({"ups.status": "OL"})
        await ups.until(lambda state: not state.shutdown_stays)


async def test_a_supply_that_is_never_named_holds_nothing_back_for_ever(fake):
    async with watched(fake, replace(HURRY, shutdown_stays=0.5)) as ups:
        await fake.set({"ups.status": "OB DISCHRG"})
        await ups.until(lambda state: state.mains is False)
        await fake.set({"ups.status": "ALARM"})
        await ups.until(lambda state: state.mains is None)
        await ups.until(lambda state: state.mains is True)


@pytest.mark.parametrize("word", ["BYPASS", "TRIM", "BOOST", "ECO"])
def test_what_is_done_with_the_mains_says_that_there_are_some(word):
    ups = Told()
    ups.says("OB", "OB", word, word)
    assert ups.asks == CALM


# ------------------------------------------------------------------------- tests of the battery


@pytest.mark.field("T2-24")
@pytest.mark.parametrize("word", ["CAL", "TEST"])
def test_a_test_of_the_battery_is_no_power_cut(word):
    ups = Told()
    ups.says("OL CHRG", battery_charge=100)
    told = []
    for charge, status in ((90, "OB DISCHRG"), (15, "OB DISCHRG LB"), (9, "OB DISCHRG LB")):
        told += ups.says(*[f"{status} {word}"] * 3, battery_charge=charge)
        assert ups.asks == CALM
        assert ups.state.status == "test"
        assert ups.state.on_battery is False
    assert told == ["bti"]
    told = ups.says("OL CHRG", "OL CHRG", battery_charge=40)
    assert told == []
    assert ups.state.status == "mains"


def test_mains_that_fail_in_a_test_are_a_power_cut():
    ups = Told()
    ups.says("OL", "OB DISCHRG CAL", "OB DISCHRG CAL")
    assert ups.says("OB DISCHRG", "OB DISCHRG") == ["onbattery"]
    assert ups.asks == CUT


def test_a_test_that_only_its_result_tells():
    ups = Told()
    ups.once(reading(input_voltage=230))
    running = {**reading("OB DISCHRG", input_voltage=230), "ups.test.result": "In progress"}
    assert [ups.once(running) for _ in range(3)] == [["bti"], [], []]
    assert ups.asks == CALM
    # The input has no voltage: no test does that.
    ups.read({**running, "input.voltage": "0.0"})
    assert ups.asks == CUT


async def test_a_test_of_ours_that_the_ups_does_not_name(fake):
    """On battery after the command, with mains there: it is the test."""
    async with watched(fake) as ups:
        await ups.until(lambda state: state.connected)
        await ups.watcher.run_command("test.battery.start.deep")
        await fake.set({"ups.test.result": "", "ups.status": "OB DISCHRG LB"})
        await ups.until(lambda state: state.status == "test")
        await ups.until(lambda state: not state.watch.unsure)
        assert (ups.state.mains, ups.state.critical) == CALM
        await fake.set({"ups.status": "OL CHRG"})
        await ups.until(lambda state: state.status == "mains")
        assert "onbattery" not in ups.told
        # The next time there is no test.
        await fake.set({"ups.status": "OB DISCHRG LB"})
        await ups.until(lambda state: state.critical)


async def test_a_test_that_never_shows_excuses_nothing(fake):
    async with watched(fake, replace(HURRY, test_begins=0.3)) as ups:
        await ups.until(lambda state: state.connected)
        ups.watcher.state = replace(ups.state, watch=accept_test(ups.state.watch)[0])
        await asyncio.sleep(0.6)
        await fake.set({"ups.status": "OB DISCHRG LB"})
        await ups.until(lambda state: state.critical)


async def test_a_test_that_does_not_end_excuses_nothing_for_ever(fake):
    async with watched(fake, replace(HURRY, test_lasts=0.5)) as ups:
        await fake.set({"ups.test.result": "In progress", "ups.status": "OB DISCHRG LB"})
        await ups.until(lambda state: state.status == "test")
        await ups.until(lambda state: state.critical)


# ------------------------------------------------------------------------- values that cannot be


ZEROS = {
    "input.voltage": "0.0",
    "input.frequency": "0.0",
    "output.voltage": "0.0",
    "battery.voltage": "0.00",
}
NOMINAL = {"input.voltage.nominal": "230", "input.frequency.nominal": "50"}


@pytest.mark.field("T2-29")
@pytest.mark.parametrize("driver", ["nutdrv_qx", "blazer_usb", "usbhid-ups"])
@pytest.mark.parametrize("status", ["OL", "OL CHRG LB", "OL OVER"])
def test_zeros_everywhere_are_nothing_that_was_measured(driver, status):
    ups = Told()
    zeros = {**NOMINAL, **ZEROS, "driver.name": driver, "battery.charge": "0", "ups.load": "0"}
    told = [e for _ in range(3) for e in ups.once({**zeros, "ups.status": status})]
    assert told == (["output_overload"] if "OVER" in status else [])
    assert values_of({**zeros, "ups.status": status}, STANDARD) == Values()
    assert ups.asks == CALM
    # Once it is answered, it is told.
    assert ups.once({**zeros, "ups.status": "OL", "input.voltage": "229.0"}) == []
    assert measured({**zeros, "ups.status": "OL", "input.voltage": "229.0"}, "input.voltage") == 229


def test_mains_that_failed_have_no_voltage():
    variables = {**NOMINAL, "ups.status": "OB DISCHRG", "input.voltage": "0.0"}
    assert values_of(variables, STANDARD).input_voltage == 0
    ups = Told()
    ups.says("OL")
    assert "input_voltage_low" in [*ups.once(variables), *ups.once(variables)]


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("battery.charge", "1000", "OL"),
        ("battery.charge", "255", "OB DISCHRG"),
        ("battery.charge", "-143.2", "OL"),
        ("battery.charge", "0", "OL"),
        ("battery.charge.low", "345.6", "OL"),
        ("battery.voltage", "10000000", "OL"),
        ("input.voltage", "41216", "OL"),
        ("input.voltage", "23.0", "OL"),
        ("input.voltage", "2300", "OB"),
        ("input.voltage", "-1", "OB"),
        ("output.voltage", "23.1", "OL"),
        ("output.voltage", "3946", "OB"),
        ("output.voltage", "-29733682", "OL"),
        ("input.frequency", "5990", "OL"),
        ("input.frequency", "0.0", "OB"),
        ("ups.temperature", "302", "OL"),
        ("ups.temperature", "-273", "OL"),
        ("ups.load", "4.6e254", "OL"),
        ("ups.load", "660", "OL"),
        ("ups.load", "-1", "OL"),
        ("ups.temperature", "655.35", "OL"),
        ("battery.voltage", "1.2", "OL"),
        ("battery.charge", "65535", "OL"),
        ("input.voltage", "nan", "OL"),
    ],
)
def test_a_value_that_cannot_be_is_not_shown_and_no_alarm(name, value, status):
    variables = {**NOMINAL, "ups.status": status, "output.voltage.nominal": "230", name: value}
    assert STANDARD.charge(variables) is None
    if name != "battery.charge":
        assert measured(variables, name) is None
    ups = Told()
    assert [ups.once(variables) for _ in range(3)] == [
        ["onbattery"] if status != "OL" else [],
        [],
        [],
    ]
    shown = values_of(variables, STANDARD)
    assert shown == Values()


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("battery.charge", "0", "OB DISCHRG LB"),
        ("battery.charge", "0", "OL CHRG"),
        ("battery.charge", "100.0", "OL"),
        ("battery.voltage", "473", "OL"),
        ("input.voltage", "187", "OL"),
        ("input.voltage", "12", "OB"),
        ("output.voltage", "0", "OL OFF"),
        ("output.voltage", "250", "OB"),
        ("input.frequency", "48.2", "OL"),
        ("ups.temperature", "60.6", "OL"),
        ("ups.load", "130", "OL OVER"),
    ],
)
def test_a_value_that_can_be_is_a_value(name, value, status):
    variables = {**NOMINAL, "ups.status": status, name: value}
    assert measured(variables, name) == float(value)


@pytest.mark.parametrize(
    ("name", "value", "status", "shown"),
    [
        # A tenth, where no nominal voltage is told: of mains that alternate it cannot be.
        ("input.voltage", "23.0", "OL", None),
        ("output.voltage", "11.9", "OB", None),
        ("input.voltage", "101", "OL", 101),
        ("input.voltage", "23.0", "OB", 23.0),
        ("output.voltage", "0", "OL OFF", 0),
    ],
)
def test_a_voltage_without_a_nominal_one(name, value, status, shown):
    variables = {"ups.status": status, "input.frequency": "50.1", name: value}
    assert measured(variables, name) == shown


def test_a_ups_of_direct_current_has_little_voltage():
    variables = {"ups.status": "OL", "input.voltage": "4.98", "output.voltage": "12.1"}
    shown = values_of(variables, STANDARD)
    assert (shown.input_voltage, shown.output_voltage) == (4.98, 12.1)


def test_a_nominal_voltage_that_cannot_be_is_none():
    variables = {**NOMINAL, "output.voltage.nominal": "2300", "output.voltage": "231"}
    ups = Told()
    assert ups.read({**variables, "ups.status": "OL"}) == []
    assert measured({**variables, "ups.status": "OL"}, "output.voltage") == 231


def test_the_voltage_of_a_cell_is_not_that_of_the_battery():
    variables = {"ups.status": "OL", "battery.voltage": "2.28", "battery.voltage.nominal": "24"}
    assert values_of(variables, STANDARD).battery_voltage is None
    packs = {"ups.status": "OL", "battery.voltage": "54.1", "battery.voltage.nominal": "12"}
    assert values_of(packs, STANDARD).battery_voltage == 54.1


# ------------------------------------------------------------------------------ looked at again


async def test_what_is_not_sure_is_looked_at_again_soon(fake):
    """Also where the next look is an hour away."""
    slow = replace(HURRY, status_period=3600.0, values_period=3600.0, confirm=0.05)
    await fake.set({"ups.status": "OB LB"})
    async with watched(fake, slow) as ups:
        await ups.until(lambda state: state.critical)


async def test_a_fault_is_confirmed_before_the_values_are_due(fake):
    async with watched(fake, replace(HURRY, values_period=3600.0)) as ups:
        await ups.until(lambda state: state.connected)
        await fake.set({"ups.temperature": "60"})
        await ups.watcher.look(publish=True)
        await ups.until_told("temp_high")


@pytest.mark.field("T2-27")
async def test_an_empty_status_is_not_heard(fake):
    async with watched(fake, replace(HURRY, lost_for=0.3)) as ups:
        await fake.set({"ups.status": "OB DISCHRG"})
        await ups.until(lambda state: state.mains is False)
        ups.told.clear()
        await fake.set({"ups.status": "", "ups.load": "0", "ups.model": "NO MODEL"})
        await ups.until_told("comms_lost")
        assert ups.state.trouble is Trouble.SILENT
        assert ups.state.detail == "ups.status is empty"
        assert ups.state.mains is None
        await ups.until(lambda state: state.lost)
        del fake.variables["ups.status"]
        await asyncio.sleep(0.2)
        assert ups.state.connected is False
        await fake.set({"ups.status": "OL"})
        await ups.until(lambda state: state.mains is True)


@pytest.mark.parametrize("status", ["", "  ", "NOCOMM", "OL COMMLOST"])
async def test_a_server_that_says_it_does_not_hear_the_ups(fake, status):
    async with watched(fake) as ups:
        await ups.until(lambda state: state.connected)
        await fake.set({"ups.status": status})
        await ups.until(lambda state: state.connected is False)
