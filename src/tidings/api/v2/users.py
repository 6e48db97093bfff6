"""People over the API: /users."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post
from litestar.params import QueryParameter

from tidings.actions import users as actions
from tidings.actions.passwords import check_password, hash_password
from tidings.actions.users import UserDraft
from tidings.api.auth import needs, signed_in
from tidings.api.paging import Page, listing
from tidings.api.replay import Once
from tidings.api.v2.subject_views import AuthorizationView
from tidings.api.views import (
    Body,
    Listing,
    Moment,
    Ref,
    View,
    moment,
    optional_moment,
    parse_id,
)
from tidings.domain.errors import Kind, Rejection, invalid
from tidings.domain.permissions import Caller
from tidings.store import users as store
from tidings.store.database import Database
from tidings.store.grants import select_grants
from tidings.store.query import Connection, fetch, fetch_one

PATH = "/api/v2/users"
STATES = {
    None: ("active",),
    "active": ("active",),
    "inactive": ("inactive",),
    "deleted": ("deleted",),
    "any": ("active", "inactive"),
}


class UserBody(Body):
    """A person to create or change; `version` is that of the person who was read."""

    name: str | None = None
    email: str | None = None
    password: str | None = None
    division_id: str | None = None
    state: str | None = None
    locale: str | None = None
    version: int | None = None

    def draft(self, password_hash: str | None = None) -> UserDraft:
        """What is asked for, as the action takes it."""
        return UserDraft(
            name=self.name,
            email=self.email,
            state=self.state,
            language=self.locale,
            division_id=parse_id(self.division_id, "divisionId") if self.division_id else None,
            version=self.version,
            password_hash=password_hash,
        )


class ProfileBody(Body):
    """What somebody may change about themselves; `version` is that of the person who was read."""

    name: str | None = None
    locale: str | None = None
    version: int | None = None


class ContactView(View):
    """A way to reach somebody."""

    address: str
    media_type: str
    type: str


class UserView(View):
    """A person."""

    id: str
    name: str
    email: str
    username: str
    state: str
    locale: str
    version: int
    division: Ref
    primary_contact_info: list[ContactView]
    date_created: Moment
    second_factor: bool
    self_uri: str
    date_last_login: Moment | None = None
    authorization: AuthorizationView | None = None

    @classmethod
    def of(cls, row: store.UserRow, authorization: AuthorizationView | None = None) -> "UserView":
        """The person as the API shows them."""
        return cls(
            id=str(row.id),
            name=row.name,
            email=row.email,
            username=row.email,
            state=row.state,
            locale=row.language,
            version=row.version,
            division=Ref(
                id=str(row.division_id),
                name=row.division_name,
                self_uri=f"/api/v2/authorization/divisions/{row.division_id}",
            ),
            primary_contact_info=[
                ContactView(address=row.email, media_type="EMAIL", type="PRIMARY")
            ],
            date_created=moment(row.created_at),
            date_last_login=optional_moment(row.last_login_at),
            second_factor=row.has_totp,
            authorization=authorization,
            self_uri=f"{PATH}/{row.id}",
        )


Expand = Annotated[str | None, QueryParameter(name="expand")]


@get("/", guards=[needs("directory:user:view")])
async def list_users(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    page: Page,
    name: str | None = None,
    user_state: Annotated[str | None, QueryParameter(name="state")] = None,
    user_ids: Annotated[str | None, QueryParameter(name="id")] = None,
    sort_order: Annotated[str | None, QueryParameter(name="sortOrder")] = None,
    expand: Expand = None,
) -> Listing[UserView]:
    """List people by name; `state` is active (default), inactive, deleted or any."""
    if user_state not in STATES:
        raise invalid("state", "state is active, inactive, deleted or any.")
    wanted = store.UserFilter(
        ids=[parse_id(each, "id") for each in user_ids.split(",")] if user_ids else None,
        states=STATES[user_state],
        divisions=caller.divisions("directory:user:view"),
        criteria=(store.Criterion(f"%{name}%"),) if name else (),
    )
    return await _list(
        request,
        caller,
        database,
        page,
        wanted=wanted,
        descending=(sort_order or "").lower().startswith("desc"),
        expand=expand,
    )


async def _list(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    page: Page,
    *,
    wanted: store.UserFilter,
    descending: bool,
    expand: str | None,
) -> Listing[UserView]:
    organization_id = caller.organization_id
    async with database.transaction(organization_id) as connection:
        rows = await fetch(
            connection,
            store.select_users(
                organization_id,
                wanted,
                limit=page.size,
                offset=page.offset,
                descending=descending,
            ),
        )
        total = await fetch_one(connection, store.count_users(organization_id, wanted))
        views = await show_users(connection, caller, rows, expand=expand)
    return listing(request, page, entities=views, total=total.count)


async def show_users(
    connection: Connection, caller: Caller, rows: list[store.UserRow], *, expand: str | None
) -> list[UserView]:
    """People as the API shows them; with expand=authorization, also what they may do."""
    if "authorization" not in (expand or "").split(","):
        return [UserView.of(row) for row in rows]
    grants = await fetch(
        connection, select_grants(caller.organization_id, [row.id for row in rows])
    )
    return [
        UserView.of(row, AuthorizationView.of([g for g in grants if g.subject_id == row.id]))
        for row in rows
    ]


@post("/", guards=[needs("directory:user:add")], status_code=200)
async def create_user(data: UserBody, caller: Caller, once: Once) -> Response[UserView]:
    """Create a person; without a password they cannot log in yet."""
    password_hash = None
    if data.password is not None:
        password_hash = await hash_password(check_password(data.password))
    return await once(
        lambda connection: actions.create_user(connection, caller, data.draft(password_hash)),
        UserView.of,
    )


@get("/me", guards=[signed_in()])
async def read_me(caller: Caller, database: Database, expand: Expand = None) -> UserView:
    """The person who is signed in; with expand=authorization, what they may do."""
    require_person(caller)
    async with database.transaction(caller.organization_id) as connection:
        user = await actions.access_user(connection, caller, caller.id)
        return (await show_users(connection, caller, [user], expand=expand))[0]


@patch("/me", guards=[signed_in()])
async def change_me(data: ProfileBody, caller: Caller, database: Database) -> UserView:
    """Change one's own name and language."""
    require_person(caller)
    draft = UserDraft(name=data.name, language=data.locale, version=data.version)
    async with database.transaction(caller.organization_id) as connection:
        return UserView.of(await actions.change_own_profile(connection, caller, draft))


@get("/{user_id:uuid}", guards=[needs("directory:user:view")])
async def read_user(
    user_id: UUID, caller: Caller, database: Database, expand: Expand = None
) -> UserView:
    """One person."""
    async with database.transaction(caller.organization_id) as connection:
        user = await actions.access_user(
            connection, caller, user_id, permission="directory:user:view"
        )
        return (await show_users(connection, caller, [user], expand=expand))[0]


@patch("/{user_id:uuid}", guards=[needs("directory:user:edit")])
async def change_user(
    user_id: UUID, data: UserBody, caller: Caller, database: Database
) -> UserView:
    """Change a person; who is made inactive is signed out everywhere."""
    async with database.transaction(caller.organization_id) as connection:
        return UserView.of(await actions.change_user(connection, caller, user_id, data.draft()))


@delete("/{user_id:uuid}", guards=[needs("directory:user:delete")], status_code=204)
async def delete_user(user_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a person with their roles and tokens."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_user(connection, caller, user_id)


def require_person(caller: Caller) -> None:
    """400 for a program: it has no profile, password or second factor."""
    if caller.kind != "user":
        raise Rejection(
            Kind.INVALID,
            "not.a.user",
            "This is about the person who is signed in, and an OAuth client is none.",
        )


users_router = Router(
    PATH,
    route_handlers=[
        list_users,
        create_user,
        read_me,
        change_me,
        read_user,
        change_user,
        delete_user,
    ],
    tags=["Users"],
)
