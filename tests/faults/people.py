"""People, who wish this and that, whatever is broken."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
import random
from typing import Final

from .history import Answered, Stuck, Wished
from .remote import GoneError
from .stage import LONG, Place, Stage

ELSEWHERE: Final = "driven_elsewhere"
"""The refusal of an engine that does not drive the home."""


@dataclass(slots=True)
class People:
    """One wish at a time about each appliance, by chance."""

    stage: Stage
    calm: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once they are to wish no more."""

    async def wish(self) -> None:
        """Wish this and that, one wish at a time about each load, until all is calm."""
        chance = random.Random(f"people {self.stage.scenario.seed}")
        under_way: dict[int, asyncio.Task[None]] = {}
        count = 0
        while not self.calm.is_set():
            with suppress(TimeoutError):
                pause = chance.expovariate(1 / self.stage.scenario.wish_every)
                await asyncio.wait_for(self.calm.wait(), pause)
            number = chance.randrange(1, len(self.stage.equipments) + 1)
            intent = chance.choice(self.stage.scenario.intents(number))
            if self.calm.is_set() or (number in under_way and not under_way[number].done()):
                continue
            count += 1
            first = chance.choice(self.stage.places)
            doors = [first, *(place for place in self.stage.places if place is not first)]
            wish = self._come_with(doors, number, intent, f"{self.stage.scenario.seed}-{count}")
            under_way[number] = asyncio.create_task(wish)
        if under_way:
            done, pending = await asyncio.wait(under_way.values(), timeout=LONG)
            for task in done:
                task.result()
            for number, task in under_way.items():
                if task in pending:
                    task.cancel()
                    self.stage.history.stuck.append(Stuck("a wish was never answered", number))

    async def _come_with(
        self, doors: list[Place], number: int, intent: str, identifier: str
    ) -> None:
        """Come to the first of these engines with a wish, and wait for the answer while it lives.

        Where people are told that another one drives the home, they go there.
        """
        wished = Wished(self.stage.now, identifier, number, intent, self.stage.clock.now())
        engine = doors[0].engine
        if engine is None or engine.ended.is_set():
            return
        if intent == "to_piloted":
            self.stage.reload(number)
        self.stage.note_running([number])
        self.stage.history.wishes.append(wished)
        with suppress(GoneError):
            answer = await engine.ask("wish", load=number, intent=intent, identifier=identifier)
            for other in (place.engine for place in doors[1:]):
                if answer.get("refused") == ELSEWHERE and other is not None:
                    answer = await other.ask(
                        "wish", load=number, intent=intent, identifier=identifier
                    )
            self.stage.history.answers.append(Answered(self.stage.now, identifier, **answer))
