"""The same equipments and plans in PostgreSQL and in a local home's document."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import override

from custom_components.elfe_commande.core.model import (
    CommandState,
    Constraints,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    State,
    TypologyId,
)
from custom_components.elfe_commande.core.plan import DayPlan
from custom_components.elfe_commande.engine.ground.ports import Storage
from custom_components.elfe_commande.storage.local import Definition, LocalStorage
from custom_components.elfe_commande.storage.postgres import PostgresStorage
from demo.database import PlanRow, insert_plans
from demo.engine_host import MemoryDocument

from .rows import SLOT, Rows


class Kit(ABC):
    """A storage, and what a test puts in it."""

    storage: Storage

    @abstractmethod
    async def equipment(
        self,
        number: int,
        *,
        mode: int = 30,
        control: int = 25,
        end: int | None = None,
        duration: int | None = None,
        charge: int | None = None,
    ) -> None:
        """Have an equipment."""

    @abstractmethod
    async def plans(self, *rows: tuple[int, int, Sequence[int]]) -> None:
        """Have plans: machine, first valid slot, decisions; later ones are newer rows."""


class PostgresKit(Kit):
    """Rows in the tables of the coordination database."""

    def __init__(self, rows: Rows, storage: PostgresStorage) -> None:
        self._rows = rows
        self.storage = storage

    @override
    async def equipment(
        self,
        number: int,
        *,
        mode: int = 30,
        control: int = 25,
        end: int | None = None,
        duration: int | None = None,
        charge: int | None = None,
    ) -> None:
        await self._rows.equipment(number, mode=mode, control=control)
        if charge is not None:
            await self._rows.vehicle(number, number=number, end=end or 0, charge=charge)
        elif end is not None:
            await self._rows.machine(
                number, number=number, end=end, cycle=number, duration=duration or 0
            )

    @override
    async def plans(self, *rows: tuple[int, int, Sequence[int]]) -> None:
        await insert_plans(self._rows.connection, [PlanRow(*row) for row in rows])


class LocalKit(Kit):
    """Definitions handed in, and a document."""

    def __init__(self) -> None:
        self.document = MemoryDocument()
        self.storage: LocalStorage = LocalStorage(self.document)
        self.definitions: list[Definition] = []

    @override
    async def equipment(
        self,
        number: int,
        *,
        mode: int = 30,
        control: int = 25,
        end: int | None = None,
        duration: int | None = None,
        charge: int | None = None,
    ) -> None:
        self.definitions.append(defined(number, mode, control, Constraints(end, duration, charge)))
        await self.storage.define(self.definitions)

    @override
    async def plans(self, *rows: tuple[int, int, Sequence[int]]) -> None:
        for machine, first, decisions in rows:
            plan = DayPlan(EquipmentId(machine), first, bytes(decisions))
            await self.storage.add_plans([plan], now=SLOT)


def defined(
    number: int,
    mode: int = 30,
    control: int = 25,
    wishes: Constraints = Constraints(),  # noqa: B008
    **changes: object,
) -> Definition:
    """Return an equipment as people define it."""
    equipment = Equipment(
        EquipmentId(number),
        TypologyId(120),
        EquipmentTypeId(111),
        "Lave-vaisselle",
        HomeId("R001"),
        State(mode, control, CommandState.STANDBY, ems_order=False),
        constraints=wishes,
    )
    return Definition(equipment, **changes)  # type: ignore[arg-type]
