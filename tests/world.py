"""The cast of the tests: one organization with its people and programs, and one outsider.

Everything is made through the product's own actions, in one transaction. A test module gets its
own world on its own database. To add to the cast, write a small method, call it in `build` and
enter the ids of what it makes into `objects` under the name of the route's path parameter: the
permission matrix then tries them as somebody else.
"""

import copy
from uuid import UUID

import msgspec
from argon2 import PasswordHasher

from tidings.actions.divisions import create_division
from tidings.actions.grants import RoleIn, access_subject, grant_roles
from tidings.actions.oauth_clients import ClientDraft, create_client, delete_client
from tidings.actions.organizations import found_organization, operator
from tidings.actions.ranks import grants_of
from tidings.actions.roles import RoleDraft, create_role
from tidings.actions.tokens import issue_token
from tidings.actions.users import UserDraft, change_user, create_user
from tidings.domain.permissions import ALL_DIVISIONS, Caller
from tidings.store.divisions import select_home
from tidings.store.query import Connection, fetch, fetch_one
from tidings.store.roles import RoleFilter, select_roles

PASSWORD = "a tiding of magpies"
# Cheap, so that a world is made in milliseconds; argon2 verifies by the hash's own parameters.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """A person or a program with a valid bearer token, unless it was revoked."""

    id: UUID
    name: str
    token: str
    caller: Caller
    email: str = ""
    password: str = ""
    secret: str = ""

    @property
    def organization_id(self) -> UUID:
        """Their organization."""
        return self.caller.organization_id


class Organization:
    """One organization with its divisions and roles, and ways to people it."""

    def __init__(self, connection: Connection, organization_id: UUID, name: str) -> None:
        self._connection = connection
        self.id = organization_id
        self.name = name
        self.operator = operator(organization_id)
        self.divisions: dict[str, UUID] = {}
        self.roles: dict[str, UUID] = {}

    @classmethod
    async def found(cls, connection: Connection, name: str) -> "Organization":
        """Found an organization with its Home and default roles (admin, supervisor, ...)."""
        row = await found_organization(connection, name=name, short_name=name.lower())
        self = cls(connection, row.id, name)
        self.divisions["Home"] = (await fetch_one(connection, select_home(row.id))).id
        roles = await fetch(connection, select_roles(row.id, RoleFilter(), limit=50, offset=0))
        self.roles = {role.default_role or role.name: role.id for role in roles}
        return self

    def using(self, connection: Connection) -> "Organization":
        """The same organization, to be added to in another transaction."""
        self = copy.copy(self)
        self._connection = connection
        return self

    async def add_division(self, name: str) -> UUID:
        """A division."""
        row = await create_division(self._connection, self.operator, name=name, description="")
        self.divisions[name] = row.id
        return row.id

    async def add_role(self, name: str, *permissions: str) -> UUID:
        """A role of these permissions."""
        draft = RoleDraft(name=name, permissions=list(permissions))
        row = await create_role(self._connection, self.operator, draft)
        self.roles[name] = row.id
        return row.id

    async def add_person(self, name: str, *, division: str = "Home", **roles: str) -> Actor:
        """A person of a division; roles as `admin="*"` or `supervisor="Home"` (role=division)."""
        email = f"{name.lower()}@{self.name.lower()}.example"
        row = await create_user(
            self._connection,
            self.operator,
            UserDraft(
                name=name,
                email=email,
                division_id=self.divisions[division],
                password_hash=PASSWORD_HASH,
            ),
        )
        await self.grant(row.id, **roles)
        return await self._actor("user", row.id, name, email=email, password=PASSWORD)

    async def add_client(self, name: str, **roles: str) -> Actor:
        """An OAuth client that may get tokens with its secret; roles as for a person."""
        made = await create_client(
            self._connection,
            self.operator,
            ClientDraft(name=name, grant_type="CLIENT-CREDENTIALS", roles=self._roles(roles)),
        )
        return await self._actor("client", made.client.id, name, secret=made.secret)

    async def grant(self, subject_id: UUID, **roles: str) -> None:
        """Give somebody roles (role=division)."""
        subject = await access_subject(self._connection, self.operator, subject_id)
        await grant_roles(self._connection, self.operator, subject, self._roles(roles))

    async def deactivate(self, person: Actor) -> None:
        """Make a person inactive: their token is worth nothing from then on."""
        await change_user(self._connection, self.operator, person.id, UserDraft(state="inactive"))

    async def delete_client(self, client: Actor) -> None:
        """Revoke a client."""
        await delete_client(self._connection, self.operator, client.id)

    def _roles(self, roles: dict[str, str]) -> list[RoleIn]:
        return [
            RoleIn(
                self.roles[role],
                ALL_DIVISIONS if division == "*" else self.divisions[division],
            )
            for role, division in roles.items()
        ]

    async def _actor(
        self, kind: str, subject_id: UUID, name: str, *, email: str = "", **proof: str
    ) -> Actor:
        token = await issue_token(
            self._connection,
            self.id,
            kind="bearer",
            subject_kind=kind,
            subject_id=subject_id,
            lifetime_s=3600,
        )
        grants = await grants_of(self._connection, self.operator, subject_id)
        caller = Caller(self.id, kind, subject_id, name, tuple(grants))
        return Actor(id=subject_id, name=name, token=token, caller=caller, email=email, **proof)


class World:
    """Nordwind, where the tests play, and Outsider, who must never see anything of it.

    ada        administrator in all divisions
    nils       administrator in the division North only, where he belongs
    sven       supervisor in Home
    mia        no roles
    ruth       administrator once, now inactive: her token is revoked
    backend    OAuth client that sends notifications, in all divisions
    robot      OAuth client that may do everything, in all divisions
    retired    OAuth client, deleted: its token is revoked
    olga       administrator of Outsider
    """

    nordwind: Organization
    outsider: Organization
    ada: Actor
    nils: Actor
    sven: Actor
    mia: Actor
    ruth: Actor
    backend: Actor
    robot: Actor
    retired: Actor
    olga: Actor
    # Ids of Nordwind's objects by the name of the path parameter that takes them.
    objects: dict[str, UUID]

    @classmethod
    async def build(cls, connection: Connection) -> "World":
        """Make the whole cast."""
        self = cls()
        self.objects = {}
        await self._found_nordwind(connection)
        await self._hire_people()
        await self._connect_programs()
        await self._found_outsider(connection)
        return self

    async def _found_nordwind(self, connection: Connection) -> None:
        self.nordwind = await Organization.found(connection, "Nordwind")
        self.objects["division_id"] = await self.nordwind.add_division("North")
        self.objects["role_id"] = await self.nordwind.add_role("Reader", "directory:user:view")

    async def _hire_people(self) -> None:
        self.ada = await self.nordwind.add_person("Ada", admin="*")
        self.nils = await self.nordwind.add_person("Nils", division="North", admin="North")
        self.sven = await self.nordwind.add_person("Sven", supervisor="Home")
        self.mia = await self.nordwind.add_person("Mia")
        self.ruth = await self.nordwind.add_person("Ruth", admin="*")
        await self.nordwind.deactivate(self.ruth)
        self.objects["user_id"] = self.objects["subject_id"] = self.sven.id

    async def _connect_programs(self) -> None:
        self.backend = await self.nordwind.add_client("Backend", notifications="*")
        self.robot = await self.nordwind.add_client("Robot", admin="*")
        self.retired = await self.nordwind.add_client("Retired", notifications="*")
        await self.nordwind.delete_client(self.retired)
        self.objects["client_id"] = self.backend.id

    async def _found_outsider(self, connection: Connection) -> None:
        self.outsider = await Organization.found(connection, "Outsider")
        self.olga = await self.outsider.add_person("Olga", admin="*")
