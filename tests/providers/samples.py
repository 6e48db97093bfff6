"""Reads the provider's sample payloads."""

import json
from importlib import resources
from typing import Any

_FOLDER = resources.files("tidings.providers.whatsapp_cloud") / "samples"


def sample_bytes(name: str) -> bytes:
    """Give a sample as it would come over the wire."""
    return (_FOLDER / f"{name}.json").read_bytes()


def sample(name: str) -> Any:
    """Give a sample as plain values."""
    return json.loads(sample_bytes(name))


def sample_names() -> list[str]:
    """List all samples."""
    return sorted(file.name.removesuffix(".json") for file in _FOLDER.iterdir())


def webhook_names() -> list[str]:
    """List the samples that are webhooks, and not answers to our calls."""
    return [name for name in sample_names() if not name.startswith(("refusal_", "accepted"))]
