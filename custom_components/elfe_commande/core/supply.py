"""What a UPS tells of the mains, and what follows from it for the loads it protects."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from .model import Equipment, EquipmentId, HomeId
from .snapshot import Shed


class Policy(StrEnum):
    """What is done while a UPS is on battery; once its battery is low, loads are shed anyway."""

    NONE = "none"
    SUSPEND = "suspend"
    SHED = "shed"


class Demand(IntEnum):
    """How much a UPS asks of the loads, from little to much."""

    NOTHING = 0
    SUSPEND = 1
    """Nothing is started automatically."""
    SHED = 2
    """What is on automatically goes off."""
    LAST_RESORT = 3
    """The battery is low, or the UPS is about to switch everything off."""


@dataclass(frozen=True, slots=True)
class Protection:
    """How the loads behind a UPS are treated."""

    policy: Policy = Policy.NONE
    suspend_when_lost: bool = False
    """Start nothing automatically while the UPS is not heard."""
    one_shots: bool = False
    """As a last resort, cut running one-shot loads too."""
    forced: bool = False
    """Cut loads too that a person switched on."""
    homes: frozenset[HomeId] = frozenset()
    """The homes it protects; none means all."""
    shed_first: tuple[EquipmentId, ...] = ()
    """Loads that go before all others, in this order."""
    return_after: float = 300.0
    """Seconds of stable mains before anything comes back."""

    def covers(self, equipment: Equipment) -> bool:
        """Return whether a load is one of those it protects."""
        return not self.homes or equipment.home in self.homes

    def shed(self, demand: Demand) -> Shed | None:
        """Return what a demand comes to for one load."""
        if demand is Demand.NOTHING:
            return None
        return Shed(
            off=demand >= Demand.SHED,
            one_shots=self.one_shots and demand is Demand.LAST_RESORT,
            forced=self.forced and demand >= Demand.SHED,
        )


@dataclass(frozen=True, slots=True)
class SupplyReport:
    """What a UPS says. `mains` is `None` while its status tells neither."""

    mains: bool | None = None
    critical: bool = False
    """The battery is low while it is used, or a shutdown is announced."""
    lost: bool = False
    """It is not heard."""


def demand_of(protection: Protection, report: SupplyReport, before: Demand) -> Demand:
    """Return what a UPS asks now; until mains are back it never asks for less than before."""
    if report.lost:
        lost = Demand.SUSPEND if protection.suspend_when_lost else Demand.NOTHING
        return max(before, lost)
    if report.critical:
        return Demand.LAST_RESORT
    if report.mains:
        return Demand.NOTHING
    if report.mains is None:
        return before
    by_policy = {Policy.SUSPEND: Demand.SUSPEND, Policy.SHED: Demand.SHED}
    return max(before, by_policy.get(protection.policy, Demand.NOTHING))


def both(one: Shed | None, other: Shed | None) -> Shed | None:
    """Return what two UPSs ask of the same load together."""
    if one is None or other is None:
        return one or other
    return Shed(
        off=one.off or other.off,
        one_shots=one.one_shots or other.one_shots,
        forced=one.forced or other.forced,
    )
