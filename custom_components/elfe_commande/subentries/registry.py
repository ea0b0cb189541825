"""Every type of subentry: its flow, and what makes a unit of it.

A new type is a folder of its own and a line in each of these.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryFlow

from ..const import SUBENTRY_EQUIPMENT
from .appliances.flow import EquipmentFlow
from .meters.flow import MeterFlow
from .meters.meter_settings import SUBENTRY_METER
from .meters.unit import MeterUnit
from .panels.flow import PanelFlow
from .panels.panel_settings import SUBENTRY_PANEL
from .panels.unit import PanelUnit
from .rules.flow import RuleFlow
from .rules.rule_settings import SUBENTRY_RULE
from .rules.unit import RuleUnit
from .unit import Unit
from .upses.flow import UpsFlow
from .upses.unit import UpsUnit
from .upses.ups_settings import SUBENTRY_UPS

if TYPE_CHECKING:
    from ..hub import Hub

type UnitFactory = Callable[["Hub", ConfigSubentry], Unit]

FLOWS: Final[Mapping[str, type[ConfigSubentryFlow]]] = MappingProxyType(
    {
        SUBENTRY_EQUIPMENT: EquipmentFlow,
        SUBENTRY_METER: MeterFlow,
        SUBENTRY_PANEL: PanelFlow,
        SUBENTRY_RULE: RuleFlow,
        SUBENTRY_UPS: UpsFlow,
    }
)
LOCAL_ONLY: Final = frozenset({SUBENTRY_EQUIPMENT})
"""Types that only a local entry has: elsewhere the database says it."""
UNITS: Final[Mapping[str, UnitFactory]] = MappingProxyType(
    {
        SUBENTRY_METER: MeterUnit,
        SUBENTRY_PANEL: PanelUnit,
        SUBENTRY_RULE: RuleUnit,
        SUBENTRY_UPS: UpsUnit,
    }
)
