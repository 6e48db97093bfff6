"""The OAuth scopes of the public API: what each area's permissions are called when seen as one.

What a token may do is decided by roles alone; scopes only tell clients which areas there are.
"""

from typing import Final

from tidings.domain.permissions import CATALOGUE

READ_ONLY: Final = "readonly"
# Entities whose scope is not named like their domain, then domains whose scope is not.
OF_ENTITY: Final = {"directory:organization": "organization"}
OF_DOMAIN: Final = {
    "audits": "audits",
    "conversation": "conversations",
    "directory": "users",
    "responses": "response-management",
}
# The administration of an installation is ours; clients of the public API know no scope for it.
WITHOUT: Final = frozenset({"admin"})


def _permissions_by_scope() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for domain, entities in CATALOGUE.items():
        if domain in WITHOUT:
            continue
        for entity in entities:
            name = f"{domain}:{entity}"
            scope = OF_ENTITY.get(name) or OF_DOMAIN.get(domain, domain)
            found.setdefault(scope, []).append(name)
    return {scope: tuple(sorted(found[scope])) for scope in sorted(found)}


SCOPES: Final = _permissions_by_scope()


def describe_scope(scope: str) -> str | None:
    """What a scope is about, in words; None when there is none of this name."""
    area, colon, kind = scope.partition(":")
    permissions = SCOPES.get(area)
    if permissions is None or (colon and kind != READ_ONLY):
        return None
    deed = "Read" if colon else "Read and change"
    return f"{deed} what these permissions are about: {', '.join(permissions)}."
