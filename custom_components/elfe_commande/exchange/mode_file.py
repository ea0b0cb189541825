"""The file of modes: other programs see and choose modes, and see what runs."""

import asyncio
from collections.abc import Mapping
import logging
import time
from typing import Final, override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError

from ..configuration.mode_file_form import async_sharer, is_usable
from ..const import DOMAIN
from ..core.failing import failing
from ..core.model import EquipmentId
from ..core.relay_mode import RelayMode, intent_of
from ..core.shared_file import SharedFile, Signature
from ..core.timing import Timing
from ..core.wish import Origin, Wish
from ..engine.ground.events import Event, ModeChanged
from ..engine.ground.ports import Problem, Sources
from ..entities.asking import async_wish
from ..hub import Hub
from ..interfaces.mode_file import (
    HalfWrittenError,
    Modes,
    Negotiation,
    modes_text,
    read_modes,
    states_text,
)

_LOGGER = logging.getLogger(__name__)

PATIENCE: Final = 5
"""Looks at a file that cannot be read before it is called unusable, and written anew."""

_REFUSED: Final = "mode_file_refused"
_TAKEN: Final = "mode_file_taken"
_UNUSABLE: Final = "mode_file_unusable"


class ModeFile(Sources):
    """Keeps two files in step with the equipments while it is open."""

    def __init__(self, hub: Hub, modes: SharedFile, states: SharedFile, timing: Timing) -> None:
        """Touch no file yet."""
        self._hub = hub
        self._modes = modes
        self._states = states
        self._look = timing.mode_file_look
        self._negotiation = Negotiation(timing.mode_file_echo)
        self._said: Modes | None = None
        """What the file says; `None` while it is not there or cannot be read."""
        self._signature: Signature | None = None
        self._unreadable = 0
        self._shown_states = ""
        self._changed_at: dict[EquipmentId, float] = {}
        """When the mode of an equipment changed, by whoever else."""
        self._task: asyncio.Task[None] | None = None
        self._unwatch: CALLBACK_TYPE | None = None

    @override
    async def open(self) -> None:
        """Begin to look at the file."""
        self._unwatch = self._hub.coordinator.watch_all(self._happened)
        self._task = self._hub.entry.async_create_background_task(
            self._hub.hass, self._run(), f"{DOMAIN} mode file"
        )

    @override
    async def close(self) -> None:
        """Look no longer; both files stay as they are."""
        if self._unwatch is not None:
            self._unwatch()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._hub.async_in_thread(self._modes.close)

    @callback
    def _happened(self, event: Event) -> None:
        if isinstance(event, ModeChanged) and event.origin is not Origin.MODE_FILE:
            self._changed_at[event.equipment_id] = time.time()

    async def _run(self) -> None:
        hass = self._hub.hass
        for file in (self._modes, self._states):
            if not await hass.async_add_executor_job(is_usable, hass, str(file.path)):
                self._tell_unusable(f"allowlist_external_dirs: {file.path}")
                return
        while True:
            try:
                if await self._is_ours():
                    await self._sync()
            except OSError as error:
                self._tell_unusable(failing(error))
            except Exception as error:  # noqa: BLE001
                failure = "The file of modes could not be followed"
                self._hub.coordinator.telling.note(failure, error)
            await asyncio.sleep(self._look)

    async def _is_ours(self) -> bool:
        """Return whether no other entry has one of the files; what one has is left alone."""
        entry = self._hub.entry
        shared = await async_sharer(self._hub.hass, entry, (self._modes.path, self._states.path))
        if shared is None:
            self._hub.engine.settle_problem(_TAKEN, DOMAIN)
            return True
        path, other = shared
        self._tell(Problem(_TAKEN, DOMAIN, {"path": str(path), "other": other.title}))
        # What it says by the time that it is ours is the state of another home.
        self._negotiation.base.clear()
        self._shown_states = ""
        await self._hub.async_in_thread(self._modes.close)
        self._modes.forget()
        return False

    async def _sync(self) -> None:
        """Carry out what others chose, then say how everything is."""
        run = self._hub.async_in_thread
        look = await run(self._modes.look)
        self._signature = look.signature
        if look.signature is None:
            self._said = None
        elif look.text is not None and not self._read(look.text, look.written):
            return
        if not self._hub.engine.lifecycle.running:
            return
        await self._write_modes(anew=look.astray is not None)
        text = states_text(self._running())
        if text != self._shown_states:
            await run(self._states.overwrite, text)
            self._shown_states = text
        self._hub.engine.settle_problem(_UNUSABLE, DOMAIN)

    def _read(self, text: str, written: float) -> bool:
        """Take what the file says; whether it could be read, or is to be written anew."""
        present = self._present()
        try:
            self._said = read_modes(text, frozenset(present))
        except HalfWrittenError as error:
            self._unreadable += 1
            if self._unreadable < PATIENCE:
                # Looked at again, also if nobody writes it any more.
                self._modes.forget()
                return False
            self._tell_unusable(failing(error))
            self._said = None
            return True
        self._unreadable = 0
        self._tell_refused(self._said)
        engine = self._hub.engine
        if engine.lifecycle.running or not self._negotiation.base:
            self._choose(self._said.modes, present, written)
        else:
            # Read again once orders may be sent.
            self._modes.forget()
        return True

    def _choose(
        self,
        found: Mapping[EquipmentId, RelayMode],
        present: Mapping[EquipmentId, RelayMode],
        written: float,
    ) -> None:
        """Begin to carry out what others chose since the last look, when it was `written`."""
        now = self._hub.hass.loop.time()
        for equipment_id, mode in self._negotiation.choices(found, present, now).items():
            if self._changed_at.get(equipment_id, 0.0) > written:
                # Somebody chose otherwise after the file was written.
                continue
            _ = self._hub.entry.async_create_task(
                self._hub.hass, self._wish(equipment_id, mode), f"{DOMAIN} mode {equipment_id}"
            )

    async def _wish(self, equipment_id: EquipmentId, mode: RelayMode) -> None:
        wish = Wish(equipment_id, intent_of(mode), Origin.MODE_FILE, advance_end=True)
        try:
            await async_wish(self._hub.engine, wish)
        except HomeAssistantError as error:
            _LOGGER.info("File of modes, equipment %s: %s", equipment_id, error)

    async def _write_modes(self, *, anew: bool) -> None:
        """Say the modes, unless the file says them or somebody is writing it.

        `anew`: what was read is not in the file.
        """
        present = self._present()
        unknown = {} if self._said is None else self._said.unknown
        said = self._said is not None and self._said.modes == present and not self._said.refused
        if said and not anew:
            return
        text = modes_text(present, unknown)
        run = self._hub.async_in_thread
        signature = await run(self._modes.replace, text, self._signature)
        if signature is None:
            return
        self._signature = signature
        self._said = Modes(present, unknown)
        self._negotiation.wrote(present, self._hub.hass.loop.time())

    def _present(self) -> dict[EquipmentId, RelayMode]:
        """Return how every equipment is that may be driven."""
        return {
            equipment_id: mode
            for equipment_id, status in self._hub.engine.statuses.items()
            if (mode := status.relay_mode) is not None
        }

    def _running(self) -> dict[EquipmentId, bool]:
        """Return what runs, by the devices' own word; what says nothing does not."""
        return {
            equipment_id: status.running is True
            for equipment_id, status in self._hub.engine.statuses.items()
            if status.relay_mode is not None
        }

    def _tell_refused(self, said: Modes) -> None:
        """Ask a person to look at entries that mean nothing, in one issue."""
        wrong = [*said.refused, *said.unknown]
        if wrong:
            entries = ", ".join(str(each)[:20] for each in sorted(wrong)[:10])
            placeholders = {"path": str(self._modes.path), "entries": entries}
            self._tell(Problem(_REFUSED, DOMAIN, placeholders))
        else:
            self._hub.engine.settle_problem(_REFUSED, DOMAIN)

    def _tell_unusable(self, detail: str) -> None:
        placeholders = {"path": str(self._modes.path), "detail": detail}
        if self._tell(Problem(_UNUSABLE, DOMAIN, placeholders)):
            _LOGGER.warning("The file of modes cannot be used: %s", detail)

    def _tell(self, problem: Problem) -> bool:
        """Ask a person to look at this; whether nobody was asked before."""
        new = problem not in self._hub.engine.problems
        if new:
            self._hub.engine.report(problem)
        return new
