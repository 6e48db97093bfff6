"""Console sessions over the API: log in, who am I, log out."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import Cookie

from tidings.actions.sessions import Attempt, Door, SignedIn, log_in, log_out
from tidings.actions.throttle import Throttle
from tidings.api.auth import COOKIE, authenticate, forget_token, read_caller, signed_in
from tidings.api.v2.users import UserView, require_person
from tidings.api.views import Body, View
from tidings.domain.errors import Kind, Rejection
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.organizations import OrganizationRow, select_organization
from tidings.store.query import Connection, fetch_one
from tidings.store.secret_box import SecretBox
from tidings.store.users import UserRow, select_user

NOBODY: Any = None


class LogInBody(Body):
    """What somebody at the door says; `totp` and `organization` when they are asked for."""

    email: str
    password: str
    totp: str | None = None
    organization: str | None = None


class OrganizationRef(View):
    """The organization of a session."""

    id: str
    name: str
    short_name: str


class SessionView(View):
    """A session; the console sends `csrfToken` back in X-CSRF-Token with every change."""

    csrf_token: str
    user: UserView
    organization: OrganizationRef

    @classmethod
    def of(cls, csrf_token: str, user: UserRow, organization: OrganizationRow) -> "SessionView":
        """The session as the API shows it."""
        return cls(
            csrf_token=csrf_token,
            user=UserView.of(user),
            organization=OrganizationRef(
                id=str(organization.id),
                name=organization.name,
                short_name=organization.short_name,
            ),
        )


@post("/", status_code=200)
async def open_session(
    data: LogInBody,
    request: Request[Any, Any, Any],
    database: Database,
    settings: Settings,
    secrets: SecretBox,
) -> Response[SessionView]:
    """Log in. 401 totp.required and 409 organization.required ask for one more field.

    Open to everybody: a cookie that is sent along counts for nothing here.
    """
    door = Door(database, Throttle(database, settings), secrets, settings.session_hours)
    attempt = Attempt(
        email=data.email,
        password=data.password,
        totp=data.totp,
        organization=data.organization,
        address=request.client.host if request.client else "",
        correlation_id=str(request.scope.get("correlation_id", "")),
    )
    opened = await log_in(door, attempt)
    async with database.transaction(opened.account.organization_id) as connection:
        view = await _show(
            connection, opened.csrf_token, opened.account.organization_id, opened.account.user_id
        )
    return Response(view, cookies=[_cookie(opened, settings)])


@get("/")
async def find_session(
    request: Request[Any, Any, Any], database: Database
) -> Response[SessionView]:
    """The session of this cookie; 204 for a visitor, who is no error.

    Open to everybody: a console asks it to find out whether to ask for a password.
    """
    try:
        identity = await authenticate(request)
    except Rejection as rejection:
        if rejection.kind is not Kind.UNAUTHENTICATED:
            raise
        return Response(NOBODY, status_code=204)
    if identity.row.kind != "session":
        return Response(NOBODY, status_code=204)
    caller = await read_caller(request)
    async with database.transaction(caller.organization_id) as connection:
        return Response(
            await _show(connection, identity.row.csrf_token, caller.organization_id, caller.id)
        )


@get("/me", guards=[signed_in()])
async def read_session(
    request: Request[Any, Any, Any], caller: Caller, database: Database
) -> SessionView:
    """The session of this cookie."""
    require_person(caller)
    identity = await authenticate(request)
    async with database.transaction(caller.organization_id) as connection:
        return await _show(connection, identity.row.csrf_token, caller.organization_id, caller.id)


@delete("/me", guards=[signed_in()], status_code=204)
async def close_session(
    request: Request[Any, Any, Any], caller: Caller, database: Database
) -> Response[None]:
    """Log out."""
    token_hash = (await authenticate(request)).token_hash
    async with database.transaction(caller.organization_id) as connection:
        await log_out(connection, caller, token_hash)
    forget_token(request)
    response = Response(None, status_code=204)
    response.delete_cookie(COOKIE)
    return response


async def _show(
    connection: Connection, csrf_token: str, organization_id: UUID, user_id: UUID
) -> SessionView:
    return SessionView.of(
        csrf_token,
        await fetch_one(connection, select_user(organization_id, user_id)),
        await fetch_one(connection, select_organization(organization_id)),
    )


def _cookie(opened: SignedIn, settings: Settings) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=opened.token,
        path="/",
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=settings.base_url.startswith("https://"),
    )


sessions_router = Router(
    "/api/v2/sessions",
    route_handlers=[open_session, find_session, read_session, close_session],
    tags=["Sessions"],
)
