"""Forms of a plan source, made of the fields that it says it has."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from homeassistant.components.calendar import DOMAIN as CALENDAR
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    ObjectSelector,
    ObjectSelectorConfig,
    ObjectSelectorField,
    SelectOptionDict,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ...sources.plans import Field, FieldKind, PlanSource
from .source_settings import CONF_EQUIPMENT, CONF_LOADS

LOADS_TEXTS: Final = "plan_source_loads"
"""The labels of what is asked for each appliance, in the translations of selectors."""


def settings_schema(source: PlanSource, known: Mapping[str, Any]) -> vol.Schema:
    """Return the form of what a source needs to be asked."""
    return vol.Schema(
        {
            (vol.Required if field.required else vol.Optional)(
                field.key, description={"suggested_value": known.get(field.key, field.default)}
            ): _selector(field)
            for field in source.fields
        }
    )


def loads_schema(
    source: PlanSource, known: Sequence[Mapping[str, Any]], equipments: Mapping[int, str]
) -> vol.Schema:
    """Return the form of who follows it: a list, an appliance each, by its name.

    `equipments` are different names, by number.
    """
    fields: dict[str, ObjectSelectorField] = {
        CONF_EQUIPMENT: ObjectSelectorField(selector=_equipments(equipments), required=True)
    }
    for field in source.load_fields:
        fields[field.key] = ObjectSelectorField(selector=_selector(field), required=field.required)
    config = ObjectSelectorConfig(
        fields=fields,
        multiple=True,
        label_field=CONF_EQUIPMENT,
        translation_key=LOADS_TEXTS,
    )
    if source.load_fields:
        config["description_field"] = source.load_fields[0].key
    suggested = [
        {**load, CONF_EQUIPMENT: equipments[load[CONF_EQUIPMENT]]}
        for load in known
        if load[CONF_EQUIPMENT] in equipments
    ]
    return vol.Schema(
        {
            vol.Required(CONF_LOADS, description={"suggested_value": suggested}): ObjectSelector(
                config
            )
        }
    )


def given_fields(fields: Iterable[Field], user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was filled in, tidied."""
    found: dict[str, Any] = {}
    for field in fields:
        value = user_input.get(field.key)
        if field.kind is FieldKind.WORDS and isinstance(value, list):
            value = [text.strip() for text in value if text.strip()]
        elif isinstance(value, str):
            value = value.strip()
        if value not in (None, "", []):
            found[field.key] = value
    return found


def _selector(field: Field) -> Selector[Any]:
    match field.kind:
        case FieldKind.ADDRESS:
            return TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
        case FieldKind.CALENDAR:
            return EntitySelector(EntitySelectorConfig(domain=CALENDAR))
        case FieldKind.TEXT:
            return TextSelector()
        case FieldKind.WORDS:
            return TextSelector(TextSelectorConfig(multiple=True))
        case FieldKind.NUMBER:
            config = NumberSelectorConfig(
                min=field.least, max=field.most, step=1, mode=NumberSelectorMode.BOX
            )
            if field.unit:
                config["unit_of_measurement"] = field.unit
            return NumberSelector(config)


def _equipments(equipments: Mapping[int, str]) -> SelectSelector:
    # A list shows the value of what was chosen, not its label.
    options = [SelectOptionDict(value=name, label=name) for name in equipments.values()]
    return SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN))
