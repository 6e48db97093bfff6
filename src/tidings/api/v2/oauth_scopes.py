"""The areas that OAuth clients know as scopes, over the API: /oauth/scopes."""

from litestar import Router, get

from tidings.api.auth import signed_in
from tidings.api.views import View
from tidings.domain.errors import absent
from tidings.domain.scopes import READ_ONLY, SCOPES, describe_scope

PATH = "/api/v2/oauth/scopes"


class ScopeView(View):
    """OAuthScope of the reference."""

    id: str
    description: str
    self_uri: str


class ScopesView(View):
    """OAuthScopeListing of the reference."""

    total: int
    entities: list[ScopeView]
    self_uri: str


def _show(scope: str) -> ScopeView:
    description = describe_scope(scope)
    if description is None:
        raise absent("scope", scope)
    return ScopeView(id=scope, description=description, self_uri=f"{PATH}/{scope}")


@get("/", guards=[signed_in()])
async def list_scopes() -> ScopesView:
    """List the scopes, two for each area. What a token may do is decided by its roles alone."""
    names = [name for area in SCOPES for name in (area, f"{area}:{READ_ONLY}")]
    return ScopesView(total=len(names), entities=[_show(each) for each in names], self_uri=PATH)


@get("/{scope_id:str}", guards=[signed_in()])
async def read_scope(scope_id: str) -> ScopeView:
    """One scope."""
    return _show(scope_id)


oauth_scopes_router = Router(PATH, route_handlers=[list_scopes, read_scope], tags=["OAuth"])
