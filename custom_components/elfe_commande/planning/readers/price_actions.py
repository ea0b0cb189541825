"""The actions that answer with prices, by the domain of whoever has them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Any, Final

from .moments import midnight


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of whom: `entry_id` is its config entry, `device_id` its device where it wants one."""

    today: date
    zone: tzinfo
    entry_id: str = ""
    device_id: str = ""
    export: bool = False

    @property
    def days(self) -> tuple[date, date]:
        """Today and tomorrow."""
        return self.today, self.today + timedelta(days=1)

    def begin(self, ahead: int) -> str:
        """Return the local midnight so many days ahead, as text."""
        at = midnight(self.today + timedelta(days=ahead), self.zone)
        return datetime.fromtimestamp(at, self.zone).isoformat()


type Calls = Callable[[Asked], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAction:
    """How one integration is asked.

    Each of its `calls` may fail for itself: tomorrow is not known before noon. `factor` makes its
    numbers currency per kWh, since answers name no unit. `export` is the action for what is fed in,
    the same one where it is told by a field, none where it does not know.
    """

    action: str
    calls: Calls
    factor: float = 1.0
    export: str = ""

    def name(self, asked: Asked) -> str:
        """Return the action to call, empty if it does not know such prices."""
        return self.export if asked.export else self.action


def _each_date(field: str = "config_entry", **more: object) -> Calls:
    def calls(asked: Asked) -> list[dict[str, Any]]:
        whose = {field: asked.entry_id} if field else {}
        return [{**whose, "date": day.isoformat(), **more} for day in asked.days]

    return calls


def _each_day(**more: object) -> Calls:
    """Ask from a day to the same day: a span that ends in an unknown one fails as a whole."""

    def calls(asked: Asked) -> list[dict[str, Any]]:
        whose = {"config_entry": asked.entry_id}
        # What is fed in has no tax and no kind.
        given = {} if asked.export else more
        quarter = {"granularity": "quarter"} if asked.export else {}
        return [
            {**whose, "start": day.isoformat(), "end": day.isoformat(), **given, **quarter}
            for day in asked.days
        ]

    return calls


def _amber(asked: Asked) -> list[dict[str, Any]]:
    channel = "feed_in" if asked.export else "general"
    return [{"config_entry_id": asked.entry_id, "channel_type": channel}]


PRICE_ACTIONS: Final[Mapping[str, PriceAction]] = MappingProxyType(
    {
        "nordpool": PriceAction(action="get_prices_for_date", calls=_each_date(), factor=1e-3),
        "tibber": PriceAction(
            action="get_prices",
            calls=lambda asked: [{"start": asked.begin(0), "end": asked.begin(2)}],
        ),
        "energyzero": PriceAction(
            action="get_energy_prices",
            calls=_each_day(incl_vat=True, price_type="all_in", interval="quarter"),
        ),
        "easyenergy": PriceAction(
            action="get_energy_usage_prices",
            calls=_each_day(incl_vat=True, price_type="invoice", granularity="quarter"),
            export="get_energy_return_prices",
        ),
        "omie": PriceAction(action="get_prices_for_date", calls=_each_date("")),
        "green_planet_energy": PriceAction(
            action="get_prices",
            calls=lambda asked: [{"config_entry_id": asked.entry_id, "hours": 24}],
        ),
        "amberelectric": PriceAction(action="get_forecasts", calls=_amber, export="get_forecasts"),
        "ecosmart": PriceAction(
            action="get_forecasts",
            calls=lambda asked: [{"device_id": asked.device_id}],
            factor=1e-2,
        ),
        "entsoe": PriceAction(
            action="get_energy_prices",
            calls=lambda asked: [
                {
                    "config_entry": asked.entry_id,
                    "start": asked.begin(0),
                    "end": asked.begin(2),
                }
            ],
        ),
    }
)
"""By domain. Of those with a choice, the price that people pay: taxes in, quarter-hours."""
