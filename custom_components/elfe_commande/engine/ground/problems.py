"""What a person must look at or mend: found by the engine, shown until it is settled."""

from collections.abc import Callable, Collection, Iterable, Iterator
import logging

from .events import Event, ProblemsChanged
from .ports import Problem

_LOGGER = logging.getLogger(__name__)


class Problems:
    """Those found by the engine itself and its host; those of the data come with each read."""

    def __init__(self, notify: Callable[[Event], None]) -> None:
        """Have found none; `notify` hears of each change."""
        self._notify = notify
        self._found: dict[tuple[str, str], Problem] = {}

    def __iter__(self) -> Iterator[Problem]:
        """Iterate over them, oldest first."""
        return iter(tuple(self._found.values()))

    def __contains__(self, what: tuple[str, str]) -> bool:
        """Whether there is one of this key and subject."""
        return what in self._found

    def report(self, problem: Problem) -> None:
        """Show something that a person must look at."""
        self._found[problem.key, problem.subject] = problem
        self._notify(ProblemsChanged())

    def settle(self, key: str, subject: str) -> None:
        """Show it no longer."""
        if self._found.pop((key, subject), None) is not None:
            self._notify(ProblemsChanged())


def log_new(problems: Iterable[Problem], known: Collection[Problem]) -> None:
    """Log what a read of the tables found wrong, once per thing."""
    for problem in problems:
        if problem not in known:
            details = ", ".join(f"{k}={v}" for k, v in problem.placeholders.items())
            _LOGGER.warning("In the tables: %s (%s)", problem.key, details)
