"""The foundation: who may do what, integrations, consent, messages, the engine's queues."""

from tidings.store.migrate import run_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first schema."""
    run_script("0001_foundation.sql")
