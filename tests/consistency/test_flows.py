"""Every form has its labels, every error and end of a flow its text."""

import ast
from typing import Any

import pytest
import voluptuous as vol

from custom_components.elfe_commande.configuration import (
    mode_file_form,
    plates_form,
    record_form,
    safe_form,
    schemas,
    screens_form,
    shown_form,
)
from custom_components.elfe_commande.core.actuators import DOMAINS, PAIRS, OwnChanges
from custom_components.elfe_commande.core.rules import Quantity
from custom_components.elfe_commande.sources.plans import PLAN_SOURCES
from custom_components.elfe_commande.subentries.appliances import forms, setting_forms
from custom_components.elfe_commande.subentries.appliances.definition import DRIVER_OF
from custom_components.elfe_commande.subentries.appliances.flow import WAYS_IN
from custom_components.elfe_commande.subentries.meters import forms as meter_forms
from custom_components.elfe_commande.subentries.panels.flow import panel_schema
from custom_components.elfe_commande.subentries.plan_sources import forms as source_forms
from custom_components.elfe_commande.subentries.planner import forms as planner_forms
from custom_components.elfe_commande.subentries.planner.first_plan import LATER
from custom_components.elfe_commande.subentries.planner.planner_settings import PriceKind
from custom_components.elfe_commande.subentries.registry import KINDS
from custom_components.elfe_commande.subentries.rules.forms import (
    basics_schema,
    details_schema,
    measure_schema,
)
from custom_components.elfe_commande.subentries.upses import schemas as ups_schemas

from .labels import assert_labelled, assert_offered
from .parsed import (
    FLOW_MODULES,
    LANGUAGES,
    calls,
    first,
    keyword,
    literal,
    missing,
    nodes,
    texts,
    words,
)

ENTRY_STEPS = (
    "config_flow.py",
    "configuration/database_flow.py",
    "configuration/import_flow.py",
    "subentries/planner/first_plan.py",
    "subentries/planner/price_steps.py",
    "subentries/upses/reauth.py",
)
"""Where the steps of the entry's flow are."""
ROOMS = {
    "equipment": "subentries/appliances/",
    "meter": "subentries/meters/",
    "panel": "subentries/panels/",
    "plan_source": "subentries/plan_sources/",
    "planner": "subentries/planner/",
    "surplus_rule": "subentries/rules/",
    "ups": "subentries/upses/",
}
"""Where the flow of each type of subentry is."""
every_language = pytest.mark.parametrize("language", LANGUAGES)


def price_forms(beside: dict[vol.Marker, Any]) -> dict[str, vol.Schema]:
    """Return the form of each kind of prices that has something to ask."""
    forms_of = {str(kind): planner_forms.prices_schema(kind, {}, beside) for kind in PriceKind}
    return {step: form for step, form in forms_of.items() if form is not None}


def flow_errors() -> set[str]:
    """Return every error key that the flows and their helpers give."""
    found = set()
    for _, name, call in calls(*FLOW_MODULES):
        if name in {"Checked", "ConfigError", "Mistake", "Overlap"} and (key := first(call)):
            found.add(key)
    for _, node in nodes(*FLOW_MODULES):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0].value
            if isinstance(target, ast.Name) and target.id == "errors" and literal(node.value):
                found.add(str(literal(node.value)))
    return found


def test_errors_of_the_flows_have_a_text():
    known = words()["config"]["error"].keys() | words()["options"]["error"].keys()

    assert len(flow_errors()) > 10
    assert not missing(flow_errors(), known)
    assert not missing(known, flow_errors()), "never given"


def test_aborts_of_the_flows_have_a_text():
    used = {
        str(keyword(call, "reason"))
        for _, name, call in calls(*FLOW_MODULES)
        if name == "async_abort" and not keyword(call, "translation_domain")
    } - {"None"}

    assert used == words()["config"]["abort"].keys() | words()["options"]["abort"].keys()


@every_language
def test_steps_have_labels_for_their_fields(language):
    connection = schemas.connection_schema({})
    steps_forms = {
        "local": schemas.home_schema(""),
        "reconfigure_local": schemas.home_schema(""),
        **price_forms(planner_forms.first_fields({}, sells=True)),
        "postgresql": schemas.connection_schema({}, shadow=False),
        "import_connection": connection,
        "reconfigure": connection,
        "homes": schemas.homes_schema([]),
        "import_config": schemas.config_schema(None, shadow=False),
        "import_summary": schemas.summary_schema({}),
        "reauth_confirm": schemas.credentials_schema(""),
        "reauth_ups": ups_schemas.credentials_schema(None),
    }
    steps = words(language)["config"]["step"]
    assert set(steps) == {"user", "plan", *steps_forms}
    methods = {
        node.name.removeprefix("async_step_")
        for _, node in nodes(*ENTRY_STEPS)
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("async_step_")
    }
    assert methods == {"reauth", LATER, *steps}
    assert_offered({"local", "postgresql", "import_config"}, steps["user"])
    assert_offered({*PriceKind, LATER}, steps["plan"])
    for step, form in steps_forms.items():
        assert_labelled(steps[step], form)


@every_language
def test_steps_of_the_options_have_labels(language):
    found = {
        "general": schemas.options_schema({}, []),
        "safe": safe_form.safe_schema({}),
        "screens": screens_form.screens_schema({}, {}),
        "shown": shown_form.shown_schema({}, []),
        "local": schemas.local_options_schema({}),
        "plates": plates_form.plates_schema({}),
        "mode_file": mode_file_form.mode_file_schema({}),
        "record": record_form.record_schema({}),
        "shadow": schemas.shadow_schema(False),
    }
    steps = words(language)["options"]["step"]
    assert set(steps) == {"init", *found}
    assert_offered(set(found), steps["init"])
    for step, form in found.items():
        assert_labelled(steps[step], form)


@every_language
def test_steps_of_an_equipment_have_labels(language):
    steps = words(language)["config_subentries"]["equipment"]["step"]
    # A button cannot be wired in reverse, some relays go back by themselves, and only what is
    # switched at any time shares its hours out.
    habits = [
        forms.habits_schema({"home": "", "equipment_type": kind}, DRIVER_OF[name], [], [])
        for name in ("entity_switch", "entity_button", "entity_setting", "tasmota")
        for kind in ("washing_machine", "water_heater")
    ]
    assert_labelled(steps["habits"], *habits)
    others = {
        "entity": forms.entity_schema({}, []),
        "mqtt": forms.mqtt_schema({}),
        "topics": forms.topics_schema({}),
        "second_entity": forms.second_entity_schema({}, []),
        "second_topics": forms.topics_schema({}),
        **{key: setting_forms.pair_schema(pair, {}, []) for key, pair in PAIRS.items()},
        "way": setting_forms.way_schema(DOMAINS["fan"].ways, {}),
    }
    # What is asked of an entity's values depends on the entity.
    values = {"values": {"on_value", "off_value", "own_changes"}, "current": {"on_value"}}
    assert set(steps) == {"user", "reconfigure", "habits", *others, *values}
    for step, fields in values.items():
        assert set(steps[step]["data"]) == set(steps[step]["data_description"]) == fields
    for step in ("user", "reconfigure"):
        assert_offered(set(WAYS_IN), steps[step])
    for step, form in others.items():
        assert_labelled(steps[step], form)


@every_language
def test_every_way_to_set_an_entity_has_a_text(language):
    selectors = words(language)["selector"]
    ways = {way.key for domain in DOMAINS.values() for way in domain.ways}
    assert set(selectors["way"]["options"]) == ways - {"press"}
    assert set(selectors["own_changes"]["options"]) == set(OwnChanges)


@every_language
def test_steps_of_what_is_added_to_an_entry_have_labels(language):
    line, server = meter_forms.line_schema({}), ups_schemas.server_schema({})
    panel, rule = panel_schema("", {}, []), basics_schema({}, {})
    measured = measure_schema({}, ("measures", "nominal_power"))
    details = details_schema({"surplus": "sensor.surplus"}, {1: ""})
    found = {
        "meter": {
            "user": line,
            "reconfigure": line,
            "confirm": meter_forms.shown_schema("", {}),
        },
        "panel": {"user": panel, "reconfigure": panel},
        "planner": {
            "user": planner_forms.planner_schema({}, []),
            "reconfigure": planner_forms.planner_schema({}, []),
            **price_forms({}),
        },
        "surplus_rule": {
            "user": rule,
            "reconfigure": rule,
            "measure": measured,
            "details": details,
        },
        "ups": {
            "user": server,
            "reconfigure": server,
            "ups": ups_schemas.ups_schema({}, {"ups1": ""}, ["R001"], {"2": "x"}),
        },
    }
    sources = {name: source_forms.settings_schema(s, {}) for name, s in PLAN_SOURCES.items()}
    who = source_forms.loads_schema(PLAN_SOURCES["emhass"], [], {})
    found["plan_source"] = {**sources, "loads": who}
    menus = {"plan_source": {"user": set(sources)}}
    known = words(language)["config_subentries"]
    assert set(known) == set(KINDS) == {"equipment", *found}
    for kind, steps in found.items():
        offered = menus.get(kind, {})
        assert set(known[kind]["step"]) == set(steps) | set(offered), kind
        for step, options in offered.items():
            assert_offered(options, known[kind]["step"][step])
        assert set(known[kind]["initiate_flow"]) == {"user", "reconfigure"}, kind
        for step, form in steps.items():
            assert_labelled(known[kind]["step"][step], form)


@every_language
def test_what_plan_sources_ask_of_each_appliance_has_labels(language):
    asked = {field.key for source in PLAN_SOURCES.values() for field in source.load_fields}
    labels = words(language)["selector"][source_forms.LOADS_TEXTS]["fields"]
    assert set(labels) == {"equipment", *asked}


@pytest.mark.parametrize(("kind", "room"), ROOMS.items())
def test_ends_of_what_is_added_to_an_entry_have_a_text(kind, room):
    flow = list(calls(f"{room}flow.py"))
    given = {keyword(call, "reason") for _, name, call in flow if name == "async_abort"}
    if any(name == "async_create_entry" and _has(call, "unique_id") for _, name, call in flow):
        # Home Assistant's word for a second one of the same.
        given.add("already_configured")

    assert given == set(words()["config_subentries"][kind].get("abort", {}))


def _has(call: ast.Call, argument: str) -> bool:
    return any(given.arg == argument for given in call.keywords)


@pytest.mark.parametrize(("kind", "room"), ROOMS.items())
def test_errors_of_what_is_added_to_an_entry_are_given(kind, room):
    made = {f"{quantity}_thresholds" for quantity in Quantity} if kind == "surplus_rule" else set()

    assert not missing(words()["config_subentries"][kind]["error"], texts(room) | made)


def test_errors_of_an_equipment_have_a_text():
    known = words()["config_subentries"]["equipment"]
    returned = {
        literal(node.value)
        for _, node in nodes("subentries/appliances/checks.py")
        if isinstance(node, ast.Return)
    } - {None}
    checked = {
        first(call)
        for _, name, call in calls("subentries/appliances/checks.py")
        if name == "Checked"
    }
    assert not missing((returned | checked) - {None}, known["error"])
