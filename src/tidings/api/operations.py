"""For those who run it: /healthz (the process lives), /readyz (it can serve), /metrics."""

from litestar import Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from tidings.store.database import UNAVAILABLE, Database
from tidings.store.migrate import newest_revision
from tidings.store.query import fetch_optional
from tidings.store.system import select_revision

POOL = Gauge("tidings_database_pool", "Connections of this process", ["what"])


@get("/healthz", media_type="text/plain")
async def read_health() -> str:
    """The process answers."""
    return "ok"


@get("/readyz", media_type="text/plain")
async def read_readiness(database: Database) -> Response[str]:
    """The database answers and has the schema that this program expects; 503 otherwise."""
    try:
        async with database.connection() as connection:
            row = await fetch_optional(connection, select_revision())
    except UNAVAILABLE:
        return Response("the database is not available", status_code=503, media_type="text/plain")
    found, wanted = row.version_num if row else "none", newest_revision()
    if found != wanted:
        text = f"the schema is at {found}, this program needs {wanted}: run tidings migrate"
        return Response(text, status_code=503, media_type="text/plain")
    return Response("ready", media_type="text/plain")


@get("/metrics")
async def read_metrics(database: Database) -> Response[bytes]:
    """Counters of this process, for Prometheus."""
    for name, value in database.statistics().items():
        POOL.labels(name).set(value)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


operations_router = Router(
    "/", route_handlers=[read_health, read_readiness, read_metrics], include_in_schema=False
)
