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
OUTBOX = ("tests/engine/test_outbox.py", "tests/engine/test_write_back.py")
WRITE_BACK = ("tests/engine/test_write_back.py",)

# With a real database and a real broker.
DEFECTS = ("tests/engine/test_device_defects.py",)
STOPPED = ("tests/engine/test_person_wins.py::test_what_a_stop_broke_off_goes_on_after_it[Ballon]",)
UNTOLD = ("tests/engine/test_person_wins.py::test_a_press_that_died_with_the_broker_is_told",)
DOUBTS = ("tests/engine/test_presses_in_doubt.py",)
FAULTS = ("tests/engine/test_faults.py",)
GUARDS = ("tests/storage/test_postgres_writes.py", "tests/storage/test_postgres_wishes.py")
OUTAGE = ("tests/engine/test_outage.py",)
OVERTAKEN = ("tests/engine/test_orders_overtaken.py",)
PRESSES = ("tests/engine/test_safety_presses.py", "tests/engine/test_presses.py")
READS_ONLY = ("tests/engine/test_database_that_only_reads.py",)
RETRIES = ("tests/engine/test_retries.py",)
SEVERAL = ("tests/engine/test_several.py",)
OWNERSHIP = ("tests/storage/test_ownership.py",)
SLOTS = ("tests/engine/test_slots_passed.py",)
SWITCHED = ("tests/engine/test_safety_switched.py",)


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
    "no checksum": Mistake("    kermit = _crc(octets, 0)\n", "    return True\n", FRAMES),
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
        "return index if 0 <= index < len(self.decisions) else None",
        "return index if 0 <= index <= len(self.decisions) else None",
        PLAN,
    ),
    "a plan begins a slot too early": Mistake(
        "return index if 0 <= index < len(self.decisions) else None",
        "return index if -1 <= index < len(self.decisions) else None",
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
        "high = min(len(self.decisions), (until - self.first_valid) // SLOT + 1)",
        "high = min(len(self.decisions), (until - self.first_valid) // SLOT + 2)",
        PLAN,
    ),
    "the oldest plan is in force": Mistake(
        "newest = max((first for first in plans if first <= slot), default=None)",
        "newest = min((first for first in plans if first <= slot), default=None)",
        PLAN,
    ),
    "of two rows read together the older wins": Mistake(
        "chosen[key].row_id <= plan.row_id", "chosen[key].row_id >= plan.row_id", PLAN
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
        "if snapshot.forced_off or (state.control == ControlState.OFF and not past_us):",
        "if snapshot.forced_off:",
        ("tests/core/test_cut_in_manual.py",),
    ),
    "a plan made before the programming is executed": Mistake(
        "plan.made_at > equipment.state.last_programmed",
        "plan.made_at >= equipment.state.last_programmed",
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
        "            if reading.on is self.on:\n                self._take_state",
        "            if True:\n                self._take_state",
        MATCHING,
    ),
    "a state acknowledges a press": Mistake(
        "        elif reading.on is not None and not self.driver.presses:\n            if",
        "        elif reading.on is not None:\n            if",
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
        "c.state is not ClaimState.SETTLED}", "c.state is ClaimState.SETTLED}", JOURNAL
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
        "await asyncio.shield(self._begin_deferring())\n            raise",
        "await asyncio.shield(self._begin_deferring())\n            self._queue.clear()\n            raise",
        WRITE_BACK,
    ),
    "what is kept is told before it is on disk": Mistake(
        "        await self._outbox.keep(coming)\n", "", OUTBOX
    ),
    "what was written stays on disk": Mistake(
        "over = [entry for entry in entries if entry.deferred]", "over = []", OUTBOX
    ),
    "a torn row takes the next one along": Mistake(
        'f"\\n{json.dumps(row)}\\n"', 'f"{json.dumps(row)}\\n"', OUTBOX
    ),
    "what is over is noted before what replaces it": Mistake(
        'rows = [_row(entry) for entry in coming] + ([{"over": gone}] if gone else [])',
        'rows = ([{"over": gone}] if gone else []) + [_row(entry) for entry in coming]',
        OUTBOX,
    ),
    "a guard that held is not told": Mistake(
        "entry.fate.set_result(Fate.WRITTEN if number in states else otherwise)",
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
    # Several installations: who acts, and the claim of a press in the row.
    "what another drives is driven": Mistake(
        "return self._ownership.standing(home) is Standing.THEIRS", "return False", SEVERAL
    ),
    "a row is not taken before a press": Mistake(
        "return goal.act is Act.START and goal.mode is Mode.PILOTED", "return False", SEVERAL
    ),
    "a row that was taken is not given back": Mistake(
        "await self._takings.give_back(goal.equipment_id, before, by, now)", "pass", SEVERAL
    ),
    "a press cut by a crash looks concluded": Mistake(
        "state.mode != Mode.PILOTED and not is_taken(state)",
        "state.mode != Mode.PILOTED",
        SEVERAL,
    ),
    "an old proof is good enough": Mistake(
        "and now < self._proved_at + lasts:", "and self._proved_at > 0:", OWNERSHIP
    ),
    "a session that is not ours alone proves something": Mistake(
        "raise SharedSessionError", "pass", OWNERSHIP
    ),
    "the database away leaves everything ours": Mistake(
        "and not self._company.wants(home):", "and True:", OWNERSHIP
    ),
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
        "  WHERE id = $1 AND {_NO_ERROR} AND {_DRIVEN}\n", "  WHERE id = $1\n", GUARDS
    ),
    # Presses.
    "presses are not claimed": Mistake(
        "reason = await self._presses.claim(pursuit)", "reason = None", FAULTS
    ),
    "a claim is not looked at": Mistake(
        "if self._journal.claimed(goal.claim):", "if False:", DOUBTS
    ),
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
        "interruptible = not pursuit.goal.presses",
        "interruptible = True",
        DOUBTS,
    ),
    "idle before the press calls it failed": Mistake(
        "if seen is None or seen.power is None or seen.power_at <= pressed_at:",
        "if seen is None or seen.power is None:",
        DOUBTS,
    ),
    "a person's press cut by a crash is not told": Mistake(
        "piloted=not goal.by_person,", "piloted=True,", DOUBTS
    ),
    "claims stay open": Mistake(
        "claim=goal.claim if goal.presses else None,", "claim=None,", DOUBTS
    ),
    # Tries.
    "an order outlives its slot": Mistake(
        "return _OVER if self._is_over(pursuit) else None",
        "return None",
        RETRIES,
    ),
    "a mode that changed meanwhile stops nothing": Mistake(
        "return self._outdated(pursuit) or self._unfit(pursuit.goal)",
        "return self._outdated(pursuit)",
        OVERTAKEN,
    ),
    "the longest wait is none": Mistake(
        "backoff = min(backoff * 2, timing.retry_rest if long else timing.retry_max)",
        "backoff = backoff * 2",
        OVERTAKEN,
    ),
    "a machine started meanwhile is cut": Mistake(
        "if goal.act is Act.KEEP_OFF and self._ground.metering.drawing(status):",
        "if False:",
        SWITCHED,
    ),
    "a late answer is not heard": Mistake(
        "            waited.append(pending.answer)\n", "            pass\n", RETRIES
    ),
    "a start is not noted before it is sent": Mistake(
        "return goal.act is Act.START and not goal.presses\n", "return False\n", FAULTS
    ),
    "what is superseded is sent": Mistake(
        "        if pursuit.superseded.done():\n            return pursuit.why\n", "", OVERTAKEN
    ),
    "a late answer writes the mode again": Mistake(
        "            writes = replace(writes, mode=None, programmed=False)\n",
        "            pass\n",
        OVERTAKEN,
    ),
    # What lasts.
    "rows older than what is kept are taken over": Mistake(
        "            rows.reachable(error)\n            return False\n        # At the same time",
        "            rows.reachable(error)\n        # At the same time",
        READS_ONLY,
    ),
    "a wish is not on disk": Mistake(
        "        journal.wishes[equipment_id] = standing\n", "", STOPPED
    ),
    "a wish is forgotten when its load is looked at again": Mistake(
        "        return self.wished(status, wish)\n", "        return None\n", STOPPED
    ),
    "a stop ends what people wished": Mistake("        self._rooms.goals.resume()\n", "", STOPPED),
    "what nobody knows is told to nobody": Mistake(
        '            case _Doubt.LASTS:\n                self.report("press_doubtful", goal.equipment_id)\n',
        "            case _Doubt.LASTS:\n                pass\n",
        UNTOLD,
    ),
    "a slot that begins during a cycle is left out": Mistake(
        "                due = self._next(clock.now())\n                await self.cycle()\n",
        "                await self.cycle()\n                due = self._next(clock.now())\n",
        SLOTS,
    ),
    # While the database is away.
    "a late step undoes what was programmed since": Mistake(
        "entry.step = replace(step, not_after=max(step.at, entry.programmed))",
        "entry.step = replace(step, not_after=2**31 - 1)",
        OUTAGE,
    ),
    "whoever asks waits for a database that is away": Mistake(
        "        if self._away:\n            _ = self._begin_deferring()",
        "        if False:\n            _ = self._begin_deferring()",
        OUTAGE,
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
