"""How good people are at skills and languages: /users/{id}/routingskills and routinglanguages."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put

from tidings.actions import skills as actions
from tidings.actions.skills import Rated
from tidings.api.auth import needs, signed_in
from tidings.api.paging import Page, listing
from tidings.api.replay import Once
from tidings.api.views import Body, Listing, View, parse_id
from tidings.domain.permissions import Caller
from tidings.store import skills as store
from tidings.store.database import Database
from tidings.store.query import Connection, fetch, fetch_one

PATH = "/api/v2/users"
FIRST = Page(500, 1)

AnyRequest = Request[Any, Any, Any]


class RatedBody(Body):
    """A skill and how good somebody is at it, from 0 to 5."""

    proficiency: float
    id: str | None = None

    def rated(self, skill_id: UUID | None = None) -> Rated:
        """What is said, about the skill of the path if there is one."""
        return Rated(skill_id or parse_id(self.id, "id"), self.proficiency)


class UserSkillView(View):
    """A skill or language of somebody, and how good they are at it."""

    id: str
    name: str
    proficiency: float
    state: str
    self_uri: str
    skill_uri: str | None = None
    language_uri: str | None = None

    @classmethod
    def of(cls, row: store.UserSkillRow, user_id: UUID, kind: str) -> "UserSkillView":
        """The skill as the API shows it."""
        uri = f"/api/v2/routing/{kind}s/{row.skill_id}"
        return cls(
            id=str(row.skill_id),
            name=row.name,
            proficiency=row.proficiency,
            state=row.state,
            self_uri=f"{PATH}/{user_id}/routing{kind}s/{row.skill_id}",
            skill_uri=uri if kind == "skill" else None,
            language_uri=uri if kind == "language" else None,
        )


async def _list(
    connection: Connection,
    request: AnyRequest,
    caller: Caller,
    user_id: UUID,
    page: Page,
    *,
    kind: str,
) -> Listing[UserSkillView]:
    organization_id = caller.organization_id
    rows = await fetch(
        connection,
        store.select_user_skills(
            organization_id, user_id, kind=kind, limit=page.size, offset=page.offset
        ),
    )
    total = await fetch_one(
        connection, store.count_user_skills(organization_id, user_id, kind=kind)
    )
    entities = [UserSkillView.of(row, user_id, kind) for row in rows]
    return listing(request, page, entities=entities, total=total.count)


async def _read(
    request: AnyRequest,
    caller: Caller,
    database: Database,
    user_id: UUID,
    page: Page,
    *,
    kind: str,
) -> Listing[UserSkillView]:
    async with database.transaction(caller.organization_id) as connection:
        await actions.access_colleague(connection, caller, user_id)
        return await _list(connection, request, caller, user_id, page, kind=kind)


async def _rate(
    request: AnyRequest,
    caller: Caller,
    database: Database,
    user_id: UUID,
    rated: Sequence[Rated],
    *,
    kind: str,
    replace: bool = False,
) -> Listing[UserSkillView]:
    async with database.transaction(caller.organization_id) as connection:
        await actions.rate_skills(connection, caller, user_id, rated, kind=kind, replace=replace)
        return await _list(connection, request, caller, user_id, FIRST, kind=kind)


@get("/{user_id:uuid}/routingskills", guards=[signed_in()])
async def list_user_skills(
    request: AnyRequest, user_id: UUID, caller: Caller, database: Database, page: Page
) -> Listing[UserSkillView]:
    """The skills of a person."""
    return await _read(request, caller, database, user_id, page, kind="skill")


@post("/{user_id:uuid}/routingskills", guards=[needs(*actions.ASSIGN["skill"])], status_code=200)
async def add_user_skill(
    user_id: UUID, data: RatedBody, caller: Caller, once: Once
) -> Response[UserSkillView]:
    """Give a person a skill."""
    return await once(
        lambda connection: actions.rate_skill(
            connection, caller, user_id, data.rated(), kind="skill"
        ),
        lambda row: UserSkillView.of(row, user_id, "skill"),
    )


@put("/{user_id:uuid}/routingskills/bulk", guards=[needs(*actions.ASSIGN["skill"])])
async def replace_user_skills(
    request: AnyRequest, user_id: UUID, data: list[RatedBody], caller: Caller, database: Database
) -> Listing[UserSkillView]:
    """Give a person these skills and no others."""
    rated = [each.rated() for each in data]
    return await _rate(request, caller, database, user_id, rated, kind="skill", replace=True)


@patch("/{user_id:uuid}/routingskills/bulk", guards=[needs(*actions.ASSIGN["skill"])])
async def add_user_skills(
    request: AnyRequest, user_id: UUID, data: list[RatedBody], caller: Caller, database: Database
) -> Listing[UserSkillView]:
    """Give a person these skills besides those they have."""
    rated = [each.rated() for each in data]
    return await _rate(request, caller, database, user_id, rated, kind="skill")


@put("/{user_id:uuid}/routingskills/{skill_id:uuid}", guards=[needs(*actions.ASSIGN["skill"])])
async def rate_user_skill(
    user_id: UUID, skill_id: UUID, data: RatedBody, caller: Caller, database: Database
) -> UserSkillView:
    """Say how good a person is at a skill."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.rate_skill(
            connection, caller, user_id, data.rated(skill_id), kind="skill"
        )
    return UserSkillView.of(row, user_id, "skill")


@delete(
    "/{user_id:uuid}/routingskills/{skill_id:uuid}",
    guards=[needs(*actions.ASSIGN["skill"])],
    status_code=204,
)
async def take_user_skill(
    user_id: UUID, skill_id: UUID, caller: Caller, database: Database
) -> None:
    """Take a skill from a person."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.take_skill(connection, caller, user_id, skill_id, kind="skill")


@get("/{user_id:uuid}/routinglanguages", guards=[signed_in()])
async def list_user_languages(
    request: AnyRequest, user_id: UUID, caller: Caller, database: Database, page: Page
) -> Listing[UserSkillView]:
    """The languages of a person."""
    return await _read(request, caller, database, user_id, page, kind="language")


@post(
    "/{user_id:uuid}/routinglanguages", guards=[needs(*actions.ASSIGN["language"])], status_code=200
)
async def add_user_language(
    user_id: UUID, data: RatedBody, caller: Caller, once: Once
) -> Response[UserSkillView]:
    """Give a person a language."""
    return await once(
        lambda connection: actions.rate_skill(
            connection, caller, user_id, data.rated(), kind="language"
        ),
        lambda row: UserSkillView.of(row, user_id, "language"),
    )


@patch("/{user_id:uuid}/routinglanguages/bulk", guards=[needs(*actions.ASSIGN["language"])])
async def add_user_languages(
    request: AnyRequest, user_id: UUID, data: list[RatedBody], caller: Caller, database: Database
) -> Listing[UserSkillView]:
    """Give a person these languages besides those they have."""
    rated = [each.rated() for each in data]
    return await _rate(request, caller, database, user_id, rated, kind="language")


@patch(
    "/{user_id:uuid}/routinglanguages/{language_id:uuid}",
    guards=[needs(*actions.ASSIGN["language"])],
)
async def rate_user_language(
    user_id: UUID, language_id: UUID, data: RatedBody, caller: Caller, database: Database
) -> UserSkillView:
    """Say how good a person is at a language."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.rate_skill(
            connection, caller, user_id, data.rated(language_id), kind="language"
        )
    return UserSkillView.of(row, user_id, "language")


@delete(
    "/{user_id:uuid}/routinglanguages/{language_id:uuid}",
    guards=[needs(*actions.ASSIGN["language"])],
    status_code=204,
)
async def take_user_language(
    user_id: UUID, language_id: UUID, caller: Caller, database: Database
) -> None:
    """Take a language from a person."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.take_skill(connection, caller, user_id, language_id, kind="language")


user_skills_router = Router(
    PATH,
    route_handlers=[
        list_user_skills,
        add_user_skill,
        replace_user_skills,
        add_user_skills,
        rate_user_skill,
        take_user_skill,
        list_user_languages,
        add_user_language,
        add_user_languages,
        rate_user_language,
        take_user_language,
    ],
    tags=["Users"],
)
