"""What a solar charge regulator says it does, under all the names it is given."""

from enum import StrEnum
import unicodedata


class RegulatorState(StrEnum):
    """The state of a charge regulator."""

    OFF = "off"
    LOW_POWER = "low_power"
    FAULT = "fault"
    BULK = "bulk"
    ABSORPTION = "absorption"
    FLOAT = "float"
    STORAGE = "storage"
    EQUALIZE = "equalize"


CHARGED = frozenset({RegulatorState.ABSORPTION, RegulatorState.FLOAT})
"""The battery is full, or nearly: what the panels could give more is lost."""

# VE.Direct codes, PvMonit's French words, and the slugs of Home Assistant's Victron
# integrations, brought to letters and digits.
_NAMES = {
    RegulatorState.OFF: ("0", "off", "arret", "notcharging"),
    RegulatorState.LOW_POWER: ("1", "lowpower", "faiblepuissance"),
    RegulatorState.FAULT: ("2", "fault", "defaut", "error"),
    RegulatorState.BULK: ("3", "bulk"),
    RegulatorState.ABSORPTION: ("4", "absorption", "repeatedabsorption", "abs"),
    RegulatorState.FLOAT: ("5", "float", "floating", "flottant"),
    RegulatorState.STORAGE: ("6", "storage", "stockage"),
    RegulatorState.EQUALIZE: (
        "7",
        "equalize",
        "equalise",
        "equalizemanual",
        "autoequalize",
        "autoequalizerecondition",
        "equalization",
        "egalisation",
    ),
    # PvMonit shows code 9 (inverting) as "On".
}
_MEANING = {name: state for state, names in _NAMES.items() for name in names}
_CODES = {"246": RegulatorState.ABSORPTION, "247": RegulatorState.EQUALIZE}


def regulator_state(text: str) -> RegulatorState | None:
    """Return what a state means, whatever its language and spelling; `None` if unknown."""
    plain = unicodedata.normalize("NFKD", text.strip().lower())
    key = "".join(c for c in plain if c.isalnum())
    if plain.endswith(".0"):
        key = key.removesuffix("0")
    return _MEANING.get(key) or _CODES.get(key)
