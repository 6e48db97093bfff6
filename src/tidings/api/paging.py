"""Page numbers and keysets: reading them from a request and writing the links of the next."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Protocol, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request
from litestar.params import QueryParameter

from tidings.api.views import Keyset, Listing
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.query import Count, Query, Row, fetch, fetch_one

Item = TypeVar("Item")
Chosen = TypeVar("Chosen", contravariant=True)
LARGEST_PAGE = 500

PageSize = Annotated[int, QueryParameter(name="pageSize", ge=1, le=LARGEST_PAGE)]
PageNumber = Annotated[int, QueryParameter(name="pageNumber", ge=1, le=1_000_000)]
After = Annotated[str | None, QueryParameter(name="after")]


class Page(msgspec.Struct, frozen=True):
    """Which page of a numbered listing is asked for."""

    size: int
    number: int

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return self.size * (self.number - 1)


async def read_page(page_size: PageSize = 25, page_number: PageNumber = 1) -> Page:
    """The dependency `page`: pageSize (default 25) and pageNumber (default 1)."""
    return Page(page_size, page_number)


class SelectPage(Protocol[Chosen, Row]):
    """A store function that reads a page of what is chosen."""

    def __call__(
        self, organization_id: UUID, chosen: Chosen, /, *, limit: int, offset: int
    ) -> Query[Row]:
        """The statement."""


class Numbered:
    """The dependency `numbered`: answers with the page of a list that is asked for."""

    def __init__(
        self, request: Request[Any, Any, Any], caller: Caller, database: Database, page: Page
    ) -> None:
        self._request = request
        self._caller = caller
        self._database = database
        self._page = page

    async def __call__(
        self,
        select: SelectPage[Chosen, Row],
        count: Callable[[UUID, Chosen], Query[Count]],
        chosen: Chosen,
        view: Callable[[Row], Item],
    ) -> Listing[Item]:
        """Read the page of what is chosen, and how much that is, in one transaction."""
        organization_id, page = self._caller.organization_id, self._page
        query = select(organization_id, chosen, limit=page.size, offset=page.offset)
        async with self._database.transaction(organization_id) as connection:
            rows = await fetch(connection, query)
            total = await fetch_one(connection, count(organization_id, chosen))
        entities = [view(row) for row in rows]
        return listing(self._request, page, entities=entities, total=total.count)


async def read_numbered(
    request: Request[Any, Any, Any], caller: Caller, database: Database, page: Page
) -> Numbered:
    """The dependency `numbered`."""
    return Numbered(request, caller, database, page)


def listing(
    request: Request[Any, Any, Any], page: Page, *, entities: Sequence[Item], total: int
) -> Listing[Item]:
    """The envelope of a numbered listing with its links."""
    last = max(1, -(-total // page.size))

    def link(number: int) -> str:
        query = [(k, v) for k, v in request.query_params.multi_items() if k != "pageNumber"]
        return f"{request.url.path}?{urlencode([*query, ('pageNumber', number)])}"

    return Listing(
        entities=entities,
        page_size=page.size,
        page_number=page.number,
        total=total,
        page_count=last,
        self_uri=link(page.number),
        first_uri=link(1),
        last_uri=link(last),
        next_uri=link(page.number + 1) if page.number < last else None,
        previous_uri=link(page.number - 1) if page.number > 1 else None,
    )


def keyset(
    request: Request[Any, Any, Any],
    page_size: int,
    *,
    entities: Sequence[Item],
    last_key: str | UUID | None,
    may_be_short: bool = False,
) -> Keyset[Item]:
    """The envelope of an endless listing; `last_key` continues after a full page.

    Where a page may be short although more follows, any `last_key` continues.
    """
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
    path = request.url.path
    more = last_key is not None and (may_be_short or len(entities) >= page_size)
    return Keyset(
        entities=entities,
        page_size=page_size,
        self_uri=f"{path}?{request.url.query}" if request.url.query else path,
        next_uri=f"{path}?{urlencode([*query, ('after', str(last_key))])}" if more else None,
    )
