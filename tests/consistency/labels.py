"""What a form needs of the texts: a label and a description for each field, and no other."""

from typing import Any


def assert_labelled(step: dict[str, Any], *forms: Any) -> None:
    """Compare the texts of a step with its form, or all that it may be, sections included."""
    fields = [(str(key), value) for form in forms for key, value in form.schema.items()]
    sections: dict[str, list[Any]] = {}
    for key, value in fields:
        if hasattr(value, "options"):
            sections.setdefault(key, []).append(value.schema)
    assert set(step.get("sections", {})) == set(sections)
    assert set(step.get("data", {})) == {key for key, _ in fields} - set(sections)
    assert set(step.get("data_description", {})) == set(step.get("data", {}))
    for key, inner in sections.items():
        assert step["sections"][key]["name"]
        assert_labelled(step["sections"][key], *inner)


def assert_offered(options: set[str], step: dict[str, Any]) -> None:
    """Compare what a menu offers with the texts of its step."""
    assert set(step["menu_options"]) == options
    assert set(step["menu_option_descriptions"]) == options
