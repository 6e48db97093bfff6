"""Memory of web and worker over ten minutes of load: it must not grow.

Notifications come in at a steady pace, go out, and every callback comes back.
"""

import asyncio

from tidings.cli.benches.agentless import notification_requests
from tidings.cli.benches.cast import hire_cast
from tidings.cli.benches.load import Load, run_load
from tidings.cli.benches.loop import ask, start_simulator
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import Process, open_database, set_stage, wait_for_http

CUSTOMERS = 20_000
PER_SECOND = 400
CONNECTIONS = 32
LOOK_SECONDS = 5.0
WARM_UP = 0.1  # the share of the run after which memory is compared with its end


async def run(*, seconds: float = 600.0) -> BenchResult:
    """Watch both processes; `grown_mb` compares the last tenth with the one after warming up."""
    async with set_stage(api_requests_per_minute=10_000_000) as stage:
        async with open_database(stage) as database:
            cast = await hire_cast(stage, database, customers=CUSTOMERS)
        start_simulator(stage, batch=1)
        await wait_for_http(f"http://127.0.0.1:{stage.settings.simulator_port}/_simulator/state")
        web, worker = stage.start("web"), stage.start("worker")
        await stage.wait_until_ready()
        load = asyncio.create_task(
            run_load(
                stage.settings.port,
                notification_requests(cast),
                connections=CONNECTIONS,
                seconds=seconds,
                most_per_second=PER_SECOND,
            )
        )
        seen = await watch(load, [web, worker])
        accepted = (await ask(stage, "ledger"))["accepted"]
        done = load.result()
        assert set(done.statuses) <= {202}, f"{done.statuses} {stage.log_of('web')}"
        return BenchResult(
            bench="memory",
            rate=done.rate,
            unit="messages/s",
            seconds=done.seconds,
            p50_ms=done.percentile_ms(0.5),
            p99_ms=done.percentile_ms(0.99),
            rss_mb=max(max(series) for series in seen.values()),
            detail={
                "accepted": float(accepted),
                **{f"{name}_mb": max(series) for name, series in seen.items()},
                **{f"{name}_grown_mb": growth(series) for name, series in seen.items()},
            },
        )


async def watch(load: "asyncio.Task[Load]", processes: list[Process]) -> dict[str, list[float]]:
    """Resident memory of each process in MB, looked at until the load ends."""
    seen: dict[str, list[float]] = {process.name: [] for process in processes}
    while not load.done():
        await asyncio.wait([load], timeout=LOOK_SECONDS)
        for process in processes:
            seen[process.name].append(process.memory_mb())
    return seen


def growth(series: list[float]) -> float:
    """By how much the last part's mean is above that of the part after warming up."""
    part = max(1, int(len(series) * WARM_UP))
    first, last = series[part : 2 * part] or series, series[-part:]
    return sum(last) / len(last) - sum(first) / len(first)
