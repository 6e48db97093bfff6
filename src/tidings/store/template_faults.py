"""Templates that a refused message showed to be paused or disabled at the provider."""

from uuid import UUID

import msgspec

from tidings.store.query import Query


class FaultyTemplate(msgspec.Struct, frozen=True):
    """A template whose status was changed, with the status before and after."""

    id: UUID
    account_id: str
    name: str
    language: str
    category: str
    quality: str | None
    before: str
    after: str


def stop_templates(
    organization_id: UUID, message_ids: list[UUID], statuses: list[str]
) -> Query[FaultyTemplate]:
    """Give the templates of refused messages the status that each refusal speaks of.

    Rows come back for those that change. Disabled is for good, so paused never replaces it.
    Templates are locked in the order of their ids, as several dispatchers may share some.
    """
    return Query(
        """
        WITH told AS MATERIALIZED (
          SELECT m.template_id AS id, min(x.status) AS status
          FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(statuses)s::text[]) AS status) x
          JOIN message m ON m.organization_id = %(organization_id)s AND m.id = x.id
          WHERE m.template_id IS NOT NULL
          GROUP BY m.template_id
        ), old AS MATERIALIZED (
          SELECT t.id, t.status AS before, told.status AS after
          FROM template t JOIN told ON told.id = t.id
          WHERE t.organization_id = %(organization_id)s AND t.removed_at IS NULL
            AND t.status NOT IN ('DISABLED', told.status)
          ORDER BY t.id FOR UPDATE OF t
        )
        UPDATE template t SET status = old.after FROM old
        WHERE t.organization_id = %(organization_id)s AND t.id = old.id
        RETURNING t.id, t.account_id, t.name, t.language, t.category, t.quality,
                  old.before, old.after
        """,
        {"organization_id": organization_id, "ids": message_ids, "statuses": statuses},
        FaultyTemplate,
    )
