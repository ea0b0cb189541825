"""One meter of an entry, from its line to those who show it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Final, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util

from ...const import DOMAIN, LOGGER
from ...engine.ground.ports import Problem
from ...hub import Hub
from ...sources.sml import LineReader, Meter, Telegram
from ...sources.sml.meter import Rate
from ...sources.sml.power import is_directed
from ..meters import meter_settings as settings
from ..unit import Unit
from .meter_settings import CONF_CODES, CONF_DIRECTED, CONF_MAKER, CONF_METER_ID

LOOKS: Final = 12
"""Looks at a meter's silence within the time after which it is stale."""

MAX_CODES: Final = 128
"""More than any meter tells."""


class MeterUnit(Unit):
    """Reads a meter while it is started; its entities follow it."""

    def __init__(self, hub: Hub, subentry: ConfigSubentry) -> None:
        """Prepare; the port is not touched yet."""
        self.hub = hub
        self.subentry_id = subentry.subentry_id
        self.title = subentry.title
        self.meter_id: str = subentry.data[CONF_METER_ID]
        self.maker: str | None = subentry.data.get(CONF_MAKER)
        self.port = settings.port_settings(subentry.data)
        self.settings = settings.meter_settings(subentry.data)
        self.timing = self.settings.timing
        self.meter: Meter = Meter(self.settings)
        self.reader: LineReader = LineReader(
            subentry.title,
            self.port,
            self.timing,
            # Whoever is told may raise; the line is read on.
            heard=hub.coordinator.telling.guarded(self.hear),
            changed=hub.coordinator.telling.guarded(self._line_changed),
        )
        self.heard_at: datetime | None = None
        """When the last telegram came."""
        self.fresh: bool | None = None
        """Whether telegrams come; `None` before it is known."""
        self.clock: Callable[[], float] = hub.hass.loop.time
        """What the age of telegrams is counted with, in seconds."""
        self._codes: dict[str, str | None] = dict(subentry.data[CONF_CODES])
        self.directed: bool = subentry.data.get(CONF_DIRECTED, False)
        """Whether the status word tells which way a power without a sign flows."""
        self._subentry = subentry
        self._started_at = 0.0
        self._asked: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watchers: dict[Rate, list[CALLBACK_TYPE]] = {rate: [] for rate in Rate}

    @property
    def codes(self) -> dict[str, str | None]:
        """Every code that is shown, with its unit."""
        hidden = self.settings.hidden
        return {code: unit for code, unit in self._codes.items() if code not in hidden}

    # ------------------------------------------------------------------------------- its life

    @override
    async def async_start(self) -> None:
        """Begin to listen."""
        self._started_at = self.clock()
        self._begin()
        self._look()

    @override
    async def async_stop(self) -> None:
        """Free the port; nothing is asked of a person any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        await self._end()
        for key in tuple(self._asked):
            self._problem(key, False)

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[None]:
        """Free the port for a while, if it is read."""
        running = self._task is not None
        try:
            await self._end()
            yield
        finally:
            if running and self._timer is not None:
                self._begin()

    def _begin(self) -> None:
        self._task = self.hub.entry.async_create_background_task(
            self.hub.hass, self.reader.run(), f"{DOMAIN} meter {self.title}"
        )

    async def _end(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    # ------------------------------------------------------------------------- who shows it

    @callback
    def watch(self, rates: Iterable[Rate], changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` when something of these rates is to be shown anew."""
        watched = tuple(rates)
        for rate in watched:
            self._watchers[rate].append(changed)
        return partial(self._unwatch, watched, changed)

    def _unwatch(self, rates: Iterable[Rate], changed: CALLBACK_TYPE) -> None:
        for rate in rates:
            self._watchers[rate].remove(changed)

    @callback
    def _tell(self, rates: Iterable[Rate]) -> None:
        # An entity may watch several, and is told once.
        told = dict.fromkeys(each for rate in rates for each in self._watchers[rate])
        self.hub.coordinator.telling.tell_all(told)

    # --------------------------------------------------------------------------- what is heard

    @callback
    def hear(self, telegram: Telegram) -> None:
        """Take a telegram that came on the line, and tell who shows it."""
        if telegram.meter_id != self.meter_id:
            self._problem("meter_replaced", True, other=telegram.meter_id, known=self.meter_id)
            return
        now = self.clock()
        self.heard_at = dt_util.utcnow()
        rates: Iterable[Rate] = self.meter.hear(telegram, now)
        if not self.fresh:
            self.fresh = True
            rates = Rate
        self._tell(rates)
        self._problem("meter_replaced", False)
        self._problem("meter_unsigned", self.meter.lacks_sign)
        self._problem("meter_without_power", self.meter.lacks_power(now))
        self._learn(telegram)

    @callback
    def _line_changed(self) -> None:
        frames = self.reader.frames
        self._problem("meter_ascii", frames.speaks_ascii)
        self._problem("meter_seven_bits", frames.drops_eighth_bit)

    @callback
    def _look(self) -> None:
        """Look whether telegrams still come, again and again."""
        now = self.clock()
        waited = now - self._started_at >= self.timing.stale_after
        if self.meter.is_stale(now) and waited and self.fresh is not False:
            self.fresh = False
            self._tell(Rate)
        self._problem("meter_without_power", self.meter.lacks_power(now))
        self._timer = self.hub.hass.loop.call_later(self.timing.stale_after / LOOKS, self._look)

    def _problem(self, key: str, wrong: object, **placeholders: str) -> None:
        """Ask a person for something, or no longer."""
        if wrong and key not in self._asked:
            self._asked.add(key)
            self.hub.engine.report(
                Problem(key, self.subentry_id, {"meter": self.title, **placeholders})
            )
        elif not wrong and key in self._asked:
            self._asked.remove(key)
            self.hub.engine.settle_problem(key, self.subentry_id)

    @callback
    def _learn(self, telegram: Telegram) -> None:
        """Remember what was not heard before: the subentry changes, and the meter is made anew."""
        readings = telegram.readings
        new = {code: each.unit for code, each in readings.items() if code not in self._codes}
        if len(self._codes) + len(new) > MAX_CODES:
            new = {}
        directed = self.directed or is_directed(readings)
        if not new and directed is self.directed:
            return
        LOGGER.debug("%s tells more: %s", self.title, ", ".join(new) or CONF_DIRECTED)
        self._codes |= new
        self.directed = directed
        self.hub.hass.config_entries.async_update_subentry(
            self.hub.entry,
            self._subentry,
            data={
                **self._subentry.data,
                CONF_CODES: dict(self._codes),
                CONF_DIRECTED: directed,
            },
        )
