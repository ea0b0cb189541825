"""Readings of a UPS, and what follows from several of them."""

from collections.abc import Mapping

from custom_components.elfe_commande.sources.ups.profiles import AUTOMATIC, profile_of
from custom_components.elfe_commande.sources.ups.vocabulary.events import UpsEvent
from custom_components.elfe_commande.sources.ups.vocabulary.thresholds import Thresholds
from custom_components.elfe_commande.sources.ups.vocabulary.variables import clean
from custom_components.elfe_commande.sources.ups.watch import Watch, follow
from custom_components.elfe_commande.sources.ups.watcher import UpsState

QUIET = {"ups.status": "OL", "battery.charge": "90"}


def reading(status: str | None = None, **values: object) -> dict[str, str]:
    """Return the variables of a reading: `input_voltage=230` stands for `input.voltage`."""
    more = {name.replace("_", "."): str(value) for name, value in values.items()}
    return {**QUIET, **({} if status is None else {"ups.status": status}), **more}


class Follower:
    """A UPS that is read again and again."""

    def __init__(self, profile: str = AUTOMATIC, thresholds: Thresholds | None = None) -> None:
        self.watch = Watch()
        self.profile = profile
        self.thresholds = thresholds or Thresholds()

    def read(self, variables: Mapping[str, str]) -> list[str]:
        """Take the same reading twice, so that it is agreed on; return the events told."""
        return [*self.once(variables), *self.once(variables)]

    def once(self, variables: Mapping[str, str]) -> list[str]:
        """Take a reading; return the events told."""
        cleaned = clean(variables)
        profile = profile_of(self.profile, cleaned)
        self.watch, told = follow(self.watch, cleaned, profile, self.thresholds)
        return [event.value for event in told]

    def status(self, *statuses: str, **values: object) -> list[str]:
        """Take readings with these statuses; return all events told."""
        return [event for status in statuses for event in self.read(reading(status, **values))]

    @property
    def state(self) -> UpsState:
        """What the watcher would say of it."""
        return UpsState(watch=self.watch, connected=True)

    def has(self, event: str) -> bool:
        return self.watch.has(UpsEvent(event))
