"""All permissions that there are, over the API: /authorization/permissions."""

from typing import Annotated, Any

from litestar import Request, Router, get
from litestar.params import QueryParameter

from tidings.api.auth import signed_in
from tidings.api.paging import Page, listing
from tidings.api.views import Listing, View
from tidings.domain.permissions import CATALOGUE, Caller, label

PATH = "/api/v2/authorization/permissions"


class PermissionView(View):
    """One permission, `domain:entityType:action`, and what it lets do."""

    domain: str
    entity_type: str
    action: str
    label: str
    allows_conditions: bool
    division_aware: bool


class PermissionDomainView(View):
    """The permissions of one domain, by entity."""

    id: str
    name: str
    domain: str
    permission_map: dict[str, list[PermissionView]]


@get("/", guards=[signed_in()])
async def list_permissions(
    request: Request[Any, Any, Any],
    caller: Caller,
    page: Page,
    wanted: Annotated[str, QueryParameter(name="query")] = "",
) -> Listing[PermissionDomainView]:
    """List permissions by domain; `query` leaves those whose name or label contains it."""
    found = [_show_domain(domain, wanted.lower()) for domain in sorted(CATALOGUE)]
    entities = [each for each in found if each.permission_map]
    shown = entities[page.offset : page.offset + page.size]
    return listing(request, page, entities=shown, total=len(entities))


def _show_domain(domain: str, wanted: str) -> PermissionDomainView:
    shown: dict[str, list[PermissionView]] = {}
    for entity, actions in CATALOGUE[domain].items():
        views = [_show(domain, entity, action) for action in actions]
        fitting = [v for v in views if wanted in f"{domain}:{entity}:{v.action} {v.label}".lower()]
        if fitting:
            shown[entity] = fitting
    return PermissionDomainView(id=domain, name=domain, domain=domain, permission_map=shown)


def _show(domain: str, entity: str, action: str) -> PermissionView:
    return PermissionView(
        domain=domain,
        entity_type=entity,
        action=action,
        label=label(domain, entity, action),
        allows_conditions=False,
        division_aware=True,
    )


permissions_router = Router(PATH, route_handlers=[list_permissions], tags=["Authorization"])
