"""Tells those who listen: one who raises stops nobody, and is logged once."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
import logging
import time
from typing import Final

_LOGGER = logging.getLogger(__name__)

_QUIET: Final = 3600.0
"""Seconds without a failure after which a listener works again: its next one is news."""


def name_of(listener: Callable[..., object]) -> str:
    """Return what a listener is called in the log."""
    while isinstance(listener, partial):
        listener = listener.func
    return getattr(listener, "__qualname__", type(listener).__qualname__)


class Telling:
    """Calls listeners, and notes what must not stop the work it happens in.

    Whatever fails is logged with its traceback, then not again until it went well for an hour:
    a listener that fails at one load of thousands, or every two seconds, fills no log.
    """

    def __init__(
        self, name: Callable[[Callable[..., object]], str] = name_of, quiet: float = _QUIET
    ) -> None:
        """Have told nothing; `name` says who a listener is, `quiet` is in seconds."""
        self._name = name
        self._quiet = quiet
        self._failed: dict[Hashable, float] = {}

    def tell[*Ts](self, listener: Callable[[*Ts], object], *what: *Ts) -> None:
        """Call a listener; raises nothing but what ends a task or the program."""
        try:
            listener(*what)
        except Exception as error:  # noqa: BLE001
            kinds = tuple(type(each).__name__ for each in what)
            who: Hashable = listener if isinstance(listener, Hashable) else id(listener)
            if self._is_news((who, kinds)):
                about = f" ({', '.join(kinds)})" if kinds else ""
                _log(f"{self._name(listener)} fails when it is told{about}", error)

    def tell_all[*Ts](self, listeners: Iterable[Callable[[*Ts], object]], *what: *Ts) -> None:
        """Call all of them, also those that come after one who raises."""
        for listener in tuple(listeners):
            self.tell(listener, *what)

    def guarded[*Ts](self, listener: Callable[[*Ts], object]) -> Callable[[*Ts], None]:
        """Return a listener that raises nothing, for others to call."""

        def tell(*what: *Ts) -> None:
            self.tell(listener, *what)

        return tell

    def note(self, failure: str, error: BaseException) -> None:
        """Log a failure that something goes on after; `failure` says what, the same each time."""
        if self._is_news(failure):
            _log(failure, error)

    @contextmanager
    def noted(self, failure: str) -> Iterator[None]:
        """Go on after what fails in the block, and log it as `note` does."""
        try:
            yield
        except Exception as error:  # noqa: BLE001
            self.note(failure, error)

    def _is_news(self, failure: Hashable) -> bool:
        now = time.monotonic()
        before = self._failed.get(failure)
        self._failed[failure] = now
        if before is not None and now - before < self._quiet:
            return False
        # Who failed long ago may be gone: nothing is held on to for ever.
        for known, at in list(self._failed.items()):
            if now - at > self._quiet:
                del self._failed[known]
        return True


def _log(failure: str, error: BaseException) -> None:
    _LOGGER.error("%s; this is logged once, everything else goes on", failure, exc_info=error)
