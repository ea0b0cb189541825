"""What must be known after a crash is on disk before anybody acts on it."""

import asyncio

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.engine.journal import Claim, ClaimState, Journal
from demo.engine_host import MemoryDisk

from .disks import FullDisk

ONE, TWO = EquipmentId(1), EquipmentId(2)
NOW = 1_800_000_000.0
DAY = 86_400


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
    journal.forced_off[ONE] = 1.5
    journal.unconfirmed[ONE] = 2.5
    journal.mode_before[TWO] = 30
    journal.shed[TWO] = 3.5
    await journal.save()

    again, _ = await reopened(disk)

    assert again.forced_off == {ONE: 1.5}
    assert again.unconfirmed == {ONE: 2.5}
    assert again.mode_before == {TWO: 30}
    assert again.shed == {TWO: 3.5}


async def test_a_document_of_the_present_version_is_read() -> None:
    """What lies on the disks of people, word for word."""
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
    assert journal.forced_off == {EquipmentId(2): NOW - 1000}
    assert journal.unconfirmed == {EquipmentId(3): NOW - 100}
    assert journal.mode_before == {EquipmentId(7): 20}
    assert journal.shed == {EquipmentId(8): NOW - 50}
