"""Media as the API shows them: uploads as in the reference, and the files of messages."""

from typing import Any

import msgspec

from tidings.api.views import View
from tidings.domain.media import UNKNOWN
from tidings.store.media import MediaRow, ShownMedia

MESSAGES = "/api/v2/conversations/messages"
DOWNLOADS = "/api/v2/downloads/media"
ATTACHMENTS = {
    "image": "Image",
    "sticker": "Image",
    "video": "Video",
    "audio": "Audio",
    "document": "File",
}


class MediaView(View):
    """MessageMediaData of the reference; `failure` says why a file is invalid."""

    id: str
    status: str
    conversation_id: str
    communication_id: str
    self_uri: str
    name: str | None = None
    url: str | None = None
    upload_url: str | None = None
    media_type: str | None = None
    content_length_bytes: int | None = None
    failure: str | None = None

    @classmethod
    def of(cls, row: MediaRow, *, upload_url: str | None = None) -> "MediaView":
        """An uploaded file."""
        path = f"{MESSAGES}/{row.conversation_id}/communications/{row.communication_id}"
        is_valid = row.state == "valid"
        return cls(
            id=str(row.id),
            status=row.state,
            name=row.file_name or None,
            url=f"{DOWNLOADS}/{row.id}" if is_valid else None,
            upload_url=upload_url,
            media_type=row.mime_type or None,
            content_length_bytes=row.size_bytes or None,
            conversation_id=str(row.conversation_id),
            communication_id=str(row.communication_id),
            failure=row.failure,
            self_uri=f"{path}/messages/media/{row.id}",
        )


class UploadView(View):
    """MessageMediaUploadData of the reference: PUT the file to `upload_url` as it is."""

    id: str
    name: str
    upload_url: str
    upload_headers: dict[str, str]
    self_uri: str


class AttachmentView(View):
    """A message's file. status: pending (still to be fetched), valid, invalid, deleted, or
    withheld, where the workstream takes no files of customers.

    With `failure` and pending it failed, and is tried again by itself.
    """

    id: str
    media_type: str
    kind: str
    status: str
    mime: str | None = None
    filename: str | None = None
    content_size_bytes: int | None = None
    url: str | None = None
    thumbnail_url: str | None = None
    sha256: str | None = None
    failure: str | None = None

    @classmethod
    def of(cls, media: dict[str, Any]) -> "AttachmentView":
        """The file of a message, from the message's row."""
        row = msgspec.convert(media, ShownMedia)
        base = cls(
            id=str(row.id),
            media_type=ATTACHMENTS[row.kind],
            kind=row.kind,
            status=_status(row),
        )
        if row.is_deleted:
            return base
        url = f"{DOWNLOADS}/{row.id}" if row.state == "valid" else None
        return msgspec.structs.replace(
            base,
            mime=row.mime_type or UNKNOWN,
            filename=row.file_name or None,
            content_size_bytes=row.size_bytes or None,
            url=url,
            thumbnail_url=f"{url}/thumbnail" if url and row.has_thumbnail else None,
            sha256=row.sha256,
            failure=row.failure,
        )


def attachment_content(media: dict[str, Any], text: str) -> dict[str, Any]:
    """The same as a ConversationMessageContent of the reference; `text` is the caption."""
    attachment: dict[str, Any] = msgspec.to_builtins(AttachmentView.of(media))
    if text:
        attachment["text"] = text
    return {"contentType": "Attachment", "attachment": attachment}


def _status(row: ShownMedia) -> str:
    if row.is_deleted:
        return "deleted"
    if row.is_withheld:
        return "withheld"
    return "pending" if row.state in ("expected", "uploading") else row.state
