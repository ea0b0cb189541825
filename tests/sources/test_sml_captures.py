"""Captures of real meters are read as their golden values say."""

import random
import re

import pytest

from custom_components.elfe_commande.sources.sml import FrameReader, Meter, MeterSettings
from custom_components.elfe_commande.sources.sml.frames import START
from custom_components.elfe_commande.sources.sml.power import lacks_sign, net_power
from tests.sources.meters import ABSOLUTE, GIVEN, NET, TAKEN, capture, captures, pieces, read

# Frames read, counters taken and given (Wh), power with a sign (W): seeds-spec 2.3, and for the
# others what an independent reader said.
GOLDEN = {
    "DZG_DVS-7412.2_jmberg": (1, 5_430_157.7, 26_244_572.6, 356.24),
    "DZG_DVS-7420.2V.G2_mtr1_error": (0, None, None, None),
    "DZG_DVS-7420.2V.G2_mtr2_neg": (3, 13_232.9, 1_500_321.4, -104.38),
    "EMH-ED300L_consumption": (1, 17_243_368.3, None, None),
    "EMH_eHZ-GW8E2A500AK2": (16, None, None, 14.4),
    "EMH_eHZ-IW8E2A5L0EK2P_with_error": (11, 2_795_693.7, None, 136.4),
    "EMH_mME40-AE6AKF0K0": (12, 428_904.3, None, 2567),
    "EasyMeter_Q3A_A1064V1009": (4, 2_941_647.1626, 110_073.1603, 687.86),
    "HOLLEY_DTZ541-ZDBA": (7, None, 314_926.0, 462),
    "ISKRA_MT175_D1A52-V22-K0t": (8, 10_732_309.1, 28_275_333.2, -4297),
    "ISKRA_MT631-D1A52-K0z-H01_with_PIN": (5, 2_043_104.9, 0, 194),
    "ISKRA_MT631-D1A52-K0z-H01_without_PIN": (5, 2_043_000, 0, None),
    "dzg_dwsb20_2th_2byte": (15, 142_439.0, 2_017_199.0, -306.88),
    "dzg_dwsb20_2th_3byte": (14, 142_429.8, 2_016_208.1, -760.47),
    "DrNeuhaus_SMARTY_ix-130": (12, None, 4373.0, None),
    "eBZ_DD3_DD32R06DTA-SMZ1": (4, 13_024_000, 1000, None),
}
REJECTED = {"EasyMeter_Q3A_A1064V1009": 3, "dzg_dwsb20_2th_3byte": 2}
ISKRA = "ISKRA_MT175_D1A52"


NAMES = [path.stem for path in captures()]


@pytest.mark.parametrize("name", NAMES or ["any"])
def test_golden_values(name):
    """Checks 1 and 2: telegrams counted, last values, for each capture that is there."""
    frames = FrameReader()

    found = frames.feed(capture(name))

    assert frames.valid == len(found)
    if name not in GOLDEN:
        return
    count, taken, given, power = GOLDEN[name]
    assert len(found) == count
    assert frames.rejected == REJECTED.get(name, 0)
    if found:
        last = found[-1].readings
        assert (last[TAKEN].number if TAKEN in last else None) == taken
        assert (last[GIVEN].number if GIVEN in last else None) == given
        assert net_power(last) == power
        assert lacks_sign(last) == (power is None and ABSOLUTE in last)


def test_golden_values_cover_the_captures():
    capture("")
    assert len(GOLDEN.keys() & set(NAMES)) >= min(13, len(NAMES))


@pytest.mark.parametrize("size", [1, 7, 37, 4096])
@pytest.mark.parametrize("noise", [0, 3000])
def test_any_pieces_and_noise_before(size, noise):
    """Check 4."""
    octets = capture(ISKRA)
    whole = read(octets)

    found = read(*pieces(random.Random(size).randbytes(noise) + octets, size))

    assert found == whole
    assert len(found) == 8


def test_every_byte_flipped():
    """Check 3: nothing is ever told that was not in the capture, nothing is raised."""
    octets = capture(ISKRA)
    golden = read(octets)
    starts = [m.start() for m in re.finditer(re.escape(START), octets)]
    ends = [*starts[1:], len(octets)]
    for start, end in zip(starts, ends, strict=True):
        for place in range(start, end):
            # Its neighbours are read again and again: some of the time is enough for them.
            around = bytearray(octets[start:] if place % 97 == 0 else octets[start:end])
            around[place - start] ^= 0xFF
            assert all(telegram in golden for telegram in read(bytes(around)))


def test_the_sun_feeds_the_grid():
    """Check 23, as far as the meter goes: the surplus is what the capture gave."""
    meter = Meter(MeterSettings())
    surpluses = []
    for second, telegram in enumerate(read(capture(ISKRA))):
        meter.hear(telegram, second)
        surpluses.append(meter.surplus)
        assert meter.heard[NET].number == net_power(telegram.readings)
    assert 4297 <= min(surpluses) <= max(surpluses) <= 4308


def test_the_counter_does_not_fall_when_an_older_capture_is_played():
    """Check 10, without Home Assistant: with and without the PIN, the same meter."""
    meter = Meter(MeterSettings())
    second = 0
    for name in ("ISKRA_MT631-D1A52-K0z-H01_with_PIN", "ISKRA_MT631-D1A52-K0z-H01_without_PIN"):
        for telegram in read(capture(name)):
            second += 61
            meter.hear(telegram, second)
    assert meter.shown[TAKEN] == 2_043_104.9
