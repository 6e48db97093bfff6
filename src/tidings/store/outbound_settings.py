"""What an organization sets for all its campaigns; one that never did has the defaults."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.query import Query

COLUMNS = """max_messages_per_minute, price_currency, prices, quiet_hours, time_zone, version,
    modified_at"""


class OutboundSettingsRow(msgspec.Struct, frozen=True):
    """The settings of an organization; the defaults are those of the schema.

    `prices` are {country, category, price}; country `*` stands for all others.
    """

    max_messages_per_minute: int = 60_000
    price_currency: str = "EUR"
    prices: list[dict[str, Any]] = []
    quiet_hours: dict[str, Any] | None = None
    time_zone: str = "UTC"
    version: int = 1
    modified_at: datetime | None = None


def select_outbound_settings(organization_id: UUID) -> Query[OutboundSettingsRow]:
    """The settings; no row when the defaults hold."""
    return Query(
        f"SELECT {COLUMNS} FROM outbound_settings WHERE organization_id = %(organization_id)s",
        {"organization_id": organization_id},
        OutboundSettingsRow,
    )


def upsert_outbound_settings(
    organization_id: UUID, settings: OutboundSettingsRow
) -> Query[OutboundSettingsRow]:
    """Change the settings from the version that `settings` names; no row when it is stale.

    The defaults are version 1, stored or not.
    """
    quiet_hours = settings.quiet_hours
    return Query(
        f"""
        INSERT INTO outbound_settings
          (organization_id, max_messages_per_minute, price_currency, prices, quiet_hours,
           time_zone, version)
        SELECT %(organization_id)s, %(max_messages_per_minute)s, %(price_currency)s, %(prices)s,
               %(quiet_hours)s, %(time_zone)s, %(version)s + 1
        WHERE %(version)s = 1 OR EXISTS (
          SELECT FROM outbound_settings WHERE organization_id = %(organization_id)s)
        ON CONFLICT (organization_id) DO UPDATE
        SET max_messages_per_minute = excluded.max_messages_per_minute,
            price_currency = excluded.price_currency, prices = excluded.prices,
            quiet_hours = excluded.quiet_hours, time_zone = excluded.time_zone,
            version = excluded.version, modified_at = now()
        WHERE outbound_settings.version = %(version)s
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "max_messages_per_minute": settings.max_messages_per_minute,
            "price_currency": settings.price_currency,
            "prices": Jsonb(settings.prices),
            "quiet_hours": None if quiet_hours is None else Jsonb(quiet_hours),
            "time_zone": settings.time_zone,
            "version": settings.version,
        },
        OutboundSettingsRow,
    )
