"""The public API, an area a module; a new area adds its router here."""

from litestar import Router

from tidings.api.v2.divisions import divisions_router
from tidings.api.v2.sessions import sessions_router
from tidings.api.v2.tokens import tokens_router
from tidings.api.v2.users import users_router

ROUTERS: tuple[Router, ...] = (
    divisions_router,
    sessions_router,
    tokens_router,
    users_router,
)
