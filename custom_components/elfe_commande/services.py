"""The actions: what people and automations ask of equipments, answered with what was done."""

from functools import partial
from typing import Any

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv, service
import voluptuous as vol

from .actions.constraints import (
    REFRESH_SCREENS_SCHEMA,
    SET_CYCLE_DURATION_SCHEMA,
    SET_DEADLINE_SCHEMA,
    SET_REMAINING_CHARGE_SCHEMA,
    async_refresh_screens,
    async_set_cycle_duration,
    async_set_deadline,
    async_set_remaining_charge,
)
from .actions.lifecycle import LIFECYCLE_SCHEMA, async_get_status, async_restart
from .actions.permissions import CHOOSE_MODE, ENTRY, RUN, Access
from .actions.plans import GET_PLAN_SCHEMA, SET_PLAN_SCHEMA, async_get_plan, async_set_plan
from .actions.records import GET_RECORD_SCHEMA, async_get_record
from .actions.reports import GET_REPORT_SCHEMA, async_get_report
from .actions.shadow_reports import GET_SHADOW_REPORT_SCHEMA, async_get_shadow_report
from .actions.targets import (
    ATTR_CONFIG_ENTRY_ID,
    TARGET,
    Target,
    async_ask_all,
    async_hub_of,
    origin_of_action,
)
from .const import DOMAIN
from .core.model import TypologyId
from .core.wish import Intent, Wish
from .describe import about_answer, about_cycle
from .entities.answers import failure_of
from .entities.asking import async_run_cycle, async_wish
from .subentries.meters.export import EXPORT_READINGS_SCHEMA, async_export_readings
from .subentries.planner.actions import (
    PLAN_NOW_SCHEMA,
    WHAT_IF_SCHEMA,
    async_plan_now,
    async_what_if,
)
from .subentries.rules.actions import (
    EVALUATE_RULES_SCHEMA,
    SIMULATE_RULE_SCHEMA,
    async_evaluate_rules,
    async_simulate_rule,
)
from .subentries.upses.actions import (
    COMMAND_SCHEMA,
    TEST_BATTERY_SCHEMA,
    async_test_battery,
    async_ups_command,
)
from .typologies import TYPOLOGIES

ATTR_FORCE = "force"
ATTR_MODE = "mode"
ATTR_ORDER = "order"
ATTR_TYPOLOGY = "typology"

INIT_MODES = {"manual": Intent.TO_MANUAL, "piloted": Intent.TO_PILOTED}
SET_MODES = {
    "forced_off": Intent.FORCED_OFF,
    "automatic": Intent.TO_PILOTED,
    "forced_on": Intent.FORCED_ON,
}
TYPOLOGY_IDS = {typology.name: typology_id for typology_id, typology in TYPOLOGIES.items()}


def _typology(value: Any) -> TypologyId:
    """Accept a typology by its name or by its id in the database."""
    if value in TYPOLOGY_IDS:
        return TYPOLOGY_IDS[value]
    if isinstance(value, int | str) and str(value).isdecimal() and int(value) in TYPOLOGIES:
        return TypologyId(int(value))
    raise vol.Invalid(f"expected one of {', '.join(sorted(TYPOLOGY_IDS))}")


RUN_TYPOLOGY_SCHEMA = vol.Schema(
    {
        **TARGET,
        vol.Required(ATTR_ORDER): cv.boolean,
        vol.Optional(ATTR_TYPOLOGY): _typology,
        vol.Optional(ATTR_FORCE, default=False): cv.boolean,
    }
)
INIT_TYPOLOGY_SCHEMA = vol.Schema({**TARGET, vol.Required(ATTR_MODE): vol.In(INIT_MODES)})
SET_MODE_SCHEMA = vol.Schema({**TARGET, vol.Required(ATTR_MODE): vol.In(SET_MODES)})
RUN_CYCLE_SCHEMA = vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string})


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions, which exist whether or not an entry is loaded."""
    optional = SupportsResponse.OPTIONAL
    register = partial(hass.services.async_register, DOMAIN)
    register("run_typology", _async_run_typology, RUN_TYPOLOGY_SCHEMA, optional)
    register("init_typology", _async_init_typology, INIT_TYPOLOGY_SCHEMA, optional)
    register("set_mode", _async_set_mode, SET_MODE_SCHEMA, optional)
    register("run_cycle", _async_run_cycle, RUN_CYCLE_SCHEMA, optional)
    register("get_plan", async_get_plan, GET_PLAN_SCHEMA, SupportsResponse.ONLY)
    register("get_report", async_get_report, GET_REPORT_SCHEMA, SupportsResponse.ONLY)
    register("get_record", async_get_record, GET_RECORD_SCHEMA, SupportsResponse.ONLY)
    register(
        "get_shadow_report",
        async_get_shadow_report,
        GET_SHADOW_REPORT_SCHEMA,
        SupportsResponse.ONLY,
    )
    register("set_plan", async_set_plan, SET_PLAN_SCHEMA, optional)
    register("plan_now", async_plan_now, PLAN_NOW_SCHEMA, optional)
    register("what_if", async_what_if, WHAT_IF_SCHEMA, SupportsResponse.ONLY)
    register("set_deadline", async_set_deadline, SET_DEADLINE_SCHEMA, optional)
    register("set_cycle_duration", async_set_cycle_duration, SET_CYCLE_DURATION_SCHEMA, optional)
    register(
        "set_remaining_charge", async_set_remaining_charge, SET_REMAINING_CHARGE_SCHEMA, optional
    )
    register(
        "export_readings", async_export_readings, EXPORT_READINGS_SCHEMA, SupportsResponse.ONLY
    )
    register("refresh_screens", async_refresh_screens, REFRESH_SCREENS_SCHEMA, optional)
    register("get_status", async_get_status, LIFECYCLE_SCHEMA, SupportsResponse.ONLY)
    service.async_register_admin_service(
        hass, DOMAIN, "restart", async_restart, LIFECYCLE_SCHEMA, optional
    )
    register("evaluate_rules", async_evaluate_rules, EVALUATE_RULES_SCHEMA, optional)
    register("simulate_rule", async_simulate_rule, SIMULATE_RULE_SCHEMA, SupportsResponse.ONLY)
    register("test_battery", async_test_battery, TEST_BATTERY_SCHEMA, optional)
    register("ups_command", async_ups_command, COMMAND_SCHEMA, optional)


# ------------------------------------------------------------------------------------ actions


async def _async_run_typology(call: ServiceCall) -> ServiceResponse:
    """Run the start or stop of a typology, the equipment's own or another."""
    return await _async_wish_all(
        call,
        RUN,
        Intent.START if call.data[ATTR_ORDER] else Intent.STOP,
        force=call.data[ATTR_FORCE],
        typology_id=call.data.get(ATTR_TYPOLOGY),
    )


async def _async_init_typology(call: ServiceCall) -> ServiceResponse:
    """Hand equipments over to people or to the plan."""
    return await _async_wish_all(call, CHOOSE_MODE, INIT_MODES[call.data[ATTR_MODE]])


async def _async_set_mode(call: ServiceCall) -> ServiceResponse:
    """Choose between the plan and a forced state."""
    return await _async_wish_all(call, CHOOSE_MODE, SET_MODES[call.data[ATTR_MODE]])


async def _async_run_cycle(call: ServiceCall) -> ServiceResponse:
    """Reconsider every equipment now."""
    hub = await async_hub_of(call, ENTRY)
    report = await async_run_cycle(hub.engine)
    return about_cycle(report)


async def _async_wish_all(
    call: ServiceCall,
    access: Access,
    intent: Intent,
    *,
    force: bool = False,
    typology_id: TypologyId | None = None,
) -> ServiceResponse:
    """Have the same wish carried out on every target, all at once.

    What became of it is the answer; where none is asked for, what was not done is raised.
    """
    origin = origin_of_action(call)

    async def carry_out(target: Target) -> dict[str, Any]:
        wish = Wish(
            target.equipment_id,
            intent,
            origin,
            force=force,
            typology_id=typology_id,
            user_id=call.context.user_id,
        )
        result = await async_wish(target.hub.engine, wish)
        if not call.return_response and (failure := failure_of(call.hass, result, target.name)):
            raise failure
        return about_answer(result)

    return await async_ask_all(call, access, carry_out)
