"""Telegrams are found in the bytes of a line, and nothing else is."""

import random

import pytest
from sml import SmlBase, SmlCloseResponse, SmlGetListResponse, SmlOpenResponse

from custom_components.elfe_commande.sources.sml import FrameReader, ObisError, normalize
from custom_components.elfe_commande.sources.sml.frames import CAPACITY, START
from demo.sml import Entry, Unit, octets_of, telegram
from demo.sml.writer import ESCAPE
from tests.sources.meters import (
    GIVEN,
    METER_ID,
    NET,
    SERVER_ID,
    TAKEN,
    one,
    pieces,
    read,
    told,
    watts,
    wh,
)

# ------------------------------------------------------------------------------ the writer


def test_the_writer_writes_what_the_parser_reads():
    """Every width of number, text of every length, absent and present fields."""
    numbers = [0, 1, -1, 127, -128, 128, 32_767, -32_768, 40_000, -(2**31), 2**31, 2**62]
    texts = [b"", b"a", b"x" * 14, b"x" * 15, b"x" * 250, b"x" * 260, bytes(48)]
    entries = [Entry(f"1-0:1.7.{n}*255", value, Unit.WATT, 0) for n, value in enumerate(numbers)]
    entries += [Entry(f"1-0:96.1.{n}*255", value) for n, value in enumerate(texts)]
    entries += [Entry("1-0:1.8.0*255", 7, Unit.WATT_HOUR, 3, status=0x1C0104)]

    end, frame = SmlBase.find_frame(octets := telegram(SERVER_ID, entries, seconds=77))

    assert end == len(octets)
    kinds = [type(message["messageBody"]) for message in frame]
    assert kinds == [SmlOpenResponse, SmlGetListResponse, SmlCloseResponse]
    body = frame[1]["messageBody"]
    assert body["serverId"] == "1 ELF00 1234 5678"
    assert body["actSensorTime"] == 77
    found = {each["objName"]: each for each in body["valList"]}
    assert [found[f"1-0:1.7.{n}*255"]["value"] for n in range(len(numbers))] == numbers
    for n, text in enumerate(texts):
        # The parser leaves out what is empty, and decodes an identity of its own accord.
        if n:
            assert found[f"1-0:96.1.{n}*255"]["value"] == text
    assert found["1-0:1.8.0*255"]["value"] == 7000
    assert found["1-0:1.8.0*255"]["status"] == 0x1C0104
    assert found["1-0:1.8.0*255"]["unit"] == "Wh"


@pytest.mark.parametrize("length", range(8))
def test_the_writer_pads_to_four_bytes(length):
    octets = telegram(SERVER_ID, [Entry("1-0:0.2.0*0", b"v" * (length + 1))])

    assert len(octets) % 4 == 0
    assert one(octets).readings["1-0:0.2.0*0"].value == "v" * (length + 1)


@pytest.mark.parametrize(
    "content",
    [ESCAPE, ESCAPE * 2, ESCAPE + b"\x1a\x00", START, b"\x1b" * 5, b"a" + ESCAPE + b"\x1a" * 5],
)
def test_the_writer_doubles_what_looks_like_a_mark(content):
    octets = telegram(SERVER_ID, [Entry("1-0:97.97.0*255", content), watts(12)])

    for size in (1, 7, len(octets)):
        (found,) = read(*pieces(octets, size))
        assert found.readings["1-0:97.97.0*255"].value == content.hex()
        assert found.readings[NET].value == 12


def test_codes_in_either_notation():
    assert normalize("8181C78205FF") == "129-129:199.130.5*255"
    assert normalize(" 0x0100010800ff ") == "1-0:1.8.0*255"
    assert normalize("1-0:1.8.0") == normalize("1-0:1.8.0*255") == "1-0:1.8.0*255"
    assert octets_of("129-129:199.130.5*255").hex().upper() == "8181C78205FF"
    for wrong in ("", "1.8.0", "8181C78205", "1-0:256.8.0*255", "1-0:1.8.0*", "٠-0:1.8.0*255"):
        with pytest.raises(ObisError):
            normalize(wrong)


# ------------------------------------------------------------------------------- the reader


def test_a_telegram_says_what_was_written():
    found = one(told(-104.38, 13_232.9, 1_500_321.4))

    assert found.meter_id == METER_ID
    assert found.maker == "ELF"
    assert found.readings[NET].value == -104.38
    assert found.readings[TAKEN].value == 13_232.9
    assert found.readings[GIVEN].unit == "Wh"


@pytest.mark.parametrize("size", [1, 7, 37, 4096])
@pytest.mark.parametrize("noise", [0, 3000])
def test_telegrams_come_out_of_any_pieces(size, noise):
    """Check 4 of the specification, with a meter of our own."""
    chance = random.Random(size + noise)
    sent = [told(-4300.0 + n, 1000.0 + n) for n in range(5)]
    octets = chance.randbytes(noise) + b"".join(sent)

    found = read(*pieces(octets, size))

    assert [each.readings[NET].value for each in found] == [-4300, -4299, -4298, -4297, -4296]


def test_a_flipped_byte_costs_its_telegram_and_no_other():
    """Check 3: nothing that was not sent is ever told, nothing is raised."""
    before, octets, after = told(-4300, 1000), told(-4299, 1001), told(-4298, 1002)
    for place in range(len(octets)):
        for flipped in (octets[place] ^ 0xFF, octets[place] ^ 1 << place % 8):
            broken = bytearray(octets)
            broken[place] = flipped
            assert read(bytes(broken)) == []
        if place % 16 == 0:
            frames = FrameReader()
            found = frames.feed(before + bytes(broken) + after)
            assert [t.readings[NET].value for t in found] == [-4300, -4298]


def test_a_cut_telegram_is_counted_and_the_next_one_read():
    whole = told(5)
    frames = FrameReader()

    found = frames.feed(whole[:100] + whole + whole[:-1] + b"\x00" + whole)

    assert [t.readings[NET].value for t in found] == [5, 5]
    assert (frames.valid, frames.rejected) == (2, 2)


def test_noise_does_not_fill_the_memory():
    chance = random.Random(1)
    frames = FrameReader()
    for _ in range(100):
        assert frames.feed(chance.randbytes(1000)) == []
        assert frames.waiting <= CAPACITY
    assert frames.feed(START + bytes(CAPACITY * 2)) == []
    assert frames.waiting <= CAPACITY

    assert len(frames.feed(told())) == 1


def test_a_telegram_that_lost_its_end_gives_way_to_one_that_begins():
    frames = FrameReader()
    octets = START + bytes(CAPACITY - 50) + told()

    found = [each for piece in pieces(octets, 100) for each in frames.feed(piece)]

    assert len(found) == 1
    assert frames.rejected == 1


def test_what_the_parser_stumbles_over_is_rejected():
    """A text with a scaler is a TypeError in the parser, an empty identity a KeyError."""
    frames = FrameReader()
    for wrong in (
        telegram(SERVER_ID, [Entry(NET, b"text", Unit.WATT, -1)]),
        telegram(b"", [watts(1)]),
    ):
        assert frames.feed(wrong) == []
    assert frames.rejected == 2
    # A number beyond all counting is left out; the rest of the telegram is good.
    (found,) = frames.feed(
        telegram(SERVER_ID, [Entry(NET, 5, Unit.WATT, -1), Entry(TAKEN, 10**18, None, 127)])
    )
    assert found.readings.keys() == {NET}

    assert len(frames.feed(told())) == 1


def test_random_telegrams_never_raise():
    """Right checksums around fields of any kind."""
    chance = random.Random(5)
    frames = FrameReader()
    for _ in range(200):
        entries = [
            Entry(
                f"{chance.randrange(256)}-0:{chance.randrange(256)}.7.0*255",
                chance.choice([chance.randbytes(chance.randrange(20)), chance.getrandbits(40)]),
                chance.choice([None, chance.randrange(256)]),
                chance.choice([None, chance.randrange(-128, 127)]),
                chance.choice([None, chance.getrandbits(32)]),
            )
            for _ in range(chance.randrange(5))
        ]
        for found in frames.feed(telegram(chance.randbytes(chance.randrange(1, 12)), entries)):
            assert found.meter_id
    assert frames.valid + frames.rejected == 200


@pytest.mark.parametrize("parity", [False, True])
def test_a_meter_that_speaks_text_is_known(parity):
    text = b"/ISk5MT174-0001\r\n\r\n1-0:1.8.0*255(0001782.5*kWh)\r\n!\r\n"
    if parity:
        text = bytes(o | 0x80 if o.bit_count() % 2 else o for o in text)
    frames = FrameReader()
    for piece in pieces(text, 5):
        frames.feed(piece)

    assert frames.speaks_ascii
    frames.feed(told())
    assert not frames.speaks_ascii


def test_no_meter_of_ours_is_taken_for_text():
    frames = FrameReader()
    for n in range(50):
        frames.feed(told(n)[20:])
    assert not frames.speaks_ascii


def test_values_are_plain():
    found = one(
        telegram(
            SERVER_ID,
            [
                Entry("1-0:0.2.0*0", b"1.02.007"),
                Entry("129-129:199.240.6*255", b"\x01\x07\x1e"),
                Entry("1-0:96.5.0*255", 1_835_268),
                Entry("1-0:99.99.0*255", 3, 13),
                wh(TAKEN, 1.5),
            ],
        )
    ).readings

    assert found["1-0:0.2.0*0"].value == "1.02.007"
    assert found["129-129:199.240.6*255"].value == "01071e"
    assert found["1-0:96.5.0*255"].value == 1_835_268
    assert found["1-0:99.99.0*255"].unit == "m³"
    assert found[TAKEN].number == 1.5
