"""A surplus rule, as a type of subentry."""

from typing import Final

from ...hub import Hub
from ..kind import Kind
from .diagnostics import describe_rule, entities_read
from .flow import RuleFlow
from .rule_entities import entities_of
from .rule_settings import SUBENTRY_RULE
from .unit import RuleUnit

KIND: Final = Kind[Hub, RuleUnit](
    subentry_type=SUBENTRY_RULE,
    flow=RuleFlow,
    make=RuleUnit,
    entities=entities_of,
    diagnose=describe_rule,
    entities_named=entities_read,
)
