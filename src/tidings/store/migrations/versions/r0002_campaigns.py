"""Campaigns: contact lists, filters, do-not-contact lists, imports of files, and the runs."""

from tidings.store.migrate import run_script

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what campaigns need."""
    run_script("0002_campaigns.sql")
