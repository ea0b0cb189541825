"""Every form has its labels, every error and end of a flow its text."""

import ast

import pytest

from custom_components.elfe_commande.configuration import (
    mode_file_form,
    plates_form,
    schemas,
    screens_form,
    shown_form,
)
from custom_components.elfe_commande.core.rules import Quantity
from custom_components.elfe_commande.subentries.appliances import forms
from custom_components.elfe_commande.subentries.appliances.definition import DRIVER_OF
from custom_components.elfe_commande.subentries.meters import forms as meter_forms
from custom_components.elfe_commande.subentries.panels.flow import panel_schema
from custom_components.elfe_commande.subentries.registry import KINDS
from custom_components.elfe_commande.subentries.rules.forms import rule_schema
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
    "subentries/upses/reauth.py",
)
"""Where the steps of the entry's flow are."""
ROOMS = {
    "equipment": "subentries/appliances/",
    "meter": "subentries/meters/",
    "panel": "subentries/panels/",
    "surplus_rule": "subentries/rules/",
    "ups": "subentries/upses/",
}
"""Where the flow of each type of subentry is."""
every_language = pytest.mark.parametrize("language", LANGUAGES)


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
        "postgresql": connection,
        "import_connection": connection,
        "reconfigure": connection,
        "homes": schemas.homes_schema([]),
        "import_config": schemas.config_schema(None),
        "import_summary": schemas.summary_schema({}),
        "reauth_confirm": schemas.credentials_schema(""),
        "reauth_ups": ups_schemas.credentials_schema(None),
    }
    steps = words(language)["config"]["step"]
    assert set(steps) == {"user", *steps_forms}
    methods = {
        node.name.removeprefix("async_step_")
        for _, node in nodes(*ENTRY_STEPS)
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("async_step_")
    }
    assert methods == {"reauth", *steps}
    assert_offered({"local", "postgresql", "import_config"}, steps["user"])
    for step, form in steps_forms.items():
        assert_labelled(form, steps[step])


@every_language
def test_steps_of_the_options_have_labels(language):
    found = {
        "general": schemas.options_schema({}, []),
        "screens": screens_form.screens_schema({}, {}),
        "shown": shown_form.shown_schema({}, []),
        "local": schemas.local_options_schema({}),
        "plates": plates_form.plates_schema({}),
        "mode_file": mode_file_form.mode_file_schema({}),
    }
    steps = words(language)["options"]["step"]
    assert set(steps) == {"init", *found}
    assert_offered(set(found), steps["init"])
    for step, form in found.items():
        assert_labelled(form, steps[step])


@every_language
def test_steps_of_an_equipment_have_labels(language):
    steps = words(language)["config_subentries"]["equipment"]["step"]
    known = {"home": "", "equipment_type": "washing_machine"}
    for name in ("entity_switch", "entity_button"):
        schema = forms.habits_schema(known, DRIVER_OF[name], [], [])
        shown = dict(steps["habits"])
        if name == "entity_button":
            # A button cannot be wired in reverse.
            advanced = dict(shown["sections"]["advanced"])
            for texts_ in ("data", "data_description"):
                advanced[texts_] = {k: v for k, v in advanced[texts_].items() if k != "inverted"}
            shown["sections"] = {"advanced": advanced}
        assert_labelled(schema, shown)
    others = {
        "entity": forms.entity_schema({}, []),
        "mqtt": forms.mqtt_schema({}),
        "topics": forms.topics_schema({}),
        "second_entity": forms.second_entity_schema({}, []),
        "second_topics": forms.topics_schema({}),
    }
    assert set(steps) == {"user", "reconfigure", "habits", *others}
    for step in ("user", "reconfigure"):
        assert_offered({"entity", "mqtt"}, steps[step])
    for step, form in others.items():
        assert_labelled(form, steps[step])


@every_language
def test_steps_of_what_is_added_to_an_entry_have_labels(language):
    line, server = meter_forms.line_schema({}), ups_schemas.server_schema({})
    panel, rule = panel_schema("", {}, []), rule_schema({}, {}, {})
    found = {
        "meter": {
            "user": line,
            "reconfigure": line,
            "confirm": meter_forms.shown_schema("", {}),
        },
        "panel": {"user": panel, "reconfigure": panel},
        "surplus_rule": {"user": rule, "reconfigure": rule},
        "ups": {
            "user": server,
            "reconfigure": server,
            "ups": ups_schemas.ups_schema({}, {"ups1": ""}, ["R001"], {"2": "x"}),
        },
    }
    known = words(language)["config_subentries"]
    assert set(known) == set(KINDS) == {"equipment", *found}
    for kind, steps in found.items():
        assert set(known[kind]["step"]) == set(steps), kind
        assert set(known[kind]["initiate_flow"]) == {"user", "reconfigure"}, kind
        for step, form in steps.items():
            assert_labelled(form, known[kind]["step"][step])


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
