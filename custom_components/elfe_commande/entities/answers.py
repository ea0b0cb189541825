"""What people are told of a wish that was not done: an error that Home Assistant translates.

Home Assistant joins no translated sentences, so there is one for each cause and what follows.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.lifecycle import NotRunningError
from ..core.outcome import Outcome, Result
from ..describe import words_for
from ..details import detail_text


class _Retried(NamedTuple):
    """The sentences of a cause after which the order is tried again."""

    retry: str
    kept: str
    """The mode that was chosen is written already."""


_RETRIED: Final[Mapping[str, _Retried]] = {
    "silent": _Retried("order_silent_retry", "order_silent_kept"),
    "refused": _Retried("order_refused_retry", "order_refused_kept"),
    "not_pressed": _Retried("order_not_pressed_retry", "order_not_pressed_retry"),
    "disconnected": _Retried("order_disconnected_retry", "order_disconnected_kept"),
    "device_unavailable": _Retried("order_unavailable_retry", "order_unavailable_kept"),
    "database_unavailable": _Retried("order_database_retry", "order_database_retry"),
    "disk_unwritable": _Retried("order_disk_retry", "order_disk_retry"),
    "value_gone": _Retried("order_value_retry", "order_value_kept"),
    "pair_incomplete": _Retried("order_pair_retry", "order_pair_kept"),
    "pair_stays_on": _Retried("order_stays_on_retry", "order_stays_on_kept"),
    "owner_unknown": _Retried("order_owner_retry", "order_owner_retry"),
}

_ENDED: Final[Mapping[str, str]] = {
    "sequence_broken": "order_broken",
    "internal_error": "order_crashed",
    "superseded": "order_superseded",
    "mode_changed": "order_mode_changed",
    "not_running": "order_interrupted",
    "interrupted": "order_interrupted",
    "machine_running": "order_machine_running",
    "recently_pressed": "order_recently_pressed",
    "missing_device": "missing_device",
    "unsupported_order": "act_not_supported",
    "removed": "unknown_equipment",
    "not_ours": "driven_elsewhere",
}
"""The sentences of causes after which nothing follows."""

_NOBODYS_MISTAKE: Final = frozenset({"database_unavailable"})
"""Refusals that a person can do nothing about."""

_REFUSED: Final = frozenset({"machine_running", "recently_pressed"})
"""Nothing failed: what was asked would harm, and `force` is the way to ask for it all the same."""


def not_stored(hass: HomeAssistant, error: Exception) -> HomeAssistantError:
    """Return what is told of a plan that the disk did not take."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="plan_not_stored",
        translation_placeholders={"detail": detail_text(hass, str(error))},
    )


def not_running(error: NotRunningError) -> ServiceValidationError:
    """Return the error that says where the engine stands."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_running",
        translation_placeholders={
            "code": str(int(error.code)),
            "state": error.code.name.lower(),
        },
    )


def refusal(key: str, placeholders: Mapping[str, str]) -> HomeAssistantError:
    """Return the error of a refused wish."""
    kind = HomeAssistantError if key in _NOBODYS_MISTAKE else ServiceValidationError
    return kind(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=dict(placeholders),
    )


def failure_of(hass: HomeAssistant, result: Result, equipment: str) -> HomeAssistantError | None:
    """Return the error that tells a person why their wish was not done, `None` if it was.

    An order that was *skipped* raises as one that failed does: something was asked, and was not
    done. That holds for a newer order too, which may be a plan's or a UPS's and not the same
    person's. *Doubtful* raises nothing: it may have been done, and whoever gets an error asks
    again, which would press a second time. The answer of the action, the last outcome, the
    activity and the logbook say that it is doubtful.
    """
    if result.outcome in (Outcome.ACKNOWLEDGED, Outcome.DOUBTFUL):
        if result.unwritten:
            return _error("order_not_written", equipment)
        return _error("order_not_noted", equipment) if result.unnoted else None
    cause = result.reason
    # What has no words of its own is named as the entities' attribute `reason` names it.
    detail = result.detail or cause
    if cause in _ENDED or result.retry_until is None:
        kind = ServiceValidationError if cause in _REFUSED else HomeAssistantError
        return _error(_ENDED.get(cause, "order_given_up"), equipment, kind=kind, detail=detail)
    # A device's driver may know other causes to refuse an order.
    sentences = _RETRIED.get(cause, _RETRIED["refused"])
    key = sentences.retry if result.written.mode is None else sentences.kept
    return _error(key, equipment, until=_moment(hass, result.retry_until), detail=detail)


def _moment(hass: HomeAssistant, at: float) -> str:
    """Return a moment to come as it is said within a sentence: by the clock, and which day."""
    local = dt_util.as_local(dt_util.utc_from_timestamp(at))
    days, clock = (local.date() - dt_util.now().date()).days, local.strftime("%H:%M")
    if days == 0:
        return clock
    if days == 1:
        return words_for(hass)("common", "tomorrow_at").format(time=clock)
    return f"{local.date().isoformat()} {clock}"


def failure_of_many(
    failures: Sequence[tuple[str, HomeAssistantError]], asked: int
) -> HomeAssistantError:
    """Return one error for what was not done, each with its name, of the `asked` that were."""
    if len(failures) == 1:
        return failures[0][1]
    error = HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="several_failed",
        translation_placeholders={
            "count": str(len(failures)),
            "asked": str(asked),
            "names": ", ".join(name for name, _ in failures),
        },
    )
    # The log tells each of them.
    error.__cause__ = ExceptionGroup("not done", [failure for _, failure in failures])
    return error


def _error(
    key: str,
    equipment: str,
    *,
    kind: type[HomeAssistantError] = HomeAssistantError,
    **words: str,
) -> HomeAssistantError:
    return kind(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"equipment": equipment, **words},
    )
