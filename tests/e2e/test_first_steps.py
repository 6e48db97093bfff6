"""A newcomer's first steps: the demo starts, what it prints works as pasted, it stops, goes on."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from threading import Event, Thread

import pytest

from tidings.cli.benches.stage import free_port

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is what it prints")
TIDINGS = [sys.executable, "-m", "tidings"]
LAST_LINE = "Stop "
# What ends early may take its time: many processes start on a machine that may be busy.
PATIENCE_S = STOPPING_S = 180


class Newcomer:
    """Somebody with a home of their own and two ports that nobody uses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self.is_told = Event()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TIDINGS_")}
        self.environment = kept | {
            "TIDINGS_HOME": str(folder / "home"),
            "TIDINGS_PORT": str(free_port()),
            "TIDINGS_SIMULATOR_PORT": str(free_port()),
        }

    def start(self) -> subprocess.Popen[str]:
        """Start the demo and listen to what it prints."""
        demo = subprocess.Popen(
            [*TIDINGS, "demo"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines, self.is_told = [], Event()
        Thread(target=self._listen, args=(demo,), daemon=True).start()
        return demo

    def _listen(self, demo: subprocess.Popen[str]) -> None:
        for line in demo.stdout or ():
            self.lines.append(line)
            if LAST_LINE in line:
                self.is_told.set()

    def said(self) -> str:
        """What the demo printed; waits until it told how to stop it."""
        told = self.is_told.wait(PATIENCE_S)
        text = "".join(self.lines)
        assert told, text
        return text

    def run(self, *arguments: str, home: str = "home") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        environment = self.environment | {"TIDINGS_HOME": str(self.folder / home)}
        return subprocess.run(
            [*TIDINGS, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )


@pytest.fixture
def newcomer() -> Iterator[Newcomer]:
    folder = Path(mkdtemp(prefix="tidings-first-"))
    folder.chmod(0o755)
    yield Newcomer(folder)
    shutil.rmtree(folder, ignore_errors=True)


def paste(text: str) -> str:
    """Run the printed commands in bash, in one go; the status is asked for until it is settled."""
    send = re.search(r"^TOKEN=.*?echo message \$MESSAGE$", text, re.DOTALL | re.MULTILINE)
    look = re.search(r"^curl -s -H .*?grep -o .*?$", text, re.DOTALL | re.MULTILINE)
    assert send is not None
    assert look is not None
    script = f"""{send[0]}
    for try in $(seq 240); do
      STATUS=$({look[0]}); echo "$STATUS"
      [[ $STATUS =~ delivery-success|read ]] && break; sleep 0.25
    done"""
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=PATIENCE_S
    )
    return done.stdout


@pytest.mark.timeout(900)
def test_the_demo_works_as_printed_and_goes_on_where_it_was(newcomer: Newcomer) -> None:
    demo = newcomer.start()
    try:
        first = newcomer.said()
        pasted = paste(first)
        health = newcomer.run("doctor", "--json", home="home/demo")
        refused = newcomer.run("demo-reset", "--yes")
        taken = newcomer.run("demo", home="other")
    finally:
        demo.send_signal(signal.SIGINT)
        assert demo.wait(STOPPING_S) == 0

    assert re.search(r"^message [0-9a-f-]{36}$", pasted, re.MULTILINE), pasted
    assert "delivery-success" in pasted or '"status":"read"' in pasted
    assert health.returncode == 0, health.stdout
    assert refused.returncode == 1
    assert "runs already" in refused.stderr
    assert taken.returncode == 1
    assert newcomer.environment["TIDINGS_PORT"] in taken.stderr
    assert "TIDINGS_PORT=" in taken.stderr

    demo = newcomer.start()
    try:
        assert client_of(newcomer.said()) == client_of(first)
    finally:
        demo.send_signal(signal.SIGINT)
        assert demo.wait(STOPPING_S) == 0

    assert newcomer.run("demo-reset", "--yes").returncode == 0
    assert not (newcomer.folder / "home" / "demo").exists()


def client_of(text: str) -> list[str]:
    """The printed OAuth client."""
    return re.findall(r"^    (?:id|secret) +(\S+)$", text, re.MULTILINE)
