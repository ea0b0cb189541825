"""Every form has its labels, every error and end of a flow its text."""

import ast

from custom_components.elfe_commande.configuration import (
    mode_file_form,
    plates_form,
    schemas,
    screens_form,
    shown_form,
)
from custom_components.elfe_commande.subentries.appliances import forms
from custom_components.elfe_commande.subentries.appliances.definition import DRIVER_OF
from custom_components.elfe_commande.subentries.upses import schemas as ups_schemas

from .labels import assert_labelled
from .parsed import FLOW_MODULES, calls, first, keyword, literal, missing, nodes, texts, words

ENTRY_STEPS = (
    "config_flow.py",
    "configuration/database_flow.py",
    "configuration/import_flow.py",
    "subentries/upses/reauth.py",
)
"""Where the steps of the entry's flow are."""


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


def test_steps_have_labels_for_their_fields():
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
    steps = words()["config"]["step"]
    assert set(steps) == {"user", *steps_forms}
    methods = {
        node.name.removeprefix("async_step_")
        for _, node in nodes(*ENTRY_STEPS)
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("async_step_")
    }
    assert methods == {"reauth", *steps}
    for step, form in steps_forms.items():
        assert_labelled(form, steps[step])


def test_steps_of_the_options_have_labels():
    found = {
        "general": schemas.options_schema({}, []),
        "screens": screens_form.screens_schema({}, {}),
        "shown": shown_form.shown_schema({}, []),
        "local": schemas.local_options_schema({}),
        "plates": plates_form.plates_schema({}),
        "mode_file": mode_file_form.mode_file_schema({}),
    }
    steps = words()["options"]["step"]
    assert set(steps["init"]["menu_options"]) == set(found)
    found["local"] = schemas.local_options_schema({})
    assert set(steps) == {"init", *found}
    for step, form in found.items():
        assert_labelled(form, steps[step])


def test_steps_of_an_equipment_have_labels():
    known = {"home": "", "equipment_type": "washing_machine"}
    for name in ("entity_switch", "entity_button"):
        schema = forms.habits_schema(known, DRIVER_OF[name], [], [])
        shown = dict(words()["config_subentries"]["equipment"]["step"]["habits"])
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
    steps = words()["config_subentries"]["equipment"]["step"]
    assert set(steps) == {"user", "reconfigure", "habits", *others}
    for step, form in others.items():
        assert_labelled(form, steps[step])


def test_errors_and_aborts_of_an_equipment_have_a_text():
    known = words()["config_subentries"]["equipment"]
    literals = texts("subentries/appliances/")
    aborts = {
        keyword(call, "reason")
        for _, name, call in calls("subentries/appliances/flow.py")
        if name == "async_abort"
    }

    assert aborts == set(known["abort"])
    assert not missing(known["error"], literals), "never given"
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
