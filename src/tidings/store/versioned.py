"""Rows whose settings are one struct, a field for each column: written whole, from a version."""

from typing import Any, get_args, get_origin
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.query import Query


class Key(msgspec.Struct, frozen=True):
    """Which row."""

    id: UUID


def insert_settings(
    table: str,
    organization_id: UUID,
    row_id: UUID,
    settings: msgspec.Struct,
    *,
    created_by: UUID | None,
) -> Query[Key]:
    """Create a row; none comes back when its name is taken, whatever its case."""
    names = settings.__struct_fields__
    return Query(
        f"""
        INSERT INTO {table} (organization_id, id, created_by, {", ".join(names)})
        VALUES (%(organization_id)s, %(id)s, %(created_by)s,
                {", ".join(f"%({name})s" for name in names)})
        ON CONFLICT DO NOTHING
        RETURNING id
        """,
        {
            "organization_id": organization_id,
            "id": row_id,
            "created_by": created_by,
            **_columns(settings),
        },
        Key,
    )


def update_settings(
    table: str, organization_id: UUID, row_id: UUID, settings: msgspec.Struct, *, version: int
) -> Query[Key]:
    """Change a row from this version; none comes back when it was changed meanwhile, and a
    UniqueViolation is raised when the new name is taken."""
    names = settings.__struct_fields__
    return Query(
        f"""
        UPDATE {table}
        SET {", ".join(f"{name} = %({name})s" for name in names)}, version = version + 1,
            modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND version = %(version)s
        RETURNING id
        """,
        {
            "organization_id": organization_id,
            "id": row_id,
            "version": version,
            **_columns(settings),
        },
        Key,
    )


def _columns(settings: msgspec.Struct) -> dict[str, Any]:
    """The columns' values; a field with a dict in its type is kept as jsonb."""
    columns = msgspec.structs.asdict(settings)
    for field in msgspec.structs.fields(settings):
        if _holds_dict(field.type) and columns[field.name] is not None:
            columns[field.name] = Jsonb(columns[field.name])
    return columns


def _holds_dict(kind: Any) -> bool:
    return get_origin(kind) is dict or any(_holds_dict(each) for each in get_args(kind))
