"""A surplus rule, as a type of subentry."""

from typing import Final

from ...hub import Hub
from ..kind import Kind
from .flow import RuleFlow
from .rule_entities import entities_of
from .rule_settings import SUBENTRY_RULE
from .unit import RuleUnit

KIND: Final = Kind[Hub, RuleUnit](SUBENTRY_RULE, RuleFlow, RuleUnit, entities_of)
