"""The names of an organization's outbound things, for look-ups that SQL does not make."""

from typing import Literal
from uuid import UUID

import msgspec

from tidings.store.query import Query

NamedTable = Literal["contact_list", "contact_list_filter", "dnc_list"]


class Named(msgspec.Struct, frozen=True):
    """A thing and its name."""

    id: UUID
    name: str


def select_names(organization_id: UUID, table: NamedTable, *, limit: int) -> Query[Named]:
    """The names of all things of a kind, by name; their number is limited where they are made."""
    return Query(
        f"""
        SELECT id, name FROM {table}
        WHERE organization_id = %(organization_id)s ORDER BY lower(name), id LIMIT %(limit)s
        """,
        {"organization_id": organization_id, "limit": limit},
        Named,
    )
