"""A day without the database: what is planned and wished is done, and written down in the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from demo.database import PlanRow, insert_plans, pad
from demo.territory import Equipment

from .history import MANUAL, PILOTED, SLOT
from .long_life import LongLife
from .scenario import CONTINUOUS

WATCH: Final = """
CREATE TABLE audit (
  id serial, load bigint, mode int, control int, programmed bigint, started bigint
);
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
  INSERT INTO audit (load, mode, control, programmed, started) VALUES (
    NEW.id, NEW.equipement_pilote_ou_mesure_mode_id, NEW.etat_controle_id,
    NEW.timestamp_derniere_programmation, NEW.timestamp_derniere_mise_en_marche
  );
  RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER UPDATE ON bdd_coordination_schema.equipement_pilote_ou_mesure
FOR EACH ROW EXECUTE FUNCTION audit();
"""
"""Notes every change of a row, in the order in which they are made."""
MODES: Final = {"to_manual": MANUAL, "forced_off": MANUAL, "to_piloted": PILOTED}
POWERS: Final = {"to_manual": True, "forced_off": False}


@dataclass(frozen=True, slots=True)
class Word:
    """What a person wished in a slot, and what was answered."""

    load: int
    intent: str
    slot: int
    answer: dict[str, Any]


@dataclass
class DarkDay(LongLife):
    """One day, planned at midnight; what happens in a quarter-hour is asked of it one by one."""

    words: list[Word] = field(default_factory=list)
    _on: dict[int, bool] = field(default_factory=dict)
    """How each load that is switched was wanted last."""
    _pulses: dict[int, int] = field(default_factory=dict)
    """The slot in which each machine is to be started."""

    async def dawn(self, pulses: dict[int, int]) -> None:
        """Furnish, and plan the day: machines by the number of their quarter-hour."""
        await self.furnish()
        await self.owner.execute(WATCH)
        self._pulses = {number: self.slot + index * SLOT for number, index in pulses.items()}
        rows = [
            PlanRow(each.id, self.slot, self._decisions(each, pulses)) for each in self.equipments
        ]
        await insert_plans(self.owner, rows)
        self._plans |= {row.machine_id: [row] for row in rows}
        self._on = {each.id: False for each in self.equipments}
        pressed = {each.id for each in self.equipments if self.powered(each) is None}
        # Buttons wait for a database, which is asked again and again.
        self.bearing |= {"elfe write-back", "elfe outbox", "elfe again"}
        self.bearing |= {f"elfe start {number}" for number in pressed}

    def _decisions(self, equipment: Equipment, pulses: dict[int, int]) -> tuple[int, ...]:
        if equipment.type in CONTINUOUS:
            return tuple(int(self._chance.random() < 0.4) for _ in range(96))
        return pad([0] * pulses[equipment.id] + [1])

    async def pass_slot(self, wishes: Sequence[tuple[int, str]] = ()) -> None:
        """Let the next quarter-hour begin, in which people wish this; then look at every device."""
        assert self.house is not None
        self.show(self.slot + SLOT)
        await self.house.cycle()
        await self.idle()
        for number, intent in wishes:
            answer = await self.house.wish(number, intent, f"{self.slot} {number}")
            self.words.append(Word(number, intent, self.slot, answer))
            await self.idle()
        self.life.slots += 1
        self.look_at_devices()

    def look_at_devices(self) -> None:
        """Look at what is switched: as planned, or as people wished since."""
        for each in self.equipments:
            powered = self.powered(each)
            if powered is None:
                continue
            self._on[each.id] = wanted = self._is_wanted(each)
            self.life.checked += 1
            if powered is not wanted:
                self.note_wrong(each, f"to be {wanted}, is {powered}")

    def _is_wanted(self, each: Equipment) -> bool:
        word = next((w for w in reversed(self.words) if w.load == each.id), None)
        handed = word is not None and word.intent == "to_piloted"
        if word is not None and not (handed and each.type in CONTINUOUS and word.slot < self.slot):
            # A machine that is handed to the plan waits for one that was made since.
            return POWERS.get(word.intent, False)
        if each.type not in CONTINUOUS:
            return self._pulses[each.id] <= self.slot
        decision = self.decision(each)
        return self._on[each.id] if decision is None else bool(decision)

    @property
    def slot(self) -> int:
        """Return the present slot."""
        return self._slot

    @property
    def presses(self) -> int:
        """Return how often a finger pressed so far."""
        return sum(getattr(device, "presses", 0) for device in self.fleet.devices.values())

    async def audit(self) -> list[dict[str, Any]]:
        """Return every change of a row so far, in the order in which they were made."""
        return [dict(row) for row in await self.owner.fetch("SELECT * FROM audit ORDER BY id")]
