"""Usage counters: differences are inserted, a job folds them, a reader sums both."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from tidings.store.ids import id_at, new_id
from tidings.store.query import Nothing, Query


class UsageKey(msgspec.Struct, frozen=True):
    """What is counted together."""

    integration_id: UUID
    day: date
    category: str
    country: str


class UsageCount(msgspec.Struct):
    """The counters of one key."""

    conversations: int = 0
    messages: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    received: int = 0


class Usage:
    """Counters gathered while a batch is applied, written once with it."""

    def __init__(self) -> None:
        self.counts: dict[UsageKey, UsageCount] = {}

    def of(
        self, integration_id: UUID, *, day: date, category: str | None, country: str | None
    ) -> UsageCount:
        """The counters of one key, made when first asked for."""
        key = UsageKey(integration_id, day, category or "service", country or "ZZ")
        count = self.counts.get(key)
        if count is None:
            count = self.counts[key] = UsageCount()
        return count


FIELDS = ("conversations", "messages", "delivered", "read", "failed", "received")


def insert_usage(organization_id: UUID, usage: Usage) -> Query[Nothing]:
    """Write gathered counters as differences."""
    counts = list(usage.counts.items())
    params: dict[str, object] = {
        "organization_id": organization_id,
        "ids": [new_id() for _ in counts],
        "integrations": [key.integration_id for key, _ in counts],
        "days": [key.day for key, _ in counts],
        "categories": [key.category for key, _ in counts],
        "countries": [key.country for key, _ in counts],
    }
    params |= {name: [getattr(count, name) for _, count in counts] for name in FIELDS}
    return Query(
        f"""
        INSERT INTO usage_delta (organization_id, id, integration_id, day, category, country,
                                 {", ".join(FIELDS)})
        SELECT %(organization_id)s, unnest(%(ids)b::uuid[]), unnest(%(integrations)b::uuid[]),
               unnest(%(days)s::date[]), unnest(%(categories)s::text[]),
               unnest(%(countries)s::text[]),
               {", ".join(f"unnest(%({name})s::integer[])" for name in FIELDS)}
        """,
        params,
        Nothing,
    )


def fold_usage() -> Query[Nothing]:
    """Fold the differences into the days' rows; two folders at once share them by SKIP LOCKED."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in FIELDS)
    adds = ", ".join(f"{name} = usage_day.{name} + excluded.{name}" for name in FIELDS)
    return Query(
        f"""
        WITH taken AS (
          DELETE FROM usage_delta d USING (
            SELECT organization_id, id FROM usage_delta ORDER BY organization_id, id
            LIMIT 20000 FOR UPDATE SKIP LOCKED) x
          WHERE d.organization_id = x.organization_id AND d.id = x.id
          RETURNING d.*
        )
        INSERT INTO usage_day (organization_id, day, integration_id, category, country,
                               {", ".join(FIELDS)})
        SELECT organization_id, day, integration_id, category, country, {sums}
        FROM taken GROUP BY 1, 2, 3, 4, 5
        ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT (organization_id, day, integration_id, category, country)
        DO UPDATE SET {adds}
        """,
        {},
        Nothing,
    )


class UsageRow(msgspec.Struct, frozen=True):
    """Summed counters of one group; what is not grouped by is None."""

    day: date | None
    integration_id: UUID | None
    integration_name: str | None
    category: str | None
    country: str | None
    conversations: int
    messages: int
    delivered: int
    read: int
    failed: int
    received: int


def select_usage(
    organization_id: UUID,
    *,
    first: date,
    last: date,
    group_by: frozenset[str],
    divisions: list[UUID] | None,
) -> Query[UsageRow]:
    """Usage between two days, grouped by any of day, integration, category and country."""
    keys = {
        "day": "u.day",
        "integration": "u.integration_id",
        "category": "u.category",
        "country": "u.country",
    }
    chosen = {name: column if name in group_by else "NULL" for name, column in keys.items()}
    name = "i.name" if "integration" in group_by else "NULL"
    grouped = [column for group, column in keys.items() if group in group_by]
    if "integration" in group_by:
        grouped.append("i.name")
    tail = f"GROUP BY {', '.join(grouped)} ORDER BY {', '.join(grouped)}" if grouped else ""
    sums = ", ".join(f"coalesce(sum(u.{field}), 0)::bigint AS {field}" for field in FIELDS)
    columns = "organization_id, day, integration_id, category, country, " + ", ".join(FIELDS)
    return Query(
        f"""
        SELECT {chosen["day"]}::date AS day, {chosen["integration"]}::uuid AS integration_id,
               {name}::text AS integration_name, {chosen["category"]}::text AS category,
               {chosen["country"]}::text AS country, {sums}
        FROM (SELECT {columns} FROM usage_day UNION ALL SELECT {columns} FROM usage_delta) u
        JOIN integration i ON i.organization_id = u.organization_id AND i.id = u.integration_id
        WHERE u.organization_id = %(organization_id)s AND u.day BETWEEN %(first)s AND %(last)s
          AND (%(divisions)s::uuid[] IS NULL OR i.division_id = ANY(%(divisions)s))
        {tail}
        """,
        {
            "organization_id": organization_id,
            "first": first,
            "last": last,
            "divisions": divisions,
        },
        UsageRow,
    )


def insert_outcomes(
    organization_id: UUID, integration_id: UUID, *, good: int, bad: int
) -> Query[Nothing]:
    """Count outcomes for the failure-rate breaker."""
    return Query(
        """
        INSERT INTO outcome_minute (organization_id, integration_id, id, good, bad)
        VALUES (%(organization_id)s, %(integration_id)s, %(id)s, %(good)s, %(bad)s)
        """,
        {
            "organization_id": organization_id,
            "integration_id": integration_id,
            "id": new_id(),
            "good": good,
            "bad": bad,
        },
        Nothing,
    )


class Outcomes(msgspec.Struct, frozen=True):
    """Good and bad outcomes of an integration within the breaker's window."""

    good: int
    bad: int


def select_outcomes(organization_id: UUID, integration_id: UUID, *, since: UUID) -> Query[Outcomes]:
    """Outcomes counted since a moment (given as an id of that time)."""
    return Query(
        """
        SELECT coalesce(sum(good), 0)::integer AS good, coalesce(sum(bad), 0)::integer AS bad
        FROM outcome_minute
        WHERE organization_id = %(organization_id)s AND integration_id = %(integration_id)s
          AND id >= %(since)s
        """,
        {"organization_id": organization_id, "integration_id": integration_id, "since": since},
        Outcomes,
    )


def delete_outcomes(before: datetime, limit: int) -> Query[Nothing]:
    """Housekeeping: drop outcome counts older than this, a bounded number at a time."""
    return Query(
        """
        DELETE FROM outcome_minute WHERE (organization_id, integration_id, id) IN (
          SELECT organization_id, integration_id, id FROM outcome_minute
          WHERE id < %(before)s LIMIT %(limit)s)
        """,
        {"before": id_at(before), "limit": limit},
        Nothing,
    )
