"""The public API, an area a module; a new area adds its router here."""

from litestar import Router

from tidings.api.v2.consent_imports import consent_imports_router
from tidings.api.v2.consent_keywords import consent_keywords_router
from tidings.api.v2.consents import consents_router
from tidings.api.v2.divisions import divisions_router
from tidings.api.v2.sessions import sessions_router
from tidings.api.v2.suppressions import suppressions_router
from tidings.api.v2.tokens import tokens_router
from tidings.api.v2.users import users_router

ROUTERS: tuple[Router, ...] = (
    consent_imports_router,
    consent_keywords_router,
    consents_router,
    divisions_router,
    sessions_router,
    suppressions_router,
    tokens_router,
    users_router,
)
