"""The desk: what routing, workstreams, media and the agents' work need beyond 0003."""

from tidings.store.migrate import run_script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add what the desk needs."""
    run_script("0004_desk.sql")
