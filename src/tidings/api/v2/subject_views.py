"""What somebody may do, as several areas of the API show it."""

from uuid import UUID

from tidings.actions.grants import RoleIn
from tidings.api.views import Body, Moment, Ref, View, moment, parse_id
from tidings.domain.permissions import ALL_DIVISIONS
from tidings.store.grants import GrantRow, SubjectRow

ROLES = "/api/v2/authorization/roles"
DIVISIONS = "/api/v2/authorization/divisions"


class AuthorizationView(View):
    """Roles, and the permission patterns that they give somewhere."""

    roles: list[Ref]
    permissions: list[str]

    @classmethod
    def of(cls, grants: list[GrantRow]) -> "AuthorizationView":
        """What these grants of one subject come to."""
        roles = {g.role_id: g.role_name for g in grants}
        return cls(
            roles=[
                Ref(id=str(each), name=name, self_uri=f"{ROLES}/{each}")
                for each, name in roles.items()
            ],
            permissions=sorted({each for g in grants for each in g.permissions}),
        )


class GrantPolicyView(View):
    """Permissions of one entity, in a grant."""

    domain: str
    entity_name: str
    actions: list[str]


class GrantDivisionView(View):
    """The division of a grant; "*" is every division."""

    id: str
    name: str
    home_division: bool
    self_uri: str


class GrantRoleView(View):
    """The role of a grant."""

    id: str
    name: str
    description: str
    policies: list[GrantPolicyView]
    default: bool
    self_uri: str


class GrantView(View):
    """A role held in a division."""

    subject_id: str
    division: GrantDivisionView
    role: GrantRoleView
    grant_made_at: Moment

    @classmethod
    def of(cls, row: GrantRow) -> "GrantView":
        """The grant as the API shows it."""
        division = show_division_id(row.division_id)
        return cls(
            subject_id=str(row.subject_id),
            division=GrantDivisionView(
                id=division,
                name=row.division_name or division,
                home_division=bool(row.division_is_home),
                self_uri=f"{DIVISIONS}/{division}",
            ),
            role=GrantRoleView(
                id=str(row.role_id),
                name=row.role_name,
                description=row.role_description,
                policies=[
                    GrantPolicyView(domain=domain, entity_name=entity, actions=actions)
                    for (domain, entity), actions in by_entity(row.permissions).items()
                ],
                default=row.default_role is not None,
                self_uri=f"{ROLES}/{row.role_id}",
            ),
            grant_made_at=moment(row.granted_at),
        )


class RoleDivisionBody(Body):
    """A role in a division; "*" is every division."""

    role_id: str
    division_id: str

    def parse(self) -> RoleIn:
        """What is asked for, as the actions take it."""
        return RoleIn(
            parse_id(self.role_id, "roleId"),
            parse_division_id(self.division_id, "divisionId"),
        )


class SubjectView(View):
    """A person or an OAuth client with what it holds."""

    id: str
    name: str
    grants: list[GrantView]
    version: int
    self_uri: str

    @classmethod
    def of(cls, subject: SubjectRow, grants: list[GrantRow]) -> "SubjectView":
        """The subject as the API shows it."""
        return cls(
            id=str(subject.id),
            name=subject.name,
            grants=[GrantView.of(each) for each in grants],
            version=subject.version,
            self_uri=f"/api/v2/authorization/subjects/{subject.id}",
        )


def by_entity(permissions: list[str]) -> dict[tuple[str, str], list[str]]:
    """The actions of each domain and entity, in the order given."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for each in permissions:
        domain, entity, action = each.split(":")
        grouped.setdefault((domain, entity), []).append(action)
    return grouped


def show_division_id(division_id: UUID) -> str:
    """A grant's division as the API spells it."""
    return "*" if division_id == ALL_DIVISIONS else str(division_id)


def parse_division_id(text: str | None, field: str = "divisionId") -> UUID:
    """A grant's division from a request: an id, or "*" for every division."""
    return ALL_DIVISIONS if text == "*" else parse_id(text, field)
