"""Media: files that came with messages, or are to go out with them. Their bytes: media_files."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.participants import WORKS_IN
from tidings.store.query import Nothing, Query
from tidings.store.supported_content import DECIDED, DECIDING, Governed

COLUMNS = """f.organization_id, f.id, f.conversation_id, f.communication_id, f.message_id,
    f.integration_id, f.direction, f.state, f.provider_media_id, f.provider_media_until,
    f.source_url, f.kind, f.mime_type, f.file_name, f.size_bytes, f.sha256, f.key,
    f.thumbnail_key, f.failure, f.attempts, f.due_at, f.upload_hash, f.created_by, f.created_at,
    f.deleted_at"""
# A message's file as its views need it; $ is the message's alias.
SHOWN = """
    CASE WHEN $.content ? 'media' THEN (
      SELECT jsonb_build_object(
        'id', f.id, 'state', f.state, 'kind', f.kind, 'mime_type', f.mime_type,
        'file_name', f.file_name, 'size_bytes', f.size_bytes, 'failure', f.failure,
        'sha256', encode(f.sha256, 'hex'), 'has_thumbnail', f.thumbnail_key IS NOT NULL,
        'is_deleted', f.deleted_at IS NOT NULL,
        'is_withheld', f.direction = 'inbound' AND f.provider_media_id IS NULL)
      FROM media f
      WHERE f.organization_id = $.organization_id AND f.id =
        CASE $.direction WHEN 'inbound' THEN $.id ELSE ($.content ->> 'file_id')::uuid END)
    END
"""


class MediaRow(msgspec.Struct, frozen=True):
    """One file. state: expected (to be fetched), uploading, valid or invalid (see `failure`)."""

    organization_id: UUID
    id: UUID
    conversation_id: UUID | None
    communication_id: UUID | None
    message_id: UUID | None
    integration_id: UUID | None
    direction: str
    state: str
    provider_media_id: str | None
    provider_media_until: datetime | None
    source_url: str | None
    kind: str
    mime_type: str
    file_name: str
    size_bytes: int
    sha256: bytes | None
    key: str | None
    thumbnail_key: str | None
    failure: str | None
    attempts: int
    due_at: datetime | None
    upload_hash: bytes | None
    created_by: UUID | None
    created_at: datetime
    deleted_at: datetime | None


class ShownMedia(msgspec.Struct, frozen=True):
    """What a message's view says of its file."""

    id: UUID
    state: str
    kind: str
    mime_type: str
    file_name: str
    size_bytes: int
    failure: str | None
    sha256: str | None
    has_thumbnail: bool
    is_deleted: bool
    is_withheld: bool


class ExpectedMedia(msgspec.Struct, frozen=True):
    """A file that a customer sent and that is still with the provider; `id` is its message's."""

    id: UUID
    conversation_id: UUID
    integration_id: UUID
    provider_media_id: str | None
    kind: str
    mime_type: str
    file_name: str
    source_url: str | None
    failure: str | None


class SendingRule(Governed, frozen=True, kw_only=True):
    """What decides about agents' files in a conversation: its workstream and content profile."""

    workstream: str
    agent_attachments: bool


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that somebody is about to send us, to go out in a conversation."""

    id: UUID
    conversation_id: UUID
    communication_id: UUID
    integration_id: UUID
    file_name: str
    size_bytes: int
    upload_hash: bytes
    created_by: UUID
    keep_hours: int


def insert_expected(organization_id: UUID, files: list[ExpectedMedia]) -> Query[Nothing]:
    """Files to be fetched, due at once; one with a `failure` is not to be had at all."""
    return Query(
        """
        INSERT INTO media (organization_id, id, message_id, conversation_id, integration_id,
                           direction, state, provider_media_id, kind, mime_type, file_name,
                           source_url, failure, due_at)
        SELECT %(organization_id)s, x.id, x.id, x.conversation_id, x.integration_id, 'inbound',
               CASE WHEN x.failure IS NULL THEN 'expected' ELSE 'invalid' END,
               x.provider_media_id, x.kind, x.mime_type, x.file_name, x.source_url, x.failure,
               CASE WHEN x.failure IS NULL THEN now() END
        FROM (SELECT unnest(%(ids)s::uuid[]) AS id,
                     unnest(%(conversation_ids)s::uuid[]) AS conversation_id,
                     unnest(%(integration_ids)s::uuid[]) AS integration_id,
                     unnest(%(provider_media_ids)s::text[]) AS provider_media_id,
                     unnest(%(kinds)s::text[]) AS kind,
                     unnest(%(mime_types)s::text[]) AS mime_type,
                     unnest(%(file_names)s::text[]) AS file_name,
                     unnest(%(source_urls)s::text[]) AS source_url,
                     unnest(%(failures)s::text[]) AS failure) x
        """,
        {
            "organization_id": organization_id,
            "ids": [each.id for each in files],
            "conversation_ids": [each.conversation_id for each in files],
            "integration_ids": [each.integration_id for each in files],
            "provider_media_ids": [each.provider_media_id for each in files],
            "kinds": [each.kind for each in files],
            "mime_types": [each.mime_type for each in files],
            "file_names": [each.file_name for each in files],
            "source_urls": [each.source_url for each in files],
            "failures": [each.failure for each in files],
        },
        Nothing,
    )


def insert_upload(organization_id: UUID, upload: Upload) -> Query[MediaRow]:
    """A file that is to come; it is thrown away when nobody sends it in time."""
    return Query(
        f"""
        INSERT INTO media AS f (organization_id, id, conversation_id, communication_id,
                                integration_id, direction, state, kind, file_name, size_bytes,
                                upload_hash, created_by, due_at)
        VALUES (%(organization_id)s, %(id)s, %(conversation_id)s, %(communication_id)s,
                %(integration_id)s, 'outbound', 'uploading', 'document', %(file_name)s,
                %(size_bytes)s, %(upload_hash)s, %(created_by)s,
                now() + %(keep_hours)s * interval '1 hour')
        RETURNING {COLUMNS}
        """,
        msgspec.structs.asdict(upload) | {"organization_id": organization_id},
        MediaRow,
    )


def select_media(
    organization_id: UUID,
    media_id: UUID,
    *,
    divisions: list[UUID] | None,
    user_id: UUID | None = None,
) -> Query[MediaRow]:
    """One file whose conversation lies in one of the divisions (None: any).

    Or in which `user_id` works now.
    """
    return Query(
        f"""
        SELECT {COLUMNS} FROM media f
        JOIN conversation c
          ON c.organization_id = f.organization_id AND c.id = f.conversation_id
        WHERE f.organization_id = %(organization_id)s AND f.id = %(id)s
          AND (%(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s) OR {WORKS_IN})
        """,
        {
            "organization_id": organization_id,
            "id": media_id,
            "divisions": divisions,
            "user_id": user_id,
        },
        MediaRow,
    )


def select_some_media(organization_id: UUID, ids: list[UUID]) -> Query[MediaRow]:
    """Files by their ids."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM media f
        WHERE f.organization_id = %(organization_id)s AND f.id = ANY(%(ids)s)
        """,
        {"organization_id": organization_id, "ids": ids},
        MediaRow,
    )


def select_uploads(
    organization_id: UUID,
    conversation_id: UUID,
    communication_id: UUID,
    *,
    state: str | None,
    limit: int,
) -> Query[MediaRow]:
    """Files uploaded to go out in a communication, the newest first. They are a few."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM media f
        WHERE f.organization_id = %(organization_id)s
          AND f.conversation_id = %(conversation_id)s AND f.direction = 'outbound'
          AND f.communication_id = %(communication_id)s AND f.deleted_at IS NULL
          AND (%(state)s::text IS NULL OR f.state = %(state)s)
        ORDER BY f.id DESC LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "conversation_id": conversation_id,
            "communication_id": communication_id,
            "state": state,
            "limit": limit,
        },
        MediaRow,
    )


def select_sending_rule(organization_id: UUID, conversation_id: UUID) -> Query[SendingRule]:
    """What a conversation's workstream and its number's content profile say of agents' files.

    Without a workstream only the profile decides; without the number nothing goes out.
    """
    return Query(
        f"""
        SELECT coalesce(w.name, '') AS workstream,
               coalesce(w.agent_attachments, true) AS agent_attachments, {DECIDED}
        FROM conversation c
        JOIN integration i ON i.organization_id = c.organization_id AND i.id = c.integration_id
        LEFT JOIN workstream w
          ON w.organization_id = c.organization_id AND w.id = c.workstream_id
        {DECIDING}
        WHERE c.organization_id = %(organization_id)s AND c.id = %(conversation_id)s
        """,
        {"organization_id": organization_id, "conversation_id": conversation_id},
        SendingRule,
    )


def keep_for_good(organization_id: UUID, ids: list[UUID]) -> Query[MediaRow]:
    """Files that go out with a message are no longer thrown away by themselves."""
    return Query(
        f"""
        UPDATE media f SET due_at = NULL
        WHERE f.organization_id = %(organization_id)s AND f.id = ANY(%(ids)s)
          AND f.direction = 'outbound' AND f.state = 'valid' AND f.deleted_at IS NULL
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "ids": ids},
        MediaRow,
    )


def expect_again(organization_id: UUID, media_id: UUID) -> Query[MediaRow]:
    """Fetch a received file anew; no row when there is nothing to fetch."""
    return Query(
        f"""
        UPDATE media f SET state = 'expected', attempts = 0, due_at = now()
        WHERE f.organization_id = %(organization_id)s AND f.id = %(id)s
          AND f.direction = 'inbound' AND f.state IN ('invalid', 'expected')
          AND f.provider_media_id IS NOT NULL AND f.deleted_at IS NULL
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "id": media_id},
        MediaRow,
    )


def delete_media(organization_id: UUID, ids: list[UUID]) -> Query[MediaRow]:
    """Nobody sees these files from now on; their bytes are due to be deleted."""
    return Query(
        f"""
        UPDATE media f
        SET deleted_at = now(), due_at = now(), source_url = NULL, file_name = '',
            provider_media_id = NULL, provider_media_until = NULL
        WHERE f.organization_id = %(organization_id)s AND f.id = ANY(%(ids)s)
          AND f.deleted_at IS NULL
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "ids": ids},
        MediaRow,
    )


def delete_revoked_media(
    organization_id: UUID, integration_id: UUID, *, provider_message_id: str
) -> Query[Nothing]:
    """The same for the file of a message that its sender took back."""
    return Query(
        """
        UPDATE media f
        SET deleted_at = now(), due_at = now(), source_url = NULL, file_name = ''
        FROM provider_message p
        WHERE p.organization_id = %(organization_id)s AND p.integration_id = %(integration_id)s
          AND p.provider_message_id = %(provider_message_id)s
          AND f.organization_id = p.organization_id AND f.id = p.message_id
          AND f.direction = 'inbound' AND f.deleted_at IS NULL
        """,
        {
            "organization_id": organization_id,
            "integration_id": integration_id,
            "provider_message_id": provider_message_id,
        },
        Nothing,
    )
