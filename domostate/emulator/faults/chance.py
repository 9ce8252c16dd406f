"""Chance that can be repeated: it depends on the seed and on what it is drawn for, nothing else."""

import hashlib


def drawn(seed: int, *what: object) -> float:
    """A number from 0 up to, but not including, 1; the same for the same arguments."""
    text = "/".join(map(str, (seed, *what)))
    digest = hashlib.blake2b(text.encode(), digest_size=7).digest()
    # 53 bits: as many as a float holds exactly, so that the result never rounds up to 1.
    return (int.from_bytes(digest, "big") >> 3) / 2**53
