"""A real web server on a loopback port, for other people's clients."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import msgspec
import uvicorn
import uvloop

from tidings.api.application import Application


class Server(msgspec.Struct, frozen=True):
    """A running web process; `address` is its base URL."""

    address: str
    application: Application


class Quiet(uvicorn.Server):
    """A server in a thread: signals stay with the main thread."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


@contextlib.contextmanager
def served(application: Application) -> Iterator[Server]:
    """Serve the application from a thread of its own, on a free port, until the end."""
    ready = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, lifespan="off", log_level="error", access_log=False)
    server = Quiet(config)

    async def live() -> None:
        async with application.framework.lifespan():
            ready.set()
            await server.serve(sockets=[listening])

    thread = threading.Thread(target=lambda: uvloop.run(live()), daemon=True)
    thread.start()
    assert ready.wait(60), "the application did not start"
    try:
        yield Server("http://{}:{}".format(*listening.getsockname()), application)
    finally:
        server.should_exit = True
        thread.join(60)
        listening.close()
