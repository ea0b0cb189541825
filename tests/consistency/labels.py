"""What a form needs of the texts."""

from typing import Any


def assert_labelled(form: Any, step: dict[str, Any]) -> None:
    fields = {str(key): value for key, value in form.schema.items()}
    sections = {key: value for key, value in fields.items() if hasattr(value, "options")}
    assert set(step.get("sections", {})) == set(sections)
    assert set(step["data"]) == set(fields) - set(sections)
    assert set(step.get("data_description", step["data"])) <= set(step["data"])
    for key, section in sections.items():
        assert_labelled(section.schema, step["sections"][key])
