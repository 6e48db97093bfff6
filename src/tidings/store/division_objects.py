"""What lives in divisions, moved from one to another whatever its kind."""

from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from tidings.store.query import Query


class ObjectType(StrEnum):
    """The kinds of things that can be moved, as the API spells them."""

    USER = "USER"
    INTEGRATION = "INTEGRATION"
    CONTACT_LIST = "CONTACTLIST"
    DNC_LIST = "DNCLIST"
    MESSAGING_CAMPAIGN = "MESSAGINGCAMPAIGN"
    RESPONSE_LIBRARY = "RESPONSELIBRARY"
    QUEUE = "QUEUE"
    WRAPUP_CODE = "WRAPUPCODE"
    WORKSTREAM = "WORKSTREAM"


_TABLES: Final = {
    ObjectType.USER: "user_account",
    ObjectType.INTEGRATION: "integration",
    ObjectType.CONTACT_LIST: "contact_list",
    ObjectType.DNC_LIST: "dnc_list",
    ObjectType.MESSAGING_CAMPAIGN: "campaign",
    ObjectType.RESPONSE_LIBRARY: "library",
    ObjectType.QUEUE: "queue",
    ObjectType.WRAPUP_CODE: "wrapup_code",
    ObjectType.WORKSTREAM: "workstream",
}
_THERE: Final = {
    ObjectType.USER: "t.state <> 'deleted'",
    ObjectType.INTEGRATION: "t.deleted_at IS NULL",
    ObjectType.WRAPUP_CODE: "t.deleted_at IS NULL",
}


class ObjectRow(msgspec.Struct, frozen=True):
    """A thing and the division it lives in."""

    id: UUID
    name: str
    division_id: UUID


def lock_objects(
    organization_id: UUID, kind: ObjectType, ids: list[UUID], *, divisions: list[UUID] | None
) -> Query[ObjectRow]:
    """Hold those of the things that live in the divisions (None: any), in the order of ids."""
    return Query(
        f"""
        SELECT t.id, t.name, t.division_id FROM {_TABLES[kind]} t
        WHERE t.organization_id = %(organization_id)s AND t.id = ANY(%(ids)s)
          AND {_THERE.get(kind, "true")}
          AND (%(divisions)s::uuid[] IS NULL OR t.division_id = ANY(%(divisions)s))
        ORDER BY t.id FOR UPDATE
        """,
        {"organization_id": organization_id, "ids": ids, "divisions": divisions},
        ObjectRow,
    )


def move_objects(
    organization_id: UUID, kind: ObjectType, ids: list[UUID], *, division_id: UUID
) -> Query[ObjectRow]:
    """Put things into a division; those that live there already are left alone."""
    return Query(
        f"""
        UPDATE {_TABLES[kind]} t
        SET division_id = %(division_id)s, version = version + 1, modified_at = now()
        WHERE t.organization_id = %(organization_id)s AND t.id = ANY(%(ids)s)
          AND t.division_id <> %(division_id)s
        RETURNING t.id, t.name, t.division_id
        """,
        {"organization_id": organization_id, "ids": ids, "division_id": division_id},
        ObjectRow,
    )
