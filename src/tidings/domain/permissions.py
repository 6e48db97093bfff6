"""Permissions `domain:entity:action`, who holds which in which divisions, and how they match."""

import re
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

import msgspec

from tidings.domain.errors import Kind, Rejection

ALL_DIVISIONS = UUID(int=0)

CATALOGUE: dict[str, dict[str, tuple[str, ...]]] = {
    "admin": {"system": ("view", "edit")},
    "analytics": {
        "conversationDetail": ("view",),
        "conversationAggregate": ("view",),
        "dataExport": ("view", "add"),
        "queueObservation": ("view",),
        "userObservation": ("view",),
    },
    "audits": {"audit": ("view",)},
    "authorization": {
        "division": ("add", "edit", "delete"),
        "grant": ("add", "delete", "view"),
        "role": ("add", "edit", "delete", "view"),
    },
    "conversation": {
        "communication": (
            "view",
            "disconnect",
            "blindTransfer",
            "blindTransferAgent",
            "blindTransferQueue",
        ),
        "message": ("create", "view", "assign", "pull", "park", "monitor", "takeOver"),
        "messageMedia": ("view", "delete"),
        "note": ("add", "view"),
        "participant": ("wrapup",),
        "exchange": ("view",),
        "externalTag": ("edit",),
    },
    "directory": {
        "user": ("add", "edit", "delete", "view", "setPassword"),
        "organization": ("edit",),
    },
    "messaging": {
        "consent": ("add", "edit", "view", "import", "export"),
        "integration": ("add", "edit", "delete", "view"),
        "supportedContent": ("add", "edit", "delete", "view"),
        "template": ("view", "sync"),
        "whatsappIntegration": ("add",),
        "usage": ("view",),
    },
    "oauth": {"client": ("add", "edit", "delete", "view")},
    "outbound": {
        "contact": ("add", "edit", "delete", "view"),
        "contactList": ("add", "edit", "delete", "view", "search", "upload"),
        "contactListFilter": ("add", "edit", "delete", "view"),
        "dnc": ("add", "edit", "delete", "view"),
        "dncList": ("add", "edit", "delete", "view", "search", "upload"),
        "eventLog": ("view",),
        "settings": ("view", "edit"),
        "whatsAppCampaign": (
            "add",
            "edit",
            "delete",
            "view",
            "search",
            "start",
            "stop",
            "recycle",
        ),
        "whatsAppCampaignSchedule": ("edit", "delete", "view"),
    },
    "presence": {"presenceDefinition": ("add", "edit", "delete", "view")},
    "routing": {
        "conversation": ("edit", "view"),
        "hours": ("add", "edit", "delete", "view"),
        "language": ("assign",),
        "queue": ("add", "edit", "delete", "view", "search", "join"),
        "queueMember": ("manage",),
        "skill": ("manage", "assign", "view"),
        "utilization": ("manage", "view"),
        "workstream": ("add", "edit", "delete", "view"),
        "wrapupCode": ("add", "edit", "delete", "view"),
    },
    "responses": {
        "library": ("add", "edit", "delete", "view"),
        "response": ("add", "edit", "delete", "view"),
    },
}

# Words where the name of an entity or an action does not say enough by itself.
ENTITY_WORDS = {
    "admin:system": "Installation",
    "audits:audit": "Audit trail",
    "authorization:grant": "Granted roles",
    "conversation:communication": "Conversations",
    "conversation:exchange": "Exchanges with providers",
    "conversation:message": "Messages",
    "messaging:supportedContent": "Content profile",
    "oauth:client": "OAuth clients",
}
ACTION_WORDS = {
    "add": "create",
    "create": "send",
    "setPassword": "set another person's password",
    "sync": "fetch from the provider",
}


class Grant(msgspec.Struct, frozen=True):
    """One permission pattern held in one division (ALL_DIVISIONS: in every one)."""

    permission: str
    division_id: UUID


class Caller(msgspec.Struct, frozen=True):
    """Who asks: a person or an OAuth client of one organization, with what they may do where."""

    organization_id: UUID
    kind: str
    id: UUID
    name: str
    grants: tuple[Grant, ...]
    correlation_id: str = ""

    def may(self, permission: str, division_id: UUID | None = None) -> bool:
        """Whether the permission is held in this division; None: in any division."""
        return any(
            matches(grant.permission, permission)
            and (division_id is None or grant.division_id in (ALL_DIVISIONS, division_id))
            for grant in self.grants
        )

    def divisions(self, permission: str) -> list[UUID] | None:
        """The divisions in which the permission is held, or None when it is held in all."""
        held = {g.division_id for g in self.grants if matches(g.permission, permission)}
        return None if ALL_DIVISIONS in held else sorted(held)

    def covers(self, grant: Grant) -> bool:
        """Whether all that a grant gives is held: its whole pattern, in its whole division."""
        return any(
            matches(held.permission, grant.permission)
            and held.division_id in (ALL_DIVISIONS, grant.division_id)
            for held in self.grants
        )

    def require_cover(self, grants: Iterable[Grant]) -> None:
        """Raise a 403 naming the first grant beyond the caller's own.

        Nobody gives, or takes over, more than they hold: else a right to edit would be all rights.
        """
        for grant in grants:
            if not self.covers(grant):
                raise missing_permission((grant.permission,), division_id=grant.division_id)

    def require(self, permission: str, division_id: UUID | None = None) -> None:
        """Raise a 403 that names the permission unless it is held in this division."""
        if not self.may(permission, division_id):
            raise missing_permission((permission,), division_id=division_id)


@lru_cache(maxsize=16_384)
def matches(pattern: str, permission: str) -> bool:
    """Whether a pattern, in which `*` stands for any part, covers a permission."""
    held = pattern.split(":")
    asked = permission.split(":")
    return len(held) == len(asked) and all(
        part in ("*", want) for part, want in zip(held, asked, strict=True)
    )


def all_permissions() -> list[str]:
    """Every permission of the catalogue."""
    return [
        f"{domain}:{entity}:{action}"
        for domain, entities in CATALOGUE.items()
        for entity, actions in entities.items()
        for action in actions
    ]


def exists(pattern: str) -> bool:
    """Whether a pattern names something of the catalogue."""
    return any(matches(pattern, each) for each in all_permissions())


def label(domain: str, entity: str, action: str) -> str:
    """What a permission lets do, in words: `Contact list: edit`."""
    words = ENTITY_WORDS.get(f"{domain}:{entity}")
    if words is None:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", entity).capitalize()
    return f"{words}: {ACTION_WORDS.get(action, action)}"


def missing_permission(permissions: Iterable[str], *, division_id: UUID | None = None) -> Rejection:
    """The 403 of the public API, naming what is missing; any one of several would do."""
    names = list(permissions)
    if division_id is not None:
        code = "missing.division.permission"
        where = (
            " in all divisions" if division_id == ALL_DIVISIONS else f" in division {division_id}"
        )
    else:
        code = "missing.permissions" if len(names) == 1 else "missing.any.permissions"
        where = ""
    return Rejection(
        Kind.FORBIDDEN,
        code,
        f"You need the permission {' or '.join(names)}{where}; an administrator can grant it "
        "with a role.",
        params={"permissions": ",".join(names)},
    )
