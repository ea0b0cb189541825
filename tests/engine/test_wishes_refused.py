"""Wishes that nothing is done about, and why."""

import asyncio

import pytest

from custom_components.elfe_commande.core.lifecycle import Code, NotRunningError
from custom_components.elfe_commande.core.model import Constraints, EquipmentId, TypologyId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import ConstraintWish, Intent, Origin
from custom_components.elfe_commande.engine.ground.errors import WishRefusedError
from demo.specs import plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import CONTROL, MODE, calm, furnish, set_row, status_of, until
from .households import DISHWASHER, FINGER
from .wiring import appliance


class TestRefusals:
    """Wishes that nothing is done about."""

    @pytest.mark.defect("D-30")
    @pytest.mark.parametrize("mode", [1, 10, 70, 80])
    async def test_other_modes(self, world: World, mode: int) -> None:
        await furnish(world, appliance(120, mode=mode, kind=131))
        await world.start()
        before = await world.row(7)
        for intent in Intent:
            with pytest.raises(WishRefusedError) as refusal:
                await world.wish(7, intent)
            assert refusal.value.key == "mode_not_driven"
            assert refusal.value.placeholders == {"equipment": "Machine"}
        assert await world.row(7) == before
        assert not world.fleet.recorder.messages

    @pytest.mark.defect("D-30")
    async def test_a_mode_that_somebody_changed_since_the_last_read(self, world: World) -> None:
        """What is known is old; the row is read anew before the order."""
        await furnish(world, appliance(120), timing=calm(fresh_for=0.0))
        await world.start()
        await set_row(world, 7, **{MODE: 70})
        result = await world.wish(7, Intent.TO_MANUAL)
        assert (result.outcome, result.reason) == (Outcome.SKIPPED, "mode_changed")
        assert (await world.row(7))[MODE] == 70
        assert not world.fleet.recorder.messages

    @pytest.mark.defect("D-36")
    async def test_a_communication_error(self, world: World) -> None:
        await furnish(world, appliance(120))
        await set_row(world, 7, **{CONTROL: 60})
        await world.plan(7, [1])
        await world.start()
        before = await world.row(7)
        with pytest.raises(WishRefusedError) as refusal:
            await world.wish(7, Intent.TO_MANUAL)
        assert refusal.value.key == "communication_error"
        for _ in range(2):
            await world.engine.run_cycle()
        assert not world.fleet.recorder.messages
        assert await world.row(7) == before
        assert status_of(world, 7).decision.reason == "communication_error"

    @pytest.mark.defect("D-40")
    @pytest.mark.parametrize("typology", [110, 170, 200])
    async def test_a_typology_without_scenario(self, world: World, typology: int) -> None:
        await furnish(world, Equipment(7, "R001", "Machine", 112, typology, (plug("W1"),)))
        await world.plan(7, [1])
        await world.start()
        with pytest.raises(WishRefusedError) as refusal:
            await world.wish(7, Intent.TO_MANUAL)
        assert refusal.value.key == "unsupported_typology"
        await world.engine.run_cycle()
        assert not world.fleet.recorder.messages
        (problem,) = world.engine.problems
        assert (problem.key, problem.equipment_id) == ("unsupported_typology", 7)

    async def test_another_typology_may_be_asked_for(self, world: World) -> None:
        await furnish(world, Equipment(7, "R001", "Machine", 112, 170, (plug("W1"),)))
        await world.start()
        result = await world.wish(7, Intent.START, typology_id=TypologyId(120))
        assert result.outcome is Outcome.ACKNOWLEDGED
        assert [m.payload for m in world.fleet.recorder] == [b"on"]

    @pytest.mark.defect("D-42")
    async def test_no_device_to_order(self, world: World) -> None:
        await furnish(world, Equipment(7, "R001", "Machine", 112, 120, (plug("W1", 21),)))
        await world.plan(7, [1])
        await world.start()
        with pytest.raises(WishRefusedError) as refusal:
            await world.wish(7, Intent.TO_MANUAL)
        assert refusal.value.key == "missing_device"
        await world.engine.run_cycle()
        assert (await world.row(7))[MODE] == 30
        assert [p.key for p in world.engine.problems] == ["missing_device"]
        assert world.ended(7)[-1].result.reason == "missing_device"

    async def test_an_equipment_nobody_knows(self, world: World) -> None:
        await furnish(world, appliance(120))
        await world.start()
        with pytest.raises(WishRefusedError) as refusal:
            await world.wish(99, Intent.TO_MANUAL)
        assert refusal.value.key == "unknown_equipment"

    async def test_wishes_about_an_equipment_nobody_knows(self, world: World) -> None:
        await furnish(world, appliance(120))
        await world.start()
        wish = ConstraintWish(EquipmentId(99), Constraints(wished_end=5), Origin.DASHBOARD)
        with pytest.raises(WishRefusedError) as refusal:
            await world.engine.constrain(wish)
        assert (refusal.value.key, refusal.value.placeholders) == (
            "unknown_equipment",
            {"equipment": "99"},
        )

    async def test_what_is_only_pressed_is_not_switched_on_but_left_to_people(
        self, world: World
    ) -> None:
        """A press toggles: nobody knows that it would be on."""
        await furnish(world, FINGER)
        await world.start()
        result = await world.wish(DISHWASHER, Intent.FORCED_ON)
        assert result.outcome is Outcome.ACKNOWLEDGED
        assert world.told("C104") == []
        assert (await world.row(DISHWASHER))[MODE] == 20

    @pytest.mark.defect("D-75")
    async def test_nothing_is_done_before_it_runs_nor_after_it_stopped(self, world: World) -> None:
        await furnish(world, appliance(120))
        engine = await world.start(run=False)
        with pytest.raises(NotRunningError):
            await world.wish(7, Intent.TO_MANUAL)
        with pytest.raises(NotRunningError):
            await engine.run_cycle()

        held = asyncio.Event()
        starting = asyncio.create_task(engine.start(held.wait()))
        await until(lambda: engine.lifecycle.code is Code.CONNECTED, "code 16")
        with pytest.raises(NotRunningError) as refusal:
            await world.wish(7, Intent.TO_MANUAL)
        assert refusal.value.code is Code.CONNECTED
        held.set()
        await starting
        assert (await world.wish(7, Intent.TO_MANUAL)).outcome is Outcome.ACKNOWLEDGED

        await engine.stop()
        with pytest.raises(NotRunningError):
            await world.wish(7, Intent.TO_PILOTED)
        assert len(world.fleet.recorder) == 1
