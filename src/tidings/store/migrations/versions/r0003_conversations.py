"""Conversations with people: queues, agents, participants, workstreams, media, channels."""

from tidings.store.migrate import run_script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what conversations need."""
    run_script("0003_conversations.sql")
