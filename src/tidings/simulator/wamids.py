"""Message ids in WhatsApp's manner, which carry our own number so none has to be remembered."""

import base64
import binascii
from typing import NamedTuple

_HEAD = b"\x1d\x01"
_TAIL = 22


class Wamid(NamedTuple):
    """What is inside an id: whether a customer wrote it, and the ledger's number."""

    inbound: bool
    n: int


def wamid_of(wa_id: str, n: int, *, at_ms: int, inbound: bool = False) -> str:
    """The id of ledger number `n`; the time in it keeps ids of different ledgers apart."""
    tail = f"{'I' if inbound else 'O'}{at_ms:011X}{n:010X}"
    raw = b"%s%s\x15\x02\x00%s" % (_HEAD, wa_id.encode(), tail.encode())
    return "wamid." + base64.b64encode(raw).decode()


def parse_wamid(text: str) -> Wamid | None:
    """What the id says, or None when it was not made here."""
    if not text.startswith("wamid."):
        return None
    try:
        raw = base64.b64decode(text[6:], validate=True)
        tail = raw[-_TAIL:].decode()
        return Wamid(tail[0] == "I", int(tail[12:], 16))
    except (binascii.Error, UnicodeDecodeError, ValueError, IndexError):
        return None
