"""Secrets: named in files (`env:NAME`, `file:PATH`), read only when they are used."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from domostate.errors import Finding, UsageError
from domostate.manifests.tree import Map, Seq
from domostate.manifests.words import nearest

__all__ = ["Credentials", "Secret", "literals", "optional_secret", "redacted", "resolve_secret"]

SECRET: Final = re.compile(r"(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)\Z")
"""A secret by name."""

_SENSITIVE: Final = re.compile(
    r"(?i)((?:[a-z_]*(?:token|secret|password|client_id)[a-z_]*|credentials)['\"]?\s*:\s*)"
    r"(?!\s|env:|file:|[{&*]|['\"](?:env|file):)(.*)"
)
_IN_ADDRESS: Final = re.compile(r"(://)[^\s/'\"]+(?=@)")
_IN_QUERY: Final = re.compile(r"(://[^\s?#'\"]*\?)[^\s#'\"]+")
_AS_KEYWORD: Final = re.compile(r"(?i)(password\s*=\s*)[^\s'\"]+")
_NAMED_IN_STATE: Final = ("url", "password", "token")
"""Options of a backend that name a secret."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is found; `stated` tells a name from domostate.yml from the usual one."""

    ref: str
    stated: bool = True


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the credentials of one environment are found, never what they are."""

    developer_token: Secret = field(default=Secret("env:DOMO_DEVELOPER_TOKEN", stated=False))
    client_id: Secret = field(default=Secret("env:DOMO_CLIENT_ID", stated=False))
    client_secret: Secret = field(default=Secret("env:DOMO_CLIENT_SECRET", stated=False))
    read_developer_token: Secret | None = None


def resolve_secret(ref: str, root: Path) -> str:
    """The secret behind `env:NAME` or `file:PATH`; relative paths start at `root`.

    Raises:
        UsageError: it is missing or empty. The message names where it was looked for.
    """
    scheme, _, name = ref.partition(":")
    if scheme == "env":
        value = os.environ.get(name, "").strip()
        if not value:
            raise UsageError(f"the environment variable {name} is not set", hint=f"export {name}=…")
        return _one_line(value, f"the environment variable {name}")
    if scheme != "file":
        raise UsageError("a secret is named by env:NAME or file:PATH")
    path = root / Path(name).expanduser()
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(f"the secret file {path} cannot be read: {why}") from error
    if not value:
        raise UsageError(f"the secret file {path} is empty")
    return _one_line(value, f"the secret file {path}")


def optional_secret(secret: Secret, root: Path) -> str | None:
    """The secret, None when it is a usual one that is not set.

    Raises:
        UsageError: domostate.yml names it, and it is missing.
    """
    if not secret.stated and not os.environ.get(secret.ref.partition(":")[2], "").strip():
        return None
    return resolve_secret(secret.ref, root)


def _one_line(value: str, where: str) -> str:
    if not value.isprintable():
        raise UsageError(f"{where} holds more than one line of plain text")
    return value


def literals(config: Any) -> list[str]:
    """Everything that stands where a secret is named and is no name of one, as written: below
    `credentials`, and in the options of `state` that are meant for it, misspelt ones too."""
    found = set(_literals(config, inside=False))
    state = config.get("state") if isinstance(config, Map) else None
    if isinstance(state, Map):
        named = (value for key, value in state.items() if nearest(key, _NAMED_IN_STATE))
        found.update(one for value in named for one in _literals(value, inside=True))
    return sorted(found, key=len, reverse=True)


def _literals(value: Any, *, inside: bool) -> Iterator[str]:
    if isinstance(value, Map):
        for key, inner in value.items():
            yield from _literals(inner, inside=inside or key == "credentials")
    elif isinstance(value, Seq):
        for inner in value:
            yield from _literals(inner, inside=inside)
    elif inside and value is not None and not SECRET.match(str(value)):
        yield str(value)


def redacted(finding: Finding, secrets: list[str]) -> Finding:
    """The finding without any secret that somebody wrote into the file after all."""
    line = _SENSITIVE.sub(r"\1…", finding.source_line)
    line, message, hint = (_bare(text) for text in (line, finding.message, finding.hint))
    for secret in secrets:
        line = line.replace(secret, "…")
        message, hint = message.replace(secret, "…"), hint.replace(secret, "…")
    return replace(finding, message=message, hint=hint, source_line=line)


def _bare(text: str) -> str:
    """Without the password that an address or a connection string may hold, nor the query of an
    address: a token stands there under any name."""
    for secret in (_IN_ADDRESS, _IN_QUERY, _AS_KEYWORD):
        text = secret.sub(r"\1…", text)
    return text
