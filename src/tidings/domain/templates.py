"""Filling WhatsApp templates: what is missing or wrong, the wire form, and how it will look.

The hot path is compile_template once, then check_values and render_components for each message.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from tidings.domain.compiled_templates import (
    CompiledTemplate,
    compile_template,
    fill,
    parse_location,
)
from tidings.domain.template_preview import preview
from tidings.domain.template_shapes import (
    API_LISTS,
    Button,
    Component,
    Placeholder,
    Preview,
    PreviewButton,
    Problem,
    Template,
    TemplateParameter,
    TemplateValues,
    ValueKind,
    Where,
)

__all__ = [
    "Button",
    "CompiledTemplate",
    "Component",
    "Placeholder",
    "Preview",
    "PreviewButton",
    "Problem",
    "Template",
    "TemplateParameter",
    "TemplateValues",
    "ValueKind",
    "Where",
    "check_sendable",
    "check_values",
    "compile_template",
    "placeholders",
    "preview",
    "render_components",
    "render_text",
]

_WHY_NOT: Final = {
    "PENDING": "is still in review at WhatsApp",
    "IN_APPEAL": "was rejected and is under appeal",
    "REJECTED": "was rejected by WhatsApp",
    "PAUSED": "is paused by WhatsApp because of its quality",
    "DISABLED": "was disabled by WhatsApp for good",
    "LIMIT_EXCEEDED": "exceeds the number of templates the account may have",
    "ARCHIVED": "is archived because it was not used",
    "PENDING_DELETION": "is being deleted",
    "DELETED": "was deleted",
}
_MEDIA: Final = frozenset({ValueKind.IMAGE, ValueKind.VIDEO, ValueKind.DOCUMENT})
_SUB_TYPES: Final = {
    ValueKind.URL: "url",
    ValueKind.OTP: "url",
    ValueKind.COPY_CODE: "copy_code",
    ValueKind.PAYLOAD: "quick_reply",
    ValueKind.FLOW: "flow",
}
_UNUSED_FLOW_TOKEN: Final = "unused"  # noqa: S105


def placeholders(template: Template) -> list[Placeholder]:
    """List every value the template takes: header, body, buttons, each in order."""
    compiled = compile_template(template)
    return [*compiled.header_slots, *compiled.body_slots, *compiled.button_slots]


def check_sendable(compiled: CompiledTemplate) -> Problem | None:
    """Say why the template cannot be sent at all just now; None when it can (A3)."""
    template = compiled.template
    problem = check_status(template.name, template.language, template.status)
    if problem is not None:
        return problem
    if compiled.unsupported is not None:
        message = f"Templates with {compiled.unsupported} cannot be sent from here yet."
        return Problem("template.unsupported", "messagingTemplate", message)
    return None


def check_status(name: str, language: str, status: str) -> Problem | None:
    """Say why a template of this status cannot be sent; None when it is approved."""
    status = status.upper()
    if status == "APPROVED":
        return None
    why = _WHY_NOT.get(status, f"has the status {status.lower()}")
    message = f"The template {name} ({language}) {why}."
    return Problem(f"template.{status.lower()}", "messagingTemplate", message)


def check_values(compiled: CompiledTemplate, values: TemplateValues) -> list[Problem]:
    """Name every missing, surplus or invalid value; an empty list means it can be rendered.

    Default values are the caller's to fill in first. Limits: Meta, "Template messages".
    """
    problems: list[Problem] = []
    _check_part(compiled.header_slots, values.header, problems)
    _check_part(compiled.body_slots, values.body, problems)
    _check_part(compiled.button_slots, values.buttons, problems)
    if not values.header.keys() <= compiled.header_keys:
        problems += _surplus(Where.HEADER, values.header, compiled.header_keys)
    if not values.body.keys() <= compiled.body_keys:
        problems += _surplus(Where.BODY, values.body, compiled.body_keys)
    if not values.buttons.keys() <= compiled.button_keys:
        problems += _surplus(Where.BUTTON, values.buttons, compiled.button_keys)
    if not problems and len(render_text(compiled, values)) > compiled.body_limit:
        message = f"With these values the text is longer than {compiled.body_limit} characters."
        problems.append(Problem("template.parameter.too_long", "bodyParameters", message))
    return problems


def _check_part(
    slots: tuple[Placeholder, ...], given: dict[str, str], problems: list[Problem]
) -> None:
    for slot in slots:
        value = given.get(slot.key)
        if not value or value.isspace():
            if slot.required:
                problems.append(_missing(slot))
        # One test for the ordinary text: printable means no line break, tab or control character.
        elif (
            slot.kind is not ValueKind.TEXT
            or not value.isprintable()
            or len(value) > slot.max_length
            or "     " in value
        ):
            wrong = _what_is_wrong(slot, value)
            if wrong is not None:
                problems.append(wrong)


def _missing(slot: Placeholder) -> Problem:
    message = f"The template needs a value for {slot.where} parameter {slot.key}."
    return Problem("template.parameter.missing", slot.api_field, message)


def _surplus(where: Where, given: dict[str, str], known: frozenset[str]) -> list[Problem]:
    return [
        Problem(
            "template.parameter.surplus",
            f"{API_LISTS[where]}.{key}",
            f"The template has no {where} parameter {key}.",
        )
        for key in given
        if key not in known
    ]


def _what_is_wrong(slot: Placeholder, value: str) -> Problem | None:
    if len(value) > slot.max_length:
        message = f"The value has {len(value)} characters; at most {slot.max_length} are allowed."
        return Problem("template.parameter.too_long", slot.api_field, message)
    objection = _objection(slot.kind, value)
    if objection is None:
        return None
    return Problem("template.parameter.invalid", slot.api_field, objection)


def _objection(kind: ValueKind, value: str) -> str | None:
    if "\n" in value or "\r" in value or "\t" in value:
        return "The value must not contain line breaks or tabs."
    if kind is ValueKind.TEXT and "     " in value:
        return "The value must not contain more than four spaces in a row."
    if kind in _MEDIA and not _is_media(value):
        return "The value must be a link beginning with https:// or http://, or a media id."
    if kind is ValueKind.LOCATION and parse_location(value) is None:
        return "The value must be latitude,longitude and optionally ;name;address."
    return None


def _is_media(value: str) -> bool:
    if value.isascii() and value.isdecimal():
        return True
    try:
        return urlsplit(value).scheme in ("https", "http") and bool(urlsplit(value).hostname)
    except ValueError:
        return False


def render_text(compiled: CompiledTemplate, values: TemplateValues) -> str:
    """Give the body as the customer reads it; a variable without a value stays as {{key}}."""
    return fill(compiled.body_pieces, values.body)


def render_components(compiled: CompiledTemplate, values: TemplateValues) -> list[dict[str, Any]]:
    """Write the values as Graph's `components`. Call it only after check_values found nothing."""
    components: list[dict[str, Any]] = []
    if compiled.header_slots:
        components.append({"type": "header", "parameters": [_header_parameter(compiled, values)]})
    if compiled.body_slots:
        parameters = [_text_parameter(compiled, slot, values.body) for slot in compiled.body_slots]
        components.append({"type": "body", "parameters": parameters})
    for slot in compiled.button_slots:
        parameter = _button_parameter(compiled, slot, values)
        if parameter is not None:
            components.append(
                {
                    "type": "button",
                    "sub_type": _SUB_TYPES[slot.kind],
                    "index": str(slot.index),
                    "parameters": [parameter],
                }
            )
    return components


def _text_parameter(
    compiled: CompiledTemplate, slot: Placeholder, given: dict[str, str]
) -> dict[str, Any]:
    if compiled.named:
        return {"type": "text", "parameter_name": slot.key, "text": given[slot.key]}
    return {"type": "text", "text": given[slot.key]}


def _header_parameter(compiled: CompiledTemplate, values: TemplateValues) -> dict[str, Any]:
    slot = compiled.header_slots[0]
    if slot.kind is ValueKind.TEXT:
        return _text_parameter(compiled, slot, values.header)
    value = values.header[slot.key]
    if slot.kind is ValueKind.LOCATION:
        return {"type": "location", "location": parse_location(value)}
    media = {"id" if value.isdecimal() else "link": value}
    if values.header.get("filename"):
        media["filename"] = values.header["filename"]
    return {"type": slot.kind.value, slot.kind.value: media}


def _button_parameter(
    compiled: CompiledTemplate, slot: Placeholder, values: TemplateValues
) -> dict[str, Any] | None:
    value = values.buttons.get(slot.key)
    match slot.kind:
        case ValueKind.OTP:
            return {"type": "text", "text": value or values.body[compiled.body_slots[0].key]}
        case ValueKind.COPY_CODE:
            return {"type": "coupon_code", "coupon_code": value}
        case ValueKind.PAYLOAD:
            return {"type": "payload", "payload": value} if value else None
        case ValueKind.FLOW:
            return {"type": "action", "action": {"flow_token": value or _UNUSED_FLOW_TOKEN}}
        case _:
            return {"type": "text", "text": value}
