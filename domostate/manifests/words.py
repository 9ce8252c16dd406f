"""Words: how findings name values and guess what was meant."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any, Final

__all__ = ["did_you_mean", "listed", "nearest", "shown"]

_LONGEST: Final = 40
"""Characters of a value that a message repeats: enough to recognise it."""

_MOST_LISTED: Final = 14


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like `word`, empty when none is."""
    by_fold = {one.casefold(): one for one in known}
    folded = word.casefold()
    if folded in by_fold:
        return by_fold[folded]
    close = get_close_matches(folded, by_fold, n=1)
    return by_fold[close[0]] if close else ""


def did_you_mean(word: str, known: Collection[str], otherwise: str = "") -> str:
    """A hint that names the nearest known word, else the few there are, else `otherwise`."""
    near = nearest(word, known)
    if near:
        return f"did you mean {near!r}?"
    return otherwise or (f"known: {listed(known)}" if 0 < len(known) <= _MOST_LISTED else "")


def listed(words: Iterable[str]) -> str:
    """Words as a list for people, in their own order."""
    return ", ".join(words)


def shown(value: Any) -> str:
    """A value as a message names it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {short(value)}"
        case dict():
            return "a mapping"
        case _:
            return "a list"


def short(text: str) -> str:
    """A text in quotes, cut where it is long."""
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")
