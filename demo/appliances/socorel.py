"""Socorel PLC, one output channel per device (type 811)."""

from collections.abc import Iterator
from typing import override

from .device import Device, Message, Order


class Outputs:
    """The eight outputs of one PLC, shared by its channels."""

    def __init__(self) -> None:
        """Start with everything off."""
        self.on = [False] * 8

    @property
    def word(self) -> str:
        """Return the state of all outputs as eight digits, output 1 first."""
        return "".join("1" if on else "0" for on in self.on)


class SocorelChannel(Device[bool]):
    """Answers with the state of its channel, or of all channels where the topic is `EtatSorties`.

    Set `outputs` to the same object for the channels of one PLC. It publishes no presence.
    """

    type_id = 811
    late_delay = 17.0
    outputs: Outputs | None = None

    @property
    def channel(self) -> int:
        """Return the number of the output, 1 to 8."""
        last = self.topics.command[-1:]
        return int(last) if last.isdecimal() and 1 <= int(last) <= 8 else 1

    @override
    def understand(self, payload: bytes) -> Order[bool] | None:
        word = payload.strip()
        return Order(word == b"1") if word in {b"0", b"1"} else None

    @override
    def act(self, order: Order[bool]) -> None:
        self.switch(order.value)
        if self.outputs:
            self.outputs.on[self.channel - 1] = order.value

    @override
    def confirm(self, order: Order[bool]) -> Iterator[Message]:
        yield self._report(order.value)

    @override
    def contradict(self, order: Order[bool]) -> Iterator[Message]:
        yield self._report(not order.value)

    @override
    def state(self) -> Iterator[Message]:
        yield self._report(self.on)

    def _report(self, on: bool) -> Message:
        if not self.topics.control.endswith("EtatSorties"):
            return Message(self.topics.control, "1" if on else "0")
        word = list(self.outputs.word if self.outputs else "0" * 8)
        word[self.channel - 1] = "1" if on else "0"
        return Message(self.topics.control, "".join(word))
