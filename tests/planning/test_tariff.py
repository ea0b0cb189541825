"""Tariffs of the calendar: off-peak hours, seasons, week-ends, colours."""

from datetime import date, datetime, timedelta

import pytest

from custom_components.elfe_commande.planning.readers.tariff import (
    Colour,
    RangesError,
    Tempo,
    TwoRates,
    colour_of,
    covers,
    parse_ranges,
    priced,
    tempo_day,
)

from .price_shapes import AUTUMN, PARIS, SPRING, WINTER, bounds

NIGHT = parse_ranges("22:00-06:00")


@pytest.mark.parametrize(
    "text",
    ["22:00-06:00, 12:30-14:30", "22h-6h ; 12h30–14h30", "22h00 à 06h00 et 12h30 à 14h30"],
)
def test_hours_as_people_write_them(text: str):
    assert parse_ranges(text) == ((1320, 360), (750, 870))


@pytest.mark.parametrize("text", ["25:00-06:00", "22:00", "22:75-06:00", "6-6", "night", "1-2-3"])
def test_hours_that_are_none(text: str):
    with pytest.raises(RangesError):
        parse_ranges(text)


def test_no_hours_are_no_mistake():
    assert parse_ranges(" , ") == ()
    assert not covers((), 0)
    assert covers(parse_ranges("18:00-24:00"), 1439)
    assert not covers(parse_ranges("18:00-24:00"), 0)


@pytest.mark.parametrize(("day", "quarters"), [(WINTER, 96), (SPRING, 92), (AUTUMN, 100)])
def test_a_day_of_any_length_has_its_night(day: date, quarters: int):
    tariff = TwoRates(peak=0.25, off_peak=0.15, ranges=NIGHT)
    found = priced(tariff, bounds(day)[0], quarters, PARIS)
    assert found.guessed_from is None
    cheap = [index for index, price in enumerate(found.prices) if price == pytest.approx(0.15)]
    # The night is an hour shorter or longer; the evening is where the clock says.
    assert len(cheap) == quarters - 64
    assert cheap[-8:] == list(range(quarters - 8, quarters))


def test_hours_may_begin_at_any_minute():
    tariff = TwoRates(peak=0.3, off_peak=0.0, ranges=parse_ranges("22:38-06:38"))
    found = priced(tariff, bounds(WINTER)[0], 96, PARIS).prices
    # From 22:30 to 22:38 it is dear: eight minutes of fifteen.
    assert found[90] == pytest.approx(0.3 * 8 / 15)
    assert found[26] == pytest.approx(0.3 * 7 / 15)


def test_summer_and_week_ends():
    summer = parse_ranges("02:00-06:00, 12:00-16:00")
    tariff = TwoRates(peak=2, off_peak=1, ranges=NIGHT, summer=summer, weekend=True)
    noon = datetime(2026, 7, 15, 13, tzinfo=PARIS)
    assert tariff.price(noon) == (1, False)
    assert tariff.price(noon.replace(hour=23)) == (2, False)
    assert tariff.price(noon.replace(month=1)) == (2, False)
    saturday = datetime(2026, 1, 17, 13, tzinfo=PARIS)
    assert tariff.price(saturday) == (1, False)
    assert tariff.price(saturday + timedelta(days=2)) == (2, False)
    # No hours in summer is something else than the same as in winter.
    assert TwoRates(peak=2, off_peak=1, ranges=NIGHT, summer=()).price(noon.replace(hour=3)) == (
        2,
        False,
    )


PRICES = {Colour.BLUE: (0.15, 0.12), Colour.WHITE: (0.17, 0.14), Colour.RED: (0.65, 0.15)}


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("Bleu", Colour.BLUE),
        ("blue", Colour.BLUE),
        ("Jour Tempo Blanc", Colour.WHITE),
        ("🔴", Colour.RED),
        ("off_peak_red_day", Colour.RED),
        ("indéterminé", None),
        ("unknown", None),
        ("bleu blanc rouge", None),
        (None, None),
        ("", None),
    ],
)
def test_colours(text: str | None, colour: Colour | None):
    assert colour_of(text) is colour


def test_a_day_of_tempo_begins_at_six():
    wednesday = date(2026, 1, 14)
    colours = {wednesday: Colour.RED, wednesday + timedelta(days=1): Colour.BLUE}
    tempo = Tempo(prices=PRICES, colours=colours)
    at = datetime(2026, 1, 14, 5, 59, tzinfo=PARIS)
    assert tempo_day(at) == wednesday - timedelta(days=1)
    assert tempo.price(at.replace(hour=6)) == (0.65, False)
    assert tempo.price(at.replace(hour=22)) == (0.15, False)
    # After midnight it is still the red day's night.
    assert tempo.price(datetime(2026, 1, 15, 3, tzinfo=PARIS)) == (0.15, False)
    assert tempo.price(datetime(2026, 1, 15, 7, tzinfo=PARIS)) == (0.15, False)


def test_colours_not_known_yet_are_a_guess_but_on_sunday():
    red = Tempo(prices=PRICES, colours={date(2026, 1, 16): Colour.RED})
    assert red.price(datetime(2026, 1, 17, 12, tzinfo=PARIS)) == (0.17, True)
    assert red.price(datetime(2026, 1, 18, 12, tzinfo=PARIS)) == (0.15, False)
    assert red.price(datetime(2026, 1, 19, 12, tzinfo=PARIS)) == (0.65, True)
    assert red.price(datetime(2026, 7, 15, 12, tzinfo=PARIS)) == (0.15, True)
    start = int(datetime(2026, 1, 16, 12, tzinfo=PARIS).timestamp())
    tomorrow = int(datetime(2026, 1, 17, 6, tzinfo=PARIS).timestamp())
    assert priced(red, start, 144, PARIS).guessed_from == tomorrow
