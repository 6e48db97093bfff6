"""What a run of a campaign would cost, by the organization's own price list (C14)."""

import asyncio
from collections import Counter
from decimal import Decimal
from typing import Any

import msgspec

from tidings.actions.campaign_trial import LONGEST_SECONDS, prepare_trial
from tidings.domain.addresses import country_of
from tidings.domain.errors import conflict
from tidings.domain.permissions import Caller
from tidings.store import campaign_trial as store
from tidings.store.campaigns import CampaignRow
from tidings.store.outbound_settings import OutboundSettingsRow, select_outbound_settings
from tidings.store.query import Connection, execute, fetch, fetch_optional


class Cost(msgspec.Struct, frozen=True):
    """What the messages to one country cost; without a price it is not known."""

    country: str
    contacts: int
    price: Decimal | None
    cost: Decimal | None


class Forecast(msgspec.Struct, frozen=True):
    """What a run would cost by the organization's own price list."""

    currency: str
    category: str
    contacts: int
    cost: Decimal
    unpriced: int
    countries: list[Cost]


async def forecast_cost(connection: Connection, caller: Caller, campaign: CampaignRow) -> Forecast:
    """The cost by country of those whom list, filter and do-not-contact lists leave (C14)."""
    trying = await prepare_trial(connection, campaign)
    if trying.template is None:
        raise conflict("template.not.found", "The campaign's template is not there any more.")
    await execute(connection, store.limit_trial(seconds=LONGEST_SECONDS))
    found = await fetch_optional(connection, select_outbound_settings(caller.organization_id))
    settings = found or OutboundSettingsRow()
    rows = await fetch(connection, store.count_prefixes(caller.organization_id, trying.trial))
    by_country = await asyncio.to_thread(_by_country, rows)
    category = trying.template.row.category.lower()
    costs = [
        _cost(country, contacts, settings.prices, category)
        for country, contacts in by_country.most_common()
    ]
    return Forecast(
        settings.price_currency,
        category,
        by_country.total(),
        sum((each.cost for each in costs if each.cost is not None), Decimal(0)),
        sum(each.contacts for each in costs if each.cost is None),
        costs,
    )


def _by_country(rows: list[store.PrefixCount]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for row in rows:
        counted[country_of(row.address) or "*"] += row.addresses
    return counted


def _cost(country: str, contacts: int, prices: list[dict[str, Any]], category: str) -> Cost:
    """By the country's own price, else that of all others."""
    known = {each["country"]: each["price"] for each in prices if each["category"] == category}
    price = known.get(country, known.get("*"))
    if price is None:
        return Cost(country, contacts, None, None)
    return Cost(country, contacts, Decimal(str(price)), Decimal(str(price)) * contacts)
