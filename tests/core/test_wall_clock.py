"""Wished ends follow the clocks on the wall."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.elfe_commande.core.wall_clock import advanced_end, next_occurrence

PARIS = ZoneInfo("Europe/Paris")


def at(text: str, zone: ZoneInfo = PARIS) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


@pytest.mark.parametrize(
    ("now", "wished", "expected"),
    [
        ("2026-10-24 20:00", "07:00", "2026-10-25 07:00"),
        ("2026-03-28 20:00", "07:00", "2026-03-29 07:00"),
        ("2026-06-01 20:00", "20:00", "2026-06-02 20:00"),
        ("2026-06-01 20:00", "20:15", "2026-06-01 20:15"),
        ("2026-06-01 20:00", "19:45", "2026-06-02 19:45"),
        # Skipped in March: the first instant after it.
        ("2026-03-28 20:00", "02:30", "2026-03-29 03:00"),
        ("2026-03-28 20:00", "02:00", "2026-03-29 03:00"),
        ("2026-03-28 20:00", "03:00", "2026-03-29 03:00"),
        # On the day itself, before the change.
        ("2026-03-29 01:00", "07:00", "2026-03-29 07:00"),
        ("2026-10-25 01:00", "07:00", "2026-10-25 07:00"),
        # Repeated in October: its first occurrence.
        ("2026-10-24 20:00", "02:30", "2026-10-25 02:30"),
        ("2026-12-31 23:59", "00:00", "2027-01-01 00:00"),
    ],
)
def test_the_next_occurrence(now: str, wished: str, expected: str) -> None:
    hour, minute = map(int, wished.split(":"))
    assert next_occurrence(at(now), hour, minute, PARIS) == at(expected)


def test_a_repeated_time_is_over_after_its_first_occurrence() -> None:
    first = at("2026-10-25 02:30")
    assert next_occurrence(first, 2, 30, PARIS) == at("2026-10-26 02:30")


@given(
    st.integers(1_767_222_000, 1_830_294_000), st.integers(0, 23), st.sampled_from((0, 15, 30, 45))
)
def test_it_is_in_the_future_and_within_a_long_day(now: int, hour: int, minute: int) -> None:
    found = next_occurrence(now, hour, minute, PARIS)
    assert now < found <= now + 26 * 3600
    shown = datetime.fromtimestamp(found, PARIS)
    skipped = shown.date() == datetime(2026, 3, 29, tzinfo=UTC).date() or (
        shown.date() == datetime(2027, 3, 28, tzinfo=UTC).date()
    )
    assert (shown.hour, shown.minute) == (hour, minute) or (skipped and hour == 2)


@pytest.mark.parametrize("offset", [-9.5, 0, 5.75, 13])
def test_other_zones(offset: float) -> None:
    zone = timezone(timedelta(hours=offset))
    now = datetime(2026, 6, 1, 12, tzinfo=zone).timestamp()
    expected = datetime(2026, 6, 2, 7, tzinfo=zone).timestamp()
    assert next_occurrence(now, 7, 0, zone) == expected


@pytest.mark.parametrize(
    ("end", "now", "expected"),
    [
        ("2026-06-01 07:10", "2026-06-01 06:00", "2026-06-01 07:00"),
        ("2026-06-01 07:00", "2026-06-01 08:00", "2026-06-02 07:00"),
        ("2026-06-01 07:00", "2026-06-09 08:00", "2026-06-10 07:00"),
        # Days of 24 hours would drift by one.
        ("2026-10-24 07:00", "2026-10-24 20:00", "2026-10-25 07:00"),
        ("2026-03-28 07:14", "2026-03-28 20:00", "2026-03-29 07:00"),
    ],
)
def test_a_past_end_moves_to_its_next_occurrence(end: str, now: str, expected: str) -> None:
    assert advanced_end(at(end), at(now), PARIS) == at(expected)


def test_an_end_that_is_now_stays() -> None:
    moment = at("2026-06-01 07:00")
    assert advanced_end(moment, moment, PARIS) == moment
