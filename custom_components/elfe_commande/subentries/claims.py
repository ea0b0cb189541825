"""What one subentry switches no other does: entities, and outputs of devices of the broker."""

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback

from ..const import DOMAIN, SUBENTRY_EQUIPMENT
from .kind import told


@callback
def claimed(hass: HomeAssistant, *, but: str | None = None) -> dict[str, ConfigSubentry]:
    """Return whose each of them is, in every entry: an appliance's before anybody else's.

    What the subentry with the id `but` claims is left out.
    """
    # The kinds are made of flows, which ask this.
    from .registry import KINDS  # noqa: PLC0415

    subentries = [
        subentry
        for entry in hass.config_entries.async_entries(DOMAIN)
        for subentry in entry.subentries.values()
        if subentry.subentry_id != but and subentry.subentry_type in KINDS
    ]
    found: dict[str, ConfigSubentry] = {}
    for subentry in sorted(subentries, key=lambda each: each.subentry_type != SUBENTRY_EQUIPMENT):
        for claim in told(KINDS[subentry.subentry_type].claims, subentry):
            found.setdefault(claim, subentry)
    return found
