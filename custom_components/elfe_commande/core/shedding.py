"""What a UPS on battery changes: nothing is started, or loads go off until mains are back."""

from dataclasses import replace

from .automatic import automatic
from .model import ControlState, Mode
from .snapshot import Act, Decision, Snapshot, Source, waiting_act


def cuts_manual(snapshot: Snapshot) -> bool:
    """Return whether a load in manual mode is to be cut all the same, by option.

    A one-shot load that was started is in manual mode while it runs.
    """
    shed = snapshot.shed
    state = snapshot.equipment.state
    if shed is None or not shed.off or snapshot.presses or state.mode != Mode.MANUAL:
        return False
    past_us = shed.forced and snapshot.reported_on
    if snapshot.forced_off or (state.control == ControlState.OFF and not past_us):
        return False
    one_shot = not snapshot.equipment.continuous
    started = one_shot and state.last_start > state.last_programmed
    return (shed.one_shots or not one_shot) and (shed.forced or started)


def keeps_cut(snapshot: Snapshot) -> bool:
    """Return whether a load that was cut in manual mode is kept off: its relay may go on by itself."""
    shed = snapshot.shed
    if shed is None or not shed.off or snapshot.forced_off or snapshot.reported_on:
        return False
    state = snapshot.equipment.state
    return snapshot.cut and state.mode == Mode.MANUAL and state.control != ControlState.ON


def gives_back(snapshot: Snapshot) -> bool:
    """Return whether a load that was cut in manual mode is to be switched on again."""
    shed = snapshot.shed
    state = snapshot.equipment.state
    if shed is None or not shed.back or snapshot.presses or snapshot.forced_off:
        return False
    return state.mode == Mode.MANUAL and state.control != ControlState.ON


def safety_link(snapshot: Snapshot) -> Decision | None:
    """Return what shedding decides, `None` while no UPS asks for anything."""
    shed = snapshot.shed
    if gives_back(snapshot):
        return Decision(Source.SAFETY, "mains_back", on=True, act=Act.ON)
    if shed is None or shed.back:
        return None
    if cuts_manual(snapshot):
        return _off(Act.OFF)
    if keeps_cut(snapshot):
        return _off(Act.KEEP_OFF)
    if not shed.off:
        return _suspended(snapshot)
    if snapshot.equipment.continuous:
        return _off(None if snapshot.presses else Act.OFF)
    if not snapshot.drawing:
        return _off(waiting_act(snapshot))
    return _off(Act.OFF) if shed.one_shots and not snapshot.presses else None


def _off(act: Act | None) -> Decision:
    return Decision(Source.SAFETY, "shed", on=False, act=act)


def _suspended(snapshot: Snapshot) -> Decision | None:
    """Hold back what would be started; leave alone what is on."""
    wanted = automatic(snapshot)
    if wanted.act not in (Act.START, Act.ON):
        return None
    equipment = snapshot.equipment
    if not equipment.continuous:
        return Decision(Source.SAFETY, "suspended", on=False, act=waiting_act(snapshot))
    if equipment.state.control == ControlState.ON:
        # The plan may keep it on; to repeat the order would start one that is off after all.
        return replace(wanted, act=None)
    return Decision(Source.SAFETY, "suspended", on=False)
