"""What a WhatsApp template is made of, and what is filled into one. The rules are in templates."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec


class Button(msgspec.Struct, frozen=True, omit_defaults=True):
    """One button as Meta lists it; `type` in any case. A url may end in one variable."""

    type: str
    text: str = ""
    url: str | None = None
    phone_number: str | None = None
    otp_type: str | None = None
    flow_id: str | int | None = None
    example: Any = None


class Component(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part of a template as Meta lists it. `cards` of a carousel are kept, not understood."""

    type: str
    format: str | None = None
    text: str | None = None
    buttons: list[Button] | None = None
    example: Any = None
    add_security_recommendation: bool | None = None
    code_expiration_minutes: int | None = None
    cards: list[dict[str, Any]] | None = None


class Template(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message template in one language. Category, status and formats are Meta's, upper case."""

    name: str
    language: str
    category: str = "UTILITY"
    status: str = "APPROVED"
    parameter_format: str | None = None
    components: list[Component] = []


class Where(StrEnum):
    """The part of a template a value goes into."""

    HEADER = "header"
    BODY = "body"
    BUTTON = "button"


class ValueKind(StrEnum):
    """What a value has to be."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"
    LOCATION = "location"
    URL = "url"
    COPY_CODE = "copy_code"
    OTP = "otp"
    PAYLOAD = "payload"
    FLOW = "flow"


class Placeholder(msgspec.Struct, frozen=True):
    """One value a template takes.

    `key` is what the value is called: "1", "2" or a name in header and body; "1" for a media or
    location header; for buttons "1", "2" counted over those that need a value, in order, and
    "payload0", "flow0" (the button's own index) for what is optional. `index` is the button's
    place among all buttons. `api_field` spells it as the public API does.
    """

    where: Where
    key: str
    kind: ValueKind
    index: int = 0
    required: bool = True
    max_length: int = 1024

    @property
    def api_field(self) -> str:
        """Name the parameter as a request does: bodyParameters.order_id."""
        return f"{API_LISTS[self.where]}.{self.key}"


API_LISTS = {
    Where.HEADER: "headerParameters",
    Where.BODY: "bodyParameters",
    Where.BUTTON: "buttonUrlParameters",
}


class TemplateParameter(msgspec.Struct, frozen=True):
    """One `{id, value}` of the public API."""

    id: str
    value: str


class TemplateValues(msgspec.Struct, frozen=True, omit_defaults=True):
    """The values for one message, by Placeholder.key.

    A media value is an https link or a media id; a document may have a second header value,
    "filename". A location is "latitude,longitude", optionally ";name;address".
    """

    header: dict[str, str] = {}
    body: dict[str, str] = {}
    buttons: dict[str, str] = {}

    @classmethod
    def of(
        cls,
        *,
        header_parameters: Iterable[TemplateParameter] = (),
        body_parameters: Iterable[TemplateParameter] = (),
        button_url_parameters: Iterable[TemplateParameter] = (),
        parameters: Iterable[TemplateParameter] = (),
    ) -> "TemplateValues":
        """Take the lists of a SendMessagingTemplateRequest; its old `parameters` mean the body."""
        body = {one.id: one.value for one in parameters}
        body.update((one.id, one.value) for one in body_parameters)
        return cls(
            header={one.id: one.value for one in header_parameters},
            body=body,
            buttons={one.id: one.value for one in button_url_parameters},
        )


class Problem(msgspec.Struct, frozen=True):
    """One thing that keeps a template from being sent; `field` as the public API spells it."""

    code: str
    field: str
    message: str


class PreviewButton(msgspec.Struct, frozen=True, omit_defaults=True):
    """A button as a screen shows it; `target` is the address or number behind it."""

    type: str
    text: str
    target: str | None = None


class Preview(msgspec.Struct, frozen=True, omit_defaults=True):
    """A template as the customer would see it; unfilled variables stay as {{key}}.

    `header_kind` is text, image, video, document or location; `header` is its text, link or id.
    `unfilled` lists the API fields still missing.
    """

    body: str
    header_kind: str | None = None
    header: str | None = None
    footer: str | None = None
    buttons: list[PreviewButton] = []
    unfilled: list[str] = []
