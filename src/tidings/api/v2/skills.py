"""Skills and languages over the API: /routing/skills and /routing/languages."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.params import Parameter

from tidings.actions import skills as actions
from tidings.api.auth import needs, signed_in
from tidings.api.paging import Page, listing
from tidings.api.replay import Once
from tidings.api.v2.libraries import escape_like
from tidings.api.views import Body, Listing, Moment, View, moment
from tidings.domain.permissions import Caller
from tidings.store import skills as store
from tidings.store.database import Database
from tidings.store.query import fetch, fetch_one

PATH = "/api/v2/routing"
VIEW = "routing:skill:view"
MANAGE = "routing:skill:manage"

AnyRequest = Request[Any, Any, Any]
Ids = Annotated[list[UUID] | None, Parameter(query="id")]


class SkillBody(Body):
    """A skill or a language to create."""

    name: str | None = None


class SkillView(View):
    """A skill or a language."""

    id: str
    name: str
    state: str
    version: str
    date_modified: Moment
    self_uri: str

    @classmethod
    def of(cls, row: store.SkillRow) -> "SkillView":
        """The skill as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            state=row.state,
            version=str(row.version),
            date_modified=moment(row.modified_at),
            self_uri=f"{PATH}/{row.kind}s/{row.id}",
        )


async def _list(
    request: AnyRequest, caller: Caller, database: Database, page: Page, chosen: store.SkillFilter
) -> Listing[SkillView]:
    organization_id = caller.organization_id
    async with database.transaction(organization_id) as connection:
        rows = await fetch(
            connection,
            store.select_skills(organization_id, chosen, limit=page.size, offset=page.offset),
        )
        total = await fetch_one(connection, store.count_skills(organization_id, chosen))
    return listing(request, page, entities=[SkillView.of(row) for row in rows], total=total.count)


def _like(name: str | None) -> str | None:
    """A `*` in a name asked for stands for anything, as in the reference; so does its end."""
    return f"{escape_like(name).replace('*', '%')}%" if name else None


@get("/skills", guards=[needs(VIEW)])
async def list_skills(
    request: AnyRequest,
    caller: Caller,
    database: Database,
    page: Page,
    name: str | None = None,
    ids: Ids = None,
) -> Listing[SkillView]:
    """List skills by name."""
    return await _list(
        request, caller, database, page, store.SkillFilter("skill", _like(name), ids)
    )


@post("/skills", guards=[needs(MANAGE)], status_code=200)
async def create_skill(data: SkillBody, caller: Caller, once: Once) -> Response[SkillView]:
    """Create a skill."""
    return await once(
        lambda connection: actions.create_skill(connection, caller, kind="skill", name=data.name),
        SkillView.of,
    )


@get("/skills/{skill_id:uuid}", guards=[needs(VIEW)])
async def read_skill(skill_id: UUID, caller: Caller, database: Database) -> SkillView:
    """One skill."""
    async with database.transaction(caller.organization_id) as connection:
        return SkillView.of(await actions.access_skill(connection, caller, skill_id, kind="skill"))


@delete("/skills/{skill_id:uuid}", guards=[needs(MANAGE)], status_code=204)
async def delete_skill(skill_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a skill; everybody loses it."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_skill(connection, caller, skill_id, kind="skill")


@get("/languages", guards=[signed_in()])
async def list_languages(
    request: AnyRequest,
    caller: Caller,
    database: Database,
    page: Page,
    name: str | None = None,
    ids: Ids = None,
) -> Listing[SkillView]:
    """List languages by name."""
    chosen = store.SkillFilter("language", _like(name), ids)
    return await _list(request, caller, database, page, chosen)


@post("/languages", guards=[needs(MANAGE)], status_code=200)
async def create_language(data: SkillBody, caller: Caller, once: Once) -> Response[SkillView]:
    """Create a language."""
    return await once(
        lambda connection: actions.create_skill(
            connection, caller, kind="language", name=data.name
        ),
        SkillView.of,
    )


@get("/languages/{language_id:uuid}", guards=[signed_in()])
async def read_language(language_id: UUID, caller: Caller, database: Database) -> SkillView:
    """One language."""
    async with database.transaction(caller.organization_id) as connection:
        return SkillView.of(
            await actions.access_skill(connection, caller, language_id, kind="language")
        )


@delete("/languages/{language_id:uuid}", guards=[needs(MANAGE)], status_code=204)
async def delete_language(language_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a language; everybody loses it."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_skill(connection, caller, language_id, kind="language")


skills_router = Router(
    PATH,
    route_handlers=[
        list_skills,
        create_skill,
        read_skill,
        delete_skill,
        list_languages,
        create_language,
        read_language,
        delete_language,
    ],
    tags=["Routing"],
)
