"""What a driver is: an order becomes a message, a message becomes a reading."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
import json
from typing import Any, ClassVar, Final, NamedTuple, override

from ..core.model import METERING_USAGES, Device, DeviceTypeId


@dataclass(frozen=True, slots=True)
class Message:
    """Something to publish."""

    topic: str
    payload: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A device's explicit answer to an order.

    `request` is the id it answers, `command` the order it names, when it names one; `reason`,
    of a refusal, is a key of the translations, `detail` the device's own words. An answer that
    is not `sure` says that the order was taken, not that the load followed; after a `final`
    refusal the same order would be refused again.
    """

    ok: bool
    request: str | None = None
    command: str | None = None
    detail: str = ""
    sure: bool = True
    reason: str | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody else changed the device itself: a person, or an automation of theirs.

    `on` is the raw state it was given, true where a button was pressed, `None` where it is now
    neither as it is ordered for on nor as it is for off; `user_id` is Home Assistant's, when one
    is known.
    """

    on: bool | None
    user_id: str | None = None
    automation: bool = False

    @property
    def of_nobody(self) -> bool:
        """Whether nothing tells that a person or an automation did it."""
        return self.user_id is None and not self.automation


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message tells. Power in watts; `on` is the raw state of the device.

    One that tells nothing else still says that the device is there.
    """

    on: bool | None = None
    power: float | None = None
    certain: bool = True
    """Whether it is of this moment; else it may tell how things were before the last change."""
    fault: str | None = None
    """What went wrong with the load, in the device's own words: it was switched off for it."""
    period: float | None = None
    """Seconds between two reports of the device, by its own settings; 0: it makes none."""
    ask: Message | None = None
    """What makes the device say in other words what could not be read of this."""
    echo: bool = False
    """`on` may be no more than what it was told: where something is measured, that counts."""
    watched: bool = False
    """It measures something that will tell what became of an order."""
    works: bool | None = None
    """Whether the load works now, by what the device measures beside its power."""
    strayed: bool = False
    """It is no longer as it was ordered: by its own programme, or by somebody who was there."""
    reverts: bool | None = None
    """Whether a timer stands on the device that brings it back by itself."""
    online: bool | None = None
    available: bool | None = None
    """Whether it can be used, of something whose return is no reason to order anything anew."""
    reply: Reply | None = None
    hand: Hand | None = None


UNHEARD: Final = ("answer", "power")
"""What topics may leave unheard: whether an order was carried out, and what the load draws."""


class Topics(NamedTuple):
    """Where a device says what it does, where it takes orders, where it says that it is there."""

    control: str
    command: str
    lwt: str | None = None


class Driver(ABC):
    """One device protocol."""

    type_id: ClassVar[DeviceTypeId]
    name: ClassVar[str]
    drives: ClassVar[bool] = True
    """Something can be ordered of it."""
    measures_load: ClassVar[bool] = True
    """The power it reports is the load's own, not a whole home's."""
    presses: ClassVar[bool] = False
    """An order toggles something and must not be repeated unless known not to have been done."""
    lasting: ClassVar[bool] = False
    """What it says holds until it says otherwise, and is each time all there is: Home Assistant
    keeps it. What others say grows old."""
    period: ClassVar[float | None] = None
    """Seconds between two of its reports, as it is delivered; `None` if it reports changes only.
    What it measured counts until the next one is overdue."""
    follows_late: ClassVar[bool] = False
    """It may show what it was ordered a minute after it took the order."""
    lag: ClassVar[float] = 0.0
    """Seconds after a change in which what it says, when not certain, may be from before it."""
    online_payloads: ClassVar[frozenset[str]] = frozenset({"true", "online"})
    """Payloads of the LWT topic, lower-cased, that mean the device is there."""
    offline_payloads: ClassVar[frozenset[str]] = frozenset({"false", "offline"})
    example: ClassVar[str | None] = None
    """A name from which `topics_of` makes topics; `None` if it makes none."""

    def topics_of(self, name: str) -> Topics | None:  # noqa: ARG002
        """Return the topics of a device that was given this name; `None` if nothing is fixed."""
        return None

    def output(self, control_topic: str) -> int:  # noqa: ARG002
        """Return which of those that share a command topic is meant; 0 where each has its own."""
        return 0

    @abstractmethod
    def topics(self, device: Device) -> tuple[str, ...]:
        """Return the topics to listen to, the LWT excepted."""

    def answers(self, device: Device) -> tuple[str, ...]:
        """Return those of them on which orders are answered: without these none is sent."""
        return self.topics(device)

    @abstractmethod
    def order(self, device: Device, *, on: bool, request: str) -> Message | None:
        """Return the message that orders the device, `None` if it cannot do that."""

    def question(self, device: Device) -> Message | None:  # noqa: ARG002
        """Return the message that makes the device say its state, `None` if there is none."""
        return None

    def questions(self, device: Device) -> tuple[Message, ...]:
        """Return the messages that make the device say all that it can: state, power, settings."""
        question = self.question(device)
        return () if question is None else (question,)

    def unheard(self, device: Device) -> tuple[str, ...]:  # noqa: ARG002
        """Return what cannot be heard of it as its topics are: of `UNHEARD`, in that order."""
        return ()

    @abstractmethod
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        """Return what a message says, `None` if nothing; never raises on bad payloads."""

    def read_online(self, payload: bytes) -> Reading | None:
        """Return what a message of the LWT topic says."""
        text = text_of(payload).lower()
        if text in self.online_payloads:
            return Reading(online=True)
        return Reading(online=False) if text in self.offline_payloads else None


class RevertingDriver(Driver):
    """One whose devices can be told to go back by themselves, unless the order is renewed."""

    keeps_timer: ClassVar[bool] = False
    """The timer stays set on the device, whoever switches it, until it is cleared there."""

    reverts_from: ClassVar[frozenset[bool]] = frozenset({True, False})
    """The raw states that it can leave by itself."""

    def can_revert(self, device: Device, *, on: bool) -> bool:  # noqa: ARG002
        """Return whether this device can go back by itself from a raw state."""
        return on in self.reverts_from

    @override
    @abstractmethod
    def order(
        self, device: Device, *, on: bool, request: str, revert_after: float | None = None
    ) -> Message | None:
        """Return the order; it ends by itself after so many seconds where the order says so."""

    def timer(self, device: Device, revert_after: float | None) -> Message | None:  # noqa: ARG002
        """Return what sets the timer before the order, or clears it; `None` if the order does."""
        return None

    @abstractmethod
    def stay(self, device: Device, *, on: bool | None, request: str) -> Message | None:
        """Return what makes it stay as it is, with its timer cleared; `on` where that is known."""


def measures(device: Device) -> bool:
    """Return whether the device's role includes measuring power."""
    return device.usage in METERING_USAGES


def text_of(payload: bytes) -> str:
    """Return the payload as trimmed text, bytes that are not UTF-8 replaced."""
    return payload.decode("utf-8", "replace").strip()


def object_of(payload: bytes) -> dict[str, Any] | None:
    """Return the payload's JSON object, `None` if it is not one."""
    try:
        value = json.loads(payload)
    except ValueError, RecursionError:
        return None
    return value if isinstance(value, dict) else None


def number_of(value: object) -> float | None:
    """Return a finite number, given as one or as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError, OverflowError:
        return None
    return number if abs(number) < float("inf") else None


def on_off(value: object) -> bool | None:
    """Return a state given as "on" or "off" in any case."""
    if not isinstance(value, str):
        return None
    return {"on": True, "off": False}.get(value.strip().lower())
