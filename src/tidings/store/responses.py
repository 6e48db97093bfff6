"""Responses: canned texts, and the message templates that the API names by `responseId`.

A synced template's own response has the template's id, so one is found from the other.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.participants import WORKING
from tidings.store.query import Count, Nothing, Query, params_of
from tidings.store.versioned import Key, insert_settings, update_settings

COLUMNS = """
    r.id, r.name, r.response_type, r.texts, r.substitutions, r.messaging_template, r.template_id,
    r.library_ids,
    ARRAY(SELECT l.name FROM unnest(r.library_ids) WITH ORDINALITY x(id, at)
          LEFT JOIN library l ON l.organization_id = r.organization_id AND l.id = x.id
          ORDER BY x.at) AS library_names,
    t.status AS template_status, t.category AS template_category,
    t.components AS template_components,
    r.created_by, r.version, r.created_at
"""
JOINED = """
    response r LEFT JOIN template t
      ON t.organization_id = r.organization_id AND t.id = r.template_id
"""
CONDITIONS = f"""
    r.organization_id = %(organization_id)s
    AND (%(divisions)s::uuid[] IS NULL OR EXISTS (
          SELECT FROM library l
          WHERE l.organization_id = r.organization_id AND l.id = ANY(r.library_ids)
            AND (l.division_id = ANY(%(divisions)s) OR l.id = ANY(ARRAY(
                   SELECT y.id FROM participant k
                   JOIN queue q ON q.organization_id = k.organization_id AND q.id = k.queue_id
                   JOIN library y ON y.organization_id = q.organization_id
                     AND CASE q.library_mode WHEN 'All' THEN y.division_id = q.division_id
                         WHEN 'SelectedOnly' THEN y.id = ANY(q.library_ids) ELSE false END
                   WHERE k.organization_id = %(organization_id)s
                     AND k.user_id = %(worker_id)s::uuid AND {WORKING})))))
    AND (%(ids)s::uuid[] IS NULL OR r.id = ANY(%(ids)s))
    AND (%(library_ids)s::uuid[] IS NULL OR r.library_ids && %(library_ids)s)
    AND (%(not_library_ids)s::uuid[] IS NULL OR NOT r.library_ids && %(not_library_ids)s)
    AND (%(response_types)s::text[] IS NULL OR r.response_type = ANY(%(response_types)s))
    AND (%(not_response_types)s::text[] IS NULL
         OR coalesce(r.response_type, '') <> ALL(%(not_response_types)s))
    AND (%(name_likes)s::text[] IS NULL OR r.name ILIKE ANY(%(name_likes)s))
    AND (%(phrase_like)s::text IS NULL OR r.name ILIKE %(phrase_like)s OR EXISTS (
          SELECT FROM jsonb_array_elements(r.texts) x
          WHERE x ->> 'content' ILIKE %(phrase_like)s))
"""


class ResponseRow(msgspec.Struct, frozen=True):
    """One response; `library_names` runs in parallel to `library_ids`."""

    id: UUID
    name: str
    response_type: str | None
    texts: list[dict[str, Any]]
    substitutions: list[dict[str, Any]]
    messaging_template: dict[str, Any] | None
    template_id: UUID | None
    library_ids: list[UUID]
    library_names: list[str | None]
    template_status: str | None
    template_category: str | None
    template_components: list[dict[str, Any]] | None
    created_by: UUID | None
    version: int
    created_at: datetime

    @property
    def is_synced(self) -> bool:
        """Whether this is a synced template's own response, kept by the sync."""
        return self.id == self.template_id


class ResponseFilter(msgspec.Struct, frozen=True):
    """Which responses: seen through libraries of these divisions (None: any), and so on.

    `worker_id`: besides, through the libraries of the queues whose conversations this person takes
    part in now: those it names, or all of its division.
    """

    divisions: list[UUID] | None
    worker_id: UUID | None = None
    ids: list[UUID] | None = None
    library_ids: list[UUID] | None = None
    not_library_ids: list[UUID] | None = None
    response_types: list[str] | None = None
    not_response_types: list[str] | None = None
    name_likes: list[str] | None = None
    phrase_like: str | None = None


class ResponseContent(msgspec.Struct, frozen=True):
    """What a response says; of a messaging template, which one."""

    name: str
    library_ids: list[UUID]
    texts: list[dict[str, Any]]
    substitutions: list[dict[str, Any]]
    response_type: str | None = None
    messaging_template: dict[str, Any] | None = None
    template_id: UUID | None = None


class SyncedResponse(msgspec.Struct, frozen=True):
    """A synced template's own response: the id is the template's."""

    id: UUID
    name: str
    texts: list[dict[str, Any]]
    substitutions: list[dict[str, Any]]
    messaging_template: dict[str, Any]


def insert_response(
    organization_id: UUID, response_id: UUID, content: ResponseContent, *, created_by: UUID | None
) -> Query[Key]:
    """Create a response."""
    return insert_settings("response", organization_id, response_id, content, created_by=created_by)


def update_response(
    organization_id: UUID, response_id: UUID, content: ResponseContent, *, version: int
) -> Query[Key]:
    """Change a response from this version; no row means that it was changed meanwhile."""
    return update_settings("response", organization_id, response_id, content, version=version)


def put_synced_responses(
    organization_id: UUID, account_id: str, responses: list[SyncedResponse]
) -> Query[Key]:
    """Create or renew the own responses of synced templates, in the libraries of all the
    account's integrations. Runs under template_sync.lock_account(); gives those that changed.

    A default value or description that a person gave a substitution stays as long as the
    template has that placeholder.
    """
    return Query(
        """
        WITH wanted AS (
          SELECT w.id, w.name, w.texts, w.messaging_template,
                 coalesce((
                   SELECT jsonb_agg(coalesce(
                            (SELECT s || (o - 'id') FROM jsonb_array_elements(old.substitutions) o
                             WHERE o ->> 'id' = s ->> 'id'), s) ORDER BY at)
                   FROM jsonb_array_elements(w.substitutions) WITH ORDINALITY x(s, at)
                 ), '[]') AS substitutions
          FROM jsonb_to_recordset(%(responses)s) AS w(
                 id uuid, name text, texts jsonb, substitutions jsonb, messaging_template jsonb)
          LEFT JOIN response old
            ON old.organization_id = %(organization_id)s AND old.id = w.id
        ), shelf AS (
          SELECT coalesce(array_agg(l.id ORDER BY l.id), '{}') AS library_ids
          FROM integration i
          JOIN library l ON l.organization_id = i.organization_id AND l.id = i.id
          WHERE i.organization_id = %(organization_id)s AND i.account_id = %(account_id)s
            AND i.deleted_at IS NULL
        )
        INSERT INTO response AS r (organization_id, id, library_ids, name, response_type, texts,
                                   substitutions, messaging_template, template_id)
        SELECT %(organization_id)s, w.id, shelf.library_ids, w.name, 'MessagingTemplate',
               w.texts, w.substitutions, w.messaging_template, w.id
        FROM wanted w CROSS JOIN shelf
        ON CONFLICT (organization_id, id) DO UPDATE
        SET library_ids = excluded.library_ids, name = excluded.name, texts = excluded.texts,
            substitutions = excluded.substitutions,
            messaging_template = excluded.messaging_template, version = r.version + 1,
            modified_at = now()
        WHERE (r.library_ids, r.name, r.texts, r.substitutions, r.messaging_template)
              IS DISTINCT FROM
              (excluded.library_ids, excluded.name, excluded.texts, excluded.substitutions,
               excluded.messaging_template)
        RETURNING r.id
        """,
        {
            "organization_id": organization_id,
            "account_id": account_id,
            "responses": Jsonb([msgspec.structs.asdict(each) for each in responses]),
        },
        Key,
    )


def shelve_nowhere(organization_id: UUID, template_ids: list[UUID]) -> Query[Nothing]:
    """Take the own responses of removed templates out of their libraries; their ids stay."""
    return Query(
        """
        UPDATE response SET library_ids = '{}', version = version + 1, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = ANY(%(ids)s) AND template_id = id
        """,
        {"organization_id": organization_id, "ids": template_ids},
        Nothing,
    )


def select_response(
    organization_id: UUID,
    response_id: UUID,
    *,
    divisions: list[UUID] | None,
    worker_id: UUID | None = None,
) -> Query[ResponseRow]:
    """One response, if one of its libraries is in one of the divisions (None: any).

    Or in a queue's reach that `worker_id` works for: see ResponseFilter.
    """
    chosen = ResponseFilter(divisions, worker_id, ids=[response_id])
    return select_responses(organization_id, chosen, limit=1, offset=0)


def select_responses(
    organization_id: UUID, chosen: ResponseFilter, *, limit: int, offset: int
) -> Query[ResponseRow]:
    """A page of responses by name. Libraries hold thousands at most, so a number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED}
        WHERE {CONDITIONS}
        ORDER BY lower(r.name), r.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        ResponseRow,
    )


def count_responses(organization_id: UUID, chosen: ResponseFilter) -> Query[Count]:
    """How many responses the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM response r WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def delete_response(organization_id: UUID, response_id: UUID) -> Query[Nothing]:
    """Delete a response."""
    return Query(
        "DELETE FROM response WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": response_id},
        Nothing,
    )


class UsingCampaign(msgspec.Struct, frozen=True):
    """A campaign that sends a response."""

    name: str


def select_campaigns_using(
    organization_id: UUID,
    *,
    response_id: UUID | None = None,
    library_id: UUID | None = None,
    divisions: list[UUID] | None,
) -> Query[UsingCampaign]:
    """Up to three campaigns of the divisions (None: any) that send the response, or one that
    would go with the library."""
    return Query(
        """
        SELECT c.name FROM campaign c
        JOIN response r ON r.organization_id = c.organization_id AND r.id = c.response_id
        WHERE c.organization_id = %(organization_id)s
          AND (r.id = %(response_id)s
               OR (r.library_ids = ARRAY[%(library_id)s::uuid]
                   AND r.id IS DISTINCT FROM r.template_id))
          AND (%(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s))
        ORDER BY lower(c.name) LIMIT 3
        """,
        {
            "organization_id": organization_id,
            "response_id": response_id,
            "library_id": library_id,
            "divisions": divisions,
        },
        UsingCampaign,
    )
