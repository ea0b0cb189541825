"""What a person may send of a UPS: measures, its server's words, not who and where it is."""

from collections.abc import Iterable
import re
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME

from ...configuration.redaction import (
    DIGITS,
    Redactor,
    Shown,
    each,
    flag,
    given,
    number,
    only,
    word,
    words,
)
from ...core.supply import Policy
from ...sources.ups.profiles import AUTOMATIC, PROFILES
from ..upses import ups_settings as settings
from .unit import UpsUnit

_NAME: Final = re.compile(
    r"(?:(?:battery|input|output|bypass|ups|outlet|ambient)\.)(?:(?:"
    r"alarm|auto|autoswitch|bad|beeper|boost|bypass|capacity|charge|charger|count|critical"
    r"|current|delay|efficiency|energysave|extended|fault|frequency|high|humidity|interval|load"
    r"|low|max|maximum|min|minimum|nominal|packs|percent|phases|power|powerfactor|quality"
    r"|realpower|reason|reboot|restart|return|runtime|sensitivity|shutdown|start|status|stop"
    r"|switch|switchable|target|temperature|test|threshold|timer|transfer|trim|voltage|warning"
    r"|watchdog|\d{1,2}|L[123](?:-(?:N|L[123]))?)(?:\.|$))+"
)
"""Names of measures and settings, made of words of NUT's list of names."""
_MORE_NAMES: Final = frozenset(
    {
        "battery.chemistry",
        "battery.type",
        "device.type",
        "driver.name",
        "driver.parameter.pollfreq",
        "driver.parameter.pollinterval",
        "driver.state",
        "driver.version",
        "driver.version.internal",
        "ups.productid",
        "ups.test.result",
        "ups.type",
        "ups.vendorid",
    }
)
_MEASURE: Final = re.compile(r"-?\d{1,7}(?:\.\d{1,4})?", re.ASCII)
_ERROR: Final = re.compile(r"ERR [A-Z]{2,20}(?:-[A-Z]{2,20}){0,4}\b")
_USB: Final = re.compile(r"[0-9A-Fa-f]{4}")
"""What the makers of a kind of UPS were given, not one UPS."""
_VERSION: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,3}", re.ASCII)
_WORDS: Final = words(
    "aborted acid ah alarm and automatic auto battery bypass cd charge charger charging closed"
    " completed disabled discharging done double enabled error failed fault float floating high in"
    " initiated input installed interactive ion lead li lifepo line lipo load low medium muted"
    " mode needed ni nicd nimh no none normal off offline ok on online outlet output over overload"
    " passed pb pbac pbacid pdu progress quiet replace replacement reduced resting running"
    " scheduled shutdown imminent standby started successful system temperature test too unknown"
    " updateinfo dumping ups voltage vrla warning yes"
)
"""Of what drivers say in words, those that are about the UPS alone."""
_TOKENS: Final = words(
    "ALARM BOOST BYPASS CAL CHRG COMM DISCHRG ECO FSD HB HE LB NOCOMM OB OFF OL OVER RB TEST TICK"
    " TOCK TRIM WAIT"
)
_DRIVERS: Final = words(
    "apc_modbus apcsmart apcsmart-old apcupsd-ups bcmxcp bcmxcp_usb belkin belkinunv bestfcom"
    " bestfortress bestuferrups bestups blazer_ser blazer_usb clone cyberpower dummy-ups etapro"
    " everups gamatronic generic_gpio_libgpiod genericups hidups huawei-ups2000 isbmex ivtscd liebert"
    " liebert-esp2 liebertgxt2 masterguard megatec megatec_usb metasys mge-shut mge-utalk microdowell"
    " microsol-apc netxml-ups newhidups newmge-shut nut-ipmipsu nutdrv_qx nutdrv_siemens_sitop"
    " oneac optiups phoenixcontact_modbus pijuice powercom powermust powerpanel powerman-pdu rhino"
    " richcomm_usb riello_ser riello_usb safenet skel snmp-ups socomec_jbus solis tripplite"
    " tripplite_usb tripplitesu upscode2 usbhid-ups victronups"
)
_COMMAND: Final = re.compile(
    r"(?:(?:beeper|bypass|calibrate|driver|experimental|load|outlet|output|reset|shutdown|test"
    r"|battery|panel|failure|system|start|stop|on|off|delay|return|stayoff|reboot|graceful|toggle"
    r"|enable|disable|mute|quick|deep|input|minmax|watchdog|killpower|reload|or|error|\d{1,2})"
    r"(?:[.-]|$))+"
)
_SECTIONS: Final = (settings.SECTION_LOOKS, settings.SECTION_THRESHOLDS, settings.SECTION_SHEDDING)


def describe_ups(unit: UpsUnit, redactor: Redactor) -> dict[str, Any]:
    """Return what is known of a UPS, but what tells it from others of its kind."""
    state, plain = unit.state, redactor.plain
    shown = {name: _value(name, text) for name, text in state.variables.items() if _is_named(name)}
    return {
        "data": _data(unit, redactor),
        "connected": state.connected,
        "trouble": plain(state.trouble),
        "detail": _answer(state.detail),
        "stale": state.stale,
        "lost": state.lost,
        "supply": plain(state.supply),
        "agreed": plain(state.watch.agreed),
        "testing": state.watch.testing,
        "shutdown": state.watch.shutdown.name.lower(),
        "shutdown_stays": state.shutdown_stays,
        "tokens": list(_tokens(state.watch.tokens)),
        "asserted": sorted(event.value for event in state.watch.asserted.values()),
        "values": plain(state.values),
        "variables": dict(sorted(shown.items())),
        "other_variables": len(state.variables) - len(shown),
        "commands": _commands(state.commands),
        "demand": unit.hub.engine.shedding.demand(unit.subentry.subentry_id).name.lower(),
    }


def _data(unit: UpsUnit, redactor: Redactor) -> Any:
    """Return what a person chose, and whether there is what is not shown."""
    allowed: dict[str, Shown] = {
        CONF_HOST: given,
        CONF_PORT: number,
        CONF_USERNAME: given,
        CONF_PASSWORD: given,
        settings.CONF_UPS: given,
        settings.CONF_SERIAL: given,
        settings.CONF_MANUFACTURER: given,
        settings.CONF_MODEL: given,
        settings.CONF_FIRMWARE: given,
        settings.CONF_TESTS: _commands,
        **dict.fromkeys(_SECTIONS, only(_choices(redactor))),
    }
    return only(allowed)(unit.subentry.data)


def _choices(redactor: Redactor) -> dict[str, Shown]:
    """Return how the choices of the folded sections are shown."""
    numbers = (
        settings.CONF_STATUS_PERIOD,
        settings.CONF_VALUES_PERIOD,
        settings.CONF_MISSES,
        settings.CONF_VOLTAGE,
        settings.CONF_FREQUENCY,
        settings.CONF_TEMPERATURE,
        settings.CONF_LOAD,
        settings.CONF_BATTERY_LOW,
        settings.CONF_BATTERY_FULL,
        settings.CONF_RETURN_AFTER,
    )
    flags = (
        settings.CONF_DANGEROUS,
        settings.CONF_ONE_SHOTS,
        settings.CONF_FORCED,
        settings.CONF_SUSPEND_WHEN_LOST,
    )
    return {
        **dict.fromkeys(numbers, number),
        **dict.fromkeys(flags, flag),
        settings.CONF_PROFILE: word(AUTOMATIC, *PROFILES),
        settings.CONF_POLICY: word(*Policy),
        settings.CONF_HOMES: each(redactor.home),
        settings.CONF_SHED_FIRST: each(DIGITS),
    }


def _is_named(name: str) -> bool:
    return name in _MORE_NAMES or _NAME.fullmatch(name) is not None


def _tokens(tokens: Iterable[str]) -> Iterable[str]:
    return (token if token in _TOKENS else REDACTED for token in tokens)


def _commands(commands: Any) -> Any:
    return sorted(c if _COMMAND.fullmatch(c) is not None else REDACTED for c in commands)


def _answer(words: str) -> str:
    """Return why nothing was read, as far as the protocol has a word for it."""
    found = _ERROR.match(words)
    return found[0] if found is not None else words and REDACTED


def _value(name: str, text: str) -> str:
    """Return the value of a variable: a measure, a version, words about the UPS."""
    if name == "ups.status":
        return " ".join(_tokens(text.upper().split()))
    if name == "driver.name":
        return text if text in _DRIVERS else REDACTED
    if name in {"ups.productid", "ups.vendorid"}:
        return text if _USB.fullmatch(text) is not None else REDACTED
    if name.startswith("driver.version"):
        found = _VERSION.match(text)
        return REDACTED if found is None else found[0]
    if _MEASURE.fullmatch(text) is not None:
        return text
    return text if _WORDS.issuperset(re.findall(r"\w+", text.lower())) else REDACTED
