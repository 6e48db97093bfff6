"""The command line: running the product, looking after it, measuring it."""

from tidings.cli.root import main

__all__ = ["main"]
