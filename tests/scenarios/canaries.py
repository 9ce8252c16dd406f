"""Secrets that a test looks for, in every form in which one may leave."""

import json
from base64 import b64encode
from urllib.parse import quote, quote_plus

__all__ = ["forms", "leaked"]


def forms(secret: str) -> frozenset[str]:
    """The secret plain, in base64 (also within a longer text), in URLs, in hex and in JSON."""
    raw = secret.encode()
    return frozenset(
        {
            secret,
            quote(secret, safe=""),
            quote(secret),
            quote_plus(secret),
            raw.hex(),
            raw.hex().upper(),
            json.dumps(secret)[1:-1],
            *(one for offset in range(3) for one in _in_base64(raw, offset)),
        }
    )


def leaked(text: str, *secrets: str) -> bool:
    """Whether any of the secrets is in the text."""
    return any(form in text for secret in secrets for form in forms(secret))


def _in_base64(raw: bytes, offset: int) -> tuple[str, str]:
    """What of the secret's base64 is the same whatever stands around it, in both alphabets."""
    whole = b64encode(b"\0" * offset + raw).decode().rstrip("=")
    # The first letters also hold what stands before, the last one what comes after.
    kept = whole[(0, 2, 3)[offset] : len(whole) - 1]
    return kept, kept.replace("+", "-").replace("/", "_")
