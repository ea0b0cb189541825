"""What every simulated device has in common: topics, a state, a behaviour."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, NamedTuple, Protocol

NO_TOPIC = "aucun"


class Behaviour(StrEnum):
    """How a device treats the orders it gets."""

    ACK = "ack"
    SILENT = "silent"
    LATE = "late"
    WRONG = "wrong"
    ERROR = "error"
    FLAPPING = "flapping"
    NATIVE = "native"
    CUSTOM = "custom"


class Dialect(StrEnum):
    """Whether a device speaks as the real ones do, or as those of the recorded scenarios did."""

    REAL = "real"
    RECORDED = "recorded"


class Message(NamedTuple):
    """A message a device publishes."""

    topic: str
    payload: str | bytes
    retain: bool = False


class Load(Protocol):
    """What hangs behind a device: it gets power, it is pressed, it draws."""

    def supply(self, on: bool) -> None:
        """Give or cut the power."""

    def press(self, button: str) -> None:
        """Push a button, "power" or "start"."""

    @property
    def watts(self) -> float:
        """Return what is drawn now, W."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The three topics of a device, as its row in the database names them."""

    control: str
    command: str
    lwt: str = NO_TOPIC


@dataclass(frozen=True, slots=True)
class Order[Value]:
    """An order as a device understood it; `reply_to` and `id` where the protocol has them."""

    value: Value
    reply_to: str = ""
    id: object = None
    revert_after: float | None = None
    """Seconds after which it ends by itself, where the order says so."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request for the state; `reply_to` and `id` where the protocol has them."""

    reply_to: str = ""
    id: object = None


class Device[Value](ABC):
    """A device that obeys orders on its command topic, and says its state when asked.

    Subclasses speak one protocol; they hold no clock and no connection: the fleet does.
    Delays are in seconds, before the fleet's scale.
    """

    type_id: ClassVar[int]
    late_delay: ClassVar[float] = 7.0
    online: ClassVar[str] = "online"
    offline: ClassVar[str] = "offline"

    def __init__(
        self,
        identifier: str,
        topics: Topics,
        *,
        behaviour: Behaviour = Behaviour.ACK,
        dialect: Dialect = Dialect.REAL,
        delay: float = 0.1,
        answer: str | bytes = b"",
        initial_retained: str | bytes | None = None,
        obeys_silently: bool = False,
        load: Load | None = None,
        inverted: bool = False,
        on: bool = False,
    ) -> None:
        """Prepare a device.

        `answer` is what `custom` says. `obeys_silently`: a silent or late device acts at once, only its
        answer is missing. `inverted`: the load is powered while the relay is off.
        """
        self.identifier = identifier
        self.topics = topics
        self.behaviour = behaviour
        self.dialect = dialect
        self.delay = delay
        self.answer = answer
        self.initial_retained = initial_retained
        self.obeys_silently = obeys_silently
        self.load = load
        self.inverted = inverted
        self.on = on
        self.lost = False
        self.held = False
        """Answers only once the fleet lets it go: until then what is ordered is under way."""
        self.orders = 0
        self.timer_set: list[float | None] = []
        """What its timer was set to, and not counted yet: real seconds, `None` if it was ended."""
        self.heeded = False
        """Whether a device that flaps did what it was ordered last; it does every other order."""

    @abstractmethod
    def understand(self, payload: bytes) -> Order[Value] | None:
        """Parse an order; None when it means nothing to this device."""

    @abstractmethod
    def act(self, order: Order[Value]) -> None:
        """Carry an order out."""

    @abstractmethod
    def confirm(self, order: Order[Value]) -> Iterator[Message]:
        """Yield what the device says once the order is carried out."""

    @abstractmethod
    def contradict(self, order: Order[Value]) -> Iterator[Message]:
        """Yield an answer that does not fit the order, which was not carried out."""

    def fail(self, order: Order[Value]) -> Iterator[Message]:
        """Yield the protocol's way of saying that it did not work."""
        return self.contradict(order)

    def set_timer(self, seconds: float | None) -> None:
        """Go back by itself after so long, from now on; `None`: not at all."""
        self.timer_set.append(seconds)

    def revert(self) -> Iterator[Message]:
        """Go back by itself, as it was told to; yield what it says of it."""
        yield from ()

    @property
    def settings_topics(self) -> tuple[str, ...]:
        """Return where it takes settings."""
        return ()

    def configure(self, topic: str, payload: bytes) -> Iterator[Message]:  # noqa: ARG002
        """Take a setting; yield its answer."""
        yield from ()

    @property
    def question_topic(self) -> str:
        """Return where it is asked for its state."""
        return self.topics.command

    def understand_question(self, payload: bytes) -> Question | None:  # noqa: ARG002
        """Parse a question on its topic; None where the protocol has none, or it is no question."""
        return None

    def tell(self, question: Question) -> Iterator[Message]:  # noqa: ARG002
        """Yield the answer to a question: how it is, whatever it does with orders."""
        yield from ()

    def announce(self, order: Order[Value]) -> Iterator[Message]:  # noqa: ARG002
        """Yield what the device says as soon as it gets the order."""
        yield from ()

    def state(self) -> Iterator[Message]:
        """Yield the periodic report of the state."""
        yield from ()

    def power(self) -> Iterator[Message]:
        """Yield the periodic report of the power."""
        yield from ()

    @property
    def watts(self) -> float:
        """Return what the load draws now, W."""
        return self.load.watts if self.load else 0.0

    def switch(self, on: bool) -> None:
        """Move the relay, the load behind it included."""
        self.on = on
        if self.load:
            self.load.supply(on is not self.inverted)

    def presence(self, online: bool) -> Iterator[Message]:
        """Yield the retained message of being there, or of being gone."""
        if self.topics.lwt not in {"", NO_TOPIC}:
            yield Message(self.topics.lwt, self.online if online else self.offline, retain=True)

    def respond(self, order: Order[Value]) -> tuple[Message, ...]:
        """Act as the behaviour says and return the answer, once the delay has passed."""
        match self.behaviour:
            case Behaviour.SILENT:
                if self.obeys_silently:
                    self.act(order)
                return ()
            case Behaviour.WRONG:
                return tuple(self.contradict(order))
            case Behaviour.ERROR:
                return tuple(self.fail(order))
            case Behaviour.CUSTOM:
                return (Message(self.custom_topic(order), self.answer),)
            case Behaviour.FLAPPING:
                self.heeded = not self.heeded
                if not self.heeded:
                    return ()
        if not (self.behaviour is Behaviour.LATE and self.obeys_silently):
            self.act(order)
        return tuple(self.confirm(order))

    def question(self, topic: str, payload: bytes) -> Question | None:
        """Return the question that a message on one of its topics is, if it is one."""
        # What is in the recordings was never asked anything.
        if self.recorded or topic != self.question_topic:
            return None
        return self.understand_question(payload)

    def custom_topic(self, order: Order[Value]) -> str:
        """Return where a custom answer to this order goes."""
        return order.reply_to or self.topics.control

    @property
    def recorded(self) -> bool:
        """Return whether it speaks as in the recordings."""
        return self.dialect is Dialect.RECORDED and self.behaviour is not Behaviour.NATIVE


def on_off(payload: bytes) -> bool | None:
    """Return what `on` or `off`, in any case, means."""
    match payload.strip().lower():
        case b"on":
            return True
        case b"off":
            return False
    return None
