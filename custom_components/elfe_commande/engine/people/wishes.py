"""Makes goals of what people wish, or says why nothing is done about it."""

import asyncio
from dataclasses import dataclass, field, replace
import logging

from ...core.decision import Act
from ...core.model import EquipmentId, Mode
from ...core.outcome import Outcome, Result
from ...core.plan import slot_start
from ...core.wish import ConstraintWish, Intent, Wish
from ...typologies import TYPOLOGIES
from ..goals.reconcile import Reconcile
from ..ground.errors import WishRefusedError
from ..ground.goal import Goal
from ..ground.ground import Ground
from ..ground.status import EquipmentStatus
from ..orders.executor import Executor
from ..rows.outbox import Fate
from ..rows.rows import Rows
from ..rows.standing import StandingWish

_LOGGER = logging.getLogger(__name__)

_ACTS = {
    Intent.TO_MANUAL: Act.TO_MANUAL,
    Intent.TO_PILOTED: Act.TO_PILOTED,
    Intent.FORCED_OFF: Act.FORCED_OFF,
    Intent.FORCED_ON: Act.FORCED_ON,
}
_FORCED = {Intent.FORCED_OFF: False, Intent.FORCED_ON: True}
_REFUSED = {
    Fate.REJECTED: "value_refused",
    Fate.GUARDED: "no_such_constraint",
    Fate.UNNOTED: "database_unavailable",
}


@dataclass(slots=True)
class Wishes:
    """The one path of every wish, whatever surface it comes from."""

    ground: Ground
    rows: Rows
    executor: Executor
    reconcile: Reconcile
    _shown: dict[EquipmentId, str] = field(default_factory=dict)
    """The wish that each equipment shows, by its id."""

    async def carry_out(self, wish: Wish) -> Result:
        """Carry a wish out; the result of its first try, or `WishRefusedError`.

        It is on disk by then, and stands until it is reached, replaced or given up. When
        nothing is known of it in time, that is the result; the order goes on.
        """
        equipment_id = wish.equipment_id
        status = self.ground.store.statuses.get(equipment_id)
        if status is None:
            raise WishRefusedError("unknown_equipment", {"equipment": str(equipment_id)})
        self._require_acting(status)
        if self.ground.owner.is_elsewhere(status.equipment.home):
            raise WishRefusedError("driven_elsewhere", {"equipment": status.equipment.name})
        standing = self._standing(status, wish)
        goal = self._goal(status, standing)
        if wish.intent in _ACTS:
            status.wished_mode = Mode.PILOTED if wish.intent is Intent.TO_PILOTED else Mode.MANUAL
            status.wished_off = wish.intent is Intent.FORCED_OFF
            status.forced = _FORCED.get(wish.intent)
            self._shown[equipment_id] = wish.id
            self.ground.store.changed(equipment_id, at_once=True)
        # In one turn of the loop: a wish that comes after finds this one.
        journal = self.rows.journal
        journal.wishes[equipment_id] = standing
        first = self.executor.submit(goal)
        try:
            async with asyncio.timeout(self.ground.timing.wish_limit):
                # While the device is asked; and once more when it is known what became of it.
                await journal.note()
                result = await asyncio.shield(first)
                noted = await journal.catch_up()
                return result if noted else replace(result, unnoted=True)
        except TimeoutError:
            return self._not_ended(goal)
        finally:
            # A newer wish is shown until its own end.
            if self._shown.get(equipment_id) == wish.id:
                del self._shown[equipment_id]
                status.wished_mode = status.wished_off = None
            self.reconcile.look(status, slot_start(self.ground.clock.now()))
            self.ground.store.changed(equipment_id, at_once=True)

    def _not_ended(self, goal: Goal) -> Result:
        _LOGGER.warning("No end in time of a wish: %s of equipment %s", goal.act, goal.equipment_id)
        return Result(
            Outcome.FAILED,
            "not_ended",
            on=goal.powers,
            at=self.ground.clock.now(),
            will_retry=self.executor.pursues(goal),
        )

    async def constrain(self, wish: ConstraintWish) -> bool:
        """Write other wishes about an equipment, or raise `WishRefusedError`.

        Whether they are in the database; else they will be, once it is back.
        """
        self.ground.lifecycle.require_running()
        status = self.ground.store.statuses.get(wish.equipment_id)
        if status is None:
            raise WishRefusedError("unknown_equipment", {"equipment": str(wish.equipment_id)})
        who = {"equipment": status.equipment.name}
        self._require_acting(status)
        _require_driven(status)
        if wish.wishes.cycle_duration == 0:
            raise WishRefusedError("value_refused", who)
        by = (wish.origin, wish.user_id)
        fate = await self.rows.write_constraints(status, wish.wishes, by)
        if (refused := _REFUSED.get(fate)) is not None:
            raise WishRefusedError(refused, who)
        return fate is Fate.WRITTEN

    def _require_acting(self, status: EquipmentStatus) -> None:
        """Refuse a wish about a home that is only looked at: whoever drives it is to be asked."""
        if self.ground.owner.only_looks(status.equipment.home):
            raise WishRefusedError("shadow", {"equipment": status.equipment.name})

    def _standing(self, status: EquipmentStatus, wish: Wish) -> StandingWish:
        """Return a wish as it is kept on disk, or refuse it."""
        who = {"equipment": status.equipment.name}
        typology = TYPOLOGIES.get(wish.typology_id or status.equipment.typology_id)
        _require_driven(status)
        if typology is None:
            raise WishRefusedError("unsupported_typology", who)
        act = _act(status, wish)
        if act is Act.FORCED_ON and act not in typology.scenarios:
            # Nobody switches what is only pressed: its manual is all there is.
            act = Act.TO_MANUAL
        if act is None or act not in typology.scenarios:
            raise WishRefusedError("act_not_supported", who)
        for order in typology.scenario(act, status.equipment.hand_over).orders:
            if status.equipment.device(order.usage) is None:
                raise WishRefusedError("missing_device", who)
        now, timing = self.ground.clock.now(), self.ground.timing
        # A mode lasts until somebody chooses another; to start something later is no start now.
        lasts = timing.wish_lifetime if wish.intent in _ACTS else timing.order_window
        return StandingWish(
            id=wish.id,
            act=act,
            origin=wish.origin,
            at=now,
            until=now + lasts,
            user_id=wish.user_id,
            typology_id=wish.typology_id,
            force=wish.force,
            advance_end=wish.advance_end,
            programmed=status.equipment.state.last_programmed,
        )

    def _goal(self, status: EquipmentStatus, standing: StandingWish) -> Goal:
        goal = self.reconcile.wished(status, standing)
        if goal is None:
            raise WishRefusedError("act_not_supported", {"equipment": status.equipment.name})
        return goal


def _act(status: EquipmentStatus, wish: Wish) -> Act | None:
    continuous = status.equipment.continuous
    if wish.intent is Intent.START:
        return Act.ON if continuous else Act.START
    if wish.intent is Intent.STOP:
        return Act.OFF if continuous else None
    return _ACTS[wish.intent]


def _require_driven(status: EquipmentStatus) -> None:
    """Refuse a wish about an equipment that nobody may order."""
    equipment = status.equipment
    if equipment.driven:
        return
    key = "mode_not_driven"
    if equipment.state.mode in (Mode.MANUAL, Mode.PILOTED):
        key = "communication_error"
    raise WishRefusedError(key, {"equipment": equipment.name})
