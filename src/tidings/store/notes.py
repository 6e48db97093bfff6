"""Internal notes of conversations: for colleagues, never sent to the customer."""

from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class NoteRow(msgspec.Struct, frozen=True):
    """One note; its id tells when it was written."""

    id: UUID
    author_id: UUID
    author_name: str
    body: str


def insert_note(
    organization_id: UUID, conversation_id: UUID, note_id: UUID, *, author_id: UUID, body: str
) -> Query[Nothing]:
    """Write a note down."""
    return Query(
        """
        INSERT INTO note (organization_id, conversation_id, id, author_id, body)
        VALUES (%(organization_id)s, %(conversation_id)s, %(id)s, %(author_id)s, %(body)s)
        """,
        {
            "organization_id": organization_id,
            "conversation_id": conversation_id,
            "id": note_id,
            "author_id": author_id,
            "body": body,
        },
        Nothing,
    )


def select_notes(
    organization_id: UUID, conversation_id: UUID, *, before_id: UUID, limit: int
) -> Query[NoteRow]:
    """The notes of a conversation, newest first."""
    return Query(
        """
        SELECT n.id, n.author_id, coalesce(u.name, k.name, '') AS author_name, n.body
        FROM note n
        LEFT JOIN user_account u ON u.organization_id = n.organization_id AND u.id = n.author_id
        LEFT JOIN oauth_client k ON k.organization_id = n.organization_id AND k.id = n.author_id
        WHERE n.organization_id = %(organization_id)s
          AND n.conversation_id = %(conversation_id)s AND n.id < %(before_id)s
        ORDER BY n.id DESC LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "conversation_id": conversation_id,
            "before_id": before_id,
            "limit": limit,
        },
        NoteRow,
    )
