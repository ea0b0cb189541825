"""What must be known after a crash: presses claimed, people's words, starts without an answer.

A press is claimed on disk before it is sent. A claim found open at the next start means that
it may have been pressed: it is reported, and never pressed again.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
import logging
from typing import Any, Final

from ...core.model import DeviceId, Equipment, EquipmentId
from ...core.outcome import Step
from ...core.pace import WAKES_PER_TURN, Pace
from ..ground.background import Background
from ..ground.ports import Document
from .standing import FORCED, StandingWish, StandingWishes, kept_off

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 2
_KEPT = 2 * 86400
"""Seconds a settled claim is kept: longer than any plan lives."""


class ClaimState(StrEnum):
    """How far a claimed press got."""

    OPEN = "open"
    DOUBTFUL = "doubtful"
    """Its outcome is written, and nobody knows whether the machine runs."""
    SETTLED = "settled"


@dataclass(slots=True)
class Claim:
    """One press, or one sequence of presses, made at most once. `at` is unix seconds."""

    equipment_id: EquipmentId
    at: float
    presses: int
    """How many presses its sequence has."""
    state: ClaimState = ClaimState.OPEN
    piloted: bool = True
    """Made for the plan, not for a person's wish."""
    press_before: float | None = None
    """When a button of the equipment was pressed before this claim."""


class Journal:
    """One document, saved whole; changes made while it is being saved share the next save."""

    def __init__(self, document: Document) -> None:
        """Know nothing until loaded."""
        self._document = document
        self._claims: dict[str, Claim] = {}
        self._presses: dict[EquipmentId, float] = {}
        self.wishes: StandingWishes = {}
        """People's words that stand: not reached yet, or kept."""
        self.unconfirmed: dict[EquipmentId, float] = {}
        self.mode_before: dict[EquipmentId, int] = {}
        """The mode that an equipment had before a PLC's panel took it over."""
        self.shed: dict[EquipmentId, float] = {}
        """Loads in manual mode that were cut on battery, to be switched on again."""
        self.half_on: dict[EquipmentId, float] = {}
        """Loads of two entities of which one stayed on, and since when."""
        self.timers: dict[DeviceId, EquipmentId] = {}
        """Devices that were told to go back by themselves, and may still be set to."""
        self._saving: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._waiting: list[asyncio.Future[None]] = []
        """Who waits for the next save."""
        self._changes = 0
        """Counts the saves begun, and changes that nobody waits to be saved."""
        self._saved = 0
        """Up to where the disk knows."""
        self._settling = Background()

    async def load(self) -> dict[str, Claim]:
        """Read what was saved; return the claims of which the outcome is not known."""
        data = await self._document.load() or {}
        for key, value in data.get("claims", {}).items():
            self._claims[key] = Claim(
                EquipmentId(value["equipment"]),
                value["at"],
                value["presses"],
                ClaimState(value["state"]),
                value["piloted"],
            )
        for name, target in (
            ("presses", self._presses),
            ("unconfirmed", self.unconfirmed),
            ("mode_before", self.mode_before),
            ("shed", self.shed),
            ("half_on", self.half_on),
        ):
            target.update({EquipmentId(int(k)): v for k, v in data.get(name, {}).items()})
        timers = data.get("timers", {}).items()
        self.timers.update({DeviceId(k): EquipmentId(v) for k, v in timers})
        for name, at in data.get("forced_off", {}).items():
            # Versions before 2 kept no other wish.
            self.wishes[EquipmentId(int(name))] = kept_off(at)
        for name, value in data.get("wishes", {}).items():
            try:
                self.wishes[EquipmentId(int(name))] = StandingWish.from_dict(value)
            except (KeyError, TypeError, ValueError) as error:
                _LOGGER.warning("A stored wish cannot be read, it is forgotten: %s", error)
        return {k: c for k, c in self._claims.items() if c.state is not ClaimState.SETTLED}

    def forced_off(self, equipment_id: EquipmentId) -> bool:
        """Whether a person switched this load off, and nobody wished otherwise since."""
        wish = self.wishes.get(equipment_id)
        return wish is not None and wish.keeps_off

    def overrule(self, equipment_id: EquipmentId) -> None:
        """Take note that a load was switched on past us; what it is kept off by outlives that."""
        wish = self.wishes.get(equipment_id)
        if wish is None or not (wish.keeps_off and wish.reached):
            self.drop_wish(equipment_id)
            return
        wish.overruled = True
        self._changes += 1

    def drop_wish(self, equipment_id: EquipmentId, wish_id: str | None = None) -> bool:
        """Let go of a standing wish, of any or of this one; whether there was one.

        Who must not see it come back after a crash notes it on disk.
        """
        wish = self.wishes.get(equipment_id)
        if wish is None or (wish_id is not None and wish.id != wish_id):
            return False
        del self.wishes[equipment_id]
        self._changes += 1
        return True

    def end_wish(self, step: Step) -> None:
        """Take note that what a person wished was reached: the step that says so cannot be lost."""
        wish = self.wishes.get(step.equipment_id)
        if wish is None or wish.id != step.settles.wish:
            return
        if wish.act in FORCED:
            wish.reached, wish.programmed = True, max(wish.programmed, step.at)
        else:
            del self.wishes[step.equipment_id]
        self._changes += 1

    def settled(self, step: Step, now: float) -> None:
        """Take note that a step is in the database, or that a guard refused it, however late."""
        settles = step.settles
        if settles.start:
            self.unconfirmed.pop(step.equipment_id, None)
        self.end_wish(step)
        if settles.claim is not None:
            self._settling.begin(self.settle(settles.claim, now), f"claim {settles.claim}")

    def is_as_cut(self, equipment: Equipment) -> bool:
        """Whether a load was cut in manual mode on battery, and nobody programmed it since."""
        cut_at = self.shed.get(equipment.id)
        return cut_at is not None and equipment.state.last_programmed <= cut_at

    def claimed(self, key: str) -> bool:
        """Whether this press was ever claimed."""
        return key in self._claims

    def last_press(self, equipment_id: EquipmentId) -> float | None:
        """Return when a button of this equipment was last pressed (unix seconds)."""
        return self._presses.get(equipment_id)

    async def claim(self, key: str, claim: Claim) -> None:
        """Claim a press; it is on disk when this returns. Raises `OSError` if it cannot be."""
        claim.press_before = self._presses.get(claim.equipment_id)
        self._claims[key] = claim
        self._presses[claim.equipment_id] = claim.at
        try:
            await self.save()
        except Exception:
            # Nothing is pressed then: what was never made must not stand in the way of another.
            self._take_back(key)
            raise

    async def pressed(self, equipment_id: EquipmentId, at: float) -> None:
        """Take note of a press that somebody else made (unix seconds)."""
        self._presses[equipment_id] = at
        await self.note()

    def doubt(self, key: str) -> None:
        """Keep a claim open for as long as nobody knows whether the machine runs."""
        if claim := self._claims.get(key):
            claim.state = ClaimState.DOUBTFUL

    async def settle(self, key: str, now: float, *, known: bool = False) -> None:
        """Close a claim whose outcome is written, and forget old ones.

        A doubtful one is closed by what is `known` only.
        """
        claim = self._claims.get(key)
        if claim is not None and (known or claim.state is not ClaimState.DOUBTFUL):
            claim.state = ClaimState.SETTLED
        for old, kept in list(self._claims.items()):
            if kept.state is ClaimState.SETTLED and kept.at < now - _KEPT:
                del self._claims[old]
        await self.note()

    async def release(self, key: str) -> None:
        """Give a claim back: the device said that nothing was pressed."""
        if self._take_back(key):
            await self.note()

    def _take_back(self, key: str) -> bool:
        """Forget a claim and its press; whether there was one."""
        claim = self._claims.pop(key, None)
        if claim is None:
            return False
        if claim.press_before is None:
            self._presses.pop(claim.equipment_id, None)
        else:
            self._presses[claim.equipment_id] = claim.press_before
        return True

    async def note(self) -> bool:
        """Save what must not hold up whoever changed it; whether it is on disk.

        What is not is saved with what comes next, see `catch_up`; the disk tells of it.
        """
        try:
            await self.save()
        except OSError:
            return False
        return True

    async def catch_up(self) -> bool:
        """Save what is not on disk yet, if there is any; whether all is.

        Raises nothing of the disk's.
        """
        return await self.note() if self._changes != self._saved else True

    async def save(self) -> None:
        """Save; everything changed before this call is on disk when it returns.

        Raises `OSError` if it cannot be.
        """
        loop = asyncio.get_running_loop()
        if self._next is None:
            self._waiting = []
            self._next = loop.create_task(self._save_after(self._saving, self._waiting))
        saved = loop.create_future()
        self._waiting.append(saved)
        await saved

    async def _save_after(
        self, running: asyncio.Task[None] | None, waiting: list[asyncio.Future[None]]
    ) -> None:
        try:
            if running is not None:
                await asyncio.wait([running])
            else:
                # Let every order of this turn of the loop into the same save.
                await asyncio.sleep(0)
            self._saving, self._next = self._next, None
            failure: Exception | None = None
            self._changes = changes = self._changes + 1
            try:
                await self._document.save(self._as_dict())
                self._saved = changes
            except Exception as error:  # noqa: BLE001
                failure = error
            finally:
                if self._saving is asyncio.current_task():
                    self._saving = None
            # In a cycle thousands wait, and each has much to do next.
            pace = Pace(WAKES_PER_TURN)
            for saved in waiting:
                if saved.done():
                    continue
                if failure is None:
                    saved.set_result(None)
                else:
                    saved.set_exception(failure)
                await pace.turn()
        finally:
            # Broken off: nobody may take it for saved, nor wait for ever.
            for saved in waiting:
                saved.cancel()

    def _as_dict(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "claims": {
                key: {
                    "equipment": claim.equipment_id,
                    "at": claim.at,
                    "presses": claim.presses,
                    "state": claim.state,
                    "piloted": claim.piloted,
                }
                for key, claim in self._claims.items()
            },
            "presses": {str(k): v for k, v in self._presses.items()},
            "wishes": {str(k): wish.as_dict() for k, wish in self.wishes.items()},
            "unconfirmed": {str(k): v for k, v in self.unconfirmed.items()},
            "mode_before": {str(k): v for k, v in self.mode_before.items()},
            "shed": {str(k): v for k, v in self.shed.items()},
            "half_on": {str(k): v for k, v in self.half_on.items()},
            "timers": {str(k): v for k, v in self.timers.items()},
        }
