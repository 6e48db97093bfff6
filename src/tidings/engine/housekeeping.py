"""What must be done now and then: counters folded, journals cut by the day, old rows dropped."""

import asyncio
import contextlib
import math
from datetime import UTC, datetime, timedelta

import structlog

from tidings.engine.outbound_sweep import sweep_outbound
from tidings.settings import Settings
from tidings.store.campaign_counts import fold_campaign_deltas
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.detail_jobs import delete_expired_detail_jobs, delete_expired_results
from tidings.store.idempotency import delete_expired_keys
from tidings.store.logins import delete_old_failures
from tidings.store.notifications import delete_expired_channels
from tidings.store.outcomes import delete_waiting
from tidings.store.partitions import drop_partitions, ensure_partitions
from tidings.store.query import execute
from tidings.store.recipients import delete_old_recipients
from tidings.store.suppressions import delete_expired_suppressions
from tidings.store.tokens import delete_expired_tokens
from tidings.store.unsaid_messages import delete_old_unsaid
from tidings.store.usage import delete_outcomes, fold_usage

log = structlog.get_logger()

FOLD_SECONDS = 3.0
SWEEP_SECONDS = 60.0
AT_A_TIME = 10_000
DAYS_AHEAD = 3
KEEP_UNSAID = timedelta(days=30)


async def housekeeping_loop(database: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Keep house until told to stop; several workers may do it at once."""
    swept_at = -math.inf
    loop = asyncio.get_running_loop()
    while not stop.is_set():
        try:
            async with database.connection() as connection:
                await execute(connection, fold_usage())
                await execute(connection, fold_campaign_deltas())
            if loop.time() - swept_at > SWEEP_SECONDS:
                await _sweep(database, settings)
                swept_at = loop.time()
        except UNAVAILABLE as error:
            log.warning("housekeeping.unavailable", error=type(error).__name__)
        except Exception:
            log.exception("housekeeping.failed")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), FOLD_SECONDS)


async def _sweep(database: Database, settings: Settings) -> None:
    now = datetime.now(UTC)
    breaker = now - timedelta(minutes=2 * settings.breaker_window_minutes)
    async with database.connection() as connection:
        await execute(connection, delete_expired_tokens(AT_A_TIME))
        await execute(connection, delete_expired_channels(AT_A_TIME))
        await execute(connection, delete_expired_keys(AT_A_TIME))
        await execute(connection, delete_expired_suppressions(now=now, limit=AT_A_TIME))
        await execute(connection, delete_expired_results(now, AT_A_TIME))
        await execute(connection, delete_expired_detail_jobs(now, AT_A_TIME))
        await execute(connection, delete_outcomes(breaker, AT_A_TIME))
        await execute(connection, delete_old_failures(AT_A_TIME))
        await execute(connection, delete_old_recipients(AT_A_TIME))
        waited = now - timedelta(days=settings.inbox_days)
        await execute(connection, delete_waiting(waited, AT_A_TIME))
        await execute(connection, delete_old_unsaid(now - KEEP_UNSAID, AT_A_TIME))
    await sweep_outbound(database, settings, now)
    for table, days in (
        ("inbox", settings.inbox_days),
        ("event", settings.event_days),
        ("exchange", settings.exchange_days),
    ):
        async with database.transaction() as connection:
            await ensure_partitions(connection, table, today=now.date(), ahead=DAYS_AHEAD)
            dropped = await drop_partitions(
                connection, table, before=now.date() - timedelta(days=days)
            )
        if dropped:
            log.info("housekeeping.dropped", table=table, partitions=dropped)
