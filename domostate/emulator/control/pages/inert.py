"""Texts that somebody else wrote, as a page shows them: nothing in them acts."""

import unicodedata
from collections.abc import Iterator

LONGEST = 300
"""Of a text that is longer the rest is left out. Arbitrary: longer than any honest name."""

_ACTING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, what turns the direction of writing or cannot be seen, halves of characters, and
breaks."""

Piece = tuple[bool, str]
"""Whether it stands for what cannot be shown, and the text to show."""


def pieces(text: str) -> Iterator[Piece]:
    """`text` in pieces; markup is left to the templates, which escape it."""
    if text.isprintable() and 0 < len(text) <= LONGEST:
        yield False, text
        return
    shown = ""
    for one in text[:LONGEST]:
        if unicodedata.category(one) not in _ACTING:
            shown += one
            continue
        if shown:
            yield False, shown
        shown = ""
        yield True, f"U+{ord(one):04X}"
    if shown:
        yield False, shown
    if len(text) > LONGEST:
        yield True, f"and {len(text) - LONGEST:,} characters more"


def plain(text: str) -> str:
    """`text` where there can be no markup: in a title."""
    return "".join(f"[{shown}]" if odd else shown for odd, shown in pieces(text))
