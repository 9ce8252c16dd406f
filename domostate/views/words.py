"""How values, principals and filters of a plan file are said in words."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from domostate.views.text import HIDDEN, glued, looks_secret, name, plain, quoted

__all__ = [
    "column_text",
    "filters_text",
    "grant_text",
    "label",
    "listed",
    "members_text",
    "move_text",
    "principal_text",
    "said",
    "settings_text",
    "word",
]

_SIMPLE: Final = re.compile(r"[\w@.+:/-]+")
_PUNCTUATION: Final = re.compile(r"""[,;:()\[\]"]|->""")


def word(value: object) -> str:
    """A value among other values: quoted where it is not a single plain word."""
    text = str(value)
    simple = text.isprintable() and _SIMPLE.fullmatch(text) is not None
    return text if simple else glued(quoted(text))


def label(value: object) -> str:
    """A name in a sentence: quoted where it could be taken for more than a name."""
    text = str(value)
    doubtful = not text or text != text.strip() or _PUNCTUATION.search(text) is not None
    return glued(quoted(text)) if doubtful else name(text)


def listed(values: Sequence[Any], say: Callable[[Any], str]) -> str:
    """Values with commas between them."""
    return ", ".join(map(say, values))


def principal_text(principal: Any) -> str:
    """A user by e-mail, a group with the word before it, either by id where no name is known."""
    if not isinstance(principal, Mapping):
        return label(principal)
    named, type_ = principal.get("name"), plain(principal.get("type", "")).lower()
    if not named:
        return name(f"{type_} id {principal.get('id')}")
    return label(named) if type_ == "user" else glued(f"{type_} {label(named)}")


def move_text(observed: Any, desired: Any) -> str:
    """An owner and who takes the object over."""
    return f"{principal_text(observed or 'nobody')} -> {principal_text(desired or 'nobody')}"


def grant_text(grant: Mapping[str, Any]) -> str:
    """Who is given what: `group Finance CAN_VIEW`."""
    return glued(f"{principal_text(grant.get('principal'))} {plain(grant.get('access'))}")


def column_text(column: Mapping[str, Any]) -> str:
    """A column with its type: `amount DECIMAL`."""
    return glued(f"{label(column.get('name'))} {plain(column.get('type'))}")


def filters_text(filters: Sequence[Mapping[str, Any]]) -> str:
    """The rows that a policy shows."""
    return " and ".join(map(_filter_text, filters)) or "no filter"


def _filter_text(condition: Mapping[str, Any]) -> str:
    negated = "not " if condition.get("not") else ""
    case = " (ignoring case)" if condition.get("ignore_case") else ""
    values = listed(condition.get("values", ()), word)
    column, operator = word(condition.get("column")), plain(condition.get("operator"))
    return f"{negated}{column} {operator} {values}{case}"


def members_text(members: Mapping[str, Any]) -> str:
    """The members of a policy or group; says so where there are none."""
    users = (_member_text(member, "user") for member in members.get("users") or ())
    groups = (_member_text(member, "group") for member in members.get("groups") or ())
    return ", ".join((*users, *groups)) or "nobody"


def _member_text(member: Any, type_: str) -> str:
    if isinstance(member, Mapping):
        return principal_text({"type": type_, **member})
    return principal_text({"type": type_, "name": member})


def settings_text(settings: Mapping[str, Any]) -> str:
    """Keys and values in the order of the keys; what looks secret is not shown."""
    return ", ".join(
        glued(f"{label(key)} {said(settings[key], str(key))}") for key in sorted(settings)
    )


def said(value: Any, key: str = "") -> str:
    """Any value of a document; `key` is the setting that it belongs to."""
    if value is not None and key and looks_secret(key):
        return HIDDEN
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return word(value)
        case Mapping() if "type" in value and "id" in value:
            return principal_text(value)
        case Mapping():
            return f"({settings_text(value)})" if value else "nothing"
        case list() | tuple():
            return listed(value, said) or "nothing"
        case _:
            return plain(value)
