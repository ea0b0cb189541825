"""Makes the snapshot of one equipment, asks the chain of decision, and makes the job."""

from dataclasses import dataclass

from ..core.decision import Act, Decision, Snapshot, Source, decide
from ..core.model import Equipment, EquipmentId, Mode
from ..core.plan import SLOT, PlanBook
from ..core.wish import Origin
from ..typologies import TYPOLOGIES
from .context import EngineContext, Processed
from .jobs import Job
from .presses import DEFAULT_CYCLE
from .status import EquipmentStatus


@dataclass(slots=True)
class Reconsider:
    """From a slot, a wish or a reading to what is to be done."""

    context: EngineContext
    plans: PlanBook

    def look(self, status: EquipmentStatus, slot: int) -> Decision:
        """Decide for an equipment and show the decision; order nothing."""
        snapshot = self.snapshot(status, slot)
        decision = decide(snapshot)
        next_start = None
        if snapshot.plan is not None and status.equipment.driven and status.equipment.piloted:
            next_start = snapshot.plan.next_start(slot)
        shown = (status.decision, status.next_start)
        # Loads that nobody pilots are planned all the same: their plan is no news.
        replanned = status.equipment.piloted and status.plan != snapshot.plan
        status.decision, status.plan, status.next_start = decision, snapshot.plan, next_start
        status.settled = self._settled(status)
        if replanned or shown != (decision, next_start):
            self.context.changed(status.equipment.id)
        return decision

    def look_at_all(self, slot: int) -> None:
        """Decide for every equipment and show it; order nothing."""
        for status in list(self.context.statuses.values()):
            try:
                self.look(status, slot)
            except Exception as error:  # noqa: BLE001
                failure = f"Equipment {status.equipment.id} cannot be decided about"
                self.context.telling.note(failure, error)

    def _settled(self, status: EquipmentStatus) -> Equipment | None:
        """Return the row on which alone the decision depends, `None` if on other things too."""
        equipment = status.equipment
        if equipment.piloted or status.shed is not None or not self.context.lifecycle.running:
            return None
        return None if equipment.id in self.context.journal.forced_off else equipment

    def is_settled(self, status: EquipmentStatus) -> bool:
        """Whether to decide anew would change nothing: people drive the load, or nobody."""
        return status.settled is status.equipment and self._settled(status) is not None

    def follow(self, status: EquipmentStatus, slot: int) -> None:
        """Take note of the plan of a load for which there is nothing to decide."""
        equipment_id = status.equipment.id
        status.plan = plan = self.plans.in_force(equipment_id, slot)
        planned = None if plan is None else plan.decision(slot)
        self.context.processed[equipment_id] = Processed(slot, planned)

    def job(self, status: EquipmentStatus, slot: int) -> Job | None:
        """Decide for an equipment in a slot, and return what is to be carried out."""
        context = self.context
        equipment = status.equipment
        decision = self.look(status, slot)
        if not context.lifecycle.running:
            return None
        self._note_processed(status, decision, slot)
        if decision.reason == "switched_on_by_hand":
            context.journal.forced_off.pop(equipment.id, None)
        typology = status.typology
        if decision.act is None or typology is None or decision.act not in typology.scenarios:
            return None
        now = context.clock.now()
        return Job(
            equipment_id=equipment.id,
            act=decision.act,
            source=decision.source,
            origin=_origin(decision),
            typology=typology,
            deadline=min(slot + SLOT, now + context.timing.order_window),
            claim=_claim(status, decision, slot),
            created=now,
            mode=Mode.PILOTED if equipment.piloted else Mode.MANUAL,
            pulse=decision.pulse,
        )

    def _note_processed(self, status: EquipmentStatus, decision: Decision, slot: int) -> None:
        """Note how far the plan was followed; what shedding held back is caught up later."""
        processed = self.context.processed
        equipment_id = status.equipment.id
        if decision.source is Source.SAFETY:
            processed.setdefault(equipment_id, Processed(slot - 1, on=False))
            return
        planned = None if status.plan is None else status.plan.decision(slot)
        processed[equipment_id] = Processed(slot, planned)

    def snapshot(self, status: EquipmentStatus, slot: int) -> Snapshot:
        """Return all that a decision about an equipment depends on."""
        context = self.context
        equipment = status.equipment
        processed = context.processed.get(equipment.id)
        typology = TYPOLOGIES.get(equipment.typology_id)
        forced_off = equipment.id in context.journal.forced_off
        # What no link of the chain asks about this load is not looked up: there are thousands.
        one_shot = equipment.piloted and not equipment.continuous
        return Snapshot(
            equipment=equipment,
            now=context.clock.now(),
            slot=slot,
            ready=context.lifecycle.running,
            plan=self.plans.in_force(equipment.id, slot),
            supported=typology is not None,
            presses=typology is not None and typology.presses,
            drawing=context.drawing(status) if one_shot else None,
            reported_on=_reported_on(status) if forced_off else None,
            forced_off=forced_off,
            unconfirmed_start=self._unconfirmed(equipment.id, status),
            last_slot=None if processed is None else processed.slot,
            last_on=None if processed is None or processed.slot == slot else processed.on,
            shed=status.shed,
            proposal=status.proposal,
        )

    def _unconfirmed(self, equipment_id: EquipmentId, status: EquipmentStatus) -> bool:
        """Whether the load may run since a start that nothing acknowledged."""
        journal = self.context.journal
        at = journal.unconfirmed.get(equipment_id)
        if at is None:
            return False
        equipment = status.equipment
        over = self.context.clock.now() > at + (
            equipment.constraints.cycle_duration or DEFAULT_CYCLE
        )
        idle = self.context.drawing(status) is False
        if over or idle or equipment.state.last_programmed > at:
            del journal.unconfirmed[equipment_id]
            return False
        return True


def _claim(status: EquipmentStatus, decision: Decision, slot: int) -> str:
    """Return the name of the presses of a decision: once per pulse of the plan or proposal."""
    equipment_id = status.equipment.id
    if decision.source is Source.SURPLUS and status.proposal is not None:
        return f"{equipment_id}:rule:{int(status.proposal.since)}"
    return f"{equipment_id}:{decision.pulse if decision.pulse is not None else slot}"


def _reported_on(status: EquipmentStatus) -> bool | None:
    """Return the switching device's report, if it is newer than our last order."""
    seen = max((o.on_at for o in status.observations.values()), default=0.0)
    return status.reported_on if seen > status.sent_at else None


def _origin(decision: Decision) -> Origin:
    if decision.act is Act.RECORD_STARTED:
        return Origin.DEVICE
    return {Source.SURPLUS: Origin.RULE, Source.SAFETY: Origin.RULE}.get(
        decision.source, Origin.EMS
    )
