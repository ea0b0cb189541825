"""What is shown of a meter: guarded, thinned out, with the sign it has."""

import pytest

from custom_components.elfe_commande.sources.sml import (
    EnergyGuard,
    Meter,
    MeterSettings,
    MeterTiming,
)
from custom_components.elfe_commande.sources.sml.meter import Rate
from custom_components.elfe_commande.sources.sml.obis import PUBLIC_KEY
from demo.sml import Entry, Unit, telegram
from tests.sources.meters import ABSOLUTE, GIVEN, NET, SERVER_ID, TAKEN, one, said, watts, wh

RAW = MeterSettings(MeterTiming(power_interval=0, energy_interval=0, smoothing=0))


def meter(*entries: Entry, settings: MeterSettings = RAW) -> Meter:
    """Return a meter that told these values once."""
    found = Meter(settings)
    found.hear(one(telegram(SERVER_ID, entries)), 0)
    return found


# ------------------------------------------------------------------------------- net, surplus


@pytest.mark.parametrize(
    ("entries", "net"),
    [
        ((watts(-104.38), watts(500, "1-0:1.7.0*255")), -104.38),
        ((watts(300, "1-0:1.7.0*255"), watts(1200, "1-0:2.7.0*255")), -900),
        ((watts(14.4, "1-0:1.7.0*255"),), 14.4),
        ((watts(1200, "1-0:2.7.0*255"),), -1200),
        (
            (
                watts(-1393, "1-0:36.7.0*255"),
                watts(100, "1-0:56.7.0*255"),
                watts(50, "1-0:76.7.0*255"),
            ),
            -1243,
        ),
        ((watts(137.1, ABSOLUTE),), None),
        ((wh(TAKEN, 5),), None),
    ],
)
def test_net_power(entries, net):
    found = meter(*entries)

    assert found.net_power == net
    assert found.surplus == (None if net is None else max(0, -net))
    assert found.signed == (net is not None)


def test_a_power_without_a_sign_is_no_net_power():
    assert meter(watts(137.1, ABSOLUTE)).lacks_sign
    assert not meter(watts(137.1, ABSOLUTE), watts(-137.1)).lacks_sign
    assert not meter(wh(TAKEN, 5)).lacks_sign


def test_the_sign_can_be_inverted():
    settings = MeterSettings(RAW.timing, inverted=True)
    found = meter(watts(900), watts(900, "1-0:36.7.0*255"), wh(TAKEN, 5), settings=settings)

    assert found.net_power == -900
    assert found.surplus == 900
    assert found.shown == {NET: -900, "1-0:36.7.0*255": -900, TAKEN: 5}


def test_the_surplus_is_smoothed():
    found = Meter(MeterSettings(MeterTiming(power_interval=0, smoothing=30)))
    found.hear(said(0), 0)
    shown = []
    for second in range(1, 121):
        found.hear(said(-3000), second)
        shown.append(found.surplus)

    assert shown == sorted(shown)
    assert shown[29] == pytest.approx(3000 * (1 - 2.718281828**-1), rel=0.01)
    assert shown[-1] == pytest.approx(3000, rel=0.02)
    assert found.net_power == -3000


# ---------------------------------------------------------------------------- what is left out


def test_filtered_codes_are_not_shown():
    key = Entry(PUBLIC_KEY, bytes(48))
    assert PUBLIC_KEY not in meter(key, watts(1)).shown
    hides = MeterSettings(RAW.timing, hidden=frozenset({NET}))
    found = meter(key, watts(1), settings=hides)
    assert PUBLIC_KEY in found.shown
    assert NET not in found.shown
    assert found.net_power is None


# ------------------------------------------------------------------------------ how often


@pytest.mark.parametrize(
    ("power", "energy", "powers", "energies"), [(5, 60, 120, 10), (0, 0, 600, 600)]
)
def test_how_often_values_are_shown(power, energy, powers, energies):
    """Check 9: a telegram a second for ten minutes."""
    found = Meter(MeterSettings(MeterTiming(power_interval=power, energy_interval=energy)))
    counts = dict.fromkeys(Rate, 0)
    for second in range(600):
        # Telegrams are never exactly on time.
        rates = found.hear(said(-4300 - second, 1000 + second), second + second % 3 / 10)
        for rate in rates:
            counts[rate] += 1

    assert counts[Rate.POWER] == powers
    assert counts[Rate.ENERGY] == energies
    assert counts[Rate.CHANGE] == 0


def test_after_a_silence_values_are_shown_at_once_and_not_too_often():
    found = Meter(MeterSettings())
    found.hear(said(1), 0)
    assert Rate.ENERGY in found.hear(said(2), 1000)
    shown = [second for second in range(1001, 1021) if Rate.POWER in found.hear(said(3), second)]
    assert shown == [1005, 1010, 1015, 1020]


def test_a_code_that_comes_later_is_shown_at_once():
    found = Meter(MeterSettings())
    found.hear(said(None), 0)
    assert found.net_power is None
    assert Rate.POWER in found.hear(said(-7), 1)
    assert (found.net_power, found.shown[NET]) == (-7, -7)


# -------------------------------------------------------------------------------- silences


def test_a_silent_meter_is_stale():
    found = Meter(MeterSettings())
    assert found.is_stale(0)
    found.hear(said(1), 10)
    assert not found.is_stale(129.9)
    assert found.is_stale(130)


def test_a_meter_without_its_pin():
    found = Meter(MeterSettings())
    for second in range(0, 599, 20):
        found.hear(said(None, 2_043_000), second)
        assert not found.lacks_power(second)
    found.hear(said(None, 2_043_000), 600)
    assert found.lacks_power(600)

    found.hear(said(194, 2_043_104.9), 601)
    assert not found.lacks_power(601)
    found.hear(said(None, 2_044_000), 602)
    assert not found.lacks_power(602)


# ------------------------------------------------------------------------------------ guard


def test_a_counter_goes_on():
    guard = EnergyGuard()
    for second, value in enumerate((0, 1, 1, 20, 35.5)):
        assert guard.accept(value, second) == value
    # After a long silence, all that three phases can have taken.
    assert guard.accept(69_000, 3604) == 69_000


def test_an_impossible_value_is_held_back():
    guard = EnergyGuard()
    assert guard.accept(5000, 0) == 5000
    assert guard.accept(900_000, 1) == 5000
    assert guard.accept(5001, 2) == 5001
    assert guard.accept(0, 3) == 5001
    assert guard.accept(700_000, 4) == 5001
    assert guard.accept(0, 5) == 5001
    assert guard.accept(5002, 6) == 5002


@pytest.mark.parametrize("other", [0, 900_000])
def test_what_three_telegrams_agree_on_is_believed(other):
    guard = EnergyGuard()
    guard.accept(5000, 0)
    assert [guard.accept(other + n, 1 + n) for n in range(3)] == [5000, 5000, other + 2]
    assert guard.accept(other + 3, 4) == other + 3


def test_rounding_is_no_fall():
    """A meter that lost its PIN tells whole kilowatt-hours: the counter waits to be overtaken."""
    guard = EnergyGuard()
    guard.accept(2_043_104.9, 0)
    assert {guard.accept(2_043_000, n) for n in range(1, 100)} == {2_043_104.9}
    assert guard.accept(2_044_000, 100) == 2_044_000


def test_counters_are_guarded_and_powers_are_not():
    found = Meter(RAW)
    found.hear(said(-4300, 10_000, 20_000), 0)
    found.hear(said(9000, 100, 20_000), 1)

    assert found.shown[TAKEN] == 10_000
    assert found.shown[GIVEN] == 20_000
    assert found.net_power == 9000


def test_reactive_counters_are_guarded_too():
    code = "1-0:3.8.0*255"
    found = meter(Entry(code, 5000, Unit.VAR_HOUR, 0))
    found.hear(one(telegram(SERVER_ID, [Entry(code, 10, Unit.VAR_HOUR, 0)])), 1)
    assert found.shown[code] == 5000
