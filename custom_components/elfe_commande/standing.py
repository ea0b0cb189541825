"""Where an engine stands, and how it got there: what sensor, actions and system health tell."""

from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .core.lifecycle import Code, Passage
from .describe import words_for

if TYPE_CHECKING:
    from .engine.engine import Engine


def code_name(code: Code) -> str:
    """Return the word for a code that states and options have."""
    return code.name.lower()


@callback
def code_text(hass: HomeAssistant, code: Code) -> str:
    """Return what a code is called in the language of Home Assistant."""
    return words_for(hass)("entity", f"sensor.lifecycle.state.{code_name(code)}")


def seconds_per_code(engine: Engine) -> dict[str, float]:
    """Return how long each code but the present one lasted; the keys are text, as JSON wants."""
    durations = engine.lifecycle.durations()
    return {str(code): round(seconds, 3) for code, seconds in durations.items()}


def passages(engine: Engine) -> list[dict[str, Any]]:
    """Return the codes gone through, oldest first, with when, how long and with what."""
    return [_passage(each) for each in engine.lifecycle.passages()]


@callback
def standing(hass: HomeAssistant, engine: Engine) -> dict[str, Any]:
    """Return everything about it, as the action answers."""
    present = engine.lifecycle.history[-1]
    speed = engine.speed
    return {
        "code": int(present.code),
        "state": code_name(present.code),
        "text": code_text(hass, present.code),
        "details": present.details,
        "since": _iso(present.at),
        "durations": seconds_per_code(engine),
        "history": [
            _passage(each) | {"text": code_text(hass, each.code)}
            for each in engine.lifecycle.passages()
        ],
        "unclean_stop": engine.unclean_stop,
        "speed": None if speed is None else speed.speed_class.value,
        "round_trip": None if speed is None else round(speed.round_trip, 4),
    }


def _passage(each: Passage) -> dict[str, Any]:
    return {
        "code": int(each.code),
        "state": code_name(each.code),
        "at": _iso(each.at),
        "seconds": None if each.seconds is None else round(each.seconds, 3),
        "details": each.details,
    }


def _iso(at: float) -> str:
    return dt_util.utc_from_timestamp(at).isoformat()
