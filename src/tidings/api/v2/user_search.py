"""Finding people over the API, with the search body of the official SDKs."""

from collections.abc import Sequence

import msgspec
from litestar import Router, post

from tidings.api.auth import needs
from tidings.api.v2.users import PATH, UserView, show_users
from tidings.api.views import Body, View
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store import users as store
from tidings.store.database import Database
from tidings.store.query import fetch, fetch_one

LARGEST_PAGE = 500
MOST_CRITERIA = 10
FIELDS = {"name", "email"}
PATTERNS = {
    "EXACT": "{}",
    "STARTS_WITH": "{}%",
    "CONTAINS": "%{}%",
    "TERM": "%{}%",
    "QUERY_STRING": "%{}%",
}


class CriterionBody(Body):
    """A value that one of the fields (name, email) has to fit."""

    type: str
    value: str | None = None
    fields: list[str] | None = None
    operator: str | None = None


class SearchBody(Body):
    """A search; all criteria have to fit."""

    query: list[CriterionBody] = msgspec.field(default_factory=list)
    page_size: int = 25
    page_number: int = 1
    sort_by: str | None = None
    sort_order: str | None = None
    expand: list[str] | None = None


class SearchView(View):
    """The people found."""

    results: Sequence[UserView]
    total: int
    page_count: int
    page_size: int
    page_number: int
    types: list[str]


@post("/search", guards=[needs("directory:user:view")], status_code=200)
async def search_users(data: SearchBody, caller: Caller, database: Database) -> SearchView:
    """Find people by name or e-mail address."""
    if not 1 <= data.page_size <= LARGEST_PAGE or data.page_number < 1:
        raise invalid("pageSize", f"pageSize is 1 to {LARGEST_PAGE}, pageNumber 1 or more.")
    wanted = store.UserFilter(
        divisions=caller.divisions("directory:user:view"), criteria=parse_criteria(data.query)
    )
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            store.select_users(
                caller.organization_id,
                wanted,
                limit=data.page_size,
                offset=data.page_size * (data.page_number - 1),
                descending=(data.sort_order or "").upper() == "DESC",
            ),
        )
        total = await fetch_one(connection, store.count_users(caller.organization_id, wanted))
        expand = ",".join(data.expand or [])
        people = await show_users(connection, caller, rows, expand=expand)
    return SearchView(
        results=people,
        total=total.count,
        page_count=-(-total.count // data.page_size),
        page_size=data.page_size,
        page_number=data.page_number,
        types=["users"],
    )


def parse_criteria(given: list[CriterionBody]) -> tuple[store.Criterion, ...]:
    """The search as LIKE patterns; 400 names what cannot be searched for."""
    if len(given) > MOST_CRITERIA:
        raise invalid("query", f"A search has at most {MOST_CRITERIA} criteria.")
    return tuple(_parse_criterion(each) for each in given)


def _parse_criterion(given: CriterionBody) -> store.Criterion:
    pattern = PATTERNS.get(given.type.upper())
    if pattern is None:
        raise invalid("query.type", f"query.type {given.type} is none of {', '.join(PATTERNS)}.")
    if (given.operator or "AND").upper() != "AND":
        raise invalid("query.operator", "query.operator is AND: all criteria have to fit.")
    fields = set(given.fields or FIELDS)
    if fields - FIELDS:
        raise invalid("query.fields", "People are searched by the fields name and email.")
    if not given.value:
        raise invalid("query.value", "Give a query.value to search for.")
    value = given.value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return store.Criterion(pattern.format(value), "name" in fields, "email" in fields)


user_search_router = Router(PATH, route_handlers=[search_users], tags=["Users"])
