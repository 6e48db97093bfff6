"""Watches over the processes of `up`: starts them, starts them again, stops them in order."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import structlog

from tidings.embedded import EmbeddedError
from tidings.settings import PREFIX, Settings

log = structlog.get_logger()

STOP_SECONDS = 20.0
LONGEST_PAUSE = 10.0
STEADY_SECONDS = 30.0


class Supervisor:
    """The child processes of one installation on one machine."""

    def __init__(self, settings: Settings, url: str, *, simulator: bool) -> None:
        names = ["web", "worker"] + (["simulator"] if simulator else [])
        self._environment = child_environment(settings, url)
        self._children = {name: Child(name, self._environment) for name in names}
        self._stop = threading.Event()

    def run(self) -> None:
        """Run until SIGTERM or SIGINT, then stop all children gracefully."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        for child in self._children.values():
            child.start()
        try:
            while not self._stop.wait(0.3):
                for child in self._children.values():
                    child.watch()
        finally:
            for child in self._children.values():
                child.terminate()
            for child in self._children.values():
                child.wait()


class Child:
    """One child process, with a growing pause between its restarts."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.name = name
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause = 0.2
        self._restart_at = 0.0

    def start(self) -> None:
        """Start the process, in a session of its own so that Ctrl-C reaches us alone."""
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tidings", self.name],
            env=self._environment,
            start_new_session=True,
        )

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
            raise EmbeddedError(
                f"port {port} on {host} cannot be used ({error.strerror}); choose another with "
                f"{setting}, for example {setting}={port + 1}"
            ) from error
