"""Watches over the processes of `up`: starts them, starts them again, stops them in order."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import structlog

from tidings.embedded import EmbeddedError, EmbeddedPostgres
from tidings.settings import PREFIX, Settings

log = structlog.get_logger()

STOP_SECONDS = 20.0
LONGEST_PAUSE = 10.0
STEADY_SECONDS = 30.0
HIGHEST_PORT = 65_535


class Supervisor:
    """The child processes of one installation on one machine.

    `log` is the file that they write to; without one they share our terminal.
    """

    def __init__(
        self,
        settings: Settings,
        url: str,
        *,
        simulator: bool,
        database: EmbeddedPostgres | None = None,
        log: Path | None = None,
    ) -> None:
        names = ["web", "worker"] + (["simulator"] if simulator else [])
        environment = child_environment(settings, url)
        self._children = {name: Child(name, environment, log) for name in names}
        self._database = database
        self._stop = threading.Event()

    def stop(self) -> None:
        """Make `run` end; may be called from any thread."""
        self._stop.set()

    def run(self, beside: Callable[["Supervisor"], None] | None = None) -> None:
        """Run until SIGTERM, SIGINT or SIGHUP (a closed terminal), then stop all gracefully.

        `beside` runs in a thread of its own once the children were started.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stop.set())
        for child in self._children.values():
            child.start()
        if beside is not None:
            threading.Thread(target=beside, args=(self,), daemon=True).start()
        try:
            while not self._stop.wait(0.3):
                self._watch_database()
                for child in self._children.values():
                    child.watch()
        finally:
            for child in self._children.values():
                child.terminate()
            for child in self._children.values():
                child.wait()

    def _watch_database(self) -> None:
        """Start the embedded database again if it died; the processes wait for it meanwhile."""
        if self._database is None or self._database.pid() is not None:
            return
        log.warning("database.died")
        try:
            self._database.start()
        except EmbeddedError as error:
            log.error("database.failed", error=str(error))


class Child:
    """One child process, with a growing pause between its restarts."""

    def __init__(self, name: str, environment: dict[str, str], log: Path | None) -> None:
        self.name = name
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause = 0.2
        self._restart_at = 0.0

    def start(self) -> None:
        """Start the process, in a session of its own so that Ctrl-C reaches us alone."""
        self._started_at = time.monotonic()
        output = self._log.open("ab") if self._log is not None else None
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tidings", self.name],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        if output is not None:
            output.close()

    def watch(self) -> None:
        """Start it again if it died, a little later each time while it keeps dying."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._restart_at:
                self.start()
        elif (code := self._process.poll()) is not None:
            if now - self._started_at > STEADY_SECONDS:
                self._pause = 0.2
            log.warning("process.died", process=self.name, code=code, again_in=self._pause)
            self._process = None
            self._restart_at = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def terminate(self) -> None:
        """Ask it to finish."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self) -> None:
        """Wait until it has finished; one that does not is killed."""
        if self._process is None:
            return
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("process.killed", process=self.name)
            self._process.kill()
            self._process.wait()


def child_environment(settings: Settings, url: str) -> dict[str, str]:
    """Hand the settings on as they were resolved here."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
    for name in Settings.__struct_fields__:
        value = getattr(settings, name)
        if value != "":
            text = str(value).lower() if isinstance(value, bool) else str(value)
            environment[PREFIX + name.upper()] = text
    environment[PREFIX + "HOME"] = str(settings.home_path)
    environment[PREFIX + "DATABASE_URL"] = url
    return environment


def check_port(host: str, port: int, setting: str) -> None:
    """Say which port is in use, and how to choose another, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = (error.strerror or str(error)).lower() + _listener(port)
            another = port + 1 if port < HIGHEST_PORT else 8080
            raise EmbeddedError(
                f"port {port} on {host} cannot be used ({reason}); choose another with "
                f"{setting}, for example {setting}={another}"
            ) from error


def _listener(port: int) -> str:
    """Who listens on a port, as far as we may see it."""
    try:
        for each in psutil.net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN and each.laddr.port == port and each.pid:
                command = " ".join(psutil.Process(each.pid).cmdline())[:80]
                return f" by process {each.pid}: {command}"
    except psutil.Error:
        pass
    return ""
