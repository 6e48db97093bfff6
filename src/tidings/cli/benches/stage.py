"""The stage of a bench or a chaos run: a database of its own, a cast, and real processes."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from tidings.cli.supervisor import child_environment
from tidings.embedded import EmbeddedPostgres
from tidings.settings import Settings, load_settings
from tidings.store.database import Database
from tidings.store.migrate import migrate

START_SECONDS = 120.0
_PORTS = iter(random.SystemRandom().sample(range(15_000, 30_000), 1_000))


class Process:
    """One process of the product, with the memory it took at most."""

    def __init__(self, name: str, environment: dict[str, str], *, log: Path) -> None:
        self.name = name
        self._environment = environment
        self._log = log
        self.peak_mb = 0.0
        self.process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tidings", *self.name.split()],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def restart(self) -> None:
        """Start it again after it was killed."""
        self.process = self._spawn()

    def kill(self) -> None:
        """SIGKILL, as the kernel or an operator does it."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Stop it gracefully, or kill it when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def cpu_seconds(self) -> float:
        """Processor time it took so far."""
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self.process.pid).cpu_times()
            return float(times.user + times.system)
        return 0.0

    def memory_mb(self) -> float:
        """Resident memory now, in MB."""
        with contextlib.suppress(psutil.Error):
            now = psutil.Process(self.process.pid).memory_info().rss / 1e6
            self.peak_mb = max(self.peak_mb, now)
            return float(now)
        return 0.0


class Stage:
    """A running installation in a folder of its own; everything goes when the bench ends."""

    def __init__(self, folder: Path, **overrides: object) -> None:
        self.folder = folder
        self.postgres = EmbeddedPostgres(folder / "postgres")
        values: dict[str, object] = {
            "home": str(folder),
            "port": free_port(),
            "simulator_port": free_port(),
            "log_level": "warning",
            "allow_private_graph": True,
            "pool_size": 6,
        }
        self.settings: Settings = load_settings({}, **(values | overrides))
        self.processes: list[Process] = []

    @property
    def url(self) -> str:
        """The database's address."""
        return self.postgres.url

    def start(self, name: str) -> Process:
        """Start one process: web, worker or simulator."""
        process = Process(
            name,
            child_environment(self.settings, self.url),
            log=self.folder / f"{name.split()[0]}.log",
        )
        self.processes.append(process)
        return process

    async def wait_until_ready(self) -> None:
        """Wait until the web process serves."""
        await wait_for_http(f"http://127.0.0.1:{self.settings.port}/readyz")

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time of each process so far, the database's all together."""
        spent = {each.name.split()[0]: each.cpu_seconds() for each in self.processes}
        pid = self.postgres.pid()
        total = 0.0
        if pid is not None:
            server = psutil.Process(pid)
            for process in (server, *server.children()):
                with contextlib.suppress(psutil.Error):
                    times = process.cpu_times()
                    total += times.user + times.system
        return {**spent, "postgres": total}

    def log_of(self, name: str) -> str:
        """The end of a process's log, for when something went wrong."""
        path = self.folder / f"{name}.log"
        return path.read_text()[-4000:] if path.exists() else ""


def make_folder() -> Path:
    """A folder that the database's own user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="tidings-bench-"))
    folder.chmod(0o755)
    return folder


@asynccontextmanager
async def set_stage(**overrides: object) -> AsyncIterator[Stage]:
    """A fresh installation without processes; stops and removes everything at the end."""
    stage = Stage(make_folder(), **overrides)
    try:
        stage.postgres.start()
        migrate(stage.url)
        yield stage
    finally:
        for process in reversed(stage.processes):
            process.stop()
        stage.postgres.stop()
        if os.environ.get("TIDINGS_BENCH_KEEP") is None:
            shutil.rmtree(stage.folder, ignore_errors=True)


@asynccontextmanager
async def open_database(stage: Stage) -> AsyncIterator[Database]:
    """Connections to the stage's database."""
    database = Database(stage.url, pool_size=4, timeout_seconds=20)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def wait_for_http(url: str) -> None:
    """Wait until an address answers 200."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            await asyncio.to_thread(read_url, url)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


def free_port() -> int:
    """A port nobody listens on, for a process that is yet to start, or that starts again.

    It is none of those that the system gives to connections: one of them may have it by then, or
    who asks a process that was killed is connected to itself.
    """
    for port in _PORTS:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise RuntimeError("No port from 15000 to 30000 is free.")


def read_url(url: str) -> bytes:
    """GET an address on this machine."""
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310
        return bytes(answer.read())
