"""Reads a sent template's values back from its wire form, to show the message as it went out."""

from collections.abc import Iterable
from typing import Any

from tidings.domain.compiled_templates import CompiledTemplate
from tidings.domain.template_shapes import Placeholder, TemplateValues, ValueKind


def read_values(compiled: CompiledTemplate, components: Iterable[dict[str, Any]]) -> TemplateValues:
    """The values behind Graph's `components` (what render_components wrote).

    The template may have changed since: a parameter without a placeholder is left out.
    """
    values = TemplateValues(header={}, body={}, buttons={})
    buttons = {str(slot.index): slot for slot in compiled.button_slots}
    for component in components:
        parameters = component.get("parameters") or []
        match str(component.get("type", "")).lower():
            case "header":
                _read_texts(compiled.header_slots, parameters, values.header)
            case "body":
                _read_texts(compiled.body_slots, parameters, values.body)
            case "button":
                slot = buttons.get(str(component.get("index")))
                if slot is not None and parameters:
                    values.buttons[slot.key] = _text(slot, parameters[0])
    return values


def _read_texts(
    slots: Iterable[Placeholder], parameters: list[dict[str, Any]], into: dict[str, str]
) -> None:
    for slot, parameter in zip(slots, parameters, strict=False):
        into[str(parameter.get("parameter_name", slot.key))] = _text(slot, parameter)


def _text(slot: Placeholder, parameter: dict[str, Any]) -> str:
    kind = str(parameter.get("type", "text"))
    value = parameter.get(kind, "")
    if slot.kind is ValueKind.FLOW:
        return str(parameter.get("action", {}).get("flow_token", ""))
    if kind == "location" and isinstance(value, dict):
        return f"{value.get('latitude')},{value.get('longitude')}"
    if isinstance(value, dict):
        return str(value.get("link") or value.get("id") or "")
    return str(value)
