"""What the database says of itself."""

import msgspec

from tidings.store.query import Query


class Revision(msgspec.Struct, frozen=True):
    """The revision of the schema."""

    version_num: str


def select_revision() -> Query[Revision]:
    """At which revision the schema stands."""
    return Query("SELECT version_num FROM alembic_version", {}, Revision)
