"""Running the product: each process by itself, or all of them with `up`."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click
import uvicorn
import uvloop

from tidings.cli.hold import hold
from tidings.cli.logs import set_up_logs
from tidings.cli.root import database_url, embedded_of, read_settings
from tidings.cli.supervisor import Supervisor, check_port
from tidings.settings import Settings


@click.command()
@click.option("--simulator", is_flag=True, help="Start the simulated WhatsApp as well.")
@click.option("--port", type=int, help="Port of the web process (TIDINGS_PORT).")
@click.option("--host", help="Address the web process listens on (TIDINGS_HOST).")
def up(simulator: bool, port: int | None, host: str | None) -> None:
    """Run everything on this machine until Ctrl-C: database, web, worker.

    The database is the embedded one unless TIDINGS_DATABASE_URL names another. The schema is
    brought up to date first. A process that dies is started again.
    """
    settings = read_settings(port=port, host=host)
    set_up_logs(settings)
    run_everything(
        settings,
        simulator=simulator,
        beside=lambda _: click.echo(
            f"Console and API are at {settings.base_url} in a moment; Ctrl-C stops everything."
        ),
    )


def run_everything(
    settings: Settings,
    *,
    simulator: bool,
    log: Path | None = None,
    beside: Callable[[Supervisor], None] | None = None,
) -> None:
    """Start the database and the processes, watch over them, and stop them in order.

    One at a time for a home: who came second would end by stopping the first one's database.
    """
    with contextlib.nullcontext() if settings.database_url else hold(settings.home_path):
        _run_everything(settings, simulator=simulator, log=log, beside=beside)


def _run_everything(
    settings: Settings,
    *,
    simulator: bool,
    log: Path | None,
    beside: Callable[[Supervisor], None] | None,
) -> None:
    check_port(settings.host, settings.port, "TIDINGS_PORT")
    if simulator:
        check_port("127.0.0.1", settings.simulator_port, "TIDINGS_SIMULATOR_PORT")
    url = database_url(settings, start=True)
    embedded = None if settings.database_url else embedded_of(settings)
    try:
        bring_up_to_date(url)
        Supervisor(settings, url, simulator=simulator, database=embedded, log=log).run(beside)
    finally:
        if embedded is not None:
            embedded.stop()


@click.command()
@click.option("--port", type=int, help="Port to listen on (TIDINGS_PORT).")
@click.option("--host", help="Address to listen on (TIDINGS_HOST).")
def web(port: int | None, host: str | None) -> None:
    """Run one web process: API, webhooks and console. Any number may run, on any host."""
    from tidings.api.application import Application

    settings = read_settings(port=port, host=host)
    set_up_logs(settings)
    check_port(settings.host, settings.port, "TIDINGS_PORT")
    application = Application(settings, database_url(settings))
    spare_the_collector()
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        ws_max_size=262_144,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=10,
        backlog=2048,
    )


@click.command()
def worker() -> None:
    """Run one worker: it applies webhooks, sends messages and does the jobs. Any number may run."""
    settings = read_settings()
    set_up_logs(settings)
    if settings.worker_port:
        check_port(settings.worker_host, settings.worker_port, "TIDINGS_WORKER_PORT")
    uvloop.run(run_worker(settings, database_url(settings)))


async def run_worker(settings: Settings, url: str) -> None:
    """Work until SIGTERM or SIGINT; then finish what is in flight."""
    from tidings.engine.worker import Worker
    from tidings.store.database import Database
    from tidings.store.secret_box import load_secret_box

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    database = Database(url, pool_size=settings.pool_size)
    worker = Worker(settings, database, load_secret_box(settings))
    spare_the_collector()
    await worker.run(stop)


def spare_the_collector() -> None:
    """Leave what lives as long as the process out of garbage collection.

    Walking all modules and routes again and again stopped a busy web process for a tenth of a
    second, every second and a half.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@click.command()
@click.option("--port", type=int, help="Port to listen on (TIDINGS_SIMULATOR_PORT).")
@click.option("--state", type=click.Path(path_type=Path), help="Folder of its ledger.")
@click.option(
    "--config", type=click.Path(path_type=Path, exists=True), help="JSON file with its world."
)
def simulator(port: int | None, state: Path | None, config: Path | None) -> None:
    """Run the simulated WhatsApp: Graph API, customers, their phone, and the ledger."""
    from tidings.simulator.main import run

    settings = read_settings(simulator_port=port)
    folder = state or settings.home_path / "simulator"
    check_port("127.0.0.1", settings.simulator_port, "TIDINGS_SIMULATOR_PORT")
    run("127.0.0.1", settings.simulator_port, folder, config=config)


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema. `up` does it by itself.

    Default roles of all organizations gain what the new version lets people do: those that nobody
    changed become this version's, the others gain only permissions that did not exist before.
    """
    settings = read_settings()
    revision, renewed = bring_up_to_date(database_url(settings))
    click.echo(f"schema at {revision}; default roles brought up to date: {renewed}")


class Brought(NamedTuple):
    """To which revision a database was brought, and how many default roles changed."""

    revision: str
    renewed: int


def bring_up_to_date(url: str) -> Brought:
    """Bring a database and the default roles in it up to this version."""
    from tidings.store.migrate import migrate as migrate_database

    revision = migrate_database(url)
    return Brought(revision, asyncio.run(_renew_roles(url)))


async def _renew_roles(url: str) -> int:
    from tidings.actions.default_roles import renew_default_roles
    from tidings.store.database import Database

    database = Database(url, pool_size=1)
    await database.open()
    try:
        return await renew_default_roles(database)
    finally:
        await database.close()
