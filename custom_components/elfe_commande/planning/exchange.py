"""Loads that may pause freely trade quarter-hours: moves that none of them would make alone."""

from collections.abc import Sequence
from itertools import combinations
from random import Random
from typing import Final

from .board import Board, Slots
from .task import Task

PARTNERS: Final = 8
"""Loads that are rearranged at a time: each one more doubles the work."""
ROUNDS: Final = 6
SHARE: Final = 0.3
"""How often quarter-hours are rearranged besides: it costs more, and finds what is rare."""


class Exchange:
    """The trade of all loads of a board that are bound by nothing but their window."""

    def __init__(self, board: Board, tasks: Sequence[Task], rng: Random) -> None:
        """Find out who may take part."""
        self._board, self._tasks, self._rng = board, tasks, rng
        self._free = [
            number
            for number, task in enumerate(tasks)
            if task.due and not task.starts and task.rule.loose and not task.start_cost
        ]

    def improve(self, places: list[Slots]) -> None:
        """Trade as long as it gains; `places` and the board change together."""
        for one, other in combinations(self._free, 2):
            self._swap(places, one, other)
        if len(self._free) > 1 and self._rng.random() < SHARE:
            self._rearrange(places)

    def _swap(self, places: list[Slots], one: int, other: int) -> None:
        """Let two loads swap the quarter-hours in which only one of them runs, two by two."""
        board, costs, nets, cost = self._board, self._board.costs, self._board.net, self._board.cost
        first, second = self._tasks[one], self._tasks[other]
        more = second.powers[0] - first.powers[0]
        if not more:
            return
        here, there = set(places[one]), set(places[other])
        changed = False
        while True:
            mine = [slot for slot in here - there if second.low <= slot < second.high]
            theirs = [slot for slot in there - here if first.low <= slot < first.high]
            board.work += 25 * (len(mine) + len(theirs)) + 100
            if not mine or not theirs:
                break
            out, leave = min([(cost(slot, nets[slot] + more) - costs[slot], slot) for slot in mine])
            into, enter = min(
                [(cost(slot, nets[slot] - more) - costs[slot], slot) for slot in theirs]
            )
            if out + into >= 0:
                break
            board.add((more, -more), (leave, enter))
            here ^= {leave, enter}
            there ^= {leave, enter}
            changed = True
        if changed:
            places[one], places[other] = sorted(here), sorted(there)

    def _rearrange(self, places: list[Slots]) -> None:
        """Share out some pairs of quarter-hours anew among all loads that run in one of the two."""
        rng = self._rng
        members = self._free
        if len(members) > PARTNERS:
            members = sorted(rng.sample(members, PARTNERS))
        trade = Trade(self._board, [self._tasks[number] for number in members])
        trade.load([places[number] for number in members])
        for slot in rng.choices(trade.used, k=ROUNDS):
            while trade.improve(slot):
                pass
        for number, slots in zip(members, trade.places, strict=True):
            if slots is not None:
                places[number] = slots


class Trade:
    """Some loads as bits: in each quarter-hour, who runs and who might."""

    def __init__(self, board: Board, tasks: Sequence[Task]) -> None:
        """Add up the power of each combination of loads."""
        self._board = board
        self._powers = [0.0]
        for task in tasks:
            self._powers += [power + task.powers[0] for power in self._powers]
        self._allowed = [0] * len(board.net)
        for bit, task in enumerate(tasks):
            for slot in range(task.low, task.high):
                self._allowed[slot] |= 1 << bit
        self._running = [0] * len(board.net)
        self._count = len(tasks)
        self._changed = 0

    def load(self, places: Sequence[Slots]) -> None:
        """Take over where the loads run."""
        for bit, slots in enumerate(places):
            for slot in slots:
                self._running[slot] |= 1 << bit

    @property
    def used(self) -> list[int]:
        """The quarter-hours in which some load runs, or all if there are none."""
        return [slot for slot, who in enumerate(self._running) if who] or [0]

    @property
    def places(self) -> list[Slots | None]:
        """Where each load runs now, `None` for one that was left as it was."""
        return [
            [slot for slot, who in enumerate(self._running) if who >> bit & 1]
            if self._changed >> bit & 1
            else None
            for bit in range(self._count)
        ]

    def improve(self, slot: int) -> bool:
        """Share this quarter-hour and the best other one out anew; return whether it gained."""
        board, powers = self._board, self._powers
        nets, costs, cost = board.net, board.costs, board.cost
        here = self._running[slot]
        least, found = 0.0, None
        tried = 0
        for other, there in enumerate(self._running):
            movable = (here ^ there) & self._allowed[slot] & self._allowed[other]
            if not movable or other == slot:
                continue
            net = nets[slot] - powers[here & movable]
            other_net = nets[other] - powers[there & movable]
            now = costs[slot] + costs[other]
            chosen = movable
            while True:
                gain = (
                    cost(slot, net + powers[chosen])
                    + cost(other, other_net + powers[movable ^ chosen])
                    - now
                )
                tried += 1
                if gain < least:
                    least, found = gain, (other, movable, chosen)
                if not chosen:
                    break
                chosen = (chosen - 1) & movable
        board.work += 25 * tried + 10 * len(nets)
        if found is None:
            return False
        other, movable, chosen = found
        self._assign(slot, here & ~movable | chosen)
        self._assign(other, self._running[other] & ~movable | (movable ^ chosen))
        return True

    def _assign(self, slot: int, who: int) -> None:
        old = self._running[slot]
        self._changed |= old ^ who
        self._running[slot] = who
        self._board.add((self._powers[who] - self._powers[old],), (slot,))
