"""The public API, an area a module; a new area adds its router here."""

from litestar import Router

from tidings.api.v2.divisions import divisions_router

ROUTERS: tuple[Router, ...] = (divisions_router,)
