"""Substitutions: the public API's names for a template's placeholders, and their default values.

A substitution's id is the placeholder's key. Header, body and buttons may use the same key ("1"):
then the body keeps it, and the others are called "header.1" and "button.1".
"""

from collections.abc import Iterable, Iterator
from typing import Any

from tidings.domain.template_shapes import Placeholder, TemplateValues, Where
from tidings.domain.templates import CompiledTemplate

WORDS = {Where.HEADER: "Header", Where.BODY: "Body", Where.BUTTON: "Button"}


def substitutions_of(compiled: CompiledTemplate) -> list[dict[str, Any]]:
    """A template's required placeholders as substitutions: `id` and `description`."""
    return [
        {"id": identifier, "description": f"{WORDS[slot.where]} {slot.kind.value} {slot.key}"}
        for identifier, slot in named_slots(compiled)
    ]


def default_values(
    compiled: CompiledTemplate, substitutions: Iterable[dict[str, Any]]
) -> TemplateValues:
    """What a response's substitutions say where a message gives no value."""
    given = {
        str(each["id"]): str(each["defaultValue"])
        for each in substitutions
        if each.get("defaultValue")
    }
    if not given:
        return TemplateValues()
    parts: dict[Where, dict[str, str]] = {where: {} for where in Where}
    for identifier, slot in named_slots(compiled):
        if identifier in given:
            parts[slot.where][slot.key] = given[identifier]
    return TemplateValues(parts[Where.HEADER], parts[Where.BODY], parts[Where.BUTTON])


def named_slots(compiled: CompiledTemplate) -> Iterator[tuple[str, Placeholder]]:
    """A template's required placeholders, each with the id of its substitution."""
    taken: set[str] = set()
    for slot in (*compiled.body_slots, *compiled.header_slots, *compiled.button_slots):
        if not slot.required:
            continue
        identifier = f"{slot.where.value}.{slot.key}" if slot.key in taken else slot.key
        taken.add(identifier)
        yield identifier, slot
