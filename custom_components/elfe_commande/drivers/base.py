"""What a driver is: an order becomes a message, a message becomes a reading."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
import json
from typing import Any, ClassVar, NamedTuple

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
    of a refusal, is a key of the translations. An answer that is not `sure` says that the
    order was taken, not that the load followed.
    """

    ok: bool
    request: str | None = None
    command: str | None = None
    detail: str = ""
    sure: bool = True
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody else changed the device itself: a person, or an automation of theirs.

    `on` is the raw state it was given, true where a button was pressed; `user_id` is Home
    Assistant's, when one is known.
    """

    on: bool
    user_id: str | None = None
    automation: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message tells. Power in watts; `on` is the raw state of the device."""

    on: bool | None = None
    power: float | None = None
    online: bool | None = None
    available: bool | None = None
    """Whether it can be used, of something whose return is no reason to order anything anew."""
    reply: Reply | None = None
    hand: Hand | None = None


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
    online_payloads: ClassVar[frozenset[str]] = frozenset({"true", "online"})
    """Payloads of the LWT topic, lower-cased, that mean the device is there."""
    offline_payloads: ClassVar[frozenset[str]] = frozenset({"false", "offline"})
    example: ClassVar[str | None] = None
    """A name from which `topics_of` makes topics; `None` if it makes none."""

    def topics_of(self, name: str) -> Topics | None:  # noqa: ARG002
        """Return the topics of a device that was given this name; `None` if nothing is fixed."""
        return None

    @abstractmethod
    def topics(self, device: Device) -> tuple[str, ...]:
        """Return the topics to listen to, the LWT excepted."""

    @abstractmethod
    def order(self, device: Device, *, on: bool, request: str) -> Message | None:
        """Return the message that orders the device, `None` if it cannot do that."""

    def question(self, device: Device) -> Message | None:  # noqa: ARG002
        """Return the message that makes the device say its state, `None` if there is none."""
        return None

    @abstractmethod
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        """Return what a message says, `None` if nothing; never raises on bad payloads."""

    def read_online(self, payload: bytes) -> Reading | None:
        """Return what a message of the LWT topic says."""
        text = text_of(payload).lower()
        if text in self.online_payloads:
            return Reading(online=True)
        return Reading(online=False) if text in self.offline_payloads else None


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
