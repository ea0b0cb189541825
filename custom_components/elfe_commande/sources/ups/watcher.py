"""Looks at one UPS again and again, and tells what changed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
import logging
from typing import Final

from .client import UpsClient
from .errors import Trouble, UpsUnavailableError
from .patience import Beliefs, Patience
from .profiles import AUTOMATIC, profile_of
from .timing import UpsTiming
from .values import Values, settled, values_of
from .vocabulary.events import UpsEvent
from .vocabulary.status import Supply
from .vocabulary.thresholds import Thresholds
from .vocabulary.variables import NO_VARIABLES, Variables
from .watch import Told, Watch, accept_test, follow, forget_test, lose

_LOGGER = logging.getLogger(__name__)

BATTERY_TEST: Final = "test.battery.start"
TESTED: Final = "test"
"""A status of its own: mains are there, and the battery is used all the same."""
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
    detail: str = ""
    """The same in the server's own words."""
    stale: bool = False
    """What the server knows is too old, and has been for long."""
    lost: bool = False
    """Nothing is heard, whatever the reason, and has not been for long."""
    shutdown_stays: bool = False
    """A shutdown is announced, mains are there, and nothing has been shut down for long."""
    vague: bool = False
    """The UPS is heard, and has named no supply for long."""

    @property
    def status(self) -> str:
        """Where the energy comes from, or that a battery test is made."""
        return TESTED if self.watch.testing else self.supply.value

    @property
    def on_battery(self) -> bool | None:
        """Whether the mains failed; `None` if the status tells neither."""
        if self.watch.testing:
            return False
        return None if self.supply is Supply.UNKNOWN else self.supply is Supply.BATTERY

    @property
    def mains(self) -> bool | None:
        """Whether loads have mains, by two readings that agree; `None` if nobody knows.

        A battery test is no power cut, and a UPS that is heard and speaks of no battery for
        long does not hold anything back for ever.
        """
        if self.watch.agreed is Supply.UNKNOWN:
            return True if self.vague and self.connected else None
        return self.watch.agreed is Supply.MAINS

    @property
    def critical(self) -> bool:
        """Whether what the UPS feeds is about to go off, by two readings that agree."""
        watch = self.watch
        if watch.forced_shutdown and not self.shutdown_stays:
            return True
        return watch.agreed is Supply.BATTERY and watch.has(UpsEvent.BATTERY_LOW)

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
        self._patience = Patience(settings.timing)
        self._beliefs = Beliefs()

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
        if self.state.connected and self.state.watch.unsure:
            period = min(period or timing.confirm, timing.confirm)
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
        beliefs = self._patience.follow(state.watch, variables, now)
        if not urgent and not due and beliefs == self._beliefs and not state.watch.unsure:
            if state.trouble is not None:
                self._show(replace(state, trouble=None, detail="", stale=False), ())
            return
        self._beliefs = beliefs
        if due:
            values = timing.values_period
            self._values_due = now + values if values > 0 else float("inf")
        profile = profile_of(self._settings.profile, variables)
        before = state.watch if beliefs.test_shows else forget_test(state.watch)
        watch, told = follow(
            before, variables, profile, self._settings.thresholds, patient=beliefs.test
        )
        values_now = values_of(variables, profile)
        # What belongs to an event is shown as it was then.
        exact = urgent or told
        self._show(
            UpsState(
                watch=watch,
                values=self._values(values_now, exact=bool(exact), due=due),
                variables=variables,
                commands=commands,
                connected=True,
                shutdown_stays=not beliefs.shutdown,
                vague=not beliefs.vagueness,
            ),
            told,
        )

    def _values(self, now: Values, *, exact: bool, due: bool) -> Values:
        """Return the values to show: those of a reading that only confirms are not due."""
        if exact:
            return now
        return settled(self.state.values, now) if due else self.state.values

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
        after = replace(state, trouble=error.trouble, detail=str(error), stale=stale)
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
