"""Repair issues: what only a person can mend, and what a person must go and look at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
import hashlib
import inspect
import re
from types import MappingProxyType
from typing import Any, Final, override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.issue_registry import IssueSeverity
from homeassistant.util.hass_dict import HassKey

from .checked_store import CheckedStore
from .const import DOMAIN, LOGGER, REPOSITORY
from .core.model import EquipmentId
from .details import detail_text
from .engine.ground.ports import Problem


class Mending(Enum):
    """How an issue goes away."""

    DATA = auto()
    """By itself, once the data, the database or the clock is mended."""
    CONFIRM = auto()
    """A person confirms; until then it outlives a restart, see `async_recall`."""
    CREDENTIALS = auto()
    """A person enters the credentials again."""


ISSUES: Final[Mapping[str, tuple[IssueSeverity, Mending]]] = MappingProxyType(
    {
        # What is in the tables.
        "duplicate_usage": (IssueSeverity.WARNING, Mending.DATA),
        "invalid_topic": (IssueSeverity.ERROR, Mending.DATA),
        "malformed_equipment": (IssueSeverity.ERROR, Mending.DATA),
        "malformed_plan": (IssueSeverity.WARNING, Mending.DATA),
        "missing_device": (IssueSeverity.ERROR, Mending.DATA),
        "missing_home": (IssueSeverity.WARNING, Mending.DATA),
        "missing_topics": (IssueSeverity.ERROR, Mending.DATA),
        "unsupported_device_type": (IssueSeverity.WARNING, Mending.DATA),
        "unsupported_order": (IssueSeverity.WARNING, Mending.DATA),
        "unsupported_typology": (IssueSeverity.WARNING, Mending.DATA),
        # What people defined themselves.
        "missing_entity": (IssueSeverity.ERROR, Mending.DATA),
        "disabled_entity": (IssueSeverity.ERROR, Mending.DATA),
        "disabled_device": (IssueSeverity.ERROR, Mending.DATA),
        "disabled_integration": (IssueSeverity.ERROR, Mending.DATA),
        "value_gone": (IssueSeverity.ERROR, Mending.DATA),
        # Two entities that are one load, and devices with a will of their own.
        "half_on": (IssueSeverity.ERROR, Mending.DATA),
        "changed_by_itself": (IssueSeverity.WARNING, Mending.CONFIRM),
        # Devices that are set otherwise than is needed to hear them.
        "unheard_device": (IssueSeverity.WARNING, Mending.DATA),
        "slow_reports": (IssueSeverity.WARNING, Mending.DATA),
        "screen_flood": (IssueSeverity.WARNING, Mending.DATA),
        # The database as a whole, and this machine.
        "invalid_plate": (IssueSeverity.ERROR, Mending.DATA),
        "duplicate_plate": (IssueSeverity.WARNING, Mending.DATA),
        "missing_screen_topics": (IssueSeverity.ERROR, Mending.DATA),
        "invalid_screen_topic": (IssueSeverity.ERROR, Mending.DATA),
        "mode_file_refused": (IssueSeverity.WARNING, Mending.DATA),
        "mode_file_taken": (IssueSeverity.ERROR, Mending.DATA),
        "mode_file_unusable": (IssueSeverity.ERROR, Mending.DATA),
        "part_not_started": (IssueSeverity.ERROR, Mending.DATA),
        "start_failed": (IssueSeverity.ERROR, Mending.DATA),
        "broker_lost": (IssueSeverity.ERROR, Mending.DATA),
        "topics_not_granted": (IssueSeverity.ERROR, Mending.DATA),
        "database_lost": (IssueSeverity.ERROR, Mending.DATA),
        "database_read_only": (IssueSeverity.ERROR, Mending.DATA),
        "disk_unwritable": (IssueSeverity.ERROR, Mending.DATA),
        "record_unwritable": (IssueSeverity.WARNING, Mending.DATA),
        "record_newer": (IssueSeverity.WARNING, Mending.DATA),
        "record_shortened": (IssueSeverity.WARNING, Mending.DATA),
        "record_set_aside": (IssueSeverity.WARNING, Mending.CONFIRM),
        "outbox_old": (IssueSeverity.ERROR, Mending.DATA),
        "clock_implausible": (IssueSeverity.ERROR, Mending.DATA),
        "another_controller": (IssueSeverity.WARNING, Mending.DATA),
        "pooler": (IssueSeverity.ERROR, Mending.DATA),
        "missing_privileges": (IssueSeverity.ERROR, Mending.DATA),
        "missing_tables": (IssueSeverity.ERROR, Mending.DATA),
        "storage_refused": (IssueSeverity.ERROR, Mending.CREDENTIALS),
        # Smart meters.
        "meter_ascii": (IssueSeverity.ERROR, Mending.DATA),
        "meter_replaced": (IssueSeverity.ERROR, Mending.DATA),
        "meter_seven_bits": (IssueSeverity.ERROR, Mending.DATA),
        "meter_unsigned": (IssueSeverity.WARNING, Mending.DATA),
        "meter_without_power": (IssueSeverity.WARNING, Mending.DATA),
        # A surplus rule has nothing to go by.
        "stale_rule_inputs": (IssueSeverity.WARNING, Mending.DATA),
        "unreachable_threshold": (IssueSeverity.WARNING, Mending.DATA),
        # Sources of plans.
        "plan_load_misfit": (IssueSeverity.WARNING, Mending.DATA),
        "plan_load_missing": (IssueSeverity.WARNING, Mending.DATA),
        "plan_source_lost": (IssueSeverity.WARNING, Mending.DATA),
        "plan_source_without_plan": (IssueSeverity.WARNING, Mending.DATA),
        # The planner.
        "planner_blind": (IssueSeverity.WARNING, Mending.DATA),
        # UPSs.
        "ups_command_refused": (IssueSeverity.WARNING, Mending.CONFIRM),
        "ups_lost": (IssueSeverity.WARNING, Mending.DATA),
        "ups_refused": (IssueSeverity.ERROR, Mending.DATA),
        "ups_shutdown_stays": (IssueSeverity.WARNING, Mending.DATA),
        "ups_stale": (IssueSeverity.ERROR, Mending.DATA),
        "ups_unknown": (IssueSeverity.ERROR, Mending.DATA),
        # A button was pressed, and nobody knows what the machine does.
        "press_doubtful": (IssueSeverity.WARNING, Mending.CONFIRM),
        "wish_given_up": (IssueSeverity.WARNING, Mending.CONFIRM),
        "press_failed": (IssueSeverity.ERROR, Mending.CONFIRM),
        "sequence_broken": (IssueSeverity.ERROR, Mending.CONFIRM),
    }
)

LOG_ONLY: Final = frozenset({"unexpected_decision"})
"""Harmless: told once in the log."""

MAX_ISSUES: Final = 50
"""Shown one by one; a territory with a mistake in every row would fill the page."""
MORE_ISSUES: Final = "more_problems"

_STORED_VERSION: Final = 1
_HARMLESS: Final = re.compile(
    rf"\d{{0,12}}|[0-9A-HJKMNP-TV-Z]{{26}}|broker|clock|database|disk|{DOMAIN}", re.ASCII
)
"""Subjects that are numbers, ids of subentries or words of ours."""


@dataclass(slots=True)
class _Unconfirmed:
    """What a person has to confirm in an entry, and the file that remembers it."""

    store: CheckedStore
    problems: list[Problem] = field(default_factory=list)


_KEPT: HassKey[dict[str, _Unconfirmed]] = HassKey(f"{DOMAIN}_unconfirmed")
_SHOWN: HassKey[dict[str, dict[str, Problem]]] = HassKey(f"{DOMAIN}_issues")
# From 2026.11 an issue belongs to an entry: it goes and hides with it.
_BELONGS: Final = "config_entry_id" in inspect.signature(ir.async_create_issue).parameters


def learn_more_url(key: str) -> str:
    """Return where the documentation says what an issue means and what to do."""
    return f"{REPOSITORY}/blob/main/docs/troubleshooting.md#{key.replace('_', '-')}"


async def async_recall(hass: HomeAssistant, entry: ConfigEntry) -> list[Problem]:
    """Return what a person had not confirmed when Home Assistant stopped.

    Home Assistant would remember it too, but hands what it remembers, names included, to
    everybody who is sent diagnostics.
    """
    kept = _unconfirmed(hass, entry.entry_id)
    try:
        found = await kept.store.async_load()
        kept.problems = [
            Problem(key, subject, placeholders, None if number is None else EquipmentId(number))
            for key, subject, placeholders, number in (found or {}).get("problems", ())
            if ISSUES[key][1] is Mending.CONFIRM
        ]
    except (HomeAssistantError, AttributeError, KeyError, TypeError, ValueError) as error:
        LOGGER.warning("What a person had to confirm is forgotten, it cannot be read: %r", error)
        return []
    return list(kept.problems)


@callback
def sync_issues(hass: HomeAssistant, entry: ConfigEntry, problems: Iterable[Problem]) -> None:
    """Make the issues of an entry those of its problems, touching only what changed.

    An issue that a person has confirmed stays away while its problem stays the same.
    """
    problems = tuple(problems)
    shown = hass.data.setdefault(_SHOWN, {}).setdefault(entry.entry_id, {})
    wanted = _wanted(entry, problems)
    for issue_id in shown.keys() - wanted.keys():
        ir.async_delete_issue(hass, DOMAIN, issue_id)
    for issue_id, problem in wanted.items():
        if shown.get(issue_id) != problem:
            _tell(hass, entry, issue_id, problem)
    shown.clear()
    shown.update(wanted)
    confirm = [p for p in problems if p.key in ISSUES and ISSUES[p.key][1] is Mending.CONFIRM]
    _keep(_unconfirmed(hass, entry.entry_id), confirm)


def _unconfirmed(hass: HomeAssistant, entry_id: str) -> _Unconfirmed:
    """Return what is kept of an entry; nothing, before `async_recall`."""
    kept = hass.data.setdefault(_KEPT, {})
    if entry_id not in kept:
        name = f"{DOMAIN}.{entry_id}.issues"
        kept[entry_id] = _Unconfirmed(CheckedStore(hass, _STORED_VERSION, name, atomic_writes=True))
    return kept[entry_id]


@callback
def _keep(kept: _Unconfirmed, problems: list[Problem]) -> None:
    """Store what a person has to confirm, if that changed or could not be stored."""
    if kept.problems == problems and kept.store.failure is None:
        return
    kept.problems = problems
    rows = [[p.key, p.subject, dict(p.placeholders), p.equipment_id] for p in problems]
    kept.store.async_delay_save(lambda: {"problems": rows})


async def async_clear_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete every issue of an entry that is removed, and what was to be confirmed."""
    hass.data.get(_SHOWN, {}).pop(entry.entry_id, None)
    await _unconfirmed(hass, entry.entry_id).store.async_remove()
    del hass.data[_KEPT][entry.entry_id]
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(f"{entry.entry_id}_"):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


def _wanted(entry: ConfigEntry, problems: Iterable[Problem]) -> dict[str, Problem]:
    """Return the problems to show by id of their issue, those beyond a page in one."""
    wanted = {f"{entry.entry_id}_{p.key}_{_anonymous(p.subject)}": p for p in problems}
    issues = [issue_id for issue_id, problem in wanted.items() if problem.key in ISSUES]
    if len(issues) > MAX_ISSUES:
        # What a person must confirm is never hidden in a crowd.
        issues.sort(key=lambda issue_id: ISSUES[wanted[issue_id].key][1] is Mending.DATA)
        for issue_id in issues[MAX_ISSUES:]:
            del wanted[issue_id]
        count = str(len(issues) - MAX_ISSUES)
        more = Problem(MORE_ISSUES, "", {"count": count, "entry": entry.title})
        wanted[f"{entry.entry_id}_{MORE_ISSUES}"] = more
    return wanted


def _anonymous(subject: str) -> str:
    """Return what stands for a subject in the id of its issue, which diagnostics show."""
    if _HARMLESS.fullmatch(subject) is not None:
        return subject
    return hashlib.sha256(subject.encode()).hexdigest()[:12]


def _tell(hass: HomeAssistant, entry: ConfigEntry, issue_id: str, problem: Problem) -> None:
    severity, mending = ISSUES.get(problem.key, (IssueSeverity.WARNING, Mending.DATA))
    placeholders = {
        "entry": entry.title,
        "equipment": problem.subject,
        "id": problem.subject,
        **{key: detail_text(hass, value) for key, value in problem.placeholders.items()},
    }
    if problem.key not in ISSUES and problem.key != MORE_ISSUES:
        if problem.key not in LOG_ONLY:
            LOGGER.error("A problem without a text: %s", problem.key)
        LOGGER.warning("%s: %s", problem.key, placeholders)
        return
    belongs: dict[str, Any] = {"config_entry_id": entry.entry_id} if _BELONGS else {}
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        data={"entry_id": entry.entry_id, "key": problem.key, "subject": problem.subject},
        is_fixable=mending is not Mending.DATA,
        is_persistent=False,
        learn_more_url=learn_more_url(problem.key),
        severity=severity,
        translation_key=problem.key,
        translation_placeholders=placeholders,
        **belongs,
    )


class ConfirmFlow(ConfirmRepairFlow):
    """Let the engine forget a problem once a person says that it is settled."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Know whose problem it is, and which."""
        self._entry_id = str(data["entry_id"])
        self._key = str(data["key"])
        self._subject = str(data["subject"])

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask, then settle it."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if user_input is not None and entry is not None:
            self._settle(entry)
        return await super().async_step_confirm(user_input)

    def _settle(self, entry: ConfigEntry) -> None:
        if entry.state is ConfigEntryState.LOADED:
            entry.runtime_data.engine.settle_problem(self._key, self._subject)
            return
        kept, settled = _unconfirmed(self.hass, entry.entry_id), (self._key, self._subject)
        _keep(kept, [p for p in kept.problems if (p.key, p.subject) != settled])


class CredentialsFlow(ConfirmFlow):
    """Begin a reauthentication once a person agrees."""

    @override
    def _settle(self, entry: ConfigEntry) -> None:
        entry.async_start_reauth(self.hass)


async def async_create_fix_flow(
    _hass: HomeAssistant, _issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow in which a person mends an issue."""
    known = data or {}
    _severity, mending = ISSUES[str(known["key"])]
    return CredentialsFlow(known) if mending is Mending.CREDENTIALS else ConfirmFlow(known)
