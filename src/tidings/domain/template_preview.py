"""Shows a template as the customer would see it, for screens and dry runs (W12, C8)."""

from typing import Final

from tidings.domain.compiled_templates import VARIABLE, CompiledTemplate, compile_template, fill
from tidings.domain.template_shapes import (
    Button,
    Component,
    Placeholder,
    Preview,
    PreviewButton,
    Template,
    TemplateValues,
    ValueKind,
)

_COPY_LABEL: Final = "Copy code"


def preview(template: Template, values: TemplateValues | None = None) -> Preview:
    """Fill a template as far as the values go; what is missing stays as {{key}} and is listed."""
    compiled, given = compile_template(template), values or TemplateValues()
    kind, header = _header(compiled, given)
    footers = (part for part in template.components if part.type.upper() == "FOOTER")
    slots_by_index = {slot.index: slot for slot in compiled.button_slots}
    return Preview(
        body=fill(compiled.body_pieces, given.body),
        header_kind=kind,
        header=header,
        footer=_footer(next(footers, None)),
        buttons=[
            _button(button, slots_by_index.get(index), given)
            for index, button in enumerate(compiled.buttons)
        ],
        unfilled=_unfilled(compiled, given),
    )


def _header(compiled: CompiledTemplate, values: TemplateValues) -> tuple[str | None, str | None]:
    if compiled.header is None:
        return None, None
    slots = compiled.header_slots
    if slots and slots[0].kind is not ValueKind.TEXT:
        return slots[0].kind.value, values.header.get(slots[0].key)
    return "text", fill(compiled.header_pieces, values.header)


def _footer(footer: Component | None) -> str | None:
    if footer is None:
        return None
    if footer.text is None and footer.code_expiration_minutes is not None:
        return f"This code expires in {footer.code_expiration_minutes} minutes."
    return footer.text


def _button(button: Button, slot: Placeholder | None, values: TemplateValues) -> PreviewButton:
    target = button.url or button.phone_number
    if slot is not None and slot.kind is ValueKind.URL and button.url is not None:
        value = values.buttons.get(slot.key) or f"{{{{{slot.key}}}}}"
        target = VARIABLE.sub(lambda _match: value, button.url)
    if slot is not None and slot.kind is ValueKind.COPY_CODE:
        target = values.buttons.get(slot.key)
    return PreviewButton(button.type.lower(), button.text or _COPY_LABEL, target)


def _unfilled(compiled: CompiledTemplate, values: TemplateValues) -> list[str]:
    parts = (
        (compiled.header_slots, values.header),
        (compiled.body_slots, values.body),
        (compiled.button_slots, values.buttons),
    )
    return [
        slot.api_field
        for slots, given in parts
        for slot in slots
        if slot.required and not given.get(slot.key)
    ]
