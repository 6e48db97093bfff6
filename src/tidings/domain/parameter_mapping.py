"""Filling a template from a contact: each parameter from a column of the list, or a constant (C8).

A parameter without a mapping takes the column of the same name as its substitution. What a
contact lacks is left out, so that the message is refused as a whole and never sent half-filled.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from tidings.domain.errors import FieldError
from tidings.domain.substitutions import named_slots
from tidings.domain.templates import CompiledTemplate, Placeholder, TemplateValues, Where

FIELD: Final = "parameterMappings"


class ParameterMapping(msgspec.Struct, frozen=True, omit_defaults=True):
    """One parameter's source. `id` is its substitution id or its placeholder's key.

    `component` is header, body or button; exactly one of `column` and `constant` is given.
    """

    component: str
    id: str
    column: str | None = None
    constant: str | None = None


class Source(msgspec.Struct, frozen=True):
    """Where one placeholder's value comes from: the list's column at `at`, else `constant`."""

    where: Where
    key: str
    at: int | None = None
    constant: str = ""


class ParameterSources:
    """A mapping made ready for many contacts of one list and one template."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = tuple(sources)

    def values_of(self, values: Sequence[str | None]) -> TemplateValues:
        """The template's values for a contact; a parameter without one is left out."""
        filled = TemplateValues(header={}, body={}, buttons={})
        parts = {Where.HEADER: filled.header, Where.BODY: filled.body, Where.BUTTON: filled.buttons}
        for source in self._sources:
            if source.at is None:
                parts[source.where][source.key] = source.constant
            elif source.at < len(values) and (value := values[source.at]):
                parts[source.where][source.key] = value
        return filled


def read_mappings(given: Iterable[dict[str, Any]]) -> list[ParameterMapping]:
    """A campaign's JSON as mappings. Raises msgspec.ValidationError for another form."""
    return msgspec.convert(list(given), list[ParameterMapping])


def map_parameters(
    compiled: CompiledTemplate, mappings: Iterable[ParameterMapping], columns: Sequence[str]
) -> ParameterSources:
    """Find the source of each parameter; what has none is left to the response's defaults.

    Mappings of what the template or the list does not have are passed over: see check_mappings.
    """
    given = {(each.component, each.id): each for each in mappings}
    places = {name: at for at, name in enumerate(columns)}
    sources = []
    for identifier, slot in _slots(compiled):
        mapping = _mapping_of(given, identifier, slot)
        if mapping is not None and mapping.constant is not None:
            sources.append(Source(slot.where, slot.key, constant=mapping.constant))
            continue
        column = identifier if mapping is None else mapping.column
        if column in places and (mapping is not None or slot.required):
            sources.append(Source(slot.where, slot.key, at=places[column]))
    return ParameterSources(sources)


def check_mappings(
    compiled: CompiledTemplate,
    mappings: Sequence[ParameterMapping],
    columns: Sequence[str],
    *,
    defaults: TemplateValues,
) -> list[FieldError]:
    """Name each mapping that does not fit, and each required parameter that nothing fills."""
    wrong = [
        error
        for at, each in enumerate(mappings)
        if (error := _what_is_wrong(compiled, each, columns, f"{FIELD}[{at}]")) is not None
    ]
    given = {(each.component, each.id): each for each in mappings}
    filled = {
        Where.HEADER: defaults.header,
        Where.BODY: defaults.body,
        Where.BUTTON: defaults.buttons,
    }
    for identifier, slot in _slots(compiled):
        mapped = _mapping_of(given, identifier, slot) is not None or identifier in columns
        if slot.required and not mapped and slot.key not in filled[slot.where]:
            wrong.append(
                FieldError(
                    "template.parameter.unmapped",
                    FIELD,
                    f"Nothing fills the template's {slot.where} parameter {slot.key}: map it to a "
                    "column or a constant.",
                )
            )
    return wrong


def _what_is_wrong(
    compiled: CompiledTemplate, mapping: ParameterMapping, columns: Sequence[str], field: str
) -> FieldError | None:
    names = {(slot.where.value, name) for name, slot in _slots(compiled)}
    keys = {(slot.where.value, slot.key) for _, slot in _slots(compiled)}
    if (mapping.component, mapping.id) not in names | keys:
        message = f"The template has no {mapping.component} parameter {mapping.id}."
        return FieldError("template.parameter.unknown", f"{field}.id", message)
    if (mapping.column is None) is (mapping.constant is None):
        message = f"Give either a column or a constant for the parameter {mapping.id}."
        return FieldError("invalid.value", field, message)
    if mapping.column is not None and mapping.column not in columns:
        message = f"The contact list has no column {mapping.column}."
        return FieldError("contact.column.unknown", f"{field}.column", message)
    if mapping.constant is not None and not mapping.constant.strip():
        message = f"The constant for the parameter {mapping.id} is empty."
        return FieldError("invalid.value", f"{field}.constant", message)
    return None


def _slots(compiled: CompiledTemplate) -> list[tuple[str, Placeholder]]:
    """All placeholders with what they are called; an optional one by its key."""
    named = list(named_slots(compiled))
    every = (*compiled.header_slots, *compiled.body_slots, *compiled.button_slots)
    return [*named, *((slot.key, slot) for slot in every if not slot.required)]


def _mapping_of(
    given: dict[tuple[str, str], ParameterMapping], identifier: str, slot: Placeholder
) -> ParameterMapping | None:
    where = slot.where.value
    return given.get((where, identifier)) or given.get((where, slot.key))
