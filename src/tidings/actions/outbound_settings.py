"""What an organization sets for all its campaigns: how fast at most, prices, quiet hours."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from tidings.actions.changes import Subject
from tidings.actions.outbound_changes import announce_change
from tidings.domain.errors import Kind, Rejection, invalid, stale_version
from tidings.domain.permissions import Caller
from tidings.domain.quiet_hours import check_quiet_hours, find_zone
from tidings.store.outbound_settings import (
    OutboundSettingsRow,
    select_outbound_settings,
    upsert_outbound_settings,
)
from tidings.store.query import Connection, fetch_optional

CATEGORIES: Final = ("marketing", "utility", "authentication")
FASTEST: Final = 1_000_000
MOST_PRICES: Final = 1_000
DEAREST: Final = 1_000


class SettingsDraft(msgspec.Struct, frozen=True):
    """Settings to change: by their names in the store, only those that were sent."""

    changes: dict[str, Any]
    version: int | None = None


async def read_settings(connection: Connection, caller: Caller) -> OutboundSettingsRow:
    """The organization's settings, or the defaults."""
    found = await fetch_optional(connection, select_outbound_settings(caller.organization_id))
    return OutboundSettingsRow() if found is None else found


async def change_settings(
    connection: Connection, caller: Caller, draft: SettingsDraft
) -> OutboundSettingsRow:
    """Change settings; 400 at the field that does not fit, 409 when changed meanwhile."""
    before = await read_settings(connection, caller)
    version = before.version if draft.version is None else draft.version
    wanted = msgspec.structs.replace(before, **draft.changes, version=version)
    wanted = msgspec.structs.replace(wanted, prices=_check(wanted))
    after = await fetch_optional(
        connection, upsert_outbound_settings(caller.organization_id, wanted)
    )
    if after is None:
        raise stale_version("outbound settings", sent=version, current=before.version)
    subject = Subject("outboundSettings", caller.organization_id, "", None)
    await announce_change(connection, caller, "update", subject, before=before, after=after)
    return after


def _check(settings: OutboundSettingsRow) -> list[dict[str, Any]]:
    """Raise a 400 for what does not fit; gives the prices as they are kept."""
    if not 1 <= settings.max_messages_per_minute <= FASTEST:
        raise invalid("maxMessagesPerMinute", f"maxMessagesPerMinute is from 1 to {FASTEST}.")
    if not re.fullmatch("[A-Z]{3}", settings.price_currency):
        raise invalid("priceCurrency", "priceCurrency is three letters, such as EUR.")
    if find_zone(settings.time_zone) is None:
        raise invalid("timeZone", f"{settings.time_zone} is no IANA time zone (Europe/Berlin).")
    if settings.quiet_hours is not None:
        wrong = tuple(check_quiet_hours(settings.quiet_hours, ()))
        if wrong:
            raise Rejection(Kind.INVALID, "invalid.value", wrong[0].message, fields=wrong)
    return _check_prices(settings.prices)


def _check_prices(prices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(prices) > MOST_PRICES:
        raise invalid("prices", f"There are at most {MOST_PRICES} prices.")
    kept = {}
    for at, each in enumerate(prices):
        field = f"prices[{at}]"
        country = str(each.get("country", "")).upper()
        if not re.fullmatch(r"[A-Z]{2}|\*", country):
            raise invalid(f"{field}.country", "A country is two letters, such as DE, or *.")
        if each.get("category") not in CATEGORIES:
            raise invalid(f"{field}.category", f"A category is one of {', '.join(CATEGORIES)}.")
        price = _price(each.get("price"), f"{field}.price")
        key = (country, each["category"])
        if key in kept:
            raise invalid(field, f"There are two prices for {country}, {each['category']}.")
        kept[key] = {"country": country, "category": each["category"], "price": price}
    return list(kept.values())


def _price(given: object, field: str) -> float:
    try:
        price = Decimal(str(given))
    except InvalidOperation:
        price = Decimal(-1)
    if not (price.is_finite() and 0 <= price <= DEAREST):
        raise invalid(field, f"A price is a number from 0 to {DEAREST}, such as 0.1131.")
    return float(price)
