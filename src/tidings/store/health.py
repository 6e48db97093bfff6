"""How a process of ours is, told alike by web and worker: can it serve, and its counters."""

from prometheus_client import Gauge, generate_latest

from tidings.store.database import UNAVAILABLE, Database
from tidings.store.migrate import newest_revision
from tidings.store.query import fetch_optional
from tidings.store.system import select_revision

POOL = Gauge("tidings_database_pool", "Connections of this process", ["what"])


async def find_unready(database: Database) -> str | None:
    """Say why the process cannot serve; None when the database has the schema it expects."""
    try:
        async with database.connection() as connection:
            row = await fetch_optional(connection, select_revision())
    except UNAVAILABLE:
        return "the database is not available"
    found, wanted = row.version_num if row else "none", newest_revision()
    if found != wanted:
        return f"the schema is at {found}, this program needs {wanted}: run tidings migrate"
    return None


def render_metrics(database: Database) -> bytes:
    """The counters of this process in Prometheus' text format."""
    for name, value in database.statistics().items():
        POOL.labels(name).set(value)
    return generate_latest()
