"""Divisions walked by key, and what is moved into them: /authorization/divisions."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.params import QueryParameter

from tidings.actions import division_objects as actions
from tidings.actions.divisions import access_division
from tidings.api.auth import needs, signed_in
from tidings.api.v2.divisions import PATH, DivisionView
from tidings.api.v2.libraries import escape_like
from tidings.api.views import View, parse_id
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.division_objects import ObjectType
from tidings.store.divisions import DivisionRow, select_divisions_beside
from tidings.store.query import fetch

LARGEST_PAGE = 200


class DivisionCursorView(View):
    """AuthzDivisionCursorListing of the reference."""

    entities: list[DivisionView]
    self_uri: str
    next_uri: str | None = None
    previous_uri: str | None = None


@get("/query", guards=[signed_in()])
async def walk_divisions(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    page_size: Annotated[int, QueryParameter(name="pageSize", ge=1, le=LARGEST_PAGE)] = 25,
    before: UUID | None = None,
    after: UUID | None = None,
    name: str | None = None,
    division_ids: Annotated[list[UUID] | None, QueryParameter(name="id")] = None,
) -> DivisionCursorView:
    """Walk the divisions by name: after one of them, or before it."""
    if before is not None and after is not None:
        raise invalid("before", "Give either before or after, not both.")
    beside = before or after
    async with database.transaction(caller.organization_id) as connection:
        if beside is not None:
            await access_division(connection, caller, beside)
        rows = await fetch(
            connection,
            select_divisions_beside(
                caller.organization_id,
                name_like=f"%{escape_like(name)}%" if name else None,
                ids=division_ids,
                beside=beside,
                backwards=before is not None,
                limit=page_size + 1,
            ),
        )
    return _page(request, rows, size=page_size, before=before, after=after)


def _page(
    request: Request[Any, Any, Any],
    rows: list[DivisionRow],
    *,
    size: int,
    before: UUID | None,
    after: UUID | None,
) -> DivisionCursorView:
    """The envelope; there is one row more than a page if it goes on that way."""
    goes_on, rows = len(rows) > size, rows[:size]
    is_next, is_previous = goes_on, after is not None
    if before is not None:
        rows.reverse()
        is_next, is_previous = True, goes_on
    return DivisionCursorView(
        entities=[DivisionView.of(row) for row in rows],
        self_uri=_link(request, "", None),
        next_uri=_link(request, "after", rows[-1].id) if rows and is_next else None,
        previous_uri=_link(request, "before", rows[0].id) if rows and is_previous else None,
    )


def _link(request: Request[Any, Any, Any], key: str, value: UUID | None) -> str:
    query = [
        (each, text)
        for each, text in request.query_params.multi_items()
        if value is None or each not in ("before", "after")
    ]
    if value is not None:
        query.append((key, str(value)))
    return f"{request.url.path}?{urlencode(query)}" if query else request.url.path


@post(
    "/{division_id:uuid}/objects/{object_type:str}",
    guards=[needs(*sorted(actions.EDIT.values()))],
    status_code=204,
)
async def move_objects(
    division_id: UUID, object_type: str, data: list[str], caller: Caller, database: Database
) -> None:
    """Move things of one kind into the division, by their ids: all of them, or none.

    objectType is USER, INTEGRATION, CONTACTLIST, DNCLIST, MESSAGINGCAMPAIGN, RESPONSELIBRARY,
    QUEUE, WRAPUPCODE or WORKSTREAM. Whoever moves a thing may edit such things in both divisions.
    """
    try:
        kind = ObjectType(object_type.upper())
    except ValueError:
        known = ", ".join(each.value for each in ObjectType)
        raise invalid("objectType", f"The object type is one of {known}.") from None
    ids = sorted({parse_id(each, "body") for each in data})
    async with database.transaction(caller.organization_id) as connection:
        await actions.move_into_division(connection, caller, division_id, kind=kind, ids=ids)


division_objects_router = Router(
    PATH, route_handlers=[walk_divisions, move_objects], tags=["Authorization"]
)
