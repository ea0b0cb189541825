"""What `ups.test.result` says of a battery test."""

from enum import Enum, auto
import re
from typing import Final

from .vocabulary.events import UpsEvent
from .vocabulary.plausible import measured
from .vocabulary.variables import Variables

_FAILED: Final = re.compile(r"\b(fail(ed|ure)?|error|warning|bad)\b")
_PASSED: Final = re.compile(r"\b(passed|ok)\b")
_NO_VOLTAGE: Final = 10.0
"""Volts below which there are no mains, where their nominal voltage is not told."""
_NEITHER: Final = re.compile(r"\b(aborted|cancell?ed|no test|not|unknown|invalid)\b")


class Phase(Enum):
    """How far a test is."""

    IDLE = auto()
    ASKED = auto()
    """The UPS took the command and shows nothing of it yet."""
    RUNNING = auto()


def is_in_progress(result: str) -> bool:
    """Return whether a result says that a test is under way."""
    return "in progress" in result.lower()


def verdict(result: str) -> UpsEvent | None:
    """Return whether a test passed or failed, `None` where the text says neither."""
    text = result.lower()
    if _NEITHER.search(text):
        return None
    if _FAILED.search(text):
        return UpsEvent.TEST_FAILED
    return UpsEvent.TEST_PASSED if _PASSED.search(text) else None


def mains_are_gone(variables: Variables) -> bool:
    """Return whether the input's voltage says that there are no mains: it is no test then."""
    voltage = measured(variables, "input.voltage")
    nominal = measured(variables, "input.voltage.nominal")
    return voltage is not None and voltage < (nominal / 2 if nominal else _NO_VOLTAGE)
