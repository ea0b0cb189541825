"""What a rule looked at, as attributes and actions show it."""

from collections.abc import Iterable

from homeassistant.util.json import JsonValueType

from ...core.rule_conditions import Condition


def traced(trace: Iterable[Condition]) -> dict[str, JsonValueType]:
    """Return each condition by its name: whether it lets the load on, asks for off, and why."""
    return {
        condition.name: {
            "on": condition.on,
            "off": condition.off,
            "value": condition.value,
            **({} if condition.on else {"reason": condition.reason}),
        }
        for condition in trace
    }
