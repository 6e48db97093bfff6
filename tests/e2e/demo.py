"""The demo, running for people in browsers: where it is, and everybody's password."""

import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

import httpx
import psutil

from tests.e2e.browser import PATIENCE_MS
from tests.e2e.test_first_steps import STOPPING_S, Newcomer

EAGER = {"delivery_delay_ms": 100, "read_probability": 1, "read_delay_ms": 300}


class Demo(NamedTuple):
    """A running demo: addresses of the console and the simulator, and everybody's password."""

    console: str
    simulator: httpx.Client
    password: str
    process: psutil.Process

    @contextmanager
    def at_work(self, who: str) -> Iterator[httpx.Client]:
        """Somebody of the demo works by the API."""
        address, patience = f"{self.console}/api/v2/", PATIENCE_MS / 1000
        again = httpx.HTTPTransport(retries=6)  # it may have been killed just now
        with httpx.Client(base_url=address, timeout=patience, transport=again) as client:
            proof = {"email": f"{who}@demo.example", "password": self.password}
            session = client.post("sessions", json=proof).raise_for_status().json()
            client.headers["X-CSRF-Token"] = session["csrfToken"]
            yield client

    @contextmanager
    def customers_clock(self, *, offset_seconds: int) -> Iterator[None]:
        """What customers write meanwhile was written so much later, or earlier."""
        self.simulator.post("clock", json={"offset_seconds": offset_seconds}).raise_for_status()
        try:
            yield
        finally:
            self.simulator.post("clock", json={"offset_seconds": 0}).raise_for_status()

    @contextmanager
    def killed_web(self) -> Iterator[None]:
        """Kill the process that serves the console; afterwards it may be started again.

        The supervisor sleeps meanwhile: it is faster than the console asks for news.
        """
        [web] = [each for each in self.process.children() if each.cmdline()[-1] == "web"]
        self.process.suspend()
        try:
            web.kill()
            yield
        finally:
            self.process.resume()


@contextmanager
def running_demo() -> Iterator[Demo]:
    """A demo of a newcomer, in a home of its own, until the end."""
    folder = Path(mkdtemp(prefix="tidings-browser-"))
    folder.chmod(0o755)
    newcomer = Newcomer(folder)
    process = newcomer.start()
    try:
        said = newcomer.said()
        password = re.search(r"^ +password +(\S+)", said, re.MULTILINE)
        assert password is not None
        console, simulator = (
            f"http://127.0.0.1:{newcomer.environment[name]}"
            for name in ("TIDINGS_PORT", "TIDINGS_SIMULATOR_PORT")
        )
        address = f"{simulator}/_simulator/"
        with httpx.Client(base_url=address, timeout=PATIENCE_MS / 1000) as control:
            control.put("habits", json=EAGER).raise_for_status()
            yield Demo(console, control, password[1], psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(STOPPING_S) == 0
        shutil.rmtree(folder, ignore_errors=True)
