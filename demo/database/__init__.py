"""The coordination database, written as Python: schema, reference rows, plan rows."""

from .load import RESULT, insert_rows, load_result, load_schema
from .results import PlanRow, insert_plans, pad, pulse, quarter
from .schema import SCHEMA, Level

__all__ = [
    "RESULT",
    "SCHEMA",
    "Level",
    "PlanRow",
    "insert_plans",
    "insert_rows",
    "load_result",
    "load_schema",
    "pad",
    "pulse",
    "quarter",
]
