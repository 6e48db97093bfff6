"""Starting and stopping the simulator: as a program, or inside a test's event loop."""

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tidings.simulator.app import App
from tidings.simulator.simulation import Simulation

STOP_SECONDS = 3


class Protocol(HttpToolsProtocol):
    """Lets a request see its connection, so that a fault can reset it."""

    def on_message_begin(self) -> None:
        """Add the transport to the scope of every request."""
        super().on_message_begin()
        self.scope["extensions"] = {"connection": {"transport": self.transport}}


class Server:
    """uvicorn's connections without its process: no signals, no ticking, quick to stop."""

    def __init__(self, app: App) -> None:
        self._config = uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            lifespan="off",
            proxy_headers=False,
            access_log=False,
            log_level="warning",
            timeout_keep_alive=75,
        )
        self._config.load()
        self._state = ServerState()

    async def start(self, listening: socket.socket) -> None:
        """Answer the connections of this socket from now on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, sock=listening)

    def _protocol(self) -> Protocol:
        return Protocol(config=self._config, server_state=self._state, app_state={})

    async def stop(self) -> None:
        """Take no more requests, finish those in hand, drop what takes too long."""
        self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            _, late = await asyncio.wait(self._state.tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()


def read_config(file: Path | None) -> dict[str, Any]:
    """The configuration file's content; no file means the built-in world."""
    if file is None:
        return {}
    config: dict[str, Any] = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    return config


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket whose connections answer at once, whichever event loop serves them."""
    listening = socket.create_server((host, port), backlog=2048)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104


@asynccontextmanager
async def simulator(
    state_dir: Path, *, config: dict[str, Any] | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Simulation]:
    """A simulator serving in the running event loop; `.address` tells where.

    Port 0 takes any free one. Leaving the block stops it; its state stays in `state_dir`.
    """
    listening = _listen(host, port)
    simulation = Simulation(state_dir, config or {})
    server = Server(App(simulation))
    simulation.open(_address_of(listening))
    await server.start(listening)
    try:
        yield simulation
    finally:
        simulation.hang_up()
        await server.stop()
        await simulation.close()


async def _serve(host: str, port: int, state_dir: Path, config: dict[str, Any]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with simulator(state_dir, config=config, host=host, port=port) as simulation:
        print(f"simulator listening on {simulation.address}", flush=True)  # noqa: T201
        await stopped.wait()


def run(host: str, port: int, state_dir: str | Path, *, config: str | Path | None = None) -> None:
    """Serve until SIGTERM or SIGINT; blocks. The first line printed tells the address.

    `config` is a JSON file; state of an earlier run in `state_dir` is taken up, unless it was
    made from another configuration.
    """
    gc.set_threshold(50_000, 20, 50)
    content = read_config(Path(config) if config else None)
    uvloop.run(_serve(host, port, Path(state_dir), content))
