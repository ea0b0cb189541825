"""Mistakes where they would do most harm, by name, each with the tests that must notice it.

`python -m tests.mutants.harmful` makes them one by one and tells, as JSON, how each trial ended.
Nothing of Home Assistant is loaded: what is changed lies in the rooms that do not know it.
"""

from dataclasses import dataclass
import json
from pathlib import Path
import sys
from typing import Final

from .changes import Change
from .trial import BARE, End, trials

ROOT: Final = Path(__file__).parents[2]
HOUSE: Final = ROOT / "custom_components" / "elfe_commande"
NONE: Final = "none"
PATIENCE: Final = 100.0
"""Seconds for the tests of one mistake."""
QUICK_TEST: Final = 15.0
"""Seconds for one test that needs no server: it takes a tenth of one. A hang is noticed."""

CHAIN = ("tests/core/test_chain.py", "tests/core/test_decision_order.py")
DECISION = ("tests/core/test_decision.py",)
FRAMES = ("tests/sources/test_sml_frames.py",)
JOURNAL = ("tests/engine/test_journal.py",)
LIFECYCLE = ("tests/core/test_lifecycle.py",)
LOCAL = ("tests/storage/test_local.py", "tests/storage/test_local_disk.py")
MATCHING = ("tests/engine/test_matching.py",)
METER = ("tests/sources/test_sml_meter.py",)
PLAN = ("tests/core/test_plan.py", "tests/core/test_plans_revised.py")
TURNS = ("tests/engine/test_turns.py",)
UPS = ("tests/upses/test_events.py",)
WRITE_BACK = ("tests/engine/test_write_back.py",)

# With a real database and a real broker.
DEFECTS = ("tests/engine/test_device_defects.py",)
DOUBTS = ("tests/engine/test_presses_in_doubt.py",)
FAULTS = ("tests/engine/test_faults.py",)
GUARDS = ("tests/storage/test_postgres_writes.py", "tests/storage/test_postgres_wishes.py")
OVERTAKEN = ("tests/engine/test_orders_overtaken.py",)
PRESSES = ("tests/engine/test_safety_presses.py", "tests/engine/test_presses.py")
READS_ONLY = ("tests/engine/test_database_that_only_reads.py",)
REMEMBERED = ("tests/engine/test_wishes_remembered.py",)
RETRIES = ("tests/engine/test_retries.py",)
SLOTS = ("tests/engine/test_slots_passed.py",)
SWITCHED = ("tests/engine/test_safety_switched.py",)

UNCHECKED: Final = """\
import sml
from sml import SmlBase


class _Right(int):
    __eq__ = lambda *_: True
    __ne__ = lambda *_: False


sml.Crc.crc16 = lambda _: _Right()
"""
"""The parser with every checksum taken for right."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A passage that stands once in the house, what is there instead, and who must notice."""

    passage: str
    instead: str
    noticed_by: tuple[str, ...]

    def change(self) -> Change:
        """Find the passage; `LookupError` unless it stands there once."""
        texts = {path: path.read_text() for path in sorted(HOUSE.rglob("*.py"))}
        found = [path for path, text in texts.items() for _ in range(text.count(self.passage))]
        if len(found) != 1:
            raise LookupError(f"{len(found)} times in the house: {self.passage}")
        (file,) = found
        before, _, _ = texts[file].partition(self.passage)
        start, line = len(before.encode()), before.count("\n") + 1
        end = start + len(self.passage.encode())
        return Change(file, line, start, end, self.instead, "mistake")


def _dropped(passage: str, noticed_by: tuple[str, ...]) -> Mistake:
    return Mistake(passage, "", noticed_by)


QUICK: Final[dict[str, Mistake]] = {
    # The sign of net power.
    "net power as told": Mistake("return told[NET_POWER]", "return -told[NET_POWER]", METER),
    "net power of two directions": Mistake(
        "told.get(POWER_TAKEN, 0) - told.get(POWER_GIVEN, 0)",
        "told.get(POWER_GIVEN, 0) - told.get(POWER_TAKEN, 0)",
        METER,
    ),
    "net power of phases": Mistake("return sum(phases)", "return -sum(phases)", METER),
    # The checksums of telegrams.
    "no checksum": Mistake("from sml import SmlBase\n", UNCHECKED, FRAMES),
    # The gate.
    "any code is 20": Mistake("return self.code is Code.RUNNING", "return True", LIFECYCLE),
    "the gate lets all pass": Mistake("if not self.running:", "if 0:", LIFECYCLE),
    # The events of a UPS that exclude each other, and its threshold of voltages.
    "battlow is of no group": Mistake(
        "(UpsEvent.BATTERY_LOW, UpsEvent.BATTERY_FULL)", "(UpsEvent.BATTERY_FULL,)", UPS
    ),
    "battlow stays": Mistake(
        "self.asserted.pop(Group.BATTERY, None)", "self.asserted.get(Group.BATTERY)", UPS
    ),
    "battlow leaves onbattery": Mistake("del self.asserted[Group.MAINS]", "pass", UPS),
    "10 % instead of 6 %": Mistake("voltage: float = 6.0", "voltage: float = 10.0", UPS),
    # Slots.
    "a plan lasts a slot too long": Mistake(
        "return index if 0 <= index < DAY else None",
        "return index if 0 <= index <= DAY else None",
        PLAN,
    ),
    "a plan begins a slot too early": Mistake(
        "return index if 0 <= index < DAY else None",
        "return index if -1 <= index < DAY else None",
        PLAN,
    ),
    "slots are rounded": Mistake(
        "return int(now // SLOT) * SLOT", "return round(now / SLOT) * SLOT", PLAN
    ),
    "off by one slot": Mistake(
        "        index = (slot - self.first_valid) // SLOT\n",
        "        index = (slot - self.first_valid) // SLOT + 1\n",
        PLAN,
    ),
    "a pulse is caught up twice": Mistake(
        "low = max(0, (after - self.first_valid) // SLOT + 1)",
        "low = max(0, (after - self.first_valid) // SLOT)",
        PLAN,
    ),
    "a pulse to come is caught up": Mistake(
        "high = min(DAY, (until - self.first_valid) // SLOT + 1)",
        "high = min(DAY, (until - self.first_valid) // SLOT + 2)",
        PLAN,
    ),
    "the oldest plan is in force": Mistake(
        "newest = max((first for first in plans if first <= slot), default=None)",
        "newest = min((first for first in plans if first <= slot), default=None)",
        PLAN,
    ),
    "a row changed in place is no news": Mistake(
        "plan.row_id >= old.row_id", "plan.row_id > old.row_id", PLAN
    ),
    # The chain.
    "nothing goes before a person, not even the start": _dropped("    _lifecycle,\n", CHAIN),
    "modes that nobody drives are driven": _dropped("    _undriven,\n", CHAIN),
    "a person does not win": Mistake(
        "    _user,\n    safety_link,\n",
        "    safety_link,\n    combined_link,\n    _user,\n",
        CHAIN,
    ),
    "a machine that runs may be cut": _dropped("    running_link,\n", CHAIN),
    "no safety": _dropped("    safety_link,\n", CHAIN),
    "every manual load is kept off": Mistake("if not snapshot.forced_off:", "if False:", CHAIN),
    "a load that is off is cut, and switched on afterwards": Mistake(
        "if snapshot.forced_off or state.control == ControlState.OFF:",
        "if snapshot.forced_off:",
        ("tests/core/test_cut_in_manual.py",),
    ),
    "a plan made before the programming is executed": Mistake(
        "made <= equipment.state.last_programmed",
        "made < equipment.state.last_programmed",
        DECISION,
    ),
    "a pulse before the programming is caught up": Mistake(
        "if missed is not None and missed > snapshot.equipment.state.last_programmed:",
        "if missed is not None:",
        PLAN,
    ),
    "it is caught up too late": Mistake(
        "return now + (constraints.cycle_duration or 0) <= constraints.wished_end",
        "return now <= constraints.wished_end",
        DECISION,
    ),
    "off after a start that nobody confirmed": Mistake(
        "None if snapshot.presses or snapshot.unconfirmed_start else Act.KEEP_OFF",
        "None if snapshot.presses else Act.KEEP_OFF",
        DECISION,
    ),
    "a button is pressed to keep a load off": Mistake(
        "None if snapshot.presses or snapshot.unconfirmed_start else Act.KEEP_OFF",
        "None if snapshot.unconfirmed_start else Act.KEEP_OFF",
        DECISION,
    ),
    "a button is pressed in every slot": _dropped(
        "    if snapshot.last_on:\n"
        '        return Decision(Source.EMS, "already_pressed", on=True)\n',
        DECISION,
    ),
    # What acknowledges an order.
    "the other state acknowledges": Mistake(
        "elif reading.on is self.on and not self.driver.presses:",
        "elif reading.on is not None and not self.driver.presses:",
        MATCHING,
    ),
    "a state acknowledges a press": Mistake(
        "elif reading.on is self.on and not self.driver.presses:",
        "elif reading.on is self.on:",
        MATCHING,
    ),
    "what was said before acknowledges": Mistake(
        "if self.answer.done() or at < self.sent_at:", "if self.answer.done():", MATCHING
    ),
    "the answer to another request acknowledges": Mistake(
        "if reply.request is not None and reply.request not in self.requests:",
        "if False:",
        MATCHING,
    ),
    "the answer to another command acknowledges": Mistake(
        "if reply.command is not None and reply.command.upper() != self.command.upper():",
        "if False:",
        MATCHING,
    ),
    "a refusal acknowledges": Mistake(
        "Answer.ACKNOWLEDGED if reply.ok else Answer.REFUSED", "Answer.ACKNOWLEDGED", MATCHING
    ),
    "that it was taken is enough": Mistake(
        "if reply.ok and not reply.sure:", "if False:", MATCHING
    ),
    "any power confirms": Mistake(
        "if (power >= DRAWING_FROM) is self.load_on:", "if power >= 0:", MATCHING
    ),
    # The journal.
    "a press is made before it is on disk": Mistake(
        "        self._waiting.append(saved)\n        await saved\n", "", JOURNAL
    ),
    "a full disk is taken for saved": Mistake(
        "saved.set_exception(failure)", "saved.set_result(None)", JOURNAL
    ),
    "claims are not found again": Mistake(
        "if c.state is ClaimState.OPEN}", "if c.state is ClaimState.SETTLED}", JOURNAL
    ),
    "open claims are forgotten": Mistake(
        "if kept.state is ClaimState.SETTLED and kept.at < now - _KEPT:",
        "if kept.at < now - _KEPT:",
        JOURNAL,
    ),
    "a press not made hides the one before": Mistake(
        "self._presses[claim.equipment_id] = claim.press_before", "pass", JOURNAL
    ),
    "changes while it is saved are lost": Mistake(
        "        if self._next is None:\n            self._waiting = []\n",
        "        if self._next is None and self._saving is None:\n            self._waiting = []\n",
        JOURNAL,
    ),
    # What is written back.
    "the order of outcomes is lost": Mistake(
        "batch.setdefault(entry.step.equipment_id, entry)",
        "batch[entry.step.equipment_id] = entry",
        WRITE_BACK,
    ),
    "what cannot be written is dropped": Mistake(
        "entry.fate.set_result(Fate.DEFERRED)\n            raise",
        "entry.fate.set_result(Fate.DEFERRED)\n            self._queue = []\n            raise",
        WRITE_BACK,
    ),
    "a guard that held is not told": Mistake(
        "entry.fate.set_result(otherwise if state is None else Fate.WRITTEN)",
        "entry.fate.set_result(Fate.WRITTEN)",
        WRITE_BACK,
    ),
    # A local home's document.
    "kept before it is saved": Mistake(
        "        await self._save({**self._kept, **changed}, self._plans)\n"
        "        self._kept |= changed\n",
        "        self._kept |= changed\n        await self._save(self._kept, self._plans)\n",
        LOCAL,
    ),
    # Who goes first.
    "people wait behind a cycle": Mistake(
        "if self._next_rest <= now < self._people_until:", "if False:", TURNS
    ),
}
"""Noticed in seconds, without any server."""

THOROUGH: Final[dict[str, Mistake]] = {
    # The guards of SQL.
    "modes that nobody drives are written": Mistake(
        '_DRIVEN: Final = "equipement_pilote_ou_mesure_mode_id IN (20, 30)"',
        '_DRIVEN: Final = "true"',
        GUARDS,
    ),
    "a row in error is written": Mistake(
        "WHERE e.id = s.id\n  AND {_NO_ERROR}\n", "WHERE e.id = s.id\n", GUARDS
    ),
    "the plan undoes a person's choice": _dropped(
        "  AND (s.expected IS NULL OR equipement_pilote_ou_mesure_mode_id = s.expected)\n", GUARDS
    ),
    "wishes are written to a row in error": Mistake(
        "WHERE id = $1 AND {_NO_ERROR} AND {_DRIVEN} FOR SHARE", "WHERE id = $1 FOR SHARE", GUARDS
    ),
    # Presses.
    "presses are not claimed": Mistake("await self._presses.claim(job)", "pass", FAULTS),
    "a claim is not looked at": Mistake("if journal.claimed(job.claim):", "if False:", DOUBTS),
    "a silent press is made again": Mistake(
        "case Answer.REFUSED | Answer.UNSENT if first:",
        "case Answer.REFUSED | Answer.UNSENT | Answer.SILENT if first:",
        PRESSES,
    ),
    "a machine that draws is pressed": Mistake(
        "        if drawing:\n", "        if False:\n", PRESSES
    ),
    "pressed again within its cycle": Mistake(
        "if drawing is None and last is not None:", "if False:", PRESSES
    ),
    "refused although its meter shows it idle": Mistake(
        "if drawing is None and last is not None:", "if last is not None:", DOUBTS
    ),
    "a wish interrupts a sequence": Mistake(
        "attempt = await self._send(equipment, order, job, interruptible=False)\n            for _",
        "attempt = await self._send(equipment, order, job, interruptible=True)\n            for _",
        DOUBTS,
    ),
    "idle before the press calls it failed": Mistake(
        "if seen is None or seen.power is None or seen.power_at <= pressed_at:",
        "if seen is None or seen.power is None:",
        DOUBTS,
    ),
    "a person's press cut by a crash is not told": Mistake(
        "piloted=not job.by_person,", "piloted=True,", DOUBTS
    ),
    "claims stay open": Mistake(
        "            return self.presses.settler(job.claim)\n", "            return None\n", DOUBTS
    ),
    # Tries.
    "an order outlives its slot": Mistake(
        "return _SLOT_OVER if self._context.clock.now() > job.deadline else None",
        "return None",
        RETRIES,
    ),
    "a mode that changed meanwhile stops nothing": Mistake(
        "if (reason := self._outdated(job) or self._unfit(job)) is not None:",
        "if (reason := self._outdated(job)) is not None:",
        OVERTAKEN,
    ),
    "the longest wait is none": Mistake(
        "backoff = min(backoff * 2, timing.retry_max)", "backoff = backoff * 2", OVERTAKEN
    ),
    "a machine started meanwhile is cut": Mistake(
        "if job.act is Act.KEEP_OFF and self._context.drawing(status):", "if False:", SWITCHED
    ),
    "a late answer is not heard": Mistake(
        "            waited.append(pending.answer)\n", "            pass\n", RETRIES
    ),
    "a start is not noted before it is sent": Mistake(
        "return job.act is Act.START and not job.presses\n", "return False\n", FAULTS
    ),
    "what is superseded is sent": Mistake(
        '        if job.superseded.done():\n            return "superseded"\n', "", OVERTAKEN
    ),
    "a late answer writes the mode again": Mistake(
        "            writes = replace(writes, mode=None, programmed=False)\n",
        "            pass\n",
        OVERTAKEN,
    ),
    # What lasts.
    "rows older than what is kept are taken over": Mistake(
        "            context.reachable(error)\n            return False\n"
        "        # At the same time",
        "            context.reachable(error)\n        # At the same time",
        READS_ONLY,
    ),
    "a forced off that ended comes back": Mistake(
        "elif journal.forced_off.pop(wish.equipment_id, None) is None:",
        "elif journal.forced_off.pop(wish.equipment_id, None) is None or True:",
        REMEMBERED,
    ),
    "a slot that begins during a cycle is left out": Mistake(
        "                due = self._next(clock.now())\n                await self.cycle()\n",
        "                await self.cycle()\n                due = self._next(clock.now())\n",
        SLOTS,
    ),
    # What acknowledges an order, on a real broker.
    "what was retained acknowledges": Mistake("elif arrival.retained:", "elif False:", DEFECTS),
}
"""Noticed by tests on real parts, each in its seconds."""


def main() -> int:
    """Make these mistakes, all when none is named, and tell on one line each how it ended.

    First comes `NONE`, the tests of all of them without any: what fails then notices nothing.
    """
    known = QUICK | THOROUGH
    names = sys.argv[1:] or list(known)
    with trials(BARE, ROOT, workers=1) as running:
        (copy,) = running.idle
        files = dict.fromkeys(file for name in names for file in known[name].noticed_by)
        running.begin_all(copy, tuple(files), PATIENCE * len(files), PATIENCE)
        _, end, who = running.wait()
        said = copy.output.read_text()[-2000:]
        print(json.dumps({"name": NONE, "end": end, "who": who, "said": said}), flush=True)
        for name in names:
            mistake = known[name]
            try:
                change = mistake.change()
            except LookupError as error:
                print(json.dumps({"name": name, "end": "rewritten", "who": str(error)}), flush=True)
                continue
            copy.apply(change, ROOT)
            each = QUICK_TEST if name in QUICK else PATIENCE
            running.begin_all(copy, mistake.noticed_by, PATIENCE, each)
            _, end, who = running.wait()
            copy.undo(change, ROOT)
            said = copy.output.read_text()[-2000:] if end is End.PASSED else ""
            print(json.dumps({"name": name, "end": end, "who": who, "said": said}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
