"""For those who run it: /healthz (the process lives), /readyz (it can serve), /metrics."""

from litestar import Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST

from tidings.store.database import Database
from tidings.store.health import find_unready, render_metrics


@get("/healthz", media_type="text/plain")
async def read_health() -> str:
    """The process answers."""
    return "ok"


@get("/readyz", media_type="text/plain")
async def read_readiness(database: Database) -> Response[str]:
    """The database answers and has the schema that this program expects; 503 otherwise."""
    reason = await find_unready(database)
    if reason is not None:
        return Response(reason, status_code=503, media_type="text/plain")
    return Response("ready", media_type="text/plain")


@get("/metrics")
async def read_metrics(database: Database) -> Response[bytes]:
    """Counters of this process, for Prometheus."""
    return Response(render_metrics(database), media_type=CONTENT_TYPE_LATEST)


operations_router = Router(
    "/", route_handlers=[read_health, read_readiness, read_metrics], include_in_schema=False
)
