"""Skills and languages over the API: /routing/skills and /routing/languages."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put
from litestar.params import QueryParameter

from tidings.actions import skills as actions
from tidings.api.auth import needs, signed_in
from tidings.api.paging import Numbered, Page, listing
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
Ids = Annotated[list[UUID] | None, QueryParameter(name="id")]


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


class SkilledPersonView(View):
    """Somebody who has a skill or language, and how good they are at it."""

    id: str
    name: str
    proficiency: float
    self_uri: str

    @classmethod
    def of(cls, row: store.SkilledPersonRow) -> "SkilledPersonView":
        """The person as the API shows them."""
        return cls(
            id=str(row.user_id),
            name=row.name,
            proficiency=row.proficiency,
            self_uri=f"/api/v2/users/{row.user_id}",
        )


async def _people(
    request: AnyRequest,
    caller: Caller,
    database: Database,
    skill_id: UUID,
    page: Page,
    *,
    kind: str,
) -> Listing[SkilledPersonView]:
    organization_id, divisions = caller.organization_id, actions.seen_divisions(caller)
    async with database.transaction(organization_id) as connection:
        await actions.access_skill(connection, caller, skill_id, kind=kind)
        query = store.select_skilled_people(
            organization_id, skill_id, divisions=divisions, limit=page.size, offset=page.offset
        )
        rows = await fetch(connection, query)
        total = await fetch_one(
            connection, store.count_skilled_people(organization_id, skill_id, divisions=divisions)
        )
    entities = [SkilledPersonView.of(row) for row in rows]
    return listing(request, page, entities=entities, total=total.count)


def _like(name: str | None) -> str | None:
    """A `*` in a name asked for stands for anything, as in the reference; so does its end."""
    return f"{escape_like(name).replace('*', '%')}%" if name else None


@get("/skills", guards=[needs(VIEW)])
async def list_skills(
    numbered: Numbered, name: str | None = None, ids: Ids = None
) -> Listing[SkillView]:
    """List skills by name."""
    chosen = store.SkillFilter("skill", _like(name), ids)
    return await numbered(store.select_skills, store.count_skills, chosen, SkillView.of)


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


@put("/skills/{skill_id:uuid}", guards=[needs(MANAGE)])
async def rename_skill(
    skill_id: UUID, data: SkillBody, caller: Caller, database: Database
) -> SkillView:
    """Rename a skill; everybody keeps it."""
    async with database.transaction(caller.organization_id) as connection:
        return SkillView.of(
            await actions.rename_skill(connection, caller, skill_id, kind="skill", name=data.name)
        )


@get("/skills/{skill_id:uuid}/users", guards=[needs(*actions.SEE)])
async def list_skill_people(
    request: AnyRequest, skill_id: UUID, caller: Caller, database: Database, page: Page
) -> Listing[SkilledPersonView]:
    """Who has a skill, the best first."""
    return await _people(request, caller, database, skill_id, page, kind="skill")


@delete("/skills/{skill_id:uuid}", guards=[needs(MANAGE)], status_code=204)
async def delete_skill(skill_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a skill; everybody loses it."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_skill(connection, caller, skill_id, kind="skill")


@get("/languages", guards=[signed_in()])
async def list_languages(
    numbered: Numbered, name: str | None = None, ids: Ids = None
) -> Listing[SkillView]:
    """List languages by name."""
    chosen = store.SkillFilter("language", _like(name), ids)
    return await numbered(store.select_skills, store.count_skills, chosen, SkillView.of)


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


@put("/languages/{language_id:uuid}", guards=[needs(MANAGE)])
async def rename_language(
    language_id: UUID, data: SkillBody, caller: Caller, database: Database
) -> SkillView:
    """Rename a language; everybody keeps it."""
    async with database.transaction(caller.organization_id) as connection:
        return SkillView.of(
            await actions.rename_skill(
                connection, caller, language_id, kind="language", name=data.name
            )
        )


@get("/languages/{language_id:uuid}/users", guards=[needs(*actions.SEE)])
async def list_language_people(
    request: AnyRequest, language_id: UUID, caller: Caller, database: Database, page: Page
) -> Listing[SkilledPersonView]:
    """Who speaks a language, the best first."""
    return await _people(request, caller, database, language_id, page, kind="language")


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
        rename_skill,
        list_skill_people,
        delete_skill,
        list_languages,
        create_language,
        read_language,
        rename_language,
        list_language_people,
        delete_language,
    ],
    tags=["Routing"],
)
