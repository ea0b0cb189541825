"""What a quarter-hour costs the home, and what one more load in it would add.

Prices and powers are whole numbers in floats: powers in tenths of a watt, prices in the power of
ten that leaves them six digits. Sums and differences are exact, so equal costs compare as equal.
"""

from collections.abc import Sequence
from math import floor, inf, log10
from typing import Final

from ..core.plan import SLOT
from .horizon import Horizon

TENTHS: Final = 10.0
"""Power units in a watt."""
DIGITS: Final = 6
KWH: Final = 1000 * TENTHS * 3600 / SLOT
"""Power units that make one kWh in a quarter-hour."""

type Slots = Sequence[int]
"""The quarter-hours in which a load runs, ascending."""


class Board:
    """The net load of each quarter-hour, and its cost."""

    def __init__(self, horizon: Horizon) -> None:
        """Begin with the base load and the sun alone."""
        dearest = max(map(abs, (*horizon.buy, *horizon.sell)), default=0.0) or 1.0
        self.money = 10.0 ** (DIGITS - 1 - floor(log10(dearest)))
        """Price units in one currency per kWh."""
        self.buy = [float(round(price * self.money)) for price in horizon.buy]
        self.sell = [float(round(price * self.money)) for price in horizon.sell]
        self.dearest = max(map(abs, (*self.buy, *self.sell)), default=1.0) or 1.0
        self.net = [
            float(round((base - pv) * TENTHS))
            for base, pv in zip(horizon.base, horizon.pv, strict=True)
        ]
        self.limit = inf if horizon.limit is None else float(round(horizon.limit * TENTHS))
        self.step = 0.0
        self.slope = 100 * self.dearest
        self.costs = [self.cost(index, net) for index, net in enumerate(self.net)]
        self.work = 0
        """What was computed so far, in tenths of a microsecond or so."""

    def forbid(self, power: float, slots: int) -> None:
        """Make exceeding the limit dearer than whatever the loads can save.

        A quarter-hour above it costs more than all `slots` of all loads together (`power` is the
        sum of their powers): it is a bound, and gives way only where there is no other place.
        """
        self.step = 4 * self.dearest * power * max(1, slots)
        self.costs = [self.cost(index, net) for index, net in enumerate(self.net)]

    @property
    def total(self) -> float:
        """The cost of all quarter-hours, in this board's units."""
        return sum(self.costs)

    @property
    def barred(self) -> float:
        """An extra cost from which on it is that of exceeding the limit, in this board's units."""
        return inf if self.limit == inf else self.step / 2

    @property
    def bill(self) -> float:
        """What the home pays, a limit that is exceeded not regarded, in this board's units."""
        return sum(
            net * (sold if net <= 0 else bought)
            for net, bought, sold in zip(self.net, self.buy, self.sell, strict=True)
        )

    def units(self, currency: float) -> float:
        """Return an amount of currency in this board's units."""
        return float(round(currency * self.money * KWH))

    def currency(self, units: float) -> float:
        """Return an amount in currency."""
        return units / (self.money * KWH)

    def cost(self, index: int, net: float) -> float:
        """Return the cost of a quarter-hour with a net load."""
        if net <= 0:
            return self.sell[index] * net
        if net <= self.limit:
            return self.buy[index] * net
        return self.buy[index] * net + self.step + self.slope * (net - self.limit)

    def added(self, power: float, low: int, high: int, crowd: float = 0.0) -> list[float]:
        """Return what a load would add to the cost of each quarter-hour in [low, high).

        `crowd` is a power that is imagined to run there besides.
        """
        self.work += 8 * (high - low) + 20
        limit, step, slope = self.limit, self.step, self.slope
        buy, sell, nets = self.buy[low:high], self.sell[low:high], self.net[low:high]
        if crowd:
            nets = [net + crowd for net in nets]
            costs = [self.cost(index, net) for index, net in enumerate(nets, low)]
        else:
            costs = self.costs[low:high]
        return [
            (
                s * after
                if (after := net + power) <= 0
                else b * after
                if after <= limit
                else b * after + step + slope * (after - limit)
            )
            - cost
            for net, b, s, cost in zip(nets, buy, sell, costs, strict=True)
        ]

    def add(self, powers: Sequence[float], slots: Slots) -> None:
        """Run a load with these powers in these quarter-hours; negative powers take it away."""
        nets, costs, cost = self.net, self.costs, self.cost
        for index, power in zip(slots, powers, strict=False):
            net = nets[index] + power
            nets[index] = net
            costs[index] = cost(index, net)
