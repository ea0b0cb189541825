"""All loads together: each at its best place, then out of the places that none can leave alone.

Loads that share the sun depend on one another. From a greedy start, the search takes some loads
off the board again and again, puts them back in another order with costs seen a little wrongly,
lets them exchange quarter-hours, and keeps what is cheaper. It is repeatable: a seed, and an end
told by what was computed, not by the clock.
"""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Final

from .board import KWH, Board, Slots
from .exchange import Exchange
from .placing import best, cheapest
from .task import Task

EFFORT: Final = 5_000_000
"""Units of `Board.work`, some 70,000 of which take a millisecond on a fast computer."""
QUIET: Final = 400
"""Tries without a gain after which the search is over."""
STALE: Final = 50
"""Tries without a gain after which it goes back to the best, or to a new beginning."""
HAIR_KWH: Final = 1e-5
"""What a start must gain, in energy at the dearest price, where nobody asks for more."""
ASTRAY: Final = 0.3
"""How often a load in one piece goes just anywhere first."""
SHIFT: Final = 8
"""Quarter-hours by which loads that gather are shifted together."""
BLUR: Final = 0.6
"""How wrongly costs are seen, at most, as a share of the span of prices."""


class Search:
    """The places of some tasks on a board."""

    def __init__(
        self,
        board: Board,
        tasks: Sequence[Task],
        seed: int = 0,
        check: Callable[[], object] = bool,
    ) -> None:
        """Begin with nothing placed; `check` is called before each placing, and may raise."""
        self.board, self.tasks = board, tasks
        self.places: list[Slots] = [()] * len(tasks)
        self.tried = 0
        self._check = check
        self._rng = Random(seed)  # noqa: S311
        self._exchange = Exchange(board, tasks, self._rng)
        self._optional = [k for k, task in enumerate(tasks) if task.worth is not None]
        self._gathers = any(paid > due for paid, due in zip(board.sell, board.buy, strict=True))
        self._powers = sum(max(task.powers, default=0.0) for task in tasks)
        self._span = max(board.buy, default=0.0) - min(board.sell, default=0.0)
        self._starting = [k for k, task in enumerate(tasks) if task.start_cost]

    @property
    def value(self) -> float:
        """What is to be as low as possible: the cost, less what optional loads are worth."""
        value = self.board.total
        for number in self._optional:
            value -= self.tasks[number].reward(self.places[number])
        for number in self._starting:
            task = self.tasks[number]
            value += task.start_cost * task.starts_in(self.places[number])
        return value

    def put(self, number: int, slots: Slots) -> None:
        """Place a load that is not on the board."""
        self.places[number] = slots
        self.board.add(self.tasks[number].powers, slots)

    def take(self, number: int) -> Slots:
        """Take a load off the board; return where it was."""
        slots = self.places[number]
        self.board.add(self.tasks[number].minus, slots)
        self.places[number] = ()
        return slots

    def set(self, places: Sequence[Slots], numbers: Iterable[int] | None = None) -> None:
        """Bring all loads, or some, to the places given."""
        for number in range(len(self.tasks)) if numbers is None else numbers:
            if self.places[number] is not places[number]:
                self.take(number)
                self.put(number, places[number])

    def insert(self, number: int, blur: float = 0.0) -> None:
        """Place a load where it costs least now, or where it seems to."""
        self._check()
        rng = self._rng if blur else None
        self.put(number, best(self.board, self.tasks[number], blur, rng))

    def greedy(self, order: Iterable[int]) -> None:
        """Place loads one after the other."""
        for number in order:
            self.insert(number)

    @property
    def heaviest_first(self) -> list[int]:
        """All loads by their energy."""
        return sorted(range(len(self.tasks)), key=lambda k: -self.tasks[k].energy)

    def settle(self, numbers: Sequence[int] | None = None) -> None:
        """Move each load to its best place until none gains by it."""
        numbers = range(len(self.tasks)) if numbers is None else numbers
        value = self.value
        moved = True
        while moved:
            moved = False
            for number in numbers:
                old = self.take(number)
                self.insert(number)
                if (now := self.value) < value:
                    value, moved = now, True
                else:
                    self.take(number)
                    self.put(number, old)

    def tidy(self) -> None:
        """Of places that cost the same, take those with fewer starts, then the wanted end."""
        hair = HAIR_KWH * KWH * self.board.dearest
        for number, task in enumerate(self.tasks):
            if task.worth is not None or not task.due:
                continue
            old = self.take(number)
            if task.starts:
                self.insert(number)
                continue
            costs = self.board.added(task.powers[0], task.low, task.high)
            slots = cheapest(self.board, task, costs, max(task.start_cost, hair))
            self.put(number, slots or old)

    def explore(self, effort: int = EFFORT, over: Callable[[], bool] = bool) -> bool:
        """Look for something cheaper; return false if `over` ended it first."""
        if len(self.tasks) <= 1:
            return True
        value = least = self.value
        found = list(self.places)
        quiet = 0
        end = self.board.work + effort
        while self.board.work < end and quiet < QUIET:
            if over():
                self.set(found)
                return False
            quiet += 1
            self.tried += 1
            if quiet % STALE == 0:
                if quiet % (2 * STALE):
                    self.set(found)
                else:
                    self._anew()
                value = self.value
            before = list(self.places)
            self._disturb()
            now = self.value
            if now > value:
                self.set(before)
                continue
            value = now
            if now < least:
                least, found, quiet = now, list(self.places), 0
        self.set(found)
        self.settle()
        return True

    def begin(self) -> None:
        """Place all loads, none of which is on the board: a first plan, which is not the last."""
        self.greedy(self.heaviest_first)
        self.settle()
        if self._gathers and len(self.tasks) > 1:
            value, places = self.value, list(self.places)
            self._gather(self.heaviest_first, 1.0)
            if self.value >= value:
                self.set(places)

    def _gather(self, order: Sequence[int], share: float) -> None:
        """Place loads anew, each as if others, a share of all, ran beside it wherever it goes.

        Where export is paid better than import costs, a load that runs beside others may cost
        less than alone: none would begin, and once they are together none would leave alone.
        """
        for number in order:
            self.take(number)
        crowd = self._powers * share
        for number in order:
            task = self.tasks[number]
            crowd = max(0.0, crowd - max(task.powers, default=0.0))
            self.put(number, best(self.board, task, crowd=crowd))
        self._slide()
        self.settle()

    def _slide(self) -> None:
        """Shift all loads together to where it costs least."""
        value, found = self.value, list(self.places)
        origin = found
        for shift in (*range(-SHIFT, 0), *range(1, SHIFT + 1)):
            self.set(
                [
                    moved if task.allows(moved := [slot + shift for slot in slots]) else slots
                    for task, slots in zip(self.tasks, origin, strict=True)
                ]
            )
            if (now := self.value) < value:
                value, found = now, list(self.places)
        self.set(found)

    def _anew(self) -> None:
        """Place all loads in an order of chance, which leads somewhere else."""
        order = list(range(len(self.tasks)))
        self._rng.shuffle(order)
        self._gather(order, self._rng.choice((0.3, 0.6, 1.0)) if self._gathers else 0.0)

    def _disturb(self) -> None:
        """Take some loads off, and put them back otherwise."""
        rng = self._rng
        count = min(len(self.tasks), rng.choice((2, 2, 2, 3, 3, 4, 5, len(self.tasks))))
        numbers = rng.sample(range(len(self.tasks)), count)
        for number in numbers:
            self.take(number)
        blurred = (count + 1) // 2
        for place, number in enumerate(numbers):
            task = self.tasks[number]
            if place == 0 and task.starts and rng.random() < ASTRAY:
                start = rng.choice(task.starts)
                self.put(number, range(start, start + task.due))
            elif place < blurred:
                self.insert(number, self._span * BLUR * rng.random() ** 2)
            else:
                self.insert(number)
        for number in numbers[:blurred]:
            self.take(number)
            self.insert(number)
        self._exchange.improve(self.places)
