"""What a run is made of, all drawn from one seed: appliances, plans, wishes and faults."""

from collections.abc import Callable
from dataclasses import dataclass
import random
from typing import Final

from demo.specs import DeviceSpec, finger, plug, relay, tasmota
from demo.territory import MANUAL, PILOTED, Equipment

from .appliances import HONEST, LOSSY, Odds
from .history import Load

CONTINUOUS: Final = frozenset({131, 151, 155})

type Wiring = Callable[[str], tuple[DeviceSpec, ...]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of appliance: ids of its type and typology, its devices, and how many presses start it."""

    name: str
    type: int
    typology: int
    wiring: Wiring
    presses: int = 0
    metered: bool = True


KINDS: Final = (
    Kind("tank behind a relay", 131, 140, lambda n: (relay(n),)),
    Kind("machine behind a plug", 112, 120, lambda n: (plug(n),)),
    Kind("heater, wired in reverse", 151, 190, lambda n: (tasmota(n),)),
    Kind("dishwasher with a finger and a meter", 111, 130, lambda n: (plug(f"{n}P", 21), finger(n)), 1),
    Kind("dishwasher with a finger, no meter", 111, 130, lambda n: (finger(n),), 1, metered=False),
    Kind("heater behind a plug", 151, 120, lambda n: (plug(n),)),
    Kind("dryer behind a Tasmota", 113, 120, lambda n: (tasmota(n),)),
    Kind("machine pressed twice", 112, 160, lambda n: (tasmota(f"{n}P", 21), finger(n)), 2),
    Kind("car behind a relay", 221, 180, lambda n: (relay(n, 12),)),
    Kind(
        "machine with two fingers",
        112,
        150,
        lambda n: (plug(f"{n}P", 21), finger(f"{n}A", 31), finger(f"{n}B", 32)),
        2,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """What breaks in a run: faults by name, each time one of them, and what appliances do.

    So many `engines` are on the database and the broker together. `locks` decide which of them
    drives a home; without them there is only what a press writes into the row before it is made.
    """

    name: str
    faults: tuple[str, ...] = ()
    odds: Odds = LOSSY
    engines: int = 1
    locks: bool = True


TROUBLES: Final = (
    Trouble("nothing breaks", odds=HONEST),
    Trouble("messages lost, doubled, late and wrong"),
    Trouble("engine killed", ("engine killed",)),
    Trouble("engine frozen", ("engine frozen",)),
    Trouble("broker killed", ("broker killed",)),
    Trouble("broker cut off", ("broker cut", "broker reset", "broker silent", "broker slow")),
    Trouble("database killed", ("database killed",)),
    Trouble("database cut off", ("database cut", "database reset", "database silent", "database slow")),
    Trouble("appliances lost", ("appliances lost",)),
    Trouble("engine killed while the database is away", ("database away, engine killed",)),
    Trouble("engine killed while the broker is away", ("broker away, engine killed",)),
    Trouble(
        "everything",
        (
            "engine killed",
            "engine frozen",
            "broker killed",
            "broker cut",
            "broker silent",
            "broker slow",
            "database killed",
            "database cut",
            "database silent",
            "database slow",
            "appliances lost",
            "database away, engine killed",
            "broker away, engine killed",
        ),
    ),
    Trouble("two engines", engines=2),
    Trouble("two engines, killed or frozen", ("engine killed", "engine frozen"), engines=2),
    Trouble("two engines without locks", engines=2, locks=False),
)  # fmt: skip
"""Without another word, a run has one of them; runs take turns."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run. `slot` is how long a quarter-hour takes, in seconds.

    `settling` quarter-hours follow in which nothing breaks any more; a plan made before a wish
    counts no longer, so it takes three until the plan has the word again for sure.
    """

    seed: int
    trouble: Trouble
    loads: int = 20
    slots: int = 8
    slot: float = 2.5
    settling: int = 4
    scale: float = 0.02
    wish_every: float = 0.25
    """Seconds between two wishes, on average."""

    def equipments(self) -> tuple[Equipment, ...]:
        """Return the appliances: every kind in turn, two in three piloted."""
        chance = random.Random(f"equipments {self.seed}")
        return tuple(
            Equipment(
                number,
                f"R{(number - 1) // 5:03}",
                f"{kind.name} {number}",
                kind.type,
                kind.typology,
                kind.wiring(f"F{number:03}"),
                PILOTED if chance.random() < 2 / 3 else MANUAL,
            )
            for number in range(1, self.loads + 1)
            for kind in (self.kind(number),)
        )

    def kind(self, number: int) -> Kind:
        """Return the kind of an appliance."""
        return KINDS[(number - 1) % len(KINDS)]

    def load(self, equipment: Equipment) -> Load:
        """Return an appliance as the history knows it."""
        kind = self.kind(equipment.id)
        return Load(
            equipment.id,
            kind.name,
            equipment.mode,
            continuous=kind.type in CONTINUOUS,
            presses=kind.presses,
            metered=kind.metered,
        )

    def intents(self, number: int) -> tuple[str, ...]:
        """Return what people wish of an appliance, what they wish more often more than once."""
        kind = self.kind(number)
        if kind.presses:
            return ("to_manual", "to_piloted", "to_piloted", "start")
        common = ("to_manual", "to_piloted", "to_piloted", "forced_off", "forced_off")
        return common if kind.type in CONTINUOUS else (*common, "start")


def scenarios(
    count: int, seed: int, *, trouble: str | None = None, **options: float
) -> list[Scenario]:
    """Return so many runs; `trouble` is the beginning of a name, all in turn without it."""
    chosen = [each for each in TROUBLES if trouble is None or each.name.startswith(trouble)]
    if not chosen:
        raise ValueError(f"no such trouble: {trouble}; there are {[t.name for t in TROUBLES]}")
    return [
        Scenario(seed + index, chosen[index % len(chosen)], **options)  # type: ignore[arg-type]
        for index in range(count)
    ]
