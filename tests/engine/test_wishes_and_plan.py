"""Wishes against what the plan has under way, and what is told of them."""

import asyncio
from dataclasses import replace
import time

import pytest

from custom_components.elfe_commande.core.decision import Act, Source
from custom_components.elfe_commande.core.model import Constraints, EquipmentId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent, Origin, Wish
from custom_components.elfe_commande.engine.ground.errors import WishRefusedError
from custom_components.elfe_commande.engine.ground.events import EquipmentChanged, ModeChanged
from demo.appliances import Behaviour
from demo.territory import MANUAL
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    CONTROL,
    EMS,
    MODE,
    PROGRAMMED,
    STARTED,
    calm,
    events_of,
    furnish,
    impatient,
    set_row,
    status_of,
    stubborn,
    until_row,
    wait_for_end,
)
from .wiring import PRESSES, appliance, columns, expected


class TestPeopleAndThePlan:
    """A person's wish overtakes what the plan has under way."""

    @pytest.mark.defect("D-41")
    async def test_a_wish_ends_the_wait_of_an_order_of_the_plan(self, world: World) -> None:
        household = await furnish(world, appliance(120), timing=calm(ack=8.0))
        household.devices["W120"].behaviour = Behaviour.SILENT
        await world.plan(7, [1])
        await world.start()
        cycle = asyncio.create_task(world.engine.run_cycle())
        await world.fleet.recorder.wait(1)
        # The plug looks how to behave a moment after it heard the order.
        await asyncio.sleep(0.5)
        household.devices["W120"].behaviour = Behaviour.ACK
        began = time.monotonic()
        result = await world.wish(7, Intent.FORCED_OFF)
        report = await cycle
        assert time.monotonic() - began < 4
        assert result.outcome is Outcome.ACKNOWLEDGED
        assert world.orders("shellies/shellyplug-s-W120/relay/0/command") == ["on", "off"]
        assert await columns(world) == expected(20, 1, 25, False)
        assert report.skipped == 1
        assert world.ended(7)[0].result.reason == "superseded"

    @pytest.mark.defect("D-41")
    async def test_a_wish_ends_the_retries_of_an_order_of_the_plan(self, world: World) -> None:
        household = await furnish(world, appliance(120), timing=impatient(order_window=60.0))
        household.devices["W120"].behaviour = Behaviour.SILENT
        await world.plan(7, [1])
        await world.start()
        await world.engine.run_cycle()
        await world.fleet.recorder.wait(2)
        household.devices["W120"].behaviour = Behaviour.ACK
        await world.wish(7, Intent.FORCED_OFF)
        count = len(world.fleet.recorder)
        assert await world.fleet.recorder.quiet(0.6) == 0
        assert world.fleet.recorder.messages[count - 1].payload == b"off"
        assert await columns(world) == expected(20, 1, 25, False)

    async def test_a_wish_waits_for_presses_already_begun(self, world: World) -> None:
        household = await furnish(world, appliance(150))
        household.machine(7).load()
        await world.plan(7, [1])
        await world.start()
        cycle = asyncio.create_task(world.engine.run_cycle())
        await world.fleet.recorder.wait(1)
        result = await world.wish(7, Intent.TO_PILOTED)
        await cycle
        assert [m.topic.split("/")[3] for m in world.fleet.recorder] == PRESSES[150]
        assert world.ended(7)[0].result.outcome is Outcome.ACKNOWLEDGED
        assert result.outcome is Outcome.ACKNOWLEDGED
        # The person's choice came last, and holds.
        assert await columns(world) == expected(30, 11, 15, False)

    async def test_a_cycle_in_between_does_not_undo_a_wish(self, world: World) -> None:
        household = await furnish(world, appliance(120))
        household.devices["W120"].delay = 10.0
        await world.plan(7, [1])
        await world.start()
        wish = asyncio.create_task(world.wish(7, Intent.FORCED_OFF))
        await world.fleet.recorder.wait(1)
        assert status_of(world, 7).mode == 20
        assert status_of(world, 7).forced_off
        await world.engine.run_cycle()
        assert (await wish).outcome is Outcome.ACKNOWLEDGED
        assert {m.payload for m in world.fleet.recorder} == {b"off"}
        assert await columns(world) == expected(20, 1, 25, False)

    @pytest.mark.defect("D-73")
    async def test_of_two_wishes_at_once_the_last_holds(self, world: World) -> None:
        await furnish(world, appliance(120))
        await world.start()
        first = asyncio.create_task(world.wish(7, Intent.TO_MANUAL))
        last = asyncio.create_task(world.wish(7, Intent.TO_PILOTED))
        results = await asyncio.gather(first, last)
        assert results[1].outcome is Outcome.ACKNOWLEDGED
        assert results[0].outcome in (Outcome.SKIPPED, Outcome.ACKNOWLEDGED)
        assert await columns(world) == expected(30, 11, 25, False)
        assert world.fleet.recorder.messages[-1].payload == b"off"

    @pytest.mark.defect("D-32", "D-34", "D-43")
    async def test_a_person_wins_at_once_though_the_device_is_silent(self, world: World) -> None:
        """The mode is theirs, the state is not claimed; a later answer completes the row."""
        household = await furnish(world, appliance(120), timing=impatient(order_window=60.0))
        household.devices["W120"].behaviour = Behaviour.SILENT
        await world.start()
        before = await world.row(7)
        result = await world.wish(7, Intent.TO_MANUAL)
        assert (result.outcome, result.reason, result.will_retry) == (
            Outcome.FAILED,
            "silent",
            True,
        )
        assert await columns(world) == expected(20, 30, before[CONTROL], before[EMS])
        row = await world.row(7)
        assert row[PROGRAMMED] > before[PROGRAMMED]
        assert row[STARTED] == before[STARTED]

        household.devices["W120"].behaviour = Behaviour.ACK
        await until_row(world, 7, **expected(20, 13, 15, True))
        assert (await world.row(7))[PROGRAMMED] == row[PROGRAMMED]
        await wait_for_end(world, 7, 2)
        ends = [e.result.outcome for e in world.ended(7)]
        assert ends == [Outcome.FAILED, Outcome.ACKNOWLEDGED]
        assert world.ended(7)[-1].result.tries > 1

    async def test_a_person_is_not_overtaken_by_the_plan(self, world: World) -> None:
        """A row put back in mode 30 by someone else is not written over by the plan's order."""
        household = await furnish(world, appliance(120), timing=calm())
        household.devices["W120"].held = True
        await world.plan(7, [1])
        await world.start()
        cycle = asyncio.create_task(world.engine.run_cycle())
        await world.fleet.recorder.wait(1)
        await set_row(world, 7, **{MODE: 20, COMMAND: 21})
        world.fleet.let_go(household.devices["W120"])
        await cycle
        assert (await columns(world))[COMMAND] == 21


class TestWhatIsTold:
    """Events and results say who did what."""

    @pytest.mark.defect("D-76")
    async def test_who_wished_is_told(self, world: World) -> None:
        await furnish(world, appliance(120))
        await world.start()
        wish = Wish(EquipmentId(7), Intent.TO_MANUAL, Origin.ACTION, user_id="user-1")
        result = await world.engine.wish(wish)
        (ended,) = world.ended(7)
        assert (ended.act, ended.source, ended.origin, ended.user_id, ended.result) == (
            Act.TO_MANUAL,
            Source.USER,
            Origin.ACTION,
            "user-1",
            result,
        )
        (changed,) = events_of(world, ModeChanged)
        assert (changed.before, changed.after, changed.origin, changed.user_id) == (
            30,
            20,
            Origin.ACTION,
            "user-1",
        )
        assert status_of(world, 7).last_result == result
        assert status_of(world, 7).last_act is Act.TO_MANUAL
        assert any(7 in e.ids for e in events_of(world, EquipmentChanged))

    async def test_the_plan_is_told_apart_from_people(self, world: World) -> None:
        await furnish(world, appliance(120))
        await world.plan(7, [1])
        await world.start()
        await world.engine.run_cycle()
        (ended,) = world.ended(7)
        assert (ended.act, ended.source, ended.origin) == (Act.START, Source.EMS, Origin.EMS)
        (changed,) = events_of(world, ModeChanged)
        assert (changed.after, changed.origin) == (20, Origin.EMS)

    async def test_a_wish_is_shown_before_it_is_done(self, world: World) -> None:
        household = await furnish(world, appliance(120))
        household.devices["W120"].held = True
        await world.start()
        wish = asyncio.create_task(world.wish(7, Intent.TO_MANUAL))
        await world.fleet.recorder.wait(1)
        assert status_of(world, 7).mode == 20
        assert status_of(world, 7).equipment.state.mode == 30
        world.fleet.let_go(household.devices["W120"])
        await wish
        assert status_of(world, 7).wished_mode is None
        assert status_of(world, 7).equipment.state.mode == 20


class TestWishedEnd:
    """A past wished end moves to its next occurrence, after success."""

    @pytest.mark.parametrize("behaviour", [Behaviour.ACK, Behaviour.SILENT])
    async def test_it_moves_when_the_mode_did(self, world: World, behaviour: Behaviour) -> None:
        equipment = replace(appliance(120, mode=MANUAL), hours_ahead=-2)
        household = await furnish(
            world, equipment, timing=impatient(3.0 if behaviour is Behaviour.ACK else 0.1)
        )
        household.devices["W120"].behaviour = behaviour
        storage = stubborn(world)
        await world.start()
        await world.wish(7, Intent.TO_PILOTED, advance_end=True)
        ((_, moved),) = storage.ends
        assert world.clock.now() < moved <= world.clock.now() + 25 * 3600
        assert moved % 900 == 0
        assert status_of(world, 7).equipment.constraints.wished_end == moved
        assert await self.stored(world) == moved

    async def test_it_stays_when_not_asked_for_or_refused(self, world: World) -> None:
        await furnish(world, replace(appliance(120), hours_ahead=-2))
        storage = stubborn(world)
        await world.start()
        end = await self.stored(world)
        await world.wish(7, Intent.TO_MANUAL)
        await set_row(world, 7, **{MODE: 70})
        await world.engine.run_cycle()
        with pytest.raises(WishRefusedError):
            await world.wish(7, Intent.TO_PILOTED, advance_end=True)
        assert storage.ends == []
        assert await self.stored(world) == end

    @pytest.mark.defect("D-18")
    async def test_it_is_not_written_in_other_modes(self, world: World) -> None:
        await furnish(world, appliance(120, mode=70))
        await world.start()
        end = await self.stored(world)
        storage = world.engine.rooms.rows.storage
        assert not await storage.write_constraints(
            EquipmentId(7), Constraints(wished_end=end + 900)
        )
        await set_row(world, 7, **{MODE: 30, CONTROL: 60})
        assert not await storage.write_constraints(
            EquipmentId(7), Constraints(wished_end=end + 900)
        )
        assert await self.stored(world) == end

    @staticmethod
    async def stored(world: World) -> int:
        return await world.owner.fetchval(
            "SELECT timestamp_de_fin_souhaite"
            " FROM bdd_coordination_schema.equipement_pilote_machine_generique"
            " WHERE equipement_pilote_ou_mesure_id = 7"
        )


async def test_a_retry_ends_with_its_deadline(world: World) -> None:
    household = await furnish(world, appliance(120), timing=impatient())
    household.devices["W120"].behaviour = Behaviour.SILENT
    await world.start()
    await world.wish(7, Intent.TO_MANUAL)
    last = await wait_for_end(world, 7, 2)
    assert (last.result.outcome, last.result.will_retry) == (Outcome.FAILED, False)
    assert last.result.tries > 2
    assert await world.fleet.recorder.quiet(0.5) == 0


async def test_the_later_wish_wins_while_the_earlier_is_still_noted(world: World) -> None:
    """The disk is slow: handing over waits for it, what is wished next needs no note."""
    await furnish(world, appliance(120))
    await world.start()
    await world.wish(7, Intent.FORCED_OFF)
    journal = world.engine.rooms.rows.journal
    save, free = journal.save, asyncio.Event()

    async def slowly() -> None:
        await free.wait()
        await save()

    journal.save = slowly  # type: ignore[method-assign]
    earlier = asyncio.create_task(world.wish(7, Intent.TO_PILOTED))
    await asyncio.sleep(0.05)
    later = asyncio.create_task(world.wish(7, Intent.TO_MANUAL))
    await asyncio.sleep(0.05)
    free.set()
    await asyncio.gather(earlier, later)
    await until_row(world, 7, **{MODE: 20, CONTROL: 15})
    assert status_of(world, 7).mode == MANUAL
