"""Makes jobs of what people wish, or says why nothing is done about it."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
import logging

from ..core.decision import Act, Source
from ..core.model import EquipmentId, Mode
from ..core.outcome import Outcome, Result
from ..core.plan import slot_start
from ..core.wish import ConstraintWish, Intent, Wish
from ..typologies import TYPOLOGIES
from .context import EngineContext
from .errors import WishRefusedError
from .executor import Executor
from .jobs import Job
from .ports import StorageDataError, StorageError
from .reconsider import Reconsider
from .status import EquipmentStatus

_LOGGER = logging.getLogger(__name__)

_ACTS = {
    Intent.TO_MANUAL: Act.TO_MANUAL,
    Intent.TO_PILOTED: Act.TO_PILOTED,
    Intent.FORCED_OFF: Act.FORCED_OFF,
}


@dataclass(slots=True)
class Wishes:
    """The one path of every wish, whatever surface it comes from."""

    context: EngineContext
    executor: Executor
    reconsider: Reconsider
    _shown: dict[EquipmentId, str] = field(default_factory=dict)
    """The wish that each equipment shows, by its id."""
    _turns: defaultdict[EquipmentId, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )
    """First come, first: what is noted on disk must not let a newer wish pass."""

    async def carry_out(self, wish: Wish) -> Result:
        """Carry a wish out; the result of its first try, or `WishRefusedError`.

        When nothing is known of it in time, that is the result; the order goes on.
        """
        status = self.context.statuses.get(wish.equipment_id)
        if status is None:
            raise WishRefusedError("unknown_equipment", {"equipment": str(wish.equipment_id)})
        job = self._job(status, wish)
        if wish.intent in _ACTS:
            status.wished_mode = Mode.PILOTED if wish.intent is Intent.TO_PILOTED else Mode.MANUAL
            status.wished_off = wish.intent is Intent.FORCED_OFF
            self._shown[wish.equipment_id] = wish.id
            self.context.changed(wish.equipment_id, at_once=True)
        try:
            async with asyncio.timeout(self.context.timing.wish_limit):
                async with self._turns[wish.equipment_id]:
                    noted = await self._note_forced_off(wish)
                    first = self.executor.submit(job)
                result = await asyncio.shield(first)
                return result if noted else replace(result, unnoted=True)
        except TimeoutError:
            return self._not_ended(job)
        finally:
            # A newer wish is shown until its own end.
            if self._shown.get(wish.equipment_id) == wish.id:
                del self._shown[wish.equipment_id]
                status.wished_mode = status.wished_off = None
            self.reconsider.look(status, slot_start(self.context.clock.now()))
            self.context.changed(wish.equipment_id, at_once=True)

    def _not_ended(self, job: Job) -> Result:
        _LOGGER.warning("No end in time of a wish: %s of equipment %s", job.act, job.equipment_id)
        return Result(
            Outcome.FAILED,
            "not_ended",
            on=job.powers,
            at=self.context.clock.now(),
            tries=job.tries,
            will_retry=self.executor.has(job),
        )

    async def constrain(self, wish: ConstraintWish) -> None:
        """Write other wishes about an equipment, or raise `WishRefusedError`."""
        context = self.context
        context.lifecycle.require_running()
        status = context.statuses.get(wish.equipment_id)
        if status is None:
            raise WishRefusedError("unknown_equipment", {"equipment": str(wish.equipment_id)})
        who = {"equipment": status.equipment.name}
        _require_driven(status)
        if wish.wishes.cycle_duration == 0:
            raise WishRefusedError("value_refused", who)
        try:
            written = await context.write_constraints(status, wish.wishes)
        except StorageDataError as error:
            raise WishRefusedError("value_refused", who) from error
        except StorageError as error:
            context.reachable(error)
            raise WishRefusedError("database_unavailable", who) from error
        if not written:
            raise WishRefusedError("no_such_constraint", who)

    def _job(self, status: EquipmentStatus, wish: Wish) -> Job:
        """Return the job of a wish, or refuse it."""
        equipment = status.equipment
        who = {"equipment": equipment.name}
        typology = TYPOLOGIES.get(wish.typology_id or equipment.typology_id)
        _require_driven(status)
        if typology is None:
            raise WishRefusedError("unsupported_typology", who)
        act = _act(status, wish)
        if act is None or act not in typology.scenarios:
            raise WishRefusedError("act_not_supported", who)
        for order in typology.scenarios[act].orders:
            if equipment.device(order.usage) is None:
                raise WishRefusedError("missing_device", who)
        now = self.context.clock.now()
        return Job(
            equipment_id=equipment.id,
            act=act,
            source=Source.USER,
            origin=wish.origin,
            typology=typology,
            deadline=now + self.context.timing.order_window,
            claim=f"{equipment.id}:wish:{wish.id}",
            created=now,
            force=wish.force,
            user_id=wish.user_id,
            advance_end=wish.advance_end,
        )

    async def _note_forced_off(self, wish: Wish) -> bool:
        """Keep on disk that a person switched a load off, until one wishes otherwise.

        Returns whether a restart will know of it; what was wished is done all the same.
        """
        journal = self.context.journal
        if wish.intent is Intent.FORCED_OFF:
            journal.forced_off[wish.equipment_id] = self.context.clock.now()
        elif journal.forced_off.pop(wish.equipment_id, None) is None:
            return True
        return await journal.note()


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
