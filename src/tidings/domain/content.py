"""What is sent: one message, ready to go, the same for every provider.

It is stored as JSON between the decision to send and the call, so every field survives
`msgspec.to_builtins` and `msgspec.convert` unchanged. Adapters render it; nobody changes it.
"""

from enum import StrEnum
from typing import Any, Final

import msgspec

TEXT_LIMIT: Final = 4096
CAPTION_LIMIT: Final = 1024


class MediaKind(StrEnum):
    """The kinds of media a message may carry."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"


class TextContent(msgspec.Struct, frozen=True, tag_field="kind", tag="text", omit_defaults=True):
    """Free text, allowed only inside the customer-service window (T9)."""

    body: str
    preview_url: bool = False


class TemplateContent(
    msgspec.Struct, frozen=True, tag_field="kind", tag="template", omit_defaults=True
):
    """An approved template with its values.

    `components` has the shape of the Graph API (see templates.render_components);
    `rendered_text` is the body as the customer reads it, kept for transcripts.
    """

    name: str
    language: str
    components: list[dict[str, Any]] = []
    rendered_text: str = ""


class MediaContent(msgspec.Struct, frozen=True, tag_field="kind", tag="media", omit_defaults=True):
    """One media file: by the provider's media id, by a link that the provider fetches itself, or
    by `file_id`, our own id of it; then the dispatcher hands the file over first."""

    media: MediaKind
    link: str | None = None
    media_id: str | None = None
    file_id: str | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool = False


class LocationContent(
    msgspec.Struct, frozen=True, tag_field="kind", tag="location", omit_defaults=True
):
    """A point on the map."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class ContactsContent(
    msgspec.Struct, frozen=True, tag_field="kind", tag="contacts", omit_defaults=True
):
    """Contact cards, each shaped as the Graph API's contact object."""

    contacts: list[dict[str, Any]]


class ReactionContent(
    msgspec.Struct, frozen=True, tag_field="kind", tag="reaction", omit_defaults=True
):
    """An emoji on an earlier message; an empty emoji takes it back."""

    provider_message_id: str
    emoji: str = ""


class InteractiveContent(
    msgspec.Struct, frozen=True, tag_field="kind", tag="interactive", omit_defaults=True
):
    """Buttons, lists and the like, shaped as the Graph API's interactive object."""

    interactive: dict[str, Any]


Content = (
    TextContent
    | TemplateContent
    | MediaContent
    | LocationContent
    | ContactsContent
    | ReactionContent
    | InteractiveContent
)


class Outbound(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message to one customer, decided and checked.

    `to` is a phone ID (digits), `user_id` a business-scoped user id; at least one is set, and
    the phone wins. `reply_to` is the provider's id of the quoted message. `callback_data` comes
    back with every status and settles an Unknown outcome; at most 512 characters.
    """

    message_id: str
    content: Content
    callback_data: str
    to: str | None = None
    user_id: str | None = None
    reply_to: str | None = None
