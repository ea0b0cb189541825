"""What must be known after a crash is on disk before anybody acts on it."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.model import EquipmentId, State
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.rows.journal import Claim, ClaimState, Journal
from custom_components.elfe_commande.engine.rows.standing import StandingWish
from demo.engine_host import MemoryDisk

from .disks import FullDisk

ONE, TWO = EquipmentId(1), EquipmentId(2)
NOW = 1_800_000_000.0
DAY = 86_400
WISH = StandingWish("f00", Act.TO_PILOTED, Origin.PORTAL, 1.5, 2.5, "anna")


async def reopened(disk: MemoryDisk) -> tuple[Journal, dict[str, Claim]]:
    """Return a journal as it is after a crash, and its open claims."""
    journal = Journal(disk.document("journal"))
    return journal, await journal.load()


def claim(equipment: EquipmentId = ONE, at: float = NOW, **more: bool) -> Claim:
    return Claim(equipment, at, 1, **more)  # type: ignore[arg-type]


async def test_a_claim_is_on_disk_when_it_is_made() -> None:
    disk = MemoryDisk()
    journal, _ = await reopened(disk)
    await journal.claim("a", claim(piloted=False))

    again, found = await reopened(disk)

    assert found == {"a": claim(piloted=False)}
    assert again.claimed("a")
    assert not again.claimed("b")
    assert again.last_press(ONE) == NOW
    assert again.last_press(TWO) is None


async def test_a_settled_claim_is_remembered_and_not_open() -> None:
    disk = MemoryDisk()
    journal, _ = await reopened(disk)
    await journal.claim("a", claim())
    await journal.settle("a", NOW)

    again, found = await reopened(disk)

    assert found == {}
    assert again.claimed("a")
    assert again.last_press(ONE) == NOW


async def test_settled_claims_are_forgotten_once_no_plan_can_name_them() -> None:
    """Two days later; one that is open is never forgotten."""
    disk = MemoryDisk()
    journal, _ = await reopened(disk)
    for key in ("old", "open", "young"):
        await journal.claim(key, claim(at=NOW + DAY if key == "young" else NOW))
    for key in ("old", "young"):
        await journal.settle(key, NOW + 2 * DAY)
    assert journal.claimed("old")

    await journal.settle("young", NOW + 2 * DAY + 1)

    again, found = await reopened(disk)
    assert [key for key in ("old", "open", "young") if again.claimed(key)] == ["open", "young"]
    assert set(found) == {"open"}


async def test_a_claim_given_back_leaves_what_was_before() -> None:
    disk = MemoryDisk()
    journal, _ = await reopened(disk)
    await journal.pressed(ONE, NOW - 60)
    await journal.claim("a", claim())
    await journal.claim("b", claim(TWO))
    await journal.release("a")
    await journal.release("b")
    await journal.release("c")

    again, found = await reopened(disk)

    assert found == {}
    assert not again.claimed("a")
    assert (again.last_press(ONE), again.last_press(TWO)) == (NOW - 60, None)


@pytest.mark.parametrize("attempts", [1, 3])
async def test_a_claim_that_cannot_be_saved_is_none(attempts: int) -> None:
    disk = FullDisk()
    journal, _ = await reopened(disk)
    await journal.pressed(ONE, NOW - 60)
    disk.full = True
    for _ in range(attempts):
        with pytest.raises(OSError, match="space"):
            await journal.claim("a", claim())

    assert not journal.claimed("a")
    assert journal.last_press(ONE) == NOW - 60


async def test_everybody_who_waits_for_a_save_hears_that_it_failed() -> None:
    disk = FullDisk()
    journal, _ = await reopened(disk)
    disk.full = True
    claims = [journal.claim(f"{n}", claim(EquipmentId(n))) for n in range(50)]
    ends = await asyncio.gather(*claims, return_exceptions=True)
    assert {type(end) for end in ends} == {OSError}
    disk.full = False
    await journal.claim("a", claim())
    assert set((await reopened(disk))[1]) == {"a"}


async def test_claims_of_one_moment_share_a_save() -> None:
    disk = MemoryDisk()
    journal, _ = await reopened(disk)
    await asyncio.gather(*(journal.claim(f"{n}", claim(EquipmentId(n))) for n in range(100)))
    assert disk.document("journal").saves == 1
    assert len((await reopened(disk))[1]) == 100


async def test_what_changes_while_it_is_saved_is_saved_next() -> None:
    disk = MemoryDisk()
    journal, _ = await reopened(disk)
    document = disk.document("journal")
    save, saving, free = document.save, asyncio.Event(), asyncio.Event()

    async def slowly(data: dict[str, object]) -> None:
        saving.set()
        await free.wait()
        await save(data)

    document.save = slowly  # type: ignore[method-assign]
    first = asyncio.create_task(journal.claim("a", claim()))
    await saving.wait()
    others = [asyncio.create_task(journal.claim(key, claim(TWO))) for key in "bc"]
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(first, *others)
    assert document.saves == 2
    assert set((await reopened(disk))[1]) == {"a", "b", "c"}


async def test_all_that_it_holds_comes_back() -> None:
    disk = MemoryDisk()
    journal, _ = await reopened(disk)
    journal.wishes[ONE] = WISH
    journal.unconfirmed[ONE] = 2.5
    journal.mode_before[TWO] = 30
    journal.shed[TWO] = 3.5
    journal.half_on[ONE] = 4.5
    await journal.save()

    again, _ = await reopened(disk)

    assert again.wishes == {ONE: replace(WISH, resumed=True)}
    assert again.unconfirmed == {ONE: 2.5}
    assert again.mode_before == {TWO: 30}
    assert again.shed == {TWO: 3.5}
    assert again.half_on == {ONE: 4.5}


async def test_a_document_of_the_first_version_is_read() -> None:
    """What lies on the disks of people, word for word; it kept no wish but a forced off."""
    disk = MemoryDisk()
    disk.document("journal").text = (
        '{"claims": {"4:1800000000": {"equipment": 4, "at": 1800000005.5, "presses": 2,'
        ' "state": "open", "piloted": true}, "5:wish:f00": {"equipment": 5, "at": 1800000001.0,'
        ' "presses": 1, "state": "settled", "piloted": false}},'
        ' "presses": {"4": 1800000005.5, "5": 1800000001.0}, "forced_off": {"2": 1799999000.0},'
        ' "unconfirmed": {"3": 1799999900.0}, "mode_before": {"7": 20}, "shed": {"8": 1799999950.0}}'
    )

    journal, found = await reopened(disk)

    assert found == {"4:1800000000": Claim(EquipmentId(4), NOW + 5.5, 2, ClaimState.OPEN)}
    assert journal.claimed("5:wish:f00")
    assert journal.last_press(EquipmentId(5)) == NOW + 1
    assert list(journal.wishes) == [EquipmentId(2)]
    assert journal.forced_off(EquipmentId(2))
    assert journal.wishes[EquipmentId(2)].reached
    assert journal.unconfirmed == {EquipmentId(3): NOW - 100}
    assert journal.mode_before == {EquipmentId(7): 20}
    assert journal.shed == {EquipmentId(8): NOW - 50}


async def test_a_document_of_the_second_version_is_read(caplog: pytest.LogCaptureFixture) -> None:
    """A wish that cannot be read costs no other."""
    disk = MemoryDisk()
    disk.document("journal").text = (
        '{"version": 2, "claims": {"4:1800000000": {"equipment": 4, "at": 1800000005.5,'
        ' "presses": 1, "state": "doubtful", "piloted": true}}, "presses": {}, "wishes": {'
        '"2": {"id": "f00", "act": "to_manual", "origin": "screen", "at": 1800000000.5,'
        ' "until": 1800086400.5, "user_id": null, "typology_id": null, "force": false,'
        ' "advance_end": true, "programmed": 1799999000, "mode_at": 1800000005,'
        ' "reached": false, "of_a_later_version": 1},'
        ' "3": {"id": "f01", "act": "to_the_moon", "origin": "screen", "at": 1, "until": 2}},'
        ' "unconfirmed": {}, "mode_before": {}, "shed": {}}'
    )

    journal, found = await reopened(disk)

    assert [claim.state for claim in found.values()] == [ClaimState.DOUBTFUL]
    assert journal.wishes == {
        EquipmentId(2): StandingWish(
            "f00",
            Act.TO_MANUAL,
            Origin.SCREEN,
            NOW + 0.5,
            NOW + 86400.5,
            advance_end=True,
            programmed=NOW - 1000,
            mode_at=NOW + 5,
            resumed=True,
        )
    }
    assert "cannot be read" in caplog.text


class TestReplaced:
    """Whose word is the newer one: ours that stands, or what the row was programmed to since."""

    WISH = StandingWish("a", Act.FORCED_OFF, Origin.DASHBOARD, NOW + 0.5, NOW + 900.0)
    ROW = State(20, 25, 11, False, 0, NOW - 100)

    def test_what_was_there_before_is_older(self) -> None:
        assert not self.WISH.is_replaced(self.ROW)

    def test_what_was_programmed_since_is_newer(self) -> None:
        assert self.WISH.is_replaced(replace(self.ROW, last_programmed=NOW + 1))

    def test_a_clock_that_is_ahead_is_no_newer_word(self) -> None:
        ahead = replace(self.ROW, last_programmed=NOW + 500)
        assert not replace(self.WISH, programmed=NOW + 500).is_replaced(ahead)

    def test_the_mode_that_we_wrote_ourselves_is_ours(self) -> None:
        wish = replace(self.WISH, mode_at=NOW + 6)
        assert not wish.is_replaced(replace(self.ROW, last_programmed=NOW + 6))
        assert wish.is_replaced(replace(self.ROW, mode=30, last_programmed=NOW + 6))


async def test_what_was_never_claimed_is_given_back_without_the_disk() -> None:
    disk = MemoryDisk()
    journal, _ = await reopened(disk)
    await journal.release("a")
    assert disk.document("journal").saves == 0
