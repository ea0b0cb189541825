"""One UPS of an entry, for as long as its subentry stays as it is."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalType

from ...const import DOMAIN
from ...core.lifecycle import NotRunningError
from ...core.supply import SupplyReport
from ...details import detail_text
from ...engine.ground.ports import Problem
from ...entities.answers import not_running
from ...hub import Hub
from ...sources.ups.client import UpsClient
from ...sources.ups.errors import (
    CommandDeniedError,
    CommandRefusedError,
    Trouble,
    UpsUnavailableError,
)
from ...sources.ups.vocabulary.events import UpsEvent
from ...sources.ups.watch import Told
from ...sources.ups.watcher import UpsState, UpsWatcher
from ..keeper import content_of
from ..upses import ups_settings as settings
from .reauth import async_start_ups_reauth

ISSUE_LOST: Final = "ups_lost"
ISSUE_STALE: Final = "ups_stale"
ISSUE_UNKNOWN: Final = "ups_unknown"
ISSUE_REFUSED: Final = "ups_refused"
ISSUE_SHUTDOWN: Final = "ups_shutdown_stays"
ISSUE_COMMAND: Final = "ups_command_refused"
_SHOWN: Final = (ISSUE_LOST, ISSUE_STALE, ISSUE_UNKNOWN, ISSUE_REFUSED, ISSUE_SHUTDOWN)


@dataclass(frozen=True, slots=True)
class UpsTold:
    """An event of a UPS. Not to be kept: the unit goes with a change of its subentry."""

    unit: UpsUnit
    event: UpsEvent


SIGNAL_UPS_TOLD: SignalType[UpsTold] = SignalType(f"{DOMAIN}_ups_told")


class UpsUnit:
    """Watches one UPS, and hands what it says to entities, automations and shedding."""

    def __init__(self, hub: Hub, subentry: ConfigSubentry) -> None:
        """Connect to nothing yet."""
        self.hub = hub
        self.subentry = subentry
        self._made_of = content_of(subentry)
        self.tests: tuple[str, ...] = tuple(subentry.data.get(settings.CONF_TESTS, ()))
        self.protection = settings.protection(subentry.data)
        self._watcher: UpsWatcher | None = None
        self._task: asyncio.Task[None] | None = None
        self._watchers: list[CALLBACK_TYPE] = []
        self._asked_for_login = False
        self._listeners: list[Callable[[UpsEvent], None]] = []

    @property
    def state(self) -> UpsState:
        """What is known of the UPS."""
        return UpsState() if self._watcher is None else self._watcher.state

    async def async_start(self) -> None:
        """Begin to look at the UPS."""
        waits = settings.timing()
        self._watcher = UpsWatcher(
            UpsClient(settings.account(self.subentry.data), waits.timeout),
            settings.ups_settings(self.subentry.data, waits),
            name=self.subentry.title,
            changed=self.hub.coordinator.telling.guarded(self._handle),
        )
        self.hub.engine.shedding.protect(self.subentry.subentry_id, self.protection)
        self._task = asyncio.create_task(
            self._watcher.run(), name=f"elfe ups {self.subentry.title}"
        )

    async def async_stop(self) -> None:
        """Hang up."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._watcher is not None:
            self._watcher.close()
        self.hub.engine.shedding.forget(self.subentry.subentry_id)
        for key in _SHOWN:
            self._settle(key)
        if content_of(self.hub.entry.subentries.get(self.subentry.subentry_id)) != self._made_of:
            # Else it waits for a person to confirm it.
            self._settle(ISSUE_COMMAND)

    @callback
    def watch(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` after each change of what is shown."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    @callback
    def watch_events(self, happened: Callable[[UpsEvent], None]) -> CALLBACK_TYPE:
        """Call `happened` with each event."""
        self._listeners.append(happened)
        return lambda: self._listeners.remove(happened)

    # -- commands

    async def async_test(self, kind: str) -> str:
        """Start a battery test, `normal` or `deep`; return the server's answer."""
        offered = self.state.commands or frozenset(self.tests)
        command = next((c for c in settings.TESTS[kind] if c in offered), None)
        if command is None:
            raise self._invalid("ups_no_test", kind=kind)
        return await self._async_run(command)

    async def async_command(self, command: str, parameter: str | None = None) -> str:
        """Give a command that the UPS lists; return the server's answer."""
        if settings.is_dangerous(command) and not settings.dangerous_allowed(self.subentry.data):
            raise self._invalid("ups_dangerous_command", command=command)
        if command not in self.state.commands:
            raise self._invalid("ups_no_command", command=command)
        return await self._async_run(command, parameter)

    async def _async_run(self, command: str, parameter: str | None = None) -> str:
        self.hub.require_acting()
        try:
            self.hub.engine.lifecycle.require_running()
        except NotRunningError as error:
            raise not_running(error) from error
        if self._watcher is None:
            raise self._failed("ups_unavailable", detail=Trouble.UNREACHABLE)
        try:
            answer = await self._watcher.run_command(command, parameter)
        except CommandDeniedError as error:
            async_start_ups_reauth(self.hub.hass, self.hub.entry, self.subentry)
            raise self._failed("ups_denied", command=command, detail=str(error)) from error
        except CommandRefusedError as error:
            about = {"ups": self.subentry.title, "command": command, "detail": str(error)}
            self.hub.engine.report(Problem(ISSUE_COMMAND, self.subentry.subentry_id, about))
            raise self._failed("ups_refused", command=command, detail=str(error)) from error
        except UpsUnavailableError as error:
            raise self._failed("ups_unavailable", detail=str(error)) from error
        self._settle(ISSUE_COMMAND)
        return answer

    def _invalid(self, key: str, **words: str) -> ServiceValidationError:
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"ups": self.subentry.title, **words},
        )

    def _failed(self, key: str, **words: str) -> HomeAssistantError:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={
                key: detail_text(self.hub.hass, text)
                for key, text in {"ups": self.subentry.title, **words}.items()
            },
        )

    # -- what the UPS says

    @callback
    def _handle(self, state: UpsState, told: Told) -> None:
        if state.connected is not None:
            # Before it was heard, or is sure not to be, nothing is given back.
            self.hub.engine.shedding.report(self.subentry.subentry_id, _supply(state))
        self._show_problems(state)
        telling = self.hub.coordinator.telling
        telling.tell_all(self._watchers)
        for event in told:
            telling.tell_all(self._listeners, event)
            async_dispatcher_send(self.hub.hass, SIGNAL_UPS_TOLD, UpsTold(self, event))

    def _show_problems(self, state: UpsState) -> None:
        unknown = state.trouble is Trouble.UNKNOWN_UPS and state.connected is False
        refused = state.trouble is Trouble.REFUSED and state.connected is False
        # A server that restarts is no matter for a person: entity and event tell of it at once.
        lost = state.lost and not unknown and not refused and not state.stale
        words = state.detail or state.trouble or ""
        self._show(ISSUE_UNKNOWN, shown=unknown, name=self.subentry.data[settings.CONF_UPS])
        self._show(ISSUE_REFUSED, shown=refused, detail=words)
        self._show(ISSUE_STALE, shown=state.stale, detail=words)
        self._show(ISSUE_LOST, shown=lost, detail=words)
        self._show(ISSUE_SHUTDOWN, shown=state.shutdown_stays)
        if refused and not self._asked_for_login:
            async_start_ups_reauth(self.hub.hass, self.hub.entry, self.subentry)
        self._asked_for_login = refused

    def _show(self, key: str, *, shown: bool, **words: str) -> None:
        if shown:
            about = {"ups": self.subentry.title, **words}
            problem = Problem(key, self.subentry.subentry_id, about)
            if problem not in self.hub.engine.problems:
                self.hub.engine.report(problem)
        else:
            self._settle(key)

    def _settle(self, key: str) -> None:
        self.hub.engine.settle_problem(key, self.subentry.subentry_id)


def _supply(state: UpsState) -> SupplyReport:
    """Return what shedding has to know."""
    return SupplyReport(mains=state.mains, critical=state.critical, lost=state.connected is False)
