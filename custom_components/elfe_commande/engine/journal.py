"""What must be known after a crash: presses claimed, forced offs, starts without an answer.

A press is claimed on disk before it is sent. A claim found open at the next start means that
it may have been pressed: it is reported, and never pressed again.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..core.model import EquipmentId
from ..core.pace import WAKES_PER_TURN, Pace
from .ports import Document

_KEPT = 2 * 86400
"""Seconds a settled claim is kept: longer than any plan lives."""


class ClaimState(StrEnum):
    """How far a claimed press got."""

    OPEN = "open"
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
        self.forced_off: dict[EquipmentId, float] = {}
        self.unconfirmed: dict[EquipmentId, float] = {}
        self.mode_before: dict[EquipmentId, int] = {}
        """The mode that an equipment had before a PLC's panel took it over."""
        self.shed: dict[EquipmentId, float] = {}
        """Loads in manual mode that were cut on battery, to be switched on again."""
        self._saving: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._waiting: list[asyncio.Future[None]] = []
        """Who waits for the next save."""
        self._unsaved = False
        """The last save failed: the disk knows less than this does."""

    async def load(self) -> dict[str, Claim]:
        """Read what was saved; return the claims found open."""
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
            ("forced_off", self.forced_off),
            ("unconfirmed", self.unconfirmed),
            ("mode_before", self.mode_before),
            ("shed", self.shed),
        ):
            target.update({EquipmentId(int(k)): v for k, v in data.get(name, {}).items()})
        return {k: c for k, c in self._claims.items() if c.state is ClaimState.OPEN}

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

    async def settle(self, key: str, now: float) -> None:
        """Close a claim whose outcome is written, and forget old ones."""
        if claim := self._claims.get(key):
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

    async def catch_up(self) -> None:
        """Save what could not be saved before, if there is any; raises nothing of the disk's."""
        if self._unsaved:
            await self.note()

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
            try:
                await self._document.save(self._as_dict())
            except Exception as error:  # noqa: BLE001
                failure = error
            finally:
                if self._saving is asyncio.current_task():
                    self._saving = None
            self._unsaved = failure is not None
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
            "forced_off": {str(k): v for k, v in self.forced_off.items()},
            "unconfirmed": {str(k): v for k, v in self.unconfirmed.items()},
            "mode_before": {str(k): v for k, v in self.mode_before.items()},
            "shed": {str(k): v for k, v in self.shed.items()},
        }
