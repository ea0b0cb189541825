"""A stand-in for the engine: real statuses, real coordinator, no database."""

from dataclasses import dataclass, field, replace
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.coordinator import ElfeCoordinator
from custom_components.elfe_commande.core.decision import Decision, Source
from custom_components.elfe_commande.core.gesture import ScreenTouched
from custom_components.elfe_commande.core.lifecycle import Lifecycle
from custom_components.elfe_commande.core.model import (
    Constraints,
    DeviceId,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    Mode,
    State,
    TypologyId,
)
from custom_components.elfe_commande.core.outcome import Outcome, Result, Writes
from custom_components.elfe_commande.core.plan import DAY, DayPlan
from custom_components.elfe_commande.core.screens import Screen
from custom_components.elfe_commande.core.speed import Speed
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.core.wish import ConstraintWish, Wish
from custom_components.elfe_commande.devices.roster import Roster
from custom_components.elfe_commande.engine.cycle_report import CycleReport
from custom_components.elfe_commande.engine.ground.events import (
    EquipmentChanged,
    InventoryChanged,
    ScreenEvent,
    ScreensChanged,
)
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus, ScreenStatus
from custom_components.elfe_commande.engine.ground.traffic import Traffic
from custom_components.elfe_commande.record.archive import Archive
from custom_components.elfe_commande.subentries.keeper import Subentries

ENTRY_ID = "elfe"
ANNA = "anna"
"""A person with an account."""
START = 1_795_000_500
"""The start of a slot, in November 2026."""
NOW = START + 30.0


@dataclass
class FakeOwner:
    """What entities see of who drives which homes."""

    homes: frozenset[HomeId] = frozenset({HomeId("R001")})
    served: frozenset[HomeId] = frozenset({HomeId("R001"), HomeId("R002")})
    installations: int = 2


class FakeEngine:
    """What entities and actions see of an engine."""

    def __init__(self) -> None:
        self.statuses: dict[EquipmentId, EquipmentStatus] = {}
        self.screens: dict[DeviceId, ScreenStatus] = {}
        self.lifecycle = Lifecycle(lambda: NOW, lambda: None)
        self.last_cycle: CycleReport | None = None
        self.connected = True
        self.owner = FakeOwner()
        self.traffic = Traffic()
        self.busy = False
        self.unclean_stop = False
        self.speed: Speed | None = None
        self.previous = ()
        self.problems = ()
        self.wishes: list[Wish] = []
        self.constraints: list[ConstraintWish] = []
        self.refreshed: list[HomeId | None] = []
        self.refusals: dict[EquipmentId, Exception] = {}
        self.result = Result(
            Outcome.ACKNOWLEDGED,
            "acknowledged",
            on=True,
            at=NOW,
            latency=0.0214,
            tries=1,
            written=Writes(mode=Mode.MANUAL, programmed=True),
        )
        self.cycle_refusal: Exception | None = None

    def plan_time(self) -> int | None:
        return START

    async def wish(self, wish: Wish) -> Result:
        self.wishes.append(wish)
        if (refusal := self.refusals.get(wish.equipment_id)) is not None:
            raise refusal
        return self.result

    async def constrain(self, wish: ConstraintWish) -> bool:
        self.constraints.append(wish)
        if (refusal := self.refusals.get(wish.equipment_id)) is not None:
            raise refusal
        return True

    async def refresh_screens(self, home: HomeId | None = None) -> int:
        self.refreshed.append(home)
        return sum(home in (None, s.screen.home) for s in self.screens.values())

    async def run_cycle(self) -> CycleReport:
        if self.cycle_refusal is not None:
            raise self.cycle_refusal
        self.last_cycle = CycleReport(
            NOW, 0.1234, equipments=3, ordered=2, acknowledged=1, failed=1, skipped=1
        )
        return self.last_cycle


@dataclass
class FakeMessenger:
    """What actions see of the broker."""

    connected: bool = True


@dataclass(eq=False)
class FakeHub:
    """What the entry keeps at run time."""

    entry: MockConfigEntry
    engine: FakeEngine
    coordinator: ElfeCoordinator
    roster: Roster
    compact: bool
    messenger: FakeMessenger = field(default_factory=FakeMessenger)
    local: None = None
    """No home without a server."""
    record: None = None
    """No report: there is no disk."""
    shadow: bool = False
    subentries: Subentries = field(init=False)
    archive: Archive = field(init=False)

    def __post_init__(self) -> None:
        coordinator = self.coordinator
        self.subentries = Subentries(coordinator.hass, self.entry, Timing())
        now, soon = lambda: dt_util.utcnow().timestamp(), coordinator.write_soon
        self.archive = Archive(self.engine, None, coordinator.telling, now, soon)

    def require_acting(self) -> None:
        """Let everything through: nothing here only looks."""

    def subentry_of(self, _equipment_id: EquipmentId) -> str | None:
        """Return nothing: every equipment belongs to the entry itself."""
        return None

    async def async_start(self) -> None:
        await self.archive.async_open()
        self.coordinator.watch_all(self.archive.handle)
        await self.roster.async_start()

    async def async_close(self) -> None:
        pass


def status_of(number: int, mode: int = Mode.PILOTED, **changes: Any) -> EquipmentStatus:
    """Return an equipment with a plan that starts it in a quarter of an hour."""
    decisions = bytearray(DAY)
    decisions[1] = 1
    equipment = Equipment(
        id=EquipmentId(number),
        typology_id=TypologyId(changes.pop("typology", 120)),
        type_id=EquipmentTypeId(changes.pop("type_id", 111)),
        name=changes.pop("name", f"Machine {number}"),
        home=HomeId(changes.pop("home", "R001")),
        state=State(
            mode=mode,
            control=changes.pop("control", 25),
            command=changes.pop("command", 11),
            ems_order=False,
            last_start=changes.pop("last_start", 0),
            last_programmed=changes.pop("last_programmed", 0),
        ),
        continuous=changes.pop("continuous", False),
        constraints=changes.pop("constraints", Constraints()),
    )
    return EquipmentStatus(
        equipment,
        decision=changes.pop("decision", Decision(Source.EMS, "waiting", on=False)),
        plan=DayPlan(equipment.id, START, bytes(decisions)),
        next_start=START + 900,
        **changes,
    )


def screen_of(name: str, home: str = "R001", **changes: Any) -> ScreenStatus:
    """Return a wall screen; its id is its name in upper case."""
    screen = Screen(DeviceId(name.upper()), name, HomeId(home), f"hasp/{name}/command")
    return ScreenStatus(screen, **changes)


@dataclass
class World:
    """One entry, and the hand that moves its tables."""

    hass: HomeAssistant
    engine: FakeEngine
    entry: MockConfigEntry
    hub: FakeHub = field(init=False)

    @property
    def coordinator(self) -> ElfeCoordinator:
        return self.hub.coordinator

    def entity_id(self, platform: str, number: int | None, key: str) -> str:
        """Return the id of an equipment's entity, of the hub's without a number."""
        middle = "" if number is None else f"{number}_"
        entity_id = er.async_get(self.hass).async_get_entity_id(
            platform, DOMAIN, f"{ENTRY_ID}_{middle}{key}"
        )
        assert entity_id is not None, f"no {platform} {key} of {number}"
        return entity_id

    def state(self, platform: str, number: int | None, key: str) -> Any:
        return self.hass.states.get(self.entity_id(platform, number, key))

    async def put(self, *statuses: EquipmentStatus) -> None:
        """Bring equipments into the tables, or change those there."""
        ids = {status.equipment.id for status in statuses}
        added = frozenset(ids - self.engine.statuses.keys())
        self.engine.statuses |= {status.equipment.id: status for status in statuses}
        if added:
            self.coordinator.handle(InventoryChanged(added, frozenset()))
        if ids - added:
            self.coordinator.handle(EquipmentChanged(frozenset(ids - added)))
        await self.settle()

    async def drop(self, *numbers: int) -> None:
        """Take equipments out of the tables."""
        for number in numbers:
            del self.engine.statuses[EquipmentId(number)]
        self.coordinator.handle(InventoryChanged(frozenset(), frozenset(map(EquipmentId, numbers))))
        await self.settle()

    async def set_mode(self, number: int, mode: int) -> None:
        status = self.engine.statuses[EquipmentId(number)]
        state = replace(status.equipment.state, mode=mode)
        status.equipment = status.equipment.with_state(state)
        await self.put(status)

    async def hang(self, *screens: ScreenStatus) -> None:
        """Have these screens and no others in the tables."""
        self.engine.screens = {status.screen.id: status for status in screens}
        self.coordinator.handle(ScreensChanged())
        await self.settle()

    async def touch(self, plate: str, touched: ScreenTouched) -> None:
        """Touch a screen."""
        screen = self.engine.screens[DeviceId(plate.upper())].screen
        self.coordinator.handle(ScreenEvent(screen, touched))
        await self.settle()

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def reload(self) -> None:
        assert await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.settle()

    async def act(self, platform: str, service: str, entity_id: str, **data: Any) -> None:
        """Use an entity as a person at a dashboard does, or as the context says."""
        context = data.pop("context", Context(user_id=ANNA))
        await self.hass.services.async_call(
            platform, service, {"entity_id": entity_id, **data}, blocking=True, context=context
        )
