"""The roles that every organization is born with, and how an older organization's follow them."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from tidings.domain.permissions import all_permissions, matches


class DefaultRole(msgspec.Struct, frozen=True):
    """A role that every organization is born with."""

    name: str
    description: str
    permissions: list[str]


DEFAULT_ROLES: Final[dict[str, DefaultRole]] = {
    "admin": DefaultRole("Administrator", "May do everything.", ["*:*:*"]),
    "notifications": DefaultRole(
        "Notification sender",
        "A backend that sends notifications and reads their status.",
        ["conversation:message:*", "messaging:integration:view", "responses:*:view",
         "messaging:template:view", "messaging:consent:*"],
    ),
    "supervisor": DefaultRole(
        "Supervisor",
        "Reads interactions, usage and channels; keeps consent.",
        ["analytics:*:*", "conversation:*:view", "messaging:integration:view",
         "messaging:template:view", "messaging:consent:*", "messaging:usage:view",
         "responses:*:view", "conversation:message:*", "conversation:note:*",
         "conversation:communication:*", "conversation:participant:*",
         "conversation:externalTag:edit", "routing:*:view",
         "routing:queue:*", "routing:queueMember:manage", "routing:conversation:edit",
         "presence:*:view", "messaging:supportedContent:view"],
    ),
    "agent": DefaultRole(
        "Agent",
        "Answers customers on the desk.",
        ["conversation:message:create", "conversation:message:view", "conversation:message:pull",
         "conversation:message:park", "conversation:messageMedia:view", "conversation:note:*",
         "conversation:communication:*", "conversation:participant:wrapup",
         "conversation:externalTag:edit",
         "routing:queue:join", "routing:queue:search", "routing:queue:view",
         "routing:skill:view", "routing:wrapupCode:view", "responses:*:view",
         "messaging:template:view", "messaging:consent:view", "messaging:integration:view",
         "presence:presenceDefinition:view"],
    ),
    "campaigns": DefaultRole(
        "Campaign manager",
        "Keeps contact lists and do-not-contact lists, and runs campaigns.",
        ["outbound:*:*", "messaging:integration:view", "messaging:template:view",
         "messaging:consent:view", "responses:*:view", "analytics:*:view",
         "conversation:*:view"],
    ),
}  # fmt: skip
# What the default roles were in the versions before organizations remembered it: oldest first.
RELEASED: Final[dict[str, list[list[str]]]] = {
    "admin": [
        ["*:*:*"],
    ],
    "notifications": [
        ["conversation:message:*", "messaging:integration:view", "responses:*:view",
         "messaging:template:view", "messaging:consent:*"],
    ],
    "supervisor": [
        ["analytics:*:*", "conversation:*:view", "messaging:integration:view",
         "messaging:template:view", "messaging:consent:*", "messaging:usage:view",
         "responses:*:view"],
        ["analytics:*:*", "conversation:*:view", "messaging:integration:view",
         "messaging:template:view", "messaging:consent:*", "messaging:usage:view",
         "responses:*:view", "conversation:message:*", "conversation:note:*",
         "conversation:communication:*", "conversation:participant:*", "routing:*:view",
         "routing:queue:*", "routing:queueMember:manage", "routing:conversation:edit",
         "presence:*:view"],
    ],
    "agent": [
        ["conversation:message:create", "conversation:message:view",
         "conversation:message:pull", "conversation:message:park",
         "conversation:messageMedia:view", "conversation:note:*",
         "conversation:communication:*", "conversation:participant:wrapup",
         "routing:queue:join", "routing:queue:search", "routing:queue:view",
         "routing:skill:view", "routing:wrapupCode:view", "responses:*:view",
         "messaging:template:view", "messaging:consent:view", "messaging:integration:view",
         "presence:presenceDefinition:view"],
    ],
    "campaigns": [
        ["outbound:*:*", "messaging:integration:view", "messaging:template:view",
         "messaging:consent:view", "responses:*:view", "analytics:*:view",
         "conversation:*:view"],
    ],
}  # fmt: skip


def is_untouched(key: str, permissions: Sequence[str], known: Sequence[str] | None) -> bool:
    """Whether nobody changed a default role since it was last brought up to the code's list.

    `known` is that list; None when the organization is older than its memory of it.
    """
    lists = RELEASED.get(key, []) if known is None else [known]
    return any(set(permissions) == set(each) for each in lists)


def renewed_permissions(
    key: str,
    permissions: Sequence[str],
    *,
    known: Sequence[str] | None,
    existed: Collection[str],
) -> list[str]:
    """What a default role is to hold in this version.

    One that nobody touched becomes the code's list. One that somebody changed keeps what it has,
    and gains only what could not have been decided about: permissions of the code's list that
    are not among `existed`, those of the version before.
    """
    wanted = DEFAULT_ROLES[key].permissions
    if is_untouched(key, permissions, known):
        return wanted
    gained = [
        each
        for each in all_permissions()
        if each not in existed and _covers(wanted, each) and not _covers(permissions, each)
    ]
    return [*permissions, *gained]


def _covers(patterns: Sequence[str], permission: str) -> bool:
    return any(matches(each, permission) for each in patterns)
