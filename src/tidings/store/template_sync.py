"""Templates as the provider tells of them: listed whole, or one changed by a webhook."""

from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.query import Nothing, Query, params_of
from tidings.store.templates import COLUMNS, ListedTemplate, TemplateId, TemplateRow


class TemplateDifference(msgspec.Struct, frozen=True):
    """What a sync did to one template: `what` is added, changed or removed."""

    id: UUID
    what: str


class TemplateNews(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook says of one template; None leaves what is known."""

    provider_template_id: str
    name: str
    language: str
    status: str | None = None
    quality: str | None = None
    category: str | None = None
    rejected_reason: str | None = None
    removed: bool = False


def lock_account(organization_id: UUID, account_id: str) -> Query[Nothing]:
    """Wait until no other transaction syncs this account; held to the transaction's end."""
    return Query(
        "SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0))",
        {"key": f"templates {organization_id} {account_id}"},
        Nothing,
    )


def merge_templates(
    organization_id: UUID, account_id: str, listed: list[ListedTemplate]
) -> Query[TemplateDifference]:
    """Make the stored templates of an account what the provider lists; gives the differences.

    One statement: new ones are added, differing ones changed, missing ones marked removed, and
    unchanged ones not touched. A known one keeps its id. Callers hold lock_account(), so an older
    list cannot overtake.
    """
    return Query(
        """
        WITH listed AS (
          SELECT * FROM jsonb_to_recordset(%(listed)s) AS l(
            id uuid, provider_template_id text, name text, language text, category text,
            status text, quality text, rejected_reason text, parameter_format text,
            components jsonb)
        ), merged AS (
          INSERT INTO template AS t (organization_id, account_id, id, provider_template_id, name,
                                     language, category, status, quality, rejected_reason,
                                     parameter_format, components)
          SELECT %(organization_id)s, %(account_id)s, id, provider_template_id, name, language,
                 category, status, quality, rejected_reason, parameter_format, components
          FROM listed
          ON CONFLICT (organization_id, account_id, name, language) DO UPDATE
          SET provider_template_id = excluded.provider_template_id, category = excluded.category,
              status = excluded.status, quality = excluded.quality,
              rejected_reason = excluded.rejected_reason,
              parameter_format = excluded.parameter_format, components = excluded.components,
              synced_at = now(), removed_at = NULL
          WHERE t.removed_at IS NOT NULL
             OR (t.provider_template_id, t.category, t.status, t.quality, t.rejected_reason,
                 t.parameter_format, t.components)
                IS DISTINCT FROM
                (excluded.provider_template_id, excluded.category, excluded.status,
                 excluded.quality, excluded.rejected_reason, excluded.parameter_format,
                 excluded.components)
          RETURNING t.id, CASE WHEN t.xmax = 0 THEN 'added' ELSE 'changed' END AS what
        ), removed AS (
          UPDATE template t SET removed_at = now()
          WHERE t.organization_id = %(organization_id)s AND t.account_id = %(account_id)s
            AND t.removed_at IS NULL
            AND NOT EXISTS (SELECT FROM listed l
                            WHERE l.name = t.name AND l.language = t.language)
          RETURNING t.id, 'removed' AS what
        )
        SELECT id, what FROM merged UNION ALL SELECT id, what FROM removed
        """,
        {
            "organization_id": organization_id,
            "account_id": account_id,
            "listed": Jsonb([msgspec.structs.asdict(each) for each in listed]),
        },
        TemplateDifference,
    )


def change_template(
    organization_id: UUID, account_id: str, told: TemplateNews
) -> Query[TemplateRow]:
    """Apply what a webhook says of one template; no row when it is not known here.

    It is found by the provider's id or by its name: webhooks spell languages with a dash.
    """
    return Query(
        f"""
        UPDATE template t
        SET status = coalesce(%(status)s, t.status), quality = coalesce(%(quality)s, t.quality),
            category = coalesce(%(category)s, t.category),
            rejected_reason = coalesce(%(rejected_reason)s, t.rejected_reason),
            removed_at = CASE WHEN %(removed)s THEN coalesce(t.removed_at, now())
                         ELSE t.removed_at END
        WHERE t.organization_id = %(organization_id)s AND t.account_id = %(account_id)s
          AND (t.provider_template_id = %(provider_template_id)s
               OR (t.name = %(name)s AND t.language = replace(%(language)s, '-', '_')))
        RETURNING {COLUMNS}
        """,
        params_of(organization_id, told, account_id=account_id),
        TemplateRow,
    )


def remove_unheld_templates(organization_id: UUID, account_id: str) -> Query[TemplateId]:
    """Mark an account's templates removed once no integration of the account is left."""
    return Query(
        """
        UPDATE template t SET removed_at = now()
        WHERE t.organization_id = %(organization_id)s AND t.account_id = %(account_id)s
          AND t.removed_at IS NULL
          AND NOT EXISTS (SELECT FROM integration i
                          WHERE i.organization_id = t.organization_id
                            AND i.account_id = t.account_id AND i.deleted_at IS NULL)
        RETURNING t.id
        """,
        {"organization_id": organization_id, "account_id": account_id},
        TemplateId,
    )
