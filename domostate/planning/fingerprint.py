"""Fingerprints: whether two readings of a live object are the same."""

import hashlib
import json
from typing import Any

__all__ = ["fingerprint"]


def fingerprint(document: Any) -> str:
    """A digest of a live object as read: SHA-256, in hex, of its canonical JSON."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
