"""Meters with their own ways, as people met them: net power is right, or said to be unknown."""

from collections.abc import Iterable

import pytest

from custom_components.elfe_commande.sources.sml import (
    FrameReader,
    Meter,
    MeterSettings,
    MeterTiming,
)
from demo.sml import Entry, Unit, kermit, telegram
from tests.sources.meters import ABSOLUTE, GIVEN, NET, TAKEN, capture, read

RAW = MeterSettings(MeterTiming(power_interval=0, energy_interval=0, smoothing=0))
L1, L2, L3 = "1-0:36.7.0*255", "1-0:56.7.0*255", "1-0:76.7.0*255"
NET_ENERGY = "1-0:16.8.0*255"

# Status words: of base meters, and after the EDL specification.
TAKES, GIVES, RESTS = 0x1C0104, 0x1C0904, 0x1C0004
EDL_TAKES, EDL_GIVES, EDL_RESTS = 0x182, 0x1A2, 0x180


def made_by(maker: str, serial: int = 4711) -> bytes:
    """Return the server id of a meter."""
    return bytes((10, 1)) + maker.encode() + bytes((0,)) + serial.to_bytes(4)


def counter(code: str, tenths: int, status: int | None = None, **more: int) -> Entry:
    """Return a counter in tenths of a watt-hour."""
    return Entry(code, tenths, Unit.WATT_HOUR, -1, status, **more)


def power(value: int, size: int | None = None, code: str = NET, scaler: int = 0) -> Entry:
    """Return a power, as wide as it is sent."""
    return Entry(code, value, Unit.WATT, scaler, size=size)


class Heard:
    """A meter of some maker, from the bytes of its line to what is shown."""

    def __init__(self, maker: str, settings: MeterSettings = RAW) -> None:
        self.server_id = made_by(maker)
        self.frames = FrameReader()
        self.meter = Meter(settings)
        self.second = 0

    def says(self, *entries: Entry) -> float | None:
        """Take a telegram; return the net power that is shown."""
        return self.takes(telegram(self.server_id, entries, seconds=self.second))

    def takes(self, octets: bytes) -> float | None:
        (found,) = self.frames.feed(octets)
        self.second += 1
        self.meter.hear(found, self.second)
        return self.meter.net_power


# ------------------------------------------------------------------ sign bytes that are missing


@pytest.mark.field("T2-35")
def test_a_sign_byte_that_is_missing_after_more_was_given():
    """EFR's SGM-DD gives 140, 61 and 1 W: the last two come as 00C3 and 00FF."""
    efr = Heard("EFR")
    # 61 W come as 195: unknown, and no import.
    assert efr.says(counter(TAKEN, 5000), counter(GIVEN, 70), power(195, 2)) is None
    assert efr.meter.surplus is None
    assert NET not in efr.meter.shown
    assert efr.says(counter(TAKEN, 5000), counter(GIVEN, 70), power(-140, 2)) == -140
    assert efr.says(counter(TAKEN, 5000), counter(GIVEN, 70), power(0xC3, 2)) == -61
    assert efr.meter.surplus == 61
    assert efr.says(counter(TAKEN, 5000), counter(GIVEN, 71), power(0xFF, 2)) == -1
    assert efr.meter.shown[NET] == -1


def test_a_sign_byte_that_is_missing_by_the_counters():
    efr = Heard("EFR")
    assert efr.says(counter(TAKEN, 5000), counter(GIVEN, 70), power(180, 2)) is None
    assert efr.says(counter(TAKEN, 5000), counter(GIVEN, 71), power(180, 2)) == 180 - 256
    # What is taken grows: 180 W are taken.
    assert efr.says(counter(TAKEN, 5001), counter(GIVEN, 71), power(180, 2)) == 180
    assert efr.says(counter(TAKEN, 5001), counter(GIVEN, 71), power(300, 2)) == 300
    assert efr.says(counter(TAKEN, 5001), counter(GIVEN, 71), power(127, 2)) == 127


@pytest.mark.parametrize(("status", "net"), [(TAKES, 200), (GIVES, 200 - 256)])
def test_a_sign_byte_that_is_missing_by_the_status_word(status, net):
    """EFR's SGM-C tells the status word of base meters."""
    assert Heard("EFR").says(counter(TAKEN, 5000, status), power(200, 2)) == net


def test_other_makers_mean_what_they_send():
    assert Heard("ISK").says(counter(TAKEN, 5000), power(200, 2)) == 200
    assert Heard("EFR").says(counter(TAKEN, 5000), power(200, 4)) == 200
    assert Heard("EFR").says(counter(TAKEN, 5000), power(-200, 2)) == -200


@pytest.mark.parametrize(
    ("sent", "size", "status", "net"),
    [
        # 400 W taken come in two bytes, the first bit of which is no sign.
        (40_000 - 65_536, 2, TAKES, 400),
        (140 - 256, 1, TAKES, 1.4),
        # 105.5 and 46 W given are what they look like.
        (-10_550, 2, GIVES, -105.5),
        (-4600, 2, 0x1C1904, -46),
        (-91_515, 3, GIVES, -915.15),
        # 325.21 W given, whose first byte of three is 00 instead of FF.
        (65_536 - 32_521, 3, GIVES, -325.21),
        (33_015, 3, TAKES, 330.15),
        # Nothing flows: the direction says nothing.
        (-50, 2, RESTS, -0.5),
    ],
)
def test_powers_of_dzg_by_the_status_word(sent, size, status, net):
    dzg = Heard("DZG")
    assert dzg.says(counter(TAKEN, 5000, status), power(sent, size, scaler=-2)) == net


@pytest.mark.parametrize(("status", "net"), [(0x040104, 506.88), (0x041904, -148.48)])
def test_a_meter_of_one_phase_tells_no_total(status, net):
    """DZG's WS74 tells the power of its phase only, whose direction is bit 12."""
    dzg = Heard("DZG")
    assert dzg.says(counter(TAKEN, 5000, status), power(-14_848, 2, L1, -2)) == net


def test_of_each_phase_the_direction_is_its_own():
    gives_on_the_third = 0x1C4104
    dzg = Heard("DZG")
    net = dzg.says(
        counter(TAKEN, 5000, gives_on_the_third),
        *(power(-20_000, 2, code, -2) for code in (L1, L2, L3)),
    )
    assert net == pytest.approx(455.36 + 455.36 - 200)


# ------------------------------------------------------------- the direction in the status word


@pytest.mark.parametrize(
    ("status", "net"),
    [(EDL_TAKES, 137.1), (EDL_GIVES, -137.1), (0x101A2, -137.1), (TAKES, 137.1), (GIVES, -137.1)],
)
def test_a_power_without_a_sign_has_the_one_of_the_status_word(status, net):
    """EMH's ED300L: 15.7.0, and A2 as the last byte of the status while energy is given."""
    emh = Heard("EMH")
    assert emh.says(counter(TAKEN, 5000, status), power(1371, code=ABSOLUTE, scaler=-1)) == net
    assert emh.meter.surplus == max(0, -net)
    assert not emh.meter.lacks_sign


def test_the_way_may_come_with_the_counter_of_what_is_given():
    emh = Heard("EMH")
    entries = counter(TAKEN, 5000), counter(GIVEN, 80, EDL_GIVES), power(90, code=ABSOLUTE)
    assert emh.says(*entries) == -90


@pytest.mark.parametrize("status", [None, 0, 0x102, 0x80, EDL_RESTS, 0x1B0, RESTS, 0xFFE00904])
def test_a_status_word_that_says_no_direction_is_none(status):
    emh = Heard("EMH")
    assert emh.says(counter(TAKEN, 5000, status), power(137, code=ABSOLUTE)) is None
    assert emh.meter.surplus is None
    assert emh.meter.lacks_sign


def test_below_what_counts_the_way_stays():
    emh = Heard("EMH")
    assert emh.says(counter(TAKEN, 5000, EDL_GIVES), power(30, code=ABSOLUTE)) == -30
    assert emh.says(counter(TAKEN, 5000, EDL_RESTS), power(2, code=ABSOLUTE)) == -2
    assert emh.says(counter(TAKEN, 5000, EDL_TAKES), power(2, code=ABSOLUTE)) == 2


def test_a_meter_whose_telegrams_take_turns_keeps_its_power():
    meter = Heard("XYZ")
    assert meter.says(power(-300)) == -300
    slow = Meter(MeterSettings())
    for second in range(4):
        entries = [power(-300)] if second % 2 == 0 else [counter(TAKEN, 5000)]
        (found,) = read(telegram(made_by("XYZ"), entries))
        slow.hear(found, second)
        assert slow.net_power == -300


def test_counters_that_say_otherwise_are_believed_more():
    """A meter that means its bits the other way round: the power is unknown, not wrong."""
    odd = Heard("EMH")
    nets = [
        odd.says(counter(TAKEN, 5000 + n, EDL_GIVES), counter(GIVEN, 9), power(90, code=ABSOLUTE))
        for n in range(5)
    ]
    assert nets == [-90, -90, None, None, None]
    assert odd.meter.lacks_sign


def test_a_net_power_that_never_has_a_sign():
    """Holley's DTZ251: 16.7.0 is positive whichever way, bit 11 of the status word tells it."""
    holley = Heard("HLY")
    assert holley.says(counter(TAKEN, 5000, 0x1D4104), power(250)) == 250
    assert holley.says(counter(TAKEN, 5001, 0x1D4904), power(250)) == -250
    assert holley.meter.surplus == 250


def test_a_net_power_that_has_a_sign_needs_no_status_word():
    iskra = Heard("ISK")
    assert iskra.says(counter(TAKEN, 5000, EDL_GIVES), power(-40)) == -40
    # The word lags a telegram behind.
    assert iskra.says(counter(TAKEN, 5000, EDL_GIVES), power(35)) == 35


def test_the_sign_of_the_status_word_can_be_inverted():
    emh = Heard("EMH", MeterSettings(RAW.timing, inverted=True))
    assert emh.says(counter(TAKEN, 5000, EDL_GIVES), power(137, code=ABSOLUTE)) == 137


def test_a_real_meter_without_a_sign_takes():
    meter = Meter(RAW)
    for second, found in enumerate(read(capture("EMH-ED300L"))):
        meter.hear(found, second)
    assert meter.net_power == 137.1


TAKEN_BY_PHASE = ("1-0:21.7.0*255", "1-0:41.7.0*255", "1-0:61.7.0*255")
GIVEN_BY_PHASE = ("1-0:22.7.0*255", "1-0:42.7.0*255", "1-0:62.7.0*255")


@pytest.mark.parametrize(
    ("taken", "given", "net"),
    [((100, 0, 0), (0, 250, 0), -150), ((310, 40, 5), (0, 0, 0), 355), ((0,), (417,), -417)],
)
def test_phases_that_are_told_each_way(taken, given, net):
    meter = Heard("XYZ")
    said = [
        power(watts, code=code)
        for codes, each in ((TAKEN_BY_PHASE, taken), (GIVEN_BY_PHASE, given))
        for code, watts in zip(codes, each, strict=False)
    ]
    assert meter.says(*said) == net
    assert meter.meter.surplus == max(0, -net)


@pytest.mark.parametrize(("status", "net"), [(None, None), (EDL_TAKES, 350), (GIVES, -350)])
def test_phases_without_a_sign_have_the_one_of_the_status_word(status, net):
    meter = Heard("XYZ")
    phases = (
        power(watts, code=code) for code, watts in zip(TAKEN_BY_PHASE, (50, 100, 200), strict=True)
    )
    assert meter.says(counter(TAKEN, 5000, status), *phases) == net
    assert meter.meter.lacks_sign is (net is None)


# ----------------------------------------------------------------------- numbers that cannot be


@pytest.mark.parametrize(
    ("value", "size", "signed"),
    [
        # -200 W whose sign went another way.
        (0xFFFF_FF38, 4, False),
        (0xFFFF_FF38, 8, True),
        (1_000_001, 4, True),
    ],
)
def test_a_power_that_no_meter_measures_is_unknown(value, size, signed):
    meter = Heard("XYZ")
    assert meter.says(power(-200)) == -200
    assert meter.says(Entry(NET, value, Unit.WATT, 0, size=size, signed=signed)) is None
    assert meter.meter.surplus is None
    assert NET not in meter.meter.shown
    # It is not what a missing PIN looks like, and over with the next telegram.
    assert not meter.meter.lacks_power(10_000)
    assert meter.says(power(-210)) == -210


def test_of_a_total_no_part_is_left_out():
    meter = Heard("XYZ")
    absurd = Entry("1-0:1.7.0*255", 2**40, Unit.WATT, 0, size=8)
    assert meter.says(absurd, power(120, code="1-0:2.7.0*255")) is None
    assert meter.says(power(2**40, 8, L1), power(10, code=L2), counter(TAKEN, 5000)) is None
    assert meter.meter.shown == {TAKEN: 500}


@pytest.mark.parametrize(
    ("code", "unit", "value"),
    [("1-0:32.7.0*255", Unit.VOLT, 10**9), ("1-0:31.7.0*255", Unit.AMPERE, -(10**6))],
)
def test_other_quantities_can_be_beyond_all_measure_too(code, unit, value):
    meter = Heard("XYZ")
    assert meter.says(power(300), Entry(code, value, unit, 0, size=8)) == 300
    assert meter.meter.shown == {NET: 300}


def test_a_power_without_a_unit_is_a_power():
    meter = Heard("XYZ")
    for _ in range(700):
        assert meter.says(Entry(NET, 417), counter(TAKEN, 5000)) == 417
    assert not meter.meter.lacks_power(700)


# ------------------------------------------------------------------- counters that turn negative


@pytest.mark.field("T2-38")
def test_a_counter_is_never_negative():
    """In three bytes with a sign, 838,860.7 Wh are followed by less than nothing."""
    efr = Heard("EFR")
    shown = []
    for tenths in (0x7FFFFE, 0x7FFFFF, 0x800000, 0x800005):
        efr.says(counter(TAKEN, tenths, size=3), power(300))
        shown.append(efr.meter.shown[TAKEN])
    assert shown == [838_860.6, 838_860.7, 838_860.8, 838_861.3]


def test_a_counter_that_is_negative_from_the_start():
    efr = Heard("EFR")
    efr.says(counter(GIVEN, 0xDF0000, size=3), counter("1-0:2.8.1*255", 0xDF0000, size=3))
    assert efr.meter.shown[GIVEN] == efr.meter.shown["1-0:2.8.1*255"] == 1_461_452.8


def test_a_counter_of_four_bytes_and_a_reactive_one():
    meter = Heard("XYZ")
    meter.says(
        counter(TAKEN, 0x9000_0000, size=4), Entry("1-0:3.8.0*255", 0x90, Unit.VAR_HOUR, 0, size=1)
    )
    assert meter.meter.shown == {TAKEN: 241_591_910.4, "1-0:3.8.0*255": 144}


def test_what_is_taken_less_what_is_given_may_be_negative_and_fall():
    meter = Heard("XYZ")
    for tenths in (500, 40, -300, -310):
        meter.says(counter(NET_ENERGY, tenths), power(-900))
    assert meter.meter.shown[NET_ENERGY] == -31


# ------------------------------------------------------------ checksums, fields, values within


@pytest.mark.field("T2-39")
def test_times_without_their_choice_and_no_power():
    """Holley's DTZ541 of 2019: bare times, a server id and firmware, no power: a PIN is missing."""
    holley = Heard("HLY")
    entries = (
        Entry("1-0:96.50.1*1", b"HLY"),
        Entry(TAKEN, 4_711_000, Unit.WATT_HOUR, -1, 0x1CA904, size=4, signed=False, at=77),
        Entry(GIVEN, 815_000, Unit.WATT_HOUR, -1, 0x1CA904, size=4, signed=False, at=77),
        Entry("1-0:0.2.0*0", b"1.02.003"),
    )
    for _ in range(700):
        assert holley.says(*entries) is None
    assert holley.meter.shown[TAKEN] == 471_100
    assert holley.meter.shown[GIVEN] == 81_500
    assert holley.meter.lacks_power(700)


@pytest.mark.field("T2-40")
@pytest.mark.parametrize("length", range(4))
def test_a_bare_time_and_any_padding(length):
    holley = Heard("HLY")
    net = holley.says(
        Entry(TAKEN, 61_000_000, Unit.WATT_HOUR, -1, 4, at=99_000_000),
        power(0),
        Entry("1-0:32.7.0*255", 2311, Unit.VOLT, -1),
        Entry("1-0:14.7.0*255", 499, Unit.HERTZ, -1),
        Entry("1-0:0.2.0*0", b"2.10.00"[: length + 1]),
    )
    assert net == 0
    assert holley.meter.shown[TAKEN] == 6_100_000
    assert holley.meter.shown["1-0:32.7.0*255"] == 231.1
    assert holley.meter.shown["1-0:14.7.0*255"] == 49.9


@pytest.mark.field("T2-42")
@pytest.mark.parametrize("watts", [-1, -128, -129, -523, -32_768, -40_000])
def test_small_and_large_powers_given(watts):
    iskra = Heard("ISK")
    net = iskra.says(counter(TAKEN, 9_000_000, 0x1C2904), counter(GIVEN, 30), power(watts))
    assert net == watts
    assert iskra.meter.surplus == -watts


@pytest.mark.field("T2-43")
@pytest.mark.parametrize("tail", ["7707", "770701", "1b1b", "01010101", "1a", "1b1b1b1b"])
def test_a_value_that_looks_like_the_beginning_of_another(tail):
    tenths = int(f"00{tail}", 16)
    iskra = Heard("ISK")
    assert iskra.says(counter(TAKEN, tenths, size=8), counter(GIVEN, 21), power(290)) == 290
    assert iskra.meter.shown[TAKEN] == tenths / 10
    assert iskra.meter.shown[GIVEN] == 2.1


@pytest.mark.field("T2-44")
def test_whole_kilowatt_hours_and_no_pin():
    """Iskra's MT681: a scaler of three, two tariffs, no power."""
    first, second = "1-0:1.8.1*255", "1-0:1.8.2*255"
    iskra = Heard("ISK")
    shown = []
    for minute in range(12):
        iskra.second = minute * 60
        iskra.says(
            Entry(TAKEN, 201 + minute, Unit.WATT_HOUR, 3, EDL_TAKES, size=8),
            Entry(first, 61 + minute, Unit.WATT_HOUR, 3, size=8),
            Entry(second, 140, Unit.WATT_HOUR, 3, size=8),
        )
        shown.append(iskra.meter.shown[TAKEN])
    assert shown == [201_000 + 1000 * minute for minute in range(12)]
    assert iskra.meter.shown[first] == 72_000
    assert iskra.meter.lacks_power(660)
    iskra.second = 661
    iskra.says(counter(TAKEN, 2_120_009), power(310))
    assert not iskra.meter.lacks_power(662)
    assert iskra.meter.shown[TAKEN] == 212_000.9


def test_a_checksum_that_is_not_the_standards():
    """Holley's DTZ541 computes another one over its messages."""
    holley = Heard("HLY")
    entries = [counter(TAKEN, 5000, TAKES), power(-250)]
    assert holley.takes(telegram(holley.server_id, entries, check=kermit)) == -250
    assert holley.takes(telegram(holley.server_id, entries)) == -250


def test_another_checksum_finds_mistakes_too():
    octets = telegram(made_by("HLY"), [counter(TAKEN, 5000, TAKES), power(-250)], check=kermit)
    for place in range(len(octets)):
        broken = bytearray(octets)
        broken[place] ^= 0x41
        assert read(bytes(broken)) == []


def test_no_other_checksum_is_taken():
    octets = telegram(made_by("HLY"), [power(-250)], check=lambda _: b"\x12\x34")
    frames = FrameReader()
    assert frames.feed(octets) == []
    assert (frames.valid, frames.rejected) == (0, 1)


# --------------------------------------------------------------------------- seven bits


def without_eighth_bit(octets: bytes) -> bytes:
    return bytes(octet & 0x7F for octet in octets)


def some(maker: str = "ISK") -> bytes:
    return telegram(
        made_by(maker), [counter(TAKEN, 4_000_321, EDL_TAKES), power(-523), Entry(L1, 3)]
    )


def fed(*pieces: bytes) -> FrameReader:
    frames = FrameReader()
    for piece in pieces:
        frames.feed(piece)
    return frames


@pytest.mark.field("T2-37")
def test_a_line_that_drops_the_eighth_bit_is_known_by_one_telegram():
    spoiled = without_eighth_bit(some())
    assert fed(spoiled).drops_eighth_bit
    assert fed(*(spoiled[n : n + 7] for n in range(0, len(spoiled), 7))).drops_eighth_bit


@pytest.mark.parametrize(
    "pieces",
    [
        [some()[:-1] + b"\0"],
        [some()[:60], some()],
        [without_eighth_bit(some()), some()],
        [without_eighth_bit(some())[:100]],
        [b"/ISk5MT174-0001\r\n" * 20],
        [b"\x1b\x1b\x1b\x1b" * 100],
        [b"a" * 4000],
    ],
)
def test_other_troubles_are_no_lost_bit(pieces: Iterable[bytes]):
    assert not fed(*pieces).drops_eighth_bit


def test_a_line_that_begins_to_drop_the_eighth_bit_while_it_is_read():
    frames = fed(some(), some())
    frames.feed(without_eighth_bit(some()) * 2)
    assert frames.drops_eighth_bit
    frames.feed(some())
    assert not frames.drops_eighth_bit
    assert frames.valid == 3
