"""The checks of `tidings doctor`, each giving findings; none changes anything."""

import asyncio
import shutil
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import msgspec

from tidings.actions.channels import WEBHOOK_PATH
from tidings.cli.root import database_url
from tidings.embedded import EmbeddedError
from tidings.settings import Settings
from tidings.store import diagnosis
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.ids import time_of
from tidings.store.inbox import select_lanes
from tidings.store.leases import select_workers
from tidings.store.media_files import STORE_ERRORS, MediaFiles
from tidings.store.migrate import newest_revision
from tidings.store.outbox import select_queues
from tidings.store.quarantine import count_quarantine
from tidings.store.query import Connection, fetch, fetch_one, fetch_optional
from tidings.store.system import select_revision

OK, WARN, FAIL = "ok", "warn", "fail"
OLDEST_SERVER = 160_000
MOST_SKEW = timedelta(seconds=2)
SLOW = timedelta(minutes=1)
JOURNALS = ["event", "exchange", "inbox"]
FEW_CONNECTIONS = 10
LITTLE_DISK = 0.10
LEAST_DISK = 0.03
SENDING_MINUTES = 5
MOST_NAMED = 20


class Finding(msgspec.Struct, frozen=True):
    """What one check found: ok, warn or fail, and the mend if there is one."""

    state: str
    check: str
    message: str
    mend: str = ""


Check = Callable[[Connection, Settings], AsyncIterator[Finding]]


async def check_everything(settings: Settings) -> list[Finding]:
    """All findings, in the order of what stands on what."""
    findings = [Finding(OK, "settings", f"read; home is {settings.home_path}")]
    findings += [check_key(settings), check_disk(settings), await check_media(settings)]
    findings.append(await check_door(settings))
    try:
        url = database_url(settings)
        database = Database(url, pool_size=1, timeout_seconds=5)
        await database.open()
        try:
            async with database.connection() as connection:
                for check in CHECKS:
                    findings += [each async for each in check(connection, settings)]
        finally:
            await database.close()
    except EmbeddedError as error:
        findings.append(Finding(FAIL, "database", "it does not run", str(error)))
    except UNAVAILABLE as error:
        mend = "start PostgreSQL, or mend TIDINGS_DATABASE_URL"
        findings.append(Finding(FAIL, "database", str(error).strip(), mend))
    return findings


def check_key(settings: Settings) -> Finding:
    """Secrets can be opened only with the key, and nobody else may read it."""
    path = settings.home_path / "secret.key"
    if settings.secret_key:
        return Finding(OK, "key", "from TIDINGS_SECRET_KEY")
    if not path.exists():
        return Finding(WARN, "key", f"{path} is not there yet", "it is made at the first start")
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return Finding(FAIL, "key", f"{path} may be read by others", f"chmod 600 {path}")
    return Finding(OK, "key", f"{path}, for its owner only")


def check_disk(settings: Settings) -> Finding:
    """Room where the embedded database and the logs are."""
    folder = settings.home_path
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    free = usage.free / usage.total
    message = f"{usage.free // 2**30} GiB free ({free:.0%}) at {folder}"
    if free < LITTLE_DISK:
        state = FAIL if free < LEAST_DISK else WARN
        return Finding(state, "disk", message, "make room, or keep journals shorter (*_DAYS)")
    return Finding(OK, "disk", message)


async def check_media(settings: Settings) -> Finding:
    """The store of media answers; a folder may be written to."""
    if not settings.media_store and not settings.home_path.exists():
        return Finding(WARN, "media", "their folder is not there yet", "it is made when needed")
    try:
        place = await MediaFiles(settings).check()
    except (*STORE_ERRORS, ValueError) as error:
        mend = "mend TIDINGS_MEDIA_STORE and the store's own variables (docs/operate.md)"
        return Finding(FAIL, "media", str(error).partition("\n")[0], mend)
    return Finding(OK, "media", f"lie in {place}")


async def check_door(settings: Settings) -> Finding:
    """The webhook door must answer at the address that providers are told."""
    url = settings.base_url + WEBHOOK_PATH
    try:
        status = await asyncio.to_thread(_status_of, url)
    except (OSError, ValueError) as error:
        mend = "start `tidings web`; if it runs, mend TIDINGS_PUBLIC_URL or the proxy before it"
        return Finding(FAIL, "webhooks", f"{url} does not answer: {error}", mend)
    if status not in (400, 403):
        mend = "TIDINGS_PUBLIC_URL must lead to this installation, /webhooks/ included"
        return Finding(FAIL, "webhooks", f"{url} answers {status}, so it is not ours", mend)
    return Finding(OK, "webhooks", f"{url} answers")


def _status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


async def check_server(connection: Connection, settings: Settings) -> AsyncIterator[Finding]:
    """The server's version, rights, durability, room for connections, and its clock."""
    asked = datetime.now(UTC)
    server = await fetch_one(connection, diagnosis.select_server())
    half_way = asked + (datetime.now(UTC) - asked) / 2
    version = f"PostgreSQL {server.version_number // 10_000}"
    if server.version_number < OLDEST_SERVER:
        yield Finding(FAIL, "database", f"{version} is too old", "use PostgreSQL 16 or newer")
    else:
        yield Finding(OK, "database", f"{version} answers")
    if not server.is_member:
        mend = f"GRANT tidings_member TO {server.user} (see docs/operate.md)"
        yield Finding(FAIL, "role", f"{server.user} is no tidings_member", mend)
    if not server.fsync or server.synchronous_commit in ("off", "local"):
        mend = "fsync = on and synchronous_commit = on; what is answered must be durable"
        yield Finding(FAIL, "durability", "a crash of the server loses answered requests", mend)
    if server.spare_connections < FEW_CONNECTIONS:
        message = f"{server.spare_connections} connections are left"
        yield Finding(WARN, "connections", message, "raise max_connections, or lower POOL_SIZE")
    skew = abs(server.clock - half_way)
    state = WARN if skew > MOST_SKEW else OK
    mend = "let both machines keep time by NTP" if state == WARN else ""
    yield Finding(state, "clock", f"{skew.total_seconds():.1f} s off the database's", mend)


async def check_schema(connection: Connection, settings: Settings) -> AsyncIterator[Finding]:
    """The revision that this program expects, and the journals' partitions of coming days."""
    revision = await fetch_optional(connection, select_revision())
    found, wanted = revision.version_num if revision else "none", newest_revision()
    if found != wanted:
        yield Finding(FAIL, "schema", f"at {found}, not {wanted}", "run `tidings migrate`")
        return
    yield Finding(OK, "schema", f"at {found}")
    today = datetime.now(UTC).strftime("%Y%m%d")
    for row in await fetch(connection, diagnosis.count_partitions_ahead(JOURNALS, today)):
        if row.ahead == 0:
            mend = "a running worker makes them; if one runs, see its log"
            yield Finding(WARN, "partitions", f"none ahead for {row.journal}", mend)


async def check_workers(connection: Connection, settings: Settings) -> AsyncIterator[Finding]:
    """Somebody must do the work, and all of it."""
    workers = await fetch(connection, select_workers())
    if not workers:
        yield Finding(FAIL, "workers", "none runs: nothing is sent or applied", "`tidings worker`")
        return
    hosts = ", ".join(sorted({each.host for each in workers}))
    yield Finding(OK, "workers", f"{len(workers)} on {hosts}")
    for row in await fetch(connection, diagnosis.count_unheld_leases()):
        mend = "a worker takes them within seconds; if not, see the workers' logs"
        yield Finding(WARN, "leases", f"{row.count} of {row.kind} are held by nobody", mend)


async def check_queues(connection: Connection, settings: Settings) -> AsyncIterator[Finding]:
    """What came in and what goes out must move."""
    now, waiting = datetime.now(UTC), 0
    for lane in await fetch(connection, select_lanes()):
        waiting += lane.waiting
        age = now - time_of(lane.oldest_id)
        if age > SLOW:
            message = f"lane {lane.lane}: {lane.waiting} webhooks, the oldest {_minutes(age)} old"
            yield Finding(WARN, "inbox", message, "add workers, or see the worker's log")
    yield Finding(OK, "inbox", f"{waiting} webhooks wait")
    queued = 0
    for queue in await fetch(connection, select_queues(None)):
        queued += queue.queued
        age = now - (queue.oldest_at or now)
        if age > SLOW:
            message = f"{queue.integration_name}: {queue.queued} wait, {_minutes(age)} the longest"
            mend = "is the number in error, or at its throughput? See Channels in the console"
            yield Finding(WARN, "outbox", message, mend)
    yield Finding(OK, "outbox", f"{queued} messages wait")
    stuck = await fetch_one(
        connection,
        diagnosis.count_stuck(
            sending_minutes=SENDING_MINUTES,
            unknown_minutes=settings.unknown_deadline_minutes + SENDING_MINUTES,
        ),
    )
    if stuck.sending or stuck.unknown:
        message = f"{stuck.sending} in sending, {stuck.unknown} unknown beyond their deadline"
        mend = "they are never sent again blindly; see docs/operate.md, unknown outcomes"
        yield Finding(WARN, "outcomes", message, mend)


async def check_trouble(connection: Connection, settings: Settings) -> AsyncIterator[Finding]:
    """What waits for a person: quarantine, and integrations in error."""
    count = (await fetch_one(connection, count_quarantine(None))).count
    mend = "`tidings quarantine list`" if count else ""
    yield Finding(WARN if count else OK, "quarantine", f"{count} elements", mend)
    troubled = await fetch(connection, diagnosis.select_troubled_integrations(MOST_NAMED))
    for row in troubled:
        message = f"{row.name} ({row.organization}) is in error"
        yield Finding(WARN, "integration", message, row.reason or "check it in the console")
    if not troubled:
        yield Finding(OK, "integrations", "none in error")


def _minutes(age: timedelta) -> str:
    return f"{int(age.total_seconds() // 60)} min"


CHECKS: tuple[Check, ...] = (
    check_server,
    check_schema,
    check_workers,
    check_queues,
    check_trouble,
)
