"""The same prices in the shape of each integration, as its code makes it.

Made from the sources of Home Assistant 2026.11 and of the custom integrations: names, nesting,
times as text or not, what has an end. `PRICE` is what all of them should come out as.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
QUARTER = 900
HOUR = 3600

WINTER, SPRING, AUTUMN = date(2026, 1, 14), date(2026, 3, 29), date(2026, 10, 25)
"""Days of 96, 92 and 100 quarter-hours."""


def price(at: int) -> float:
    """Return the price of a kWh at a unix time: no two hours alike, some below zero."""
    return round(0.25 - 0.001 * ((at // HOUR * 37) % 300), 5)


def quarter_price(at: int) -> float:
    """Return another price for every quarter-hour."""
    return round(price(at) + 0.0001 * (at // QUARTER % 4), 5)


def bounds(day: date, zone: tzinfo = PARIS) -> tuple[int, int]:
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone)
    return int(begin.timestamp()), int(end.timestamp())


def steps(day: date, step: int, days: int = 1) -> Iterator[int]:
    """Yield the unix times of a local day, or several."""
    begin, _ = bounds(day)
    _, end = bounds(day + timedelta(days=days - 1))
    yield from range(begin, end, step)


def utc(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def local(at: int) -> datetime:
    return datetime.fromtimestamp(at, PARIS)


@dataclass(frozen=True)
class Answer:
    """What an action answers about a day."""

    domain: str
    step: int
    make: Callable[[date], Any]
    chosen: str = ""


def _nordpool(day: date) -> Any:
    return {
        "FR": [
            {
                "start": utc(at).isoformat(),
                "end": utc(at + QUARTER).isoformat(),
                "price": round(quarter_price(at) * 1000, 3),
            }
            for at in steps(day, QUARTER)
        ]
    }


def _tibber(day: date) -> Any:
    def home(more: float) -> list[dict[str, Any]]:
        return [
            {
                "start_time": local(at).isoformat(timespec="milliseconds"),
                "price": quarter_price(at) + more,
            }
            for at in steps(day, QUARTER)
        ]

    return {"prices": {"Maison": home(0), "Cabane": home(1)}}


def _energyzero(day: date) -> Any:
    return {
        "prices": [
            {
                "price": quarter_price(at),
                "timestamp": str(utc(at)),
                "start": str(utc(at)),
                "end": str(utc(at + QUARTER)),
            }
            for at in steps(day, QUARTER)
        ]
    }


def _easyenergy(day: date) -> Any:
    return {
        "prices": [
            {"timestamp": str(utc(at)), "price": quarter_price(at)} for at in steps(day, QUARTER)
        ]
    }


def _omie(day: date) -> Any:
    def country(more: float) -> list[dict[str, Any]]:
        return [
            {
                "start": local(at).isoformat(),
                "end": local(at + QUARTER).isoformat(),
                "price": quarter_price(at) + more,
            }
            for at in steps(day, QUARTER)
        ]

    return {"es": country(0), "pt": country(1)}


def _green_planet(day: date) -> Any:
    begin, end = bounds(day)
    return {
        "prices": [
            {
                "start": local(at).isoformat(),
                "end": local(at + QUARTER).isoformat(),
                "price": quarter_price(at),
            }
            for at in range(begin, end, QUARTER)
        ],
        "hours_requested": 24.0,
    }


def _amber(day: date) -> Any:
    return {
        "forecasts": [
            {
                "duration": 30,
                "date": day.isoformat(),
                "nem_date": utc(at + 1800).isoformat(),
                "per_kwh": price(at),
                "spot_per_kwh": 9.0,
                # They begin a second late.
                "start_time": utc(at + 1).isoformat(),
                "end_time": utc(at + 1800).isoformat(),
                "renewables": 40,
                "spike_status": "none",
                "descriptor": "low",
            }
            for at in steps(day, 1800)
        ]
    }


def _ecosmart(day: date) -> Any:
    return {
        "forecasts": [
            {
                "start_time": utc(at).isoformat(),
                "price": round(price(at) * 100, 4),
                "price_excl_gst": 1.0,
            }
            for at in steps(day, 1800)
        ]
    }


def _entsoe(day: date) -> Any:
    return {
        "prices": [{"timestamp": str(local(at)), "price": price(at)} for at in steps(day, HOUR)]
    }


ANSWERS = (
    Answer("nordpool", QUARTER, _nordpool),
    Answer("tibber", QUARTER, _tibber, "maison"),
    Answer("energyzero", QUARTER, _energyzero),
    Answer("easyenergy", QUARTER, _easyenergy),
    Answer("omie", QUARTER, _omie, "es"),
    Answer("green_planet_energy", QUARTER, _green_planet),
    Answer("amberelectric", HOUR, _amber),
    Answer("ecosmart", HOUR, _ecosmart),
    Answer("entsoe", HOUR, _entsoe),
)


@dataclass(frozen=True)
class Sensor:
    """What an entity has in its attributes, today and tomorrow."""

    name: str
    unit: str
    step: int
    make: Callable[[date], Mapping[str, Any]]


def _listed(day: date, start: str, value: str, end: str = "", step: int = HOUR, **text: Any) -> Any:
    form = text.get("form", lambda at: local(at).isoformat())
    of = quarter_price if step == QUARTER else price
    return [
        {start: form(at), **({end: form(at + step)} if end else {}), value: of(at)}
        for at in steps(day, step)
    ]


def _nordpool_custom(day: date) -> Mapping[str, Any]:
    after = day + timedelta(days=1)
    # Datetimes, not texts, are in the state machine.
    return {
        "today": [quarter_price(at) for at in steps(day, QUARTER)],
        "tomorrow": [quarter_price(at) for at in steps(after, QUARTER)],
        "tomorrow_valid": True,
        "raw_today": _listed(day, "start", "value", "end", QUARTER, form=local),
        "raw_tomorrow": _listed(after, "start", "value", "end", QUARTER, form=local),
        "currency": "EUR",
        "price_in_cents": False,
    }


def _two(day: date, today: str, tomorrow: str, *keys: str, **text: Any) -> Mapping[str, Any]:
    after = day + timedelta(days=1)
    return {today: _listed(day, *keys, **text), tomorrow: _listed(after, *keys, **text)}


def _one(day: date, name: str, *keys: str, **text: Any) -> Mapping[str, Any]:
    after = day + timedelta(days=1)
    return {name: [*_listed(day, *keys, **text), *_listed(after, *keys, **text)]}


def _pvpc(day: date) -> Mapping[str, Any]:
    found: dict[str, Any] = {"min_price": 0.1, "price_position": 3, "tariff": "2.0TD"}
    for days, prefix in ((0, "price_"), (1, "price_next_day_")):
        for at in steps(day + timedelta(days=days), HOUR):
            wall = local(at)
            found[f"{prefix}{wall:%H}h{'_d' if wall.fold else ''}"] = price(at)
    return found


def _evcc(day: date) -> Mapping[str, Any]:
    ats = list(steps(day, QUARTER, 2))
    return {
        "rates": {
            "start_utc": utc(ats[0]).isoformat(),
            "deltas_in_minutes": [(at - ats[0]) // 60 for at in ats],
            "values": [quarter_price(at) for at in ats],
        }
    }


def _emhass(day: date) -> Mapping[str, Any]:
    return {
        "unit_load_cost_forecasts": [
            {"date": local(at).isoformat(), "price": str(price(at))} for at in steps(day, HOUR, 2)
        ]
    }


SENSORS = (
    Sensor("nordpool of HACS", "EUR/kWh", QUARTER, _nordpool_custom),
    Sensor(
        "entsoe",
        "EUR/kWh",
        HOUR,
        lambda day: _two(
            day, "prices_today", "prices_tomorrow", "time", "price", form=lambda at: str(local(at))
        ),
    ),
    Sensor(
        "octopus", "GBP/kWh", HOUR, lambda day: _one(day, "rates", "start", "value_inc_vat", "end")
    ),
    Sensor(
        "epex",
        "€/kWh",
        HOUR,
        lambda day: _one(day, "data", "start_time", "price_per_kwh", "end_time"),
    ),
    Sensor(
        "energidataservice",
        "EUR/kWh",
        HOUR,
        lambda day: {
            **_two(day, "raw_today", "raw_tomorrow", "hour", "price", form=local),
            # A guess, of the same hours too: what is firm stays.
            "forecast": [{"hour": local(at), "price": 9.0} for at in steps(day, HOUR)],
        },
    ),
    Sensor(
        "stromligning", "kr/kWh", HOUR, lambda day: _one(day, "prices", "start", "price", "end")
    ),
    Sensor("frank", "€/kWh", HOUR, lambda day: _one(day, "prices", "from", "price", "till")),
    Sensor(
        "zonneplan",
        "EUR/kWh",
        HOUR,
        lambda day: {
            "forecast": [
                {"datetime": utc(at).isoformat(), "electricity_price": round(price(at) * 1e7)}
                for at in steps(day, HOUR, 2)
            ]
        },
    ),
    Sensor(
        "amber",
        "$/kWh",
        HOUR,
        lambda day: {
            "forecasts": [*_amber(day)["forecasts"], *_amber(day + timedelta(days=1))["forecasts"]]
        },
    ),
    Sensor("pvpc", "€/kWh", HOUR, _pvpc),
    Sensor("evcc", "EUR/kWh", QUARTER, _evcc),
    Sensor("emhass", "EUR/kWh", HOUR, _emhass),
    Sensor(
        "template, a mapping",
        "EUR/kWh",
        HOUR,
        lambda day: {"anything": {local(at).isoformat(): price(at) for at in steps(day, HOUR, 2)}},
    ),
    Sensor(
        "template, numbers",
        "EUR/kWh",
        HOUR,
        lambda day: {
            "today": [price(at) for at in steps(day, HOUR)],
            "tomorrow": [price(at) for at in steps(day + timedelta(days=1), HOUR)],
        },
    ),
)
