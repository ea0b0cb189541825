"""A UPS's subentry: its keys, and what they turn into."""

from collections.abc import Mapping
from dataclasses import replace
import re
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME

from ...core.model import EquipmentId, HomeId
from ...core.supply import Policy, Protection
from ...sources.ups.client import Account
from ...sources.ups.profiles import AUTOMATIC
from ...sources.ups.timing import UpsTiming
from ...sources.ups.vocabulary.thresholds import Thresholds
from ...sources.ups.vocabulary.variables import Variables
from ...sources.ups.watcher import UpsSettings

SUBENTRY_UPS: Final = "ups"

CONF_UPS: Final = "ups"
"""The name that the server has for it."""
CONF_SERIAL: Final = "serial_number"
CONF_MANUFACTURER: Final = "manufacturer"
CONF_MODEL: Final = "model"
CONF_FIRMWARE: Final = "firmware"
CONF_TESTS: Final = "battery_tests"
"""The commands of battery tests that it takes."""

SECTION_LOOKS: Final = "looks"
CONF_STATUS_PERIOD: Final = "status_period"
CONF_VALUES_PERIOD: Final = "values_period"
CONF_MISSES: Final = "misses"
CONF_PROFILE: Final = "profile"
CONF_DANGEROUS: Final = "dangerous_commands"

SECTION_THRESHOLDS: Final = "thresholds"
CONF_VOLTAGE: Final = "voltage"
CONF_FREQUENCY: Final = "frequency"
CONF_TEMPERATURE: Final = "temperature"
CONF_LOAD: Final = "load"
CONF_BATTERY_LOW: Final = "battery_low"
CONF_BATTERY_FULL: Final = "battery_full"

SECTION_SHEDDING: Final = "shedding"
CONF_POLICY: Final = "policy"
CONF_RETURN_AFTER: Final = "return_after"
CONF_HOMES: Final = "protected_homes"
CONF_SHED_FIRST: Final = "shed_first"
CONF_ONE_SHOTS: Final = "cut_one_shots"
CONF_FORCED: Final = "cut_forced"
CONF_SUSPEND_WHEN_LOST: Final = "suspend_when_lost"

TEST: Final = "test.battery.start"
TEST_QUICK: Final = "test.battery.start.quick"
TEST_DEEP: Final = "test.battery.start.deep"
TESTS: Final[Mapping[str, tuple[str, ...]]] = {
    "normal": (TEST, TEST_QUICK),
    "deep": (TEST_DEEP,),
}
"""Kinds of battery test, and the commands that start one, the best first."""

_DANGEROUS: Final = re.compile(r"(load\.off|shutdown\.)")
_SERIAL_LEAST: Final = 3
"""Different characters that a serial number has; drivers fill in zeros, crosses or words."""

_TIMING: Final = UpsTiming()
_THRESHOLDS: Final = Thresholds()
_PROTECTION: Final = Protection()


def timing() -> UpsTiming:
    """Return the waits that the form does not show, and the defaults of those that it does."""
    return _TIMING


def account(data: Mapping[str, Any]) -> Account:
    """Return where the UPS is found, and as whom commands are given."""
    return Account(
        host=data[CONF_HOST],
        port=data[CONF_PORT],
        name=data.get(CONF_UPS, ""),
        username=data.get(CONF_USERNAME) or None,
        password=data.get(CONF_PASSWORD) or None,
    )


def ups_settings(data: Mapping[str, Any], waits: UpsTiming) -> UpsSettings:
    """Return how the UPS is looked at; `waits` are those that nobody chose."""
    looks = data.get(SECTION_LOOKS, {})
    limits = data.get(SECTION_THRESHOLDS, {})
    return UpsSettings(
        timing=replace(
            waits,
            status_period=looks.get(CONF_STATUS_PERIOD, waits.status_period),
            values_period=looks.get(CONF_VALUES_PERIOD, waits.values_period),
            misses=int(looks.get(CONF_MISSES, waits.misses)),
        ),
        profile=looks.get(CONF_PROFILE, AUTOMATIC),
        thresholds=Thresholds(
            voltage=limits.get(CONF_VOLTAGE, _THRESHOLDS.voltage),
            frequency=limits.get(CONF_FREQUENCY, _THRESHOLDS.frequency),
            temperature=limits.get(CONF_TEMPERATURE, _THRESHOLDS.temperature),
            load=limits.get(CONF_LOAD, _THRESHOLDS.load),
            battery_low=limits.get(CONF_BATTERY_LOW, _THRESHOLDS.battery_low),
            battery_full=limits.get(CONF_BATTERY_FULL, _THRESHOLDS.battery_full),
        ),
    )


def protection(data: Mapping[str, Any]) -> Protection:
    """Return how the loads behind the UPS are treated."""
    shedding = data.get(SECTION_SHEDDING, {})
    return Protection(
        policy=Policy(shedding.get(CONF_POLICY, _PROTECTION.policy)),
        suspend_when_lost=shedding.get(CONF_SUSPEND_WHEN_LOST, False),
        one_shots=shedding.get(CONF_ONE_SHOTS, False),
        forced=shedding.get(CONF_FORCED, False),
        homes=frozenset(map(HomeId, shedding.get(CONF_HOMES, ()))),
        shed_first=tuple(EquipmentId(int(number)) for number in shedding.get(CONF_SHED_FIRST, ())),
        return_after=shedding.get(CONF_RETURN_AFTER, _PROTECTION.return_after),
    )


def dangerous_allowed(data: Mapping[str, Any]) -> bool:
    """Return whether commands may be given that switch off what the UPS feeds."""
    return bool(data.get(SECTION_LOOKS, {}).get(CONF_DANGEROUS, False))


def is_dangerous(command: str) -> bool:
    """Return whether a command switches off what the UPS feeds."""
    return _DANGEROUS.match(command) is not None


def about(variables: Variables, commands: frozenset[str]) -> dict[str, Any]:
    """Return what is kept of a UPS, so that its device is there while the server is not."""
    found: dict[str, Any] = {
        CONF_MANUFACTURER: _first(variables, "device.mfr", "ups.mfr"),
        CONF_MODEL: _first(variables, "device.model", "ups.model"),
        CONF_FIRMWARE: _first(variables, "ups.firmware"),
        CONF_SERIAL: serial_of(variables),
    }
    tests = [command for known in TESTS.values() for command in known if command in commands]
    return {key: value for key, value in found.items() if value} | {CONF_TESTS: tests}


def serial_of(variables: Variables) -> str | None:
    """Return the serial number, `None` for what only fills its place."""
    text = _first(variables, "device.serial", "ups.serial") or ""
    letters = {letter for letter in text.upper() if letter.isalnum()}
    if len(letters) < _SERIAL_LEAST or not any(map(str.isdigit, text)):
        return None
    return text


def identity(data: Mapping[str, Any]) -> str:
    """Return what tells a UPS from others: its serial number, else where it is found."""
    serial: str | None = data.get(CONF_SERIAL)
    return serial or f"{data[CONF_HOST]}:{data[CONF_PORT]}/{data[CONF_UPS]}"


def _first(variables: Variables, *names: str) -> str | None:
    return next((value for name in names if (value := variables.get(name))), None)
