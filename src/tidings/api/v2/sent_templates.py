"""The template behind a message, filled with the values that were sent."""

import msgspec

from tidings.api.v2.templates import ButtonView, HeaderView
from tidings.api.views import View
from tidings.domain.sent_templates import read_values
from tidings.domain.template_shapes import Component, Preview, Template
from tidings.domain.templates import compile_template, preview
from tidings.store.message_details import MessageRow


class SentTemplateView(View):
    """A template as this message filled it."""

    name: str
    language: str
    buttons: list[ButtonView]
    body: str
    header: HeaderView | None = None
    footer: str | None = None

    @classmethod
    def of(cls, row: MessageRow) -> "SentTemplateView | None":
        """The template of a message as the interactions view shows it."""
        shown = shown_template(row)
        if shown is None:
            return None
        header = None
        if shown.header_kind is not None:
            header = HeaderView(format=shown.header_kind.upper(), text=shown.header)
        return cls(
            name=row.template_name or "",
            language=row.template_language or "",
            body=shown.body,
            header=header,
            footer=shown.footer,
            buttons=[_button(each.type, each.text, each.target) for each in shown.buttons],
        )


def shown_template(row: MessageRow) -> Preview | None:
    """The message's template, filled with the message's values; None for other messages.

    The text is the one that was sent; header and buttons are those of the template as it is now.
    """
    if row.template_name is None or row.template_components is None:
        return None
    try:
        components = msgspec.convert(row.template_components, list[Component], strict=False)
    except msgspec.ValidationError:
        return Preview(body=row.body)
    template = Template(
        name=row.template_name,
        language=row.template_language or "",
        parameter_format=row.template_format,
        components=components,
    )
    values = read_values(compile_template(template), row.content.get("components") or ())
    return msgspec.structs.replace(preview(template, values), body=row.body)


def _button(kind: str, text: str, target: str | None) -> ButtonView:
    is_phone = kind == "phone_number"
    return ButtonView(
        type=kind.upper(),
        text=text,
        url=None if is_phone else target,
        phone_number=target if is_phone else None,
    )
