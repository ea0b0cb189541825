"""Device type 112: Nous A1T with Tasmota 12, and other relays and plugs with Tasmota."""

from collections.abc import Iterator, Mapping
import math
import re
from typing import Any, Final, override

from ..core.model import Device, DeviceTypeId
from .base import (
    Message,
    Reading,
    Reply,
    RevertingDriver,
    Topics,
    measures,
    number_of,
    object_of,
    on_off,
    text_of,
)
from .tasmota_topics import channel_of, folders_of

_SETTINGS: Final = "3"
"""Which status holds TelePeriod."""
_SENSORS: Final = "8"
"""Which status holds what it measures."""
_DIGITS: Final = {"1": True, "0": False}
"""Words for on and off that some give their relays."""
_BITS: Final = re.compile(r"[01]{1,32}")
_OVERLOADS: Final = ("MaxPowerReached", "MaxEnergyReached")
_TIMERS: Final = 8
"""Relays with a timer of their own: those after share them."""
_TENTHS: Final = 111
"""Up to this value `PulseTime` counts tenths of a second."""
_LONGEST: Final = 64900
_ALL: Final = 0
"""The channel of `POWER0`: every relay."""
_EVERY: Final = "POWER"
"""What the only relay there is, or all of them together, is called in answers."""


class Tasmota(RevertingDriver):
    """Answers on `stat/<t>/RESULT`, reports on `tele/<t>/STATE` and `tele/<t>/SENSOR`.

    The tables name any of these, or `tele/<t>`, as control topic. Which relay it is about is in
    the command topic: `POWER<n>`. With `SetOption4` the answer is an object on
    `stat/<t>/POWER<n>`, with other words for on and off (`StateText`) its status tells the state.

    `PulseTime<n>` ends each "on" after its time, whoever ordered it; it is a setting that the
    device keeps.
    """

    type_id = DeviceTypeId(112)
    name = "tasmota"
    example = "tasmota_A1B2C3"
    period = 300.0
    keeps_timer = True
    reverts_from = frozenset({True})

    @override
    def topics_of(self, name: str) -> Topics | None:
        return Topics(f"stat/{name}/RESULT", f"cmnd/{name}/POWER", f"tele/{name}/LWT")

    @override
    def topics(self, device: Device) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._topics(device)))

    @override
    def answers(self, device: Device) -> tuple[str, ...]:
        folder, channel = folders_of(device).answers, _channel(device)
        if folder is None:
            return (device.control_topic,)
        relays = ("POWER", "POWER1") if channel in (_ALL, 1) else (f"POWER{channel}",)
        return tuple(f"{folder}/{leaf}" for leaf in ("RESULT", *relays))

    def _topics(self, device: Device) -> Iterator[str]:
        yield device.control_topic
        yield from self.answers(device)
        folders = folders_of(device)
        if folders.answers is not None:
            yield from (f"{folders.answers}/{leaf}" for leaf in ("STATUS", "WARNING"))
            if measures(device):
                yield from (f"{folders.answers}/STATUS{n}" for n in (_SENSORS, _SETTINGS))
        if folders.reports is not None:
            yield f"{folders.reports}/STATE"
            if measures(device):
                yield f"{folders.reports}/SENSOR"

    @override
    def can_revert(self, device: Device, *, on: bool) -> bool:
        return super().can_revert(device, on=on) and _timer_topic(device) is not None

    @override
    def order(
        self, device: Device, *, on: bool, request: str, revert_after: float | None = None
    ) -> Message:
        return Message(device.command_topic, "ON" if on else "OFF")

    @override
    def timer(self, device: Device, revert_after: float | None) -> Message | None:
        topic = _timer_topic(device)
        return None if topic is None else Message(topic, str(_pulse_time(revert_after)))

    @override
    def stay(self, device: Device, *, on: bool | None, request: str) -> Message | None:
        return self.timer(device, None)

    @override
    def question(self, device: Device) -> Message:
        # A command without a payload is answered with the present value.
        return Message(device.command_topic, "")

    @override
    def questions(self, device: Device) -> tuple[Message, ...]:
        folders = folders_of(device)
        if folders.commands is None or folders.answers is None or not measures(device):
            return (self.question(device),)
        status = f"{folders.commands}/STATUS"
        return (self.question(device), Message(status, _SENSORS), Message(status, _SETTINGS))

    @override
    def unheard(self, device: Device) -> tuple[str, ...]:
        folders = folders_of(device)
        if folders.answers is not None:
            # Its power can be asked for.
            return ()
        deaf_to_power = folders.reports is None and measures(device)
        return ("answer", "power") if deaf_to_power else ("answer",)

    @override
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        channel, said_of = _channel(device), channel_of(topic)
        if said_of is not None and channel not in (said_of, _ALL):
            # Its other relay.
            return None
        values = object_of(payload)
        leaf = topic.rpartition("/")[2].upper()
        if values is None:
            of_one = channel == _ALL and leaf != _EVERY
            return self._state_of(device, text_of(payload), said_of is not None, of_one)
        if leaf == "STATUS":
            on = _relay_in(values.get("Status"), channel)
            return None if on is None else Reading(on=on)
        if leaf == "WARNING":
            return _warned(values)
        if "StatusLOG" in values or ("TelePeriod" in values and measures(device)):
            # The second where somebody set it, or asked for it.
            return _settings(values.get("StatusLOG", values))
        for wrapped in ("StatusSNS", "StatusSTS"):
            if isinstance(inner := values.get(wrapped), dict):
                values = inner
        if "Command" in values:
            return _refused(device, values)
        if (timer := _timer_in(values, channel)) is not None:
            return Reading(reverts=timer)
        return self._report(device, values, channel)

    def _report(self, device: Device, values: Mapping[str, Any], channel: int) -> Reading | None:
        """Return what an answer or a report says of the relay and of its power."""
        energy = values.get("ENERGY")
        power = _power(energy.get("Power"), channel) if isinstance(energy, dict) else None
        words = _words(values, channel)
        told = {_state(word) for word in words}
        # Of all relays, one that answers says nothing of the others: it is asked for them.
        of_one = channel == _ALL and len(words) == 1 and _EVERY not in values
        on = told.pop() if len(told) == 1 and not (of_one and _can_tell_all(device)) else None
        ask = None
        if on is None and any(isinstance(word, str) and _is_strange(word) for word in words):
            ask = _status(device)
        if on is None and power is None and ask is None:
            return None
        return Reading(on=on, power=power, ask=ask)

    def _state_of(self, device: Device, text: str, of_relay: bool, of_one: bool) -> Reading | None:
        """Return what a bare word says; a strange one has the device asked for its status."""
        on = on_off(text)
        if on is None and of_relay:
            on = _DIGITS.get(text)
        if on is not None and not (of_relay and of_one and _can_tell_all(device)):
            return Reading(on=on)
        if of_relay and _is_strange(text) and (ask := _status(device)) is not None:
            return Reading(ask=ask)
        return None


def _channel(device: Device) -> int:
    """Return which relay is ordered: the first, unless the command topic says another."""
    found = channel_of(device.command_topic)
    return 1 if found is None else found


def _words(values: Mapping[str, Any], channel: int) -> list[Any]:
    """Return what is said of a relay: of the first one as `POWER` too."""
    if channel == _ALL:
        return [word for key, word in values.items() if channel_of(key) is not None]
    keys = ("POWER", "POWER1") if channel == 1 else (f"POWER{channel}",)
    return [values[key] for key in keys if key in values][:1]


def _state(word: object) -> bool | None:
    on = on_off(word)
    return _DIGITS.get(word.strip()) if on is None and isinstance(word, str) else on


def _is_strange(word: str) -> bool:
    """Whether a word may be somebody's own for on or off."""
    return bool(word) and len(word) <= 32 and word.upper() not in ("TOGGLE", "HOLD")  # noqa: PLR2004


def _power(value: object, channel: int) -> float | None:
    """Return the watts of one channel: a device with several meters makes a list."""
    if not isinstance(value, list):
        return number_of(value)
    if channel == _ALL:
        numbers = [number_of(each) for each in value]
        return None if None in numbers or not numbers else math.fsum(n for n in numbers if n)
    return number_of(value[channel - 1]) if len(value) >= channel else None


def _status(device: Device) -> Message | None:
    """Return the request for its status, in which relays are bits whatever their words."""
    commands = folders_of(device).commands
    return None if commands is None else Message(f"{commands}/STATUS", "")


def _can_tell_all(device: Device) -> bool:
    """Return whether it can be asked for its status, and heard to answer."""
    folders = folders_of(device)
    return folders.commands is not None and folders.answers is not None


def _relay_in(status: object, channel: int) -> bool | None:
    """Return a relay's bit of `Status.Power`: a number, or as many digits as there are relays."""
    if not isinstance(status, dict):
        return None
    power, names = status.get("Power"), status.get("FriendlyName")
    width: int | None
    if isinstance(power, str) and _BITS.fullmatch(power):
        relays, width = int(power, 2), len(power)
    elif isinstance(power, int) and not isinstance(power, bool) and power >= 0:
        # Before version 11. There is a name for each relay, if there are not too many.
        relays, width = power, len(names) if isinstance(names, list) else None
    else:
        return None
    if channel == _ALL:
        if relays == 0:
            return False
        return True if width is not None and relays == (1 << width) - 1 else None
    if width is not None and isinstance(power, str) and channel > width:
        return None
    return bool(relays >> (channel - 1) & 1)


def _settings(values: object) -> Reading | None:
    period = number_of(values.get("TelePeriod")) if isinstance(values, dict) else None
    return None if period is None or period < 0 else Reading(period=period)


def _warned(values: Mapping[str, Any]) -> Reading | None:
    """Return why it switches its load off, from what it says just before it does."""
    words = [f"{key}: {values[key]}" for key in _OVERLOADS if key in values]
    return Reading(fault="; ".join(words)[:200]) if words else None


def _timer_topic(device: Device) -> str | None:
    """Return where the relay's `PulseTime` is set, `None` where it has none of its own."""
    commands, channel = folders_of(device).commands, channel_of(device.command_topic)
    if commands is None or channel is None or not 1 <= channel <= _TIMERS:
        return None
    return f"{commands}/PulseTime{channel}"


def _pulse_time(seconds: float | None) -> int:
    """Return the value for a time: tenths of a second up to 111, from 112 on seconds and 100."""
    if seconds is None:
        return 0
    tenths = max(1, round(seconds * 10))
    return tenths if tenths <= _TENTHS else min(_LONGEST, max(_TENTHS + 1, round(seconds) + 100))


def _timer_in(values: Mapping[str, Any], channel: int) -> bool | None:
    """Return whether the relay's timer is set, from an answer that tells."""
    for key in (f"PulseTime{channel}", *(("PulseTime",) if channel == 1 else ())):
        told = values.get(key)
        number = number_of(told.get("Set")) if isinstance(told, dict) else None
        if number is not None:
            return number > 0
    return None


def _refused(device: Device, values: Mapping[str, Any]) -> Reading | None:
    """Return that it does not know a command, ours unless it names another."""
    said, named = values["Command"], values.get("Input")
    ours = device.command_topic.rpartition("/")[2].upper()
    if not isinstance(said, str):
        return None
    if isinstance(named, str) and named.upper() != ours and channel_of(named) != channel_of(ours):
        return None
    return Reading(reply=Reply(ok=False, detail=f"Command: {said}"[:200]))


DRIVER = Tasmota()
