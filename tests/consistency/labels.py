"""What a form needs of the texts: a label and a description for each field, and no other."""

from typing import Any


def assert_labelled(form: Any, step: dict[str, Any]) -> None:
    """Compare a form, and the sections in it, with the texts of its step."""
    fields = {str(key): value for key, value in form.schema.items()}
    sections = {key: value for key, value in fields.items() if hasattr(value, "options")}
    assert set(step.get("sections", {})) == set(sections)
    assert set(step["data"]) == set(fields) - set(sections)
    assert set(step["data_description"]) == set(step["data"])
    for key, section in sections.items():
        assert step["sections"][key]["name"]
        assert_labelled(section.schema, step["sections"][key])


def assert_offered(options: set[str], step: dict[str, Any]) -> None:
    """Compare what a menu offers with the texts of its step."""
    assert set(step["menu_options"]) == options
    assert set(step["menu_option_descriptions"]) == options
