"""Organizations: founding one, with its Home division and its first roles."""

import re
from uuid import UUID

import msgspec

from tidings.actions.supported_content import found_content
from tidings.actions.users import LANGUAGE
from tidings.domain.errors import conflict, invalid
from tidings.domain.permissions import ALL_DIVISIONS, Caller, Grant
from tidings.domain.roles import DEFAULT_ROLES
from tidings.store import organizations as store
from tidings.store.audit import insert_audit
from tidings.store.divisions import insert_division
from tidings.store.events import insert_event
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, execute_all, fetch_one, fetch_optional

LONGEST_NAME = 200


async def found_organization(
    connection: Connection, *, name: str, short_name: str, language: str = "en"
) -> store.OrganizationRow:
    """Create an organization with its Home division and default roles; 409 if it exists."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,62}", short_name):
        raise invalid("shortName", "A short name is a-z, 0-9 and dashes, beginning with a letter.")
    organization = await fetch_optional(
        connection,
        store.insert_organization(
            new_id(), name=name.strip() or short_name, short_name=short_name, language=language
        ),
    )
    if organization is None:
        raise conflict("general.conflict", f"There is an organization {short_name} already.")
    await fetch_one(
        connection,
        insert_division(organization.id, new_id(), name="Home", description="", is_home=True),
    )
    await found_content(connection, organization.id)
    for key, role in DEFAULT_ROLES.items():
        await execute(
            connection,
            store.insert_role(
                organization.id,
                new_id(),
                name=role.name,
                description=role.description,
                permissions=role.permissions,
                default_role=key,
            ),
        )
    await execute(
        connection,
        insert_audit(
            operator(organization.id),
            "create",
            entity_type="organization",
            entity_id=organization.id,
            entity_name=organization.name,
        ),
    )
    return organization


def operator(organization_id: UUID) -> Caller:
    """The person at the machine's command line, who may do everything."""
    return Caller(
        organization_id=organization_id,
        kind="operator",
        id=UUID(int=0),
        name="operator",
        grants=(Grant("*:*:*", ALL_DIVISIONS),),
    )


class OrganizationDraft(msgspec.Struct, frozen=True):
    """What an organization is to be like; None keeps what is."""

    name: str | None = None
    language: str | None = None
    version: int | None = None


async def change_organization(
    connection: Connection, caller: Caller, draft: OrganizationDraft
) -> store.OrganizationRow:
    """Rename the caller's organization or change its language; 409 when somebody did meanwhile.

    It concerns everybody, so the permission must be held in all divisions.
    """
    caller.require("directory:organization:edit", ALL_DIVISIONS)
    if draft.name is not None and not 0 < len(draft.name.strip()) <= LONGEST_NAME:
        raise invalid("name", f"An organization has a name of at most {LONGEST_NAME} characters.")
    if draft.language is not None and not LANGUAGE.fullmatch(draft.language):
        raise invalid("defaultLanguage", "A language is written like en, de or pt-BR.")
    before = await fetch_one(connection, store.select_organization(caller.organization_id))
    after = await fetch_optional(
        connection,
        store.update_organization(
            before.id,
            name=(draft.name or before.name).strip(),
            language=draft.language or before.language,
            version=before.version if draft.version is None else draft.version,
        ),
    )
    if after is None:
        raise conflict("general.conflict", "Somebody changed the organization; read it again.")
    audit = insert_audit(
        caller,
        "update",
        entity_type="organization",
        entity_id=after.id,
        entity_name=after.name,
        before=msgspec.to_builtins(before),
        after=msgspec.to_builtins(after),
    )
    body = {"id": str(after.id), "name": after.name, "language": after.language}
    event = insert_event(after.id, "organization.changed", body=body, entity_id=after.id)
    await execute_all(connection, [audit, event])
    return after
