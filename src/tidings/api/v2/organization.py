"""One's own organization over the API: /organizations/me."""

from litestar import Router, get, patch

from tidings.actions.organizations import OrganizationDraft, change_organization
from tidings.api.auth import needs, signed_in
from tidings.api.views import Body, View
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.organizations import OrganizationRow, select_organization
from tidings.store.query import fetch_one

PATH = "/api/v2/organizations"


class OrganizationBody(Body):
    """What to change of an organization."""

    name: str | None = None
    default_language: str | None = None
    version: int | None = None


class OrganizationView(View):
    """An organization; `thirdPartyOrgName` is the contract's word for its short name."""

    id: str
    name: str
    third_party_org_name: str
    default_language: str
    domain: str
    state: str
    version: int
    self_uri: str

    @classmethod
    def of(cls, row: OrganizationRow) -> "OrganizationView":
        """The organization as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            third_party_org_name=row.short_name,
            default_language=row.language,
            domain=row.short_name,
            state="active",
            version=row.version,
            self_uri=f"{PATH}/me",
        )


@get("/me", guards=[signed_in()])
async def read_organization(caller: Caller, database: Database) -> OrganizationView:
    """Your organization."""
    async with database.transaction(caller.organization_id) as connection:
        row = await fetch_one(connection, select_organization(caller.organization_id))
    return OrganizationView.of(row)


@patch("/me", guards=[needs("directory:organization:edit")])
async def change(data: OrganizationBody, caller: Caller, database: Database) -> OrganizationView:
    """Rename your organization or change its language, for everybody in it."""
    draft = OrganizationDraft(data.name, data.default_language, data.version)
    async with database.transaction(caller.organization_id) as connection:
        return OrganizationView.of(await change_organization(connection, caller, draft))


organization_router = Router(
    PATH, route_handlers=[read_organization, change], tags=["Organization"]
)
