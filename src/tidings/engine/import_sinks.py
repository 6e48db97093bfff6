"""Which sink reads which kind of file; a new kind adds its line here."""

from collections.abc import Awaitable, Callable

from tidings.engine.import_consents import open_consents
from tidings.engine.import_contacts import open_contacts
from tidings.engine.import_dnc import open_dnc
from tidings.engine.import_rows import Sink
from tidings.store.imports import CONSENTS, CONTACTS, DNC, ImportRow
from tidings.store.query import Connection

OpenSink = Callable[[Connection, ImportRow], Awaitable[Sink]]

# Each reads what it must know of its target first; raises TargetGone or BadFile.
SINKS: dict[str, OpenSink] = {
    CONSENTS: open_consents,
    CONTACTS: open_contacts,
    DNC: open_dnc,
}
