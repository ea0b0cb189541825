"""Which page shows an equipment, and what of it depends on the clocks of the home."""

from datetime import datetime, tzinfo

from ..core.model import Equipment
from ..core.screens import Layout, PageView


def page_view(layout: Layout, equipment: Equipment, zone: tzinfo) -> PageView | None:
    """Return what is shown of an equipment, `None` if no page shows its type."""
    page = layout.page_of(equipment.type_id)
    if page is None:
        return None
    wished_end = equipment.constraints.wished_end
    if not wished_end:
        return PageView(page, equipment)
    local = datetime.fromtimestamp(wished_end, zone)
    return PageView(page, equipment, local.hour, local.minute)
