"""A rule as a person adds it, and the minutes that pass for it."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigSubentry
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import State
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.engine.ground.events import OrderEnded
from custom_components.elfe_commande.engine.local.judge import RuleStatus
from demo.engine_host import SystemClock
from tests.fixtures_home_assistant import Installed, wait_for

SURPLUS = "sensor.surplus"


async def begin(installed: Installed, subentry: ConfigSubentry | None = None) -> Any:
    """Open the form of a new rule, or of one that there is."""
    context: dict[str, Any] = {"source": SOURCE_USER}
    if subentry is not None:
        context = {"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id}
    return await installed.hass.config_entries.subentries.async_init(
        (installed.entry.entry_id, "surplus_rule"), context=context
    )


async def fill(installed: Installed, subentry: ConfigSubentry | None = None, **values: Any) -> Any:
    """Open the form, fill it in, and send it."""
    form = await begin(installed, subentry)
    assert form["type"] is FlowResultType.FORM, form
    return await answer(installed, form, **values)


async def answer(installed: Installed, form: Any, **values: Any) -> Any:
    """Send a form that is open, and those that follow it, as far as nothing is wrong.

    Sections are of the last form, which is asked for only where something is said there.
    """
    configure = installed.hass.config_entries.subentries.async_configure
    sections = {key: value for key, value in values.items() if isinstance(value, dict)}
    changes = form["step_id"] == "reconfigure"
    if form["step_id"] in ("user", "reconfigure"):
        basics = {key: values[key] for key in ("equipment", "surplus") if key in values}
        form = await configure(form["flow_id"], basics | {"more": changes or bool(sections)})
    if form["type"] is FlowResultType.FORM and form["step_id"] == "measure":
        asked = {str(key) for key in form["data_schema"].schema}
        form = await configure(form["flow_id"], {k: values[k] for k in asked & values.keys()})
    if form["type"] is FlowResultType.FORM and form["step_id"] == "details":
        if changes and "nominal_power" in values:
            power = {"nominal_power": values["nominal_power"]}
            sections["surplus_thresholds"] = power | sections.get("surplus_thresholds", {})
        if not form["errors"] or sections:
            form = await configure(form["flow_id"], sections)
    return form


async def add_rule(installed: Installed, **values: Any) -> ConfigSubentry:
    """Add a rule by its form."""
    result = await fill(installed, **values)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await installed.hass.async_block_till_done()
    return rules_of(installed)[-1]


def rules_of(installed: Installed) -> list[ConfigSubentry]:
    """Return the subentries of all rules, in order."""
    return list(installed.entry.get_subentries_of_type("surplus_rule"))


def working(installed: Installed, subentry: ConfigSubentry) -> RuleStatus:
    """Return what the engine knows of a rule."""
    return installed.hub.engine.surplus.rules[subentry.subentry_id]


def report(installed: Installed, value: Any, entity_id: str = SURPLUS, **attributes: Any) -> None:
    """Let a sensor report a value."""
    now = installed.world.clock.now()
    installed.hass.states.async_set(
        entity_id, str(value), attributes, force_update=True, timestamp=now
    )


async def minutes(installed: Installed, count: int, value: Any | None = None) -> None:
    """Let minutes pass, each with a pass of the rules."""
    clock = installed.world.clock
    assert isinstance(clock, SystemClock)
    for _ in range(count):
        clock.offset += 60
        if value is not None:
            report(installed, value)
        await installed.hass.async_block_till_done()
        before = len(orders_ended(installed))
        moved = await installed.hub.engine.surplus.evaluate()
        # The clock goes on once the devices have answered.
        await wait_for(lambda: len(orders_ended(installed)) >= before + len(moved))  # noqa: B023
    await installed.hass.async_block_till_done()


def orders_ended(installed: Installed) -> list[OrderEnded]:
    """Return the ends of all orders so far."""
    return [event for event in installed.world.events if isinstance(event, OrderEnded)]


def entity_of(installed: Installed, platform: str, subentry: ConfigSubentry, key: str) -> str:
    """Return the id of an entity of a rule."""
    unique_id = f"{installed.entry.entry_id}_{subentry.subentry_id}_{key}"
    found = er.async_get(installed.hass).async_get_entity_id(platform, DOMAIN, unique_id)
    assert found is not None, f"no {platform} {key}"
    return found


async def set_threshold(installed: Installed, rule: ConfigSubentry, key: str, value: float) -> None:
    """Set a threshold on the page of a rule."""
    data = {ATTR_ENTITY_ID: entity_of(installed, "number", rule, key), "value": value}
    await installed.hass.services.async_call("number", "set_value", data, blocking=True)
    await installed.hass.async_block_till_done()


def shown(installed: Installed, subentry: ConfigSubentry) -> State:
    """Return what is shown of a rule."""
    state = installed.hass.states.get(entity_of(installed, "sensor", subentry, "rule"))
    assert state is not None
    return state


async def ordered(installed: Installed, topic: str, *texts: str) -> None:
    """Wait until these orders, and no others, were published on a topic."""
    try:
        await wait_for(lambda: installed.world.orders(topic) == list(texts))
    except TimeoutError:
        said = [status.verdict for status in installed.hub.engine.surplus.rules.values()]
        pytest.fail(f"{installed.world.orders(topic)} instead of {texts}: {said}")
