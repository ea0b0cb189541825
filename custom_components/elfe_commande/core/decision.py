"""The chain of decision: who decides what happens to a load now, and why.

Pure functions over an immutable snapshot; the first link that speaks decides.
"""

from collections.abc import Callable
from typing import Final

from .automatic import combined_link, default_link, running_link
from .model import DRIVEN_MODES, ControlState, Mode
from .planned import can_still_finish, valid_plan
from .shedding import cuts_manual, gives_back, keeps_cut, safety_link
from .snapshot import Act, Combination, Decision, Proposal, Shed, Snapshot, Source

__all__ = [
    "CHAIN",
    "Act",
    "Combination",
    "Decision",
    "Proposal",
    "Shed",
    "Snapshot",
    "Source",
    "can_still_finish",
    "decide",
    "valid_plan",
]


def _lifecycle(snapshot: Snapshot) -> Decision | None:
    if snapshot.ready:
        return None
    return Decision(Source.LIFECYCLE, "not_running")


_UNDRIVEN: Final = {
    Mode.NOT_PILOTED: "measured_only",
    Mode.INSTALLING: "installing",
    Mode.DISABLED: "disabled",
    Mode.REMOVED: "removed",
}


def _undriven(snapshot: Snapshot) -> Decision | None:
    state = snapshot.equipment.state
    if state.mode not in DRIVEN_MODES:
        reason = next((r for mode, r in _UNDRIVEN.items() if mode == state.mode), "unknown_mode")
        return Decision(Source.DEFAULT, reason)
    if state.control == ControlState.COMMUNICATION_ERROR:
        return Decision(Source.DEFAULT, "communication_error")
    if not snapshot.supported:
        return Decision(Source.DEFAULT, "unsupported")
    return None


def _user(snapshot: Snapshot) -> Decision | None:
    if snapshot.equipment.state.mode != Mode.MANUAL:
        return None
    if cuts_manual(snapshot) or keeps_cut(snapshot) or gives_back(snapshot):
        return None
    if snapshot.overruled:
        if snapshot.reported_on is not False:
            return Decision(Source.USER, "switched_on_by_hand", on=True)
        return Decision(Source.USER, "forced_off", on=False, act=Act.FORCED_OFF)
    if not snapshot.forced_off:
        return Decision(Source.USER, "manual")
    if snapshot.reported_on:
        return Decision(Source.USER, "switched_on_by_hand", on=True, act=Act.RECORD_STARTED)
    return Decision(Source.USER, "forced_off", on=False, act=Act.KEEP_OFF)


CHAIN: Final[tuple[Callable[[Snapshot], Decision | None], ...]] = (
    _lifecycle,
    _undriven,
    _user,
    safety_link,
    running_link,
    combined_link,
    default_link,
)


def decide(snapshot: Snapshot) -> Decision:
    """Return the first decision of the chain."""
    for link in CHAIN:
        if (decision := link(snapshot)) is not None:
            return decision
    raise AssertionError("the last link always speaks")
