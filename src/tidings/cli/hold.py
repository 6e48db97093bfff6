"""A home is run by one `up` or `demo` at a time: the lock that the others find."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tidings.embedded import EmbeddedError


@contextmanager
def hold(home: Path) -> Iterator[None]:
    """Hold a home until the block ends or this process dies. Raises EmbeddedError if one does.

    The kernel drops the lock with its holder, so nothing is left behind that must be cleared away.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle = os.open(home / "running", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EmbeddedError(
            f"{home} cannot be used ({error.strerror}); choose another folder with TIDINGS_HOME"
        ) from error
    try:
        _lock(handle, home)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, home: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(handle, 20).decode() or "another"
        raise EmbeddedError(
            f"Tidings runs already in {home} (process {holder}); stop that one first, or choose "
            "another folder with TIDINGS_HOME"
        ) from error
    os.ftruncate(handle, 0)
    os.write(handle, str(os.getpid()).encode())
