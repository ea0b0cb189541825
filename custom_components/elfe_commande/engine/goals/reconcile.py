"""What is wanted of a load: by the chain of decision, or by a person's word that stands."""

from dataclasses import dataclass

from ...core.decision import Act, Decision, Snapshot, Source, decide
from ...core.model import Equipment, EquipmentId, Mode
from ...core.plan import SLOT, DayPlan, PlanBook
from ...core.planned import coming_start
from ...core.wish import Origin
from ...typologies import TYPOLOGIES
from ..ground.goal import Goal
from ..ground.ground import Ground
from ..ground.status import EquipmentStatus
from ..orders.presses import DEFAULT_CYCLE
from ..rows.rows import Rows
from ..rows.standing import FORCED, StandingWish


@dataclass(slots=True)
class Reconcile:
    """From a slot, a wish or a reading to the goal of a load; orders nothing."""

    ground: Ground
    rows: Rows
    plans: PlanBook

    def look(self, status: EquipmentStatus, slot: int) -> Decision:
        """Decide for a load and show the decision."""
        self._show_forced(status)
        snapshot = self.snapshot(status, slot)
        decision = decide(snapshot)
        equipment, next_start = status.equipment, None
        coming: tuple[DayPlan, ...] = ()
        if equipment.piloted and equipment.driven and status.supported:
            ahead = self.plans.ahead(equipment.id, slot)
            next_start = coming_start(equipment, decision, ahead, slot)
            coming = ahead if snapshot.plan is None else ahead[1:]
        shown = (status.decision, status.next_start)
        # Loads that nobody pilots are planned all the same: their plan is no news.
        replanned = equipment.piloted and (status.plan, status.coming) != (snapshot.plan, coming)
        status.decision, status.plan, status.next_start = decision, snapshot.plan, next_start
        status.coming = coming
        status.settled = self._settled(status)
        if replanned or shown != (decision, next_start):
            self.ground.store.changed(status.equipment.id)
        return decision

    def _show_forced(self, status: EquipmentStatus) -> None:
        """Show what a person forced the load to, for as long as their word stands."""
        wish, state = self.rows.journal.wishes.get(status.equipment.id), status.equipment.state
        forced = None
        if wish is not None and wish.act in FORCED and not wish.is_replaced(state):
            forced = wish.act is Act.FORCED_ON
        if forced is not status.forced:
            status.forced = forced
            self.ground.store.changed(status.equipment.id)

    def look_at_all(self, slot: int) -> None:
        """Decide for every load and show it."""
        for status in list(self.ground.store.statuses.values()):
            try:
                self.look(status, slot)
            except Exception as error:  # noqa: BLE001
                failure = f"Equipment {status.equipment.id} cannot be decided about"
                self.ground.telling.note(failure, error)

    def _settled(self, status: EquipmentStatus) -> Equipment | None:
        """Return the row on which alone the decision depends, `None` if on other things too."""
        equipment = status.equipment
        if equipment.piloted or status.shed is not None or not self.ground.lifecycle.running:
            return None
        return None if equipment.id in self.rows.journal.wishes else equipment

    def is_settled(self, status: EquipmentStatus) -> bool:
        """Whether to decide anew would change nothing: people drive the load, or nobody."""
        return status.settled is status.equipment and self._settled(status) is not None

    def follow(self, status: EquipmentStatus, slot: int) -> None:
        """Take note of the plan of a load for which there is nothing to decide."""
        equipment_id = status.equipment.id
        status.plan = plan = self.plans.in_force(equipment_id, slot)
        self.rows.followed.note(equipment_id, slot, None if plan is None else plan.decision(slot))

    def goal(self, status: EquipmentStatus, slot: int) -> Goal | None:
        """Decide for a load in a slot, and return what is to be reached; `None` if nothing is."""
        return self.goal_of(status, self.look(status, slot), slot)

    def goal_of(self, status: EquipmentStatus, decision: Decision, slot: int) -> Goal | None:
        """Return what is to be reached by a decision made just now, `None` if nothing is."""
        equipment = status.equipment
        if not self.ground.lifecycle.running:
            return None
        if self.ground.owner.ignores(equipment.home):
            if status.runs_by_press:
                # Whoever takes it over in the middle of a run does not press again.
                self.follow(status, slot)
            return None
        self._note_followed(status, decision, slot)
        wish = self.rows.journal.wishes.get(equipment.id)
        if wish is not None and (stands := self._stands(status, wish, decision)) is not None:
            return stands
        typology = status.typology
        if decision.act is None or typology is None or decision.act not in typology.scenarios:
            return None
        now = self.ground.clock.now()
        return Goal(
            equipment_id=equipment.id,
            act=decision.act,
            source=decision.source,
            origin=_origin(decision),
            typology=typology,
            since=now,
            until=min(slot + SLOT, now + self.ground.timing.order_window),
            claim=_claim(status, decision, slot),
            mode=Mode.PILOTED if equipment.piloted else Mode.MANUAL,
            pulse=decision.pulse,
        )

    def _stands(
        self, status: EquipmentStatus, wish: StandingWish, decision: Decision
    ) -> Goal | None:
        """Return a person's word as the goal, if it is still the last one; else let go of it."""
        journal, equipment_id = self.rows.journal, status.equipment.id
        if wish.is_replaced(status.equipment.state):
            # Somebody programmed the load since.
            journal.drop_wish(equipment_id)
            return None
        if decision.act is Act.RECORD_STARTED:
            journal.overrule(equipment_id)
            return None
        if wish.overruled and decision.act is Act.FORCED_OFF:
            wish.off_again(self.ground.clock.now() + self.ground.timing.wish_lifetime)
        if wish.reached or decision.source is Source.SAFETY:
            return None
        spoke = decision.source is not Source.USER and decision.act not in (None, Act.KEEP_OFF)
        if spoke and not wish.takes_over:
            # It was handed to the plan or the rule, which has spoken: that is the newer word.
            # Of a load taken from them it is the older one, until the row says so.
            journal.drop_wish(equipment_id)
            return None
        return self.wished(status, wish)

    def wished(self, status: EquipmentStatus, wish: StandingWish) -> Goal | None:
        """Return a standing wish as a goal, `None` where nothing drives the load that way."""
        equipment = status.equipment
        typology = TYPOLOGIES.get(wish.typology_id or equipment.typology_id)
        if typology is None or wish.act not in typology.scenarios:
            return None
        return Goal(
            equipment_id=equipment.id,
            act=wish.act,
            source=Source.USER,
            origin=wish.origin,
            typology=typology,
            since=wish.at,
            until=wish.until,
            claim=f"{equipment.id}:wish:{wish.id}",
            force=wish.force,
            user_id=wish.user_id,
            advance_end=wish.advance_end,
            wish=wish.id,
            hand_over=equipment.hand_over,
        )

    def _note_followed(self, status: EquipmentStatus, decision: Decision, slot: int) -> None:
        """Note how far the plan was followed; what shedding held back is caught up later."""
        equipment_id = status.equipment.id
        if decision.source is Source.SAFETY:
            self.rows.followed.hold_back(equipment_id, slot)
            return
        planned = None if status.plan is None else status.plan.decision(slot)
        self.rows.followed.note(equipment_id, slot, planned)

    def snapshot(self, status: EquipmentStatus, slot: int) -> Snapshot:
        """Return all that a decision about a load depends on."""
        equipment = status.equipment
        followed = self.rows.followed.get(equipment.id)
        typology = TYPOLOGIES.get(equipment.typology_id)
        wish = self.rows.journal.wishes.get(equipment.id)
        # What no link of the chain asks about this load is not looked up: there are thousands.
        one_shot = equipment.piloted and not equipment.continuous
        # Before the load was off for a wish, a report of "on" is no hand's.
        waits = wish is not None and not wish.reached
        kept_off = (wish is not None or status.shed is not None) and not waits
        kept_off = kept_off and equipment.state.mode == Mode.MANUAL
        return Snapshot(
            equipment=equipment,
            now=self.ground.clock.now(),
            slot=slot,
            ready=self.ground.lifecycle.running,
            plan=self.plans.in_force(equipment.id, slot),
            supported=typology is not None,
            presses=typology is not None and typology.presses,
            drawing=self.ground.metering.runs(status) if one_shot else None,
            reported_on=status.reported_since if kept_off else None,
            forced_off=wish is not None and wish.keeps_off,
            overruled=wish is not None and wish.overruled,
            unconfirmed_start=self._unconfirmed(equipment.id, status),
            last_slot=None if followed is None else followed.slot,
            last_on=None if followed is None else followed.on_before(slot),
            shed=status.shed,
            cut=kept_off and self.rows.journal.is_as_cut(equipment),
            proposal=status.proposal,
        )

    def _unconfirmed(self, equipment_id: EquipmentId, status: EquipmentStatus) -> bool:
        """Whether the load may run since a start that nothing acknowledged."""
        journal = self.rows.journal
        at = journal.unconfirmed.get(equipment_id)
        if at is None:
            return False
        equipment = status.equipment
        cycle = equipment.constraints.cycle_duration or DEFAULT_CYCLE
        over = self.ground.clock.now() > at + cycle
        idle = self.ground.metering.drawing(status) is False
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


def _origin(decision: Decision) -> Origin:
    if decision.act is Act.RECORD_STARTED:
        return Origin.DEVICE
    return {Source.SURPLUS: Origin.RULE, Source.SAFETY: Origin.RULE}.get(
        decision.source, Origin.EMS
    )
