"""Suppressions over the API: numbers learnt not to be on WhatsApp."""

from datetime import UTC, datetime
from typing import Any

from litestar import Request, Router, delete, get

from tidings.actions.suppressions import lift_suppression
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize, keyset
from tidings.api.v2.consents import parse_prefixes
from tidings.api.views import Keyset, Moment, View, moment
from tidings.domain.permissions import Caller
from tidings.store import suppressions as store
from tidings.store.consents import CHANNEL
from tidings.store.database import Database
from tidings.store.query import fetch


class SuppressionView(View):
    """A number that is not tried before `until_time`, and the refusal that taught us."""

    id: str
    address: str
    channel: str
    code: str
    learnt_time: Moment
    until_time: Moment

    @classmethod
    def of(cls, row: store.SuppressionRow) -> "SuppressionView":
        """The suppression as the API shows it."""
        return cls(
            id=row.address,
            address=row.address,
            channel=CHANNEL,
            code=row.code,
            learnt_time=moment(row.learnt_at),
            until_time=moment(row.until_at),
        )


@get("/", guards=[needs("messaging:consent:view")])
async def list_suppressions(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 25,
    address: str | None = None,
) -> Keyset[SuppressionView]:
    """List the numbers that are not tried just now, by number."""
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            store.select_suppression_page(
                caller.organization_id,
                prefixes=parse_prefixes(address) or ("",),
                after=after or "",
                now=datetime.now(UTC),
                limit=page_size,
            ),
        )
    return keyset(
        request,
        page_size,
        entities=[SuppressionView.of(row) for row in rows],
        last_key=rows[-1].address if rows else None,
    )


@delete("/{address:str}", guards=[needs("messaging:consent:edit")], status_code=204)
async def delete_suppression(address: str, caller: Caller, database: Database) -> None:
    """Let a number be tried again, because somebody knows better."""
    async with database.transaction(caller.organization_id) as connection:
        await lift_suppression(connection, caller, address)


suppressions_router = Router(
    "/api/v2/suppressions",
    route_handlers=[list_suppressions, delete_suppression],
    tags=["Consent"],
)
