"""Tidings: a self-hosted messaging contact center."""

__version__ = "0.1.0"
