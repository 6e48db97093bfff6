"""Libraries of responses over the API: /responsemanagement/libraries."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, post, put
from litestar.params import QueryParameter

from tidings.actions import libraries as actions
from tidings.api.auth import needs
from tidings.api.paging import Numbered, Page
from tidings.api.replay import Once
from tidings.api.views import Body, Listing, Moment, Ref, View, moment, parse_id
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store import libraries as store
from tidings.store.database import Database

PATH = "/api/v2/responsemanagement/libraries"
MOST_IDS = 100
LIKES = {"EQUALS": "{}", "BEGINS_WITH": "{}%", "ENDS_WITH": "%{}", "CONTAINS": "%{}%"}


class LibraryBody(Body):
    """A library to create or change."""

    name: str | None = None
    version: int | None = None
    response_type: str | None = None
    division: Ref | None = None

    @property
    def division_id(self) -> UUID | None:
        """The division asked for, if any."""
        return None if self.division is None else parse_id(self.division.id, "division.id")


class LibraryBatch(Body):
    """Which libraries are asked for."""

    library_ids: list[str]


class Criterion(Body):
    """One condition: `value` is one value, or several with commas for IN."""

    key: str
    operator: str
    value: str = ""


class CriteriaGroup(Body):
    """Conditions that must all be met; alternatives and negations are not offered."""

    criteria: Criterion | None = None
    all_of: list[Criterion] = msgspec.field(default_factory=list, name="and")
    any_of: list[Criterion] = msgspec.field(default_factory=list, name="or")
    none_of: list[Criterion] = msgspec.field(default_factory=list, name="not")


class LibraryQuery(Body):
    """Which libraries are looked for."""

    query: list[CriteriaGroup]


class LibraryView(View):
    """A library."""

    id: str
    name: str
    version: int
    division: Ref
    date_created: Moment
    self_uri: str
    response_type: str | None = None
    created_by: Ref | None = None

    @classmethod
    def of(cls, row: store.LibraryRow) -> "LibraryView":
        """The library as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            version=row.version,
            division=Ref(
                id=str(row.division_id),
                name=row.division_name,
                self_uri=f"/api/v2/authorization/divisions/{row.division_id}",
            ),
            date_created=moment(row.created_at),
            self_uri=f"{PATH}/{row.id}",
            response_type=row.response_type,
            created_by=None if row.created_by is None else Ref(id=str(row.created_by)),
        )


AnyRequest = Request[Any, Any, Any]


@get("/libraries", guards=[needs(actions.VIEW)])
async def list_libraries(
    caller: Caller,
    numbered: Numbered,
    library_prefix: Annotated[str | None, QueryParameter(name="libraryPrefix")] = None,
    messaging_template_filter: Annotated[
        str | None, QueryParameter(name="messagingTemplateFilter")
    ] = None,
) -> Listing[LibraryView]:
    """List libraries by name; messagingTemplateFilter=whatsapp: only those with templates."""
    if messaging_template_filter not in (None, "whatsapp"):
        raise invalid("messagingTemplateFilter", "messagingTemplateFilter can be whatsapp.")
    chosen = store.LibraryFilter(
        caller.divisions(actions.VIEW),
        name_likes=[f"{escape_like(library_prefix)}%"] if library_prefix else None,
        with_templates=messaging_template_filter is not None,
    )
    return await numbered(store.select_libraries, store.count_libraries, chosen, LibraryView.of)


@post("/libraries/bulk", guards=[needs(actions.VIEW)], status_code=200)
async def read_libraries(
    request: AnyRequest, data: LibraryBatch, caller: Caller, database: Database
) -> Listing[LibraryView]:
    """The libraries of these ids that the caller may see."""
    if len(data.library_ids) > MOST_IDS:
        raise invalid("libraryIds", f"Ask for at most {MOST_IDS} libraries at once.")
    ids = [parse_id(each, "libraryIds") for each in data.library_ids]
    chosen = store.LibraryFilter(caller.divisions(actions.VIEW), ids=ids)
    numbered = Numbered(request, caller, database, Page(MOST_IDS, 1))
    return await numbered(store.select_libraries, store.count_libraries, chosen, LibraryView.of)


@post("/libraries/query", guards=[needs(actions.VIEW)], status_code=200)
async def query_libraries(
    data: LibraryQuery, caller: Caller, numbered: Numbered
) -> Listing[LibraryView]:
    """Libraries that meet all conditions on Name, Id and DivisionId."""
    chosen = store.LibraryFilter(caller.divisions(actions.VIEW))
    for group in data.query:
        if group.any_of or group.none_of:
            raise invalid("query", "Only `and` and `criteria` can be asked for here.")
        for criterion in [*group.all_of, *([group.criteria] if group.criteria else [])]:
            chosen = narrow(chosen, criterion)
    return await numbered(store.select_libraries, store.count_libraries, chosen, LibraryView.of)


def narrow(chosen: store.LibraryFilter, criterion: Criterion) -> store.LibraryFilter:
    """Add one condition; 400 names a key or operator that cannot be asked for."""
    operator = criterion.operator.upper()
    if criterion.key == "Name" and operator in LIKES:
        like = LIKES[operator].format(escape_like(criterion.value))
        return msgspec.structs.replace(chosen, name_likes=[*(chosen.name_likes or ()), like])
    if criterion.key in ("Id", "DivisionId") and operator in ("IN", "EQUALS"):
        field = "ids" if criterion.key == "Id" else "divisions"
        asked = [parse_id(each.strip(), "query.value") for each in criterion.value.split(",")]
        known: list[UUID] | None = getattr(chosen, field)
        both = [each for each in asked if known is None or each in known]
        return msgspec.structs.replace(chosen, **{field: both})
    raise invalid(
        "query.key",
        f"{criterion.key} cannot be asked for by {operator}: use Name, Id or DivisionId.",
    )


@post("/libraries", guards=[needs("responses:library:add")], status_code=200)
async def create_library(data: LibraryBody, caller: Caller, once: Once) -> Response[LibraryView]:
    """Create a library."""
    return await once(
        lambda connection: actions.create_library(
            connection,
            caller,
            name=data.name,
            division_id=data.division_id,
            response_type=data.response_type,
        ),
        LibraryView.of,
    )


@get("/libraries/{library_id:uuid}", guards=[needs(actions.VIEW)])
async def read_library(library_id: UUID, caller: Caller, database: Database) -> LibraryView:
    """One library."""
    async with database.transaction(caller.organization_id) as connection:
        return LibraryView.of(await actions.access_library(connection, caller, library_id))


@put("/libraries/{library_id:uuid}", guards=[needs("responses:library:edit")])
async def change_library(
    library_id: UUID, data: LibraryBody, caller: Caller, database: Database
) -> LibraryView:
    """Rename a library or move it to another division."""
    async with database.transaction(caller.organization_id) as connection:
        return LibraryView.of(
            await actions.change_library(
                connection,
                caller,
                library_id,
                name=data.name,
                division_id=data.division_id,
                version=data.version,
            )
        )


@delete("/libraries/{library_id:uuid}", guards=[needs("responses:library:delete")], status_code=204)
async def delete_library(library_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a library with the responses that are in no other."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_library(connection, caller, library_id)


def escape_like(text: str) -> str:
    """A text in which LIKE finds no wildcards."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


libraries_router = Router(
    "/api/v2/responsemanagement",
    route_handlers=[
        list_libraries,
        read_libraries,
        query_libraries,
        create_library,
        read_library,
        change_library,
        delete_library,
    ],
    tags=["Response management"],
)
