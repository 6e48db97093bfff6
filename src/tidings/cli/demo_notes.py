"""What a demo remembers between its runs: its secrets, its addresses, and how far it is set up."""

import os
import secrets
from pathlib import Path

import msgspec

NAME = "demo.json"


class Notes(msgspec.Struct):
    """The demo's own page; `done` are the steps of its setting up that are behind it."""

    password: str
    client_id: str = ""
    client_secret: str = ""
    graph_address: str = ""
    base_url: str = ""
    from_address: str = ""
    template: str = ""
    done: list[str] = []


def read_notes(home: Path) -> Notes:
    """The notes of a demo; a new one's begin with a password made for it."""
    path = home / NAME
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=Notes)
    return Notes(password=f"magpie-{secrets.token_hex(4)}")


def write_notes(home: Path, notes: Notes) -> None:
    """Keep the notes, readable by their owner only; a crash leaves the old or the new ones."""
    draft = home / f".{NAME}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(notes), indent=1))
        file.flush()
        os.fsync(handle)
    draft.replace(home / NAME)
