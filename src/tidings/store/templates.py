"""Templates: an account's approved texts as the provider keeps them, and what sending reads."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Query, params_of

COLUMNS = """
    t.id, t.account_id, t.provider_template_id, t.name, t.language, t.category, t.status,
    t.quality, t.rejected_reason, t.parameter_format, t.components, t.removed_at
"""


class ListedTemplate(msgspec.Struct, frozen=True):
    """One template in one language, as the provider lists it; `id` is ours."""

    id: UUID
    provider_template_id: str
    name: str
    language: str
    category: str
    status: str
    quality: str | None
    rejected_reason: str | None
    parameter_format: str
    components: list[dict[str, Any]]


class TemplateRow(ListedTemplate, frozen=True):
    """A template of an account. `removed_at`: the provider does not list it any more."""

    account_id: str
    removed_at: datetime | None


class TemplateEntryRow(TemplateRow, frozen=True):
    """A template and the integrations (lists run in parallel) that the caller may send it with."""

    integration_ids: list[UUID]
    integration_names: list[str]
    synced_at: datetime | None


class SendableTemplateRow(msgspec.Struct, frozen=True):
    """What sending needs of the template behind a response.

    `status` is the provider's, or REMOVED. `substitutions` are the response's, each with `id`
    (the placeholder's key) and perhaps `defaultValue`.
    """

    response_id: UUID
    template_id: UUID
    account_id: str
    name: str
    language: str
    category: str
    status: str
    rejected_reason: str | None
    parameter_format: str
    components: list[dict[str, Any]]
    substitutions: list[dict[str, Any]]


class TemplateId(msgspec.Struct, frozen=True):
    """Which template."""

    id: UUID


def select_account_templates(organization_id: UUID, account_id: str) -> Query[TemplateRow]:
    """An account's templates that the provider lists; an account has at most some thousand."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM template t
        WHERE t.organization_id = %(organization_id)s AND t.account_id = %(account_id)s
          AND t.removed_at IS NULL
        ORDER BY t.name, t.language
        """,
        {"organization_id": organization_id, "account_id": account_id},
        TemplateRow,
    )


HOLDERS = """
    JOIN LATERAL (
      SELECT array_agg(i.id ORDER BY lower(i.name), i.id) AS integration_ids,
             array_agg(i.name ORDER BY lower(i.name), i.id) AS integration_names,
             max(i.templates_synced_at) AS synced_at
      FROM integration i
      WHERE i.organization_id = t.organization_id AND i.account_id = t.account_id
        AND i.deleted_at IS NULL
        AND (%(divisions)s::uuid[] IS NULL OR i.division_id = ANY(%(divisions)s))
        AND (%(integration_id)s::uuid IS NULL OR i.id = %(integration_id)s)
    ) h ON h.integration_ids IS NOT NULL
"""


class TemplateFilter(msgspec.Struct, frozen=True):
    """Which templates: those an integration in one of the divisions (None: any) can send."""

    divisions: list[UUID] | None
    name_like: str | None = None
    status: str | None = None
    language: str | None = None
    category: str | None = None
    integration_id: UUID | None = None


def select_templates(
    organization_id: UUID, wanted: TemplateFilter, *, after: TemplateId | None, limit: int
) -> Query[TemplateEntryRow]:
    """Templates by name and language, from behind `after` on."""
    return Query(
        f"""
        SELECT {COLUMNS}, h.integration_ids, h.integration_names, h.synced_at
        FROM template t {HOLDERS}
        WHERE t.organization_id = %(organization_id)s AND t.removed_at IS NULL
          AND (%(name_like)s::text IS NULL OR t.name ILIKE %(name_like)s)
          AND (%(status)s::text IS NULL OR t.status = %(status)s)
          AND (%(language)s::text IS NULL OR t.language = %(language)s)
          AND (%(category)s::text IS NULL OR t.category = %(category)s)
          AND (%(after)s::uuid IS NULL OR (t.name, t.language, t.id) > (
                SELECT a.name, a.language, a.id FROM template a
                WHERE a.organization_id = %(organization_id)s AND a.id = %(after)s))
        ORDER BY t.name, t.language, t.id
        LIMIT %(limit)s
        """,
        params_of(organization_id, wanted, after=None if after is None else after.id, limit=limit),
        TemplateEntryRow,
    )


def select_template(
    organization_id: UUID, template_id: UUID, *, divisions: list[UUID] | None
) -> Query[TemplateEntryRow]:
    """One template, removed or not, that an integration in one of the divisions can send."""
    return Query(
        f"""
        SELECT {COLUMNS}, h.integration_ids, h.integration_names, h.synced_at
        FROM template t {HOLDERS}
        WHERE t.organization_id = %(organization_id)s AND t.id = %(id)s
        """,
        {
            "organization_id": organization_id,
            "id": template_id,
            "divisions": divisions,
            "integration_id": None,
        },
        TemplateEntryRow,
    )


def select_named_templates(
    organization_id: UUID, name: str, language: str, *, divisions: list[UUID] | None
) -> Query[TemplateEntryRow]:
    """The templates of a name and language, one an account, that the provider lists."""
    return Query(
        f"""
        SELECT {COLUMNS}, h.integration_ids, h.integration_names, h.synced_at
        FROM template t {HOLDERS}
        WHERE t.organization_id = %(organization_id)s AND t.name = %(name)s
          AND t.language = %(language)s AND t.removed_at IS NULL
        ORDER BY t.id
        """,
        {
            "organization_id": organization_id,
            "name": name,
            "language": language,
            "divisions": divisions,
            "integration_id": None,
        },
        TemplateEntryRow,
    )


def select_sendable_templates(
    organization_id: UUID, response_ids: list[UUID]
) -> Query[SendableTemplateRow]:
    """What sending needs of the templates behind responses; no row for any other response."""
    return Query(
        """
        SELECT r.id AS response_id, t.id AS template_id, t.account_id, t.name, t.language,
               t.category,
               CASE WHEN t.removed_at IS NULL THEN t.status ELSE 'REMOVED' END AS status,
               t.rejected_reason, t.parameter_format, t.components, r.substitutions
        FROM response r
        JOIN template t ON t.organization_id = r.organization_id AND t.id = r.template_id
        WHERE r.organization_id = %(organization_id)s AND r.id = ANY(%(response_ids)s)
        """,
        {"organization_id": organization_id, "response_ids": response_ids},
        SendableTemplateRow,
    )
