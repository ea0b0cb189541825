"""How an entity is given one of two values, and where it shows which it has.

A *way* is one thing of an entity that can be set: its state, its preset, a number. It is pure:
what an entity can do is read from its attributes, what it is told is a call of its own domain.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, override

type Value = str | float
"""One of an entity's options, or a number of its range."""

type Attributes = Mapping[str, Any]

NO_VALUE = frozenset({"unavailable", "unknown"})
"""States that tell nothing of what an entity was given."""
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Call:
    """A service of the entity's own domain, and what it is called with."""

    service: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that an entity takes."""

    low: float
    high: float
    step: float


type Choices = tuple[str, ...] | Range


@dataclass(frozen=True, slots=True)
class Way(ABC):
    """One thing of an entity that can be set."""

    key: str
    """Of the translations (`selector.way`)."""
    feature: int = field(default=0, kw_only=True)
    """The bit of `supported_features` that says that this entity has it; 0: it always has."""
    attribute: str | None = field(default=None, kw_only=True)
    """Where the value is shown; `None`: it is the state."""
    rest: str | None = field(default=None, kw_only=True)
    """The state in which the load is off, whatever the value."""

    @abstractmethod
    def choices(self, attributes: Attributes) -> Choices | None:
        """Return what the entity offers, `None` if it has no such thing or fewer than two."""

    @abstractmethod
    def call(self, value: Value) -> Call:
        """Return what gives the entity a value."""

    @property
    def fixed(self) -> tuple[Value, Value] | None:
        """Return the values of on and off where nobody has to choose them."""
        return None

    def has(self, attributes: Attributes) -> bool:
        """Return whether the entity says that it can be set this way."""
        features = attributes.get("supported_features")
        return not self.feature or bool(isinstance(features, int) and features & self.feature)

    def takes(self, value: Value, attributes: Attributes) -> bool:
        """Return whether the entity offers a value."""
        choices = self.choices(attributes)
        if isinstance(choices, Range):
            return isinstance(value, float) and choices.low <= value <= choices.high
        return choices is not None and value in choices

    def parse(self, text: str) -> Value:
        """Return the value that a text stands for; raises `ValueError`."""
        return text

    def value(self, state: str, attributes: Attributes) -> Value | None:
        """Return what the entity shows, `None` if that is nothing."""
        if state in NO_VALUE:
            return None
        if self.rest is not None and state == self.rest:
            return state
        shown = state if self.attribute is None else attributes.get(self.attribute)
        return None if shown is None else str(shown)

    def intent(self, state: str, attributes: Attributes) -> Value | None:
        """Return the same, of what is under way already as if it were there."""
        return self.value(state, attributes)

    def equal(self, shown: Value, value: Value, _: Attributes) -> bool:
        """Return whether what an entity shows is this value."""
        return shown == value


@dataclass(frozen=True, slots=True)
class Fixed(Way):
    """Two values that every entity of its domain has: the first one means on."""

    calls: Mapping[str, Call] = field(default_factory=dict)
    toward: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    """States on the way to another."""
    otherwise: str | None = field(default=None, kw_only=True)
    """What any other state means."""

    @property
    @override
    def fixed(self) -> tuple[Value, Value] | None:
        on, *off = self.calls
        return on, (off[0] if off else on)

    @override
    def choices(self, attributes: Attributes) -> Choices | None:
        return tuple(self.calls) if self.has(attributes) else None

    @override
    def takes(self, value: Value, attributes: Attributes) -> bool:
        # What a domain always has needs no features told.
        return value in self.calls

    @override
    def call(self, value: Value) -> Call:
        return self.calls[str(value)]

    @override
    def value(self, state: str, attributes: Attributes) -> Value | None:
        shown = Way.value(self, state, attributes)
        if self.otherwise is not None and shown is not None and shown not in self.calls:
            return self.otherwise
        return shown

    @override
    def intent(self, state: str, attributes: Attributes) -> Value | None:
        return self.value(self.toward.get(state, state), attributes)


@dataclass(frozen=True, slots=True)
class Listed(Way):
    """One of the options in a list of the entity's own."""

    service: str
    name: str
    """What the service calls the option."""
    options: str
    """The attribute that lists them."""
    others: Mapping[str, Call] = field(default_factory=dict, kw_only=True)
    """What can be chosen besides."""

    @override
    def choices(self, attributes: Attributes) -> Choices | None:
        listed = attributes.get(self.options)
        if not self.has(attributes) or not isinstance(listed, list | tuple):
            return None
        found = tuple(dict.fromkeys((*map(str, listed), *self.others)))
        return found if len(found) > 1 else None

    @override
    def call(self, value: Value) -> Call:
        if (other := self.others.get(str(value))) is not None:
            return other
        return Call(self.service, {self.name: value})


@dataclass(frozen=True, slots=True)
class Ranged(Way):
    """A number between two bounds of the entity's own."""

    service: str
    name: str
    low: str
    high: str
    step: str
    """The attributes of the bounds, and of what lies between two values."""
    bounds: Range | None = field(default=None, kw_only=True)
    """Those that every entity of its domain has."""

    @override
    def choices(self, attributes: Attributes) -> Choices | None:
        if not self.has(attributes):
            return None
        if self.bounds is not None:
            return self.bounds
        low, high = _number(attributes.get(self.low)), _number(attributes.get(self.high))
        if low is None or high is None or not low < high:
            return None
        return Range(low, high, self._step(attributes))

    @override
    def call(self, value: Value) -> Call:
        return Call(self.service, {self.name: value})

    @override
    def parse(self, text: str) -> Value:
        found = _number(text)
        if found is None:
            raise ValueError(text)
        return found

    @override
    def value(self, state: str, attributes: Attributes) -> Value | None:
        shown = Way.value(self, state, attributes)
        return shown if shown is None or shown == self.rest else _number(shown)

    @override
    def equal(self, shown: Value, value: Value, attributes: Attributes) -> bool:
        if not isinstance(shown, float) or not isinstance(value, float):
            return shown == value
        # Entities round to their step.
        return abs(shown - value) <= self._step(attributes) / 2 + _SAME

    def _step(self, attributes: Attributes) -> float:
        step = _number(attributes.get(self.step))
        return step if step is not None and step > 0 else 0.1


def worded(value: Value) -> str:
    """Return a value as people read it."""
    return f"{value:g}" if isinstance(value, float) else value


def _number(value: Any) -> float | None:
    """Return a finite number, given as one or as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError, OverflowError:
        return None
    return number if abs(number) < float("inf") else None
