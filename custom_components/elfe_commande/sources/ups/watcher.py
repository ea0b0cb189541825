"""Looks at one UPS again and again, and tells what changed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
import logging
from typing import Final

from .client import UpsClient
from .errors import Trouble, UpsUnavailableError
from .profiles import AUTOMATIC, profile_of
from .timing import UpsTiming
from .values import Values, settled, values_of
from .vocabulary.events import UpsEvent
from .vocabulary.status import Supply
from .vocabulary.thresholds import Thresholds
from .vocabulary.variables import NO_VARIABLES, Variables
from .watch import Told, Watch, accept_test, follow, lose

_LOGGER = logging.getLogger(__name__)

BATTERY_TEST: Final = "test.battery.start"
_URGENT: Final = ("ups.status", "ups.test.result", "ups.alarm")
"""Variables whose change is told at once."""


@dataclass(frozen=True, slots=True)
class UpsState:
    """What is shown of a UPS."""

    watch: Watch = field(default=Watch())
    values: Values = field(default=Values())
    variables: Variables = field(default=NO_VARIABLES)
    """As last published, for what is not shown one by one."""
    commands: frozenset[str] = frozenset()
    connected: bool | None = None
    """Whether the UPS is heard; `None` before the first answer or its want is certain."""
    trouble: Trouble | None = None
    """Why the last reading failed."""
    stale: bool = False
    """What the server knows is too old, and has been for long."""
    lost: bool = False
    """Nothing is heard, whatever the reason, and has not been for long."""

    @property
    def supply(self) -> Supply:
        """Where the energy comes from."""
        return self.watch.supply


@dataclass(frozen=True, slots=True)
class UpsSettings:
    """How a UPS is looked at."""

    timing: UpsTiming = field(default=UpsTiming())
    profile: str = AUTOMATIC
    thresholds: Thresholds = field(default=Thresholds())


class UpsWatcher:
    """The life of one UPS: `run` it as a task, `close` it once that has ended."""

    def __init__(
        self,
        client: UpsClient,
        settings: UpsSettings,
        *,
        name: str,
        changed: Callable[[UpsState, Told], None],
    ) -> None:
        """Look at nothing yet; `changed` is called after each change of what is shown."""
        self.state = UpsState()
        self._client = client
        self._settings = settings
        self._name = name
        self._changed = changed
        self._wake = asyncio.Event()
        self._seen: Variables = NO_VARIABLES
        self._values_due = float("-inf")
        self._misses = 0
        self._missed_since: float | None = None
        self._stale_since: float | None = None

    async def run(self) -> None:
        """Look at the UPS until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:
                # A mistake of ours, or words that no server says: it is looked at again.
                if self.state.trouble is not Trouble.UNREADABLE:
                    _LOGGER.exception("What the UPS %s says cannot be followed", self._name)
                self._missed(UpsUnavailableError(Trouble.UNREADABLE, str(error)))
            await self._pause()

    async def look(self, *, publish: bool = False) -> None:
        """Read once; tell what changed, the values too if they are due or `publish` is set."""
        try:
            variables = await self._client.read()
            commands = self.state.commands
            if not self.state.connected:
                commands = await self._commands()
        except UpsUnavailableError as error:
            self._missed(error)
            return
        self._heard(variables, commands, publish=publish)

    async def _commands(self) -> frozenset[str]:
        try:
            return await self._client.commands()
        except UpsUnavailableError as error:
            if error.trouble is not Trouble.UNREADABLE:
                raise
            # Some small servers know no commands, nor the question for them.
            return frozenset()

    async def run_command(self, command: str, parameter: str | None = None) -> str:
        """Give a command and return the server's answer; errors are the client's."""
        answer = await self._client.run(command, parameter)
        if command.startswith(BATTERY_TEST):
            watch, told = accept_test(self.state.watch)
            self._show(replace(self.state, watch=watch), told)
        self._values_due = float("-inf")
        self._wake.set()
        return answer

    def close(self) -> None:
        """Free the connection."""
        self._client.close()

    async def _pause(self) -> None:
        """Wait until it is time to look again, or a command was given."""
        timing = self._settings.timing
        period = timing.period
        if not period and self.state.trouble is not None:
            period = timing.retry
        try:
            async with asyncio.timeout(period or None):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    def _heard(self, variables: Variables, commands: frozenset[str], *, publish: bool) -> None:
        state, timing = self.state, self._settings.timing
        now = asyncio.get_running_loop().time()
        if state.connected is False:
            _LOGGER.info("UPS %s is heard again", self._name)
        self._misses = 0
        self._missed_since = None
        self._stale_since = None
        back = not state.connected
        urgent = back or any(variables.get(v) != self._seen.get(v) for v in _URGENT)
        due = publish or now >= self._values_due
        self._seen = variables
        if not urgent and not due:
            if state.trouble is not None:
                self._show(replace(state, trouble=None, stale=False), ())
            return
        if due:
            values = timing.values_period
            self._values_due = now + values if values > 0 else float("inf")
        profile = profile_of(self._settings.profile, variables)
        watch, told = follow(state.watch, variables, profile, self._settings.thresholds)
        values_now = values_of(variables, profile)
        # What belongs to an event is shown as it was then.
        exact = urgent or told
        self._show(
            UpsState(
                watch=watch,
                values=values_now if exact else settled(state.values, values_now),
                variables=variables,
                commands=commands,
                connected=True,
            ),
            told,
        )

    def _missed(self, error: UpsUnavailableError) -> None:
        state, timing = self.state, self._settings.timing
        self._misses += 1
        now = asyncio.get_running_loop().time()
        if self._missed_since is None:
            self._missed_since = now
        if error.trouble is not Trouble.STALE:
            self._stale_since = None
        elif self._stale_since is None:
            self._stale_since = now
        stale = self._stale_since is not None and now - self._stale_since >= timing.stale_for
        after = replace(state, trouble=error.trouble, stale=stale)
        told: Told = ()
        if self._misses >= timing.misses and state.connected is not False:
            _LOGGER.warning("UPS %s is not heard, it is tried again: %s", self._name, error)
            watch, told = lose(state.watch)
            after = replace(after, watch=watch, connected=False)
        lost = after.connected is False and now - self._missed_since >= timing.lost_for
        self._show(replace(after, lost=lost), told)

    def _show(self, state: UpsState, told: tuple[UpsEvent, ...]) -> None:
        if state == self.state and not told:
            return
        self.state = state
        self._changed(state, told)
