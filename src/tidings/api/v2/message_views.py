"""One message as the reference has it: MessageData, channel-neutral, and MessageDetails."""

from typing import Any

import msgspec

from tidings.actions.failure_words import Failure, failure_of
from tidings.api.v2.media_views import ATTACHMENTS, attachment_content
from tidings.api.v2.sent_templates import shown_template
from tidings.api.views import Moment, View, moment
from tidings.domain.delivery import DeliveryStatus, receipt_status, rest_status
from tidings.domain.template_shapes import Preview, PreviewButton
from tidings.store.message_details import MessageRow

MESSAGES = "/api/v2/conversations/messages"
BUTTONS = {"quick_reply": "QuickReply", "phone_number": "PhoneNumber"}


class ReasonView(View):
    """Why a message failed, as a ConversationReason."""

    code: str
    message: str


class ErrorInfoView(View):
    """Why a message failed, or what is known of one whose outcome is not."""

    code: str
    message: str


class NormalizedView(View):
    """ConversationNormalizedMessage of the reference."""

    id: str
    type: str
    text: str
    direction: str
    channel: dict[str, Any]
    content: list[dict[str, Any]]
    status: str | None = None
    reasons: list[ReasonView] | None = None


class MessageDataView(View):
    """MessageData of the reference; `text_body` is what older SDKs read."""

    id: str
    timestamp: Moment
    from_address: str
    to_address: str
    direction: str
    messenger_type: str
    status: str
    text_body: str
    normalized_message: NormalizedView
    conversation_id: str
    self_uri: str
    provider_message_id: str | None = None
    error_info: ErrorInfoView | None = None

    @classmethod
    def of(cls, row: MessageRow) -> "MessageDataView":
        """The message as the public API shows it."""
        failure = failure_of(row.status, row.error_code, row.error_detail)
        return cls(
            id=str(row.id),
            timestamp=moment(row.created_at),
            from_address=row.from_address,
            to_address=row.to_address,
            direction=row.direction,
            messenger_type="whatsapp",
            status=contract_status(row),
            text_body=row.body,
            normalized_message=_normalized(row, failure),
            conversation_id=str(row.conversation_id),
            self_uri=f"{MESSAGES}/{row.conversation_id}/messages/{row.id}",
            provider_message_id=row.provider_message_id,
            error_info=error_info(failure),
        )


class MetadataView(View):
    """ConversationMessageMetadata of the reference."""

    type: str
    content: list[dict[str, str]]


class MessageDetailsView(View):
    """MessageDetails of the reference: what is known of one message, without its text."""

    message_id: str
    message_status: str
    message_time: Moment
    message_segment_count: int
    message_metadata: MetadataView
    message_uri: str = msgspec.field(name="messageURI")
    error_info: ErrorInfoView | None = None

    @classmethod
    def of(cls, row: MessageRow) -> "MessageDetailsView":
        """The message as its conversation lists it."""
        kinds = [{"contentType": str(each["contentType"])} for each in content_of(row)]
        return cls(
            message_id=str(row.id),
            message_status=contract_status(row),
            message_time=moment(row.created_at),
            message_segment_count=1,
            message_metadata=MetadataView(type="Structured" if kinds else "Text", content=kinds),
            message_uri=f"{MESSAGES}/{row.conversation_id}/messages/{row.id}",
            error_info=error_info(failure_of(row.status, row.error_code, row.error_detail)),
        )


def contract_status(row: MessageRow) -> str:
    """The status as MessageData spells it: received and removed are spelled as they are."""
    if row.direction == "inbound":
        return row.status
    return rest_status(DeliveryStatus(row.status))


def error_info(failure: Failure | None) -> ErrorInfoView | None:
    """A failure with its mend, in one text."""
    if failure is None:
        return None
    words = f"{failure.text} {failure.mend}" if failure.mend else failure.text
    return ErrorInfoView(code=failure.code, message=words)


def content_of(row: MessageRow) -> list[dict[str, Any]]:
    """What a message holds beside its text, as ConversationMessageContent; empty for text."""
    if row.media is not None:
        return [attachment_content(row.media, row.body)]
    if row.direction == "inbound":
        return _received_content(row)
    template = shown_template(row)
    if template is not None:
        return [{"contentType": "Notification", "template": _template(row, template)}]
    if row.kind == "template":
        body = {"text": row.body, "parameters": []}
        return [{"contentType": "Notification", "template": {"body": body}}]
    return []


def _normalized(row: MessageRow, failure: Failure | None) -> NormalizedView:
    content = content_of(row)
    receipt = None
    if row.direction == "outbound":
        receipt = receipt_status(DeliveryStatus(row.status))
    elif row.status == "removed":
        receipt = "Removed"
    return NormalizedView(
        id=str(row.id),
        type="Structured" if content else "Text",
        text=row.body,
        direction=row.direction.capitalize(),
        channel=_channel(row),
        content=content,
        status=receipt,
        reasons=[ReasonView(code=failure.reason, message=failure.text)] if failure else None,
    )


def _channel(row: MessageRow) -> dict[str, Any]:
    channel = {
        "id": str(row.integration_id),
        "platform": "Whatsapp",
        "type": "Private",
        "from": {"id": row.from_address, "idType": "Phone"},
        "to": {"id": row.to_address, "idType": "Phone"},
        "time": moment(row.created_at),
    }
    if row.provider_message_id:
        channel["messageId"] = row.provider_message_id
    return channel


def _template(row: MessageRow, shown: Preview) -> dict[str, Any]:
    template: dict[str, Any] = {
        "id": row.template_name,
        "language": row.template_language,
        "body": {"text": shown.body, "parameters": []},
        "buttons": [_button(each, index) for index, each in enumerate(shown.buttons)],
    }
    if shown.header_kind == "text":
        template["header"] = {"type": "Text", "text": shown.header or ""}
    elif shown.header_kind is not None:
        media = {"mediaType": ATTACHMENTS.get(shown.header_kind, "File")}
        if shown.header:
            media["url" if shown.header.startswith("http") else "id"] = shown.header
        template["header"] = {"type": "Media", "media": media}
    if shown.footer is not None:
        template["footer"] = {"text": shown.footer}
    return template


def _button(button: PreviewButton, index: int) -> dict[str, Any]:
    kind = BUTTONS.get(button.type, "Url")
    shown: dict[str, Any] = {"type": kind, "text": button.text, "index": index}
    if button.target and kind != "QuickReply":
        shown["phoneNumber" if kind == "PhoneNumber" else "url"] = button.target
    return shown


def _received_content(row: MessageRow) -> list[dict[str, Any]]:
    """A customer's place or button; all other kinds are told by their text.

    Media of messages from before they were fetched show what their webhook said of them.
    """
    inner = row.content.get("content") or {}
    media = row.content.get("media") or {}
    if row.kind in ATTACHMENTS:
        attachment = {
            "id": media.get("media_id"),
            "mediaType": ATTACHMENTS[row.kind],
            "mime": media.get("mime_type"),
            "filename": media.get("filename"),
            "sha256": media.get("sha256"),
            "text": row.body or None,
        }
        return [{"contentType": "Attachment", "attachment": _told(attachment)}]
    if row.kind == "location":
        place = {key: inner.get(key) for key in ("latitude", "longitude", "address", "url")}
        place["text"] = inner.get("name")
        return [{"contentType": "Location", "location": _told(place)}]
    if row.kind in ("button", "interactive"):
        payload = str(inner.get("payload") or inner.get("id") or row.body)
        answer = {"type": "QuickReply", "text": row.body, "payload": payload}
        return [{"contentType": "ButtonResponse", "buttonResponse": answer}]
    return []


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
