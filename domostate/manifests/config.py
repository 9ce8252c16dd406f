"""What domostate.yml may say (contract §1). The JSON Schema is generated from these models."""

import re
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from domostate.kinds.references import Frozen
from domostate.manifests.state import LocalState, StateConfig
from domostate.manifests.values import SecretName, Text

__all__ = ["EMULATOR", "BudgetsConfig", "EnvironmentConfig", "ProjectConfig"]

EMULATOR: Final = "emulator:"

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PERCENT: Final = re.compile(r"(?:100|[0-9]{1,2})(?:\.[0-9]+)?%\Z")
_HOST: Final = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(?:/[^\s@?#]*)?\Z")
_INSTANCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*\Z")


def _budget(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and _PERCENT.match(value):
        return value
    raise ValueError("a budget is a count such as 5, or a share such as 10%")


def _is_address(value: str) -> bool:
    try:
        return _HOST.match(value) is not None and bool(urlsplit(value).hostname)
    except ValueError:
        return False


def _base_url(value: str) -> str:
    if value != EMULATOR and not _is_address(value):
        raise ValueError('url is "emulator:", or begins with http:// or https:// and a host')
    return value.rstrip("/")


def _platform_url(value: str) -> str:
    if not _is_address(value):
        raise ValueError("platform_url begins with http:// or https:// and a host")
    return value.rstrip("/")


def _instance(value: str) -> str:
    if not _INSTANCE.match(value):
        raise ValueError("instance is the first part of the host: acme for https://acme.domo.com")
    return value


def _versions(value: str) -> str:
    try:
        SpecifierSet(value)
    except InvalidSpecifier:
        raise ValueError('required_version is a condition such as ">=0.1,<1"') from None
    return value


def _relative(value: str) -> str:
    if value.startswith(("/", "~", "\\")) or value[1:2] == ":":
        raise ValueError("manifests are named relative to domostate.yml")
    return value


def _variable_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Budget = Annotated[
    int | str,
    BeforeValidator(_budget),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": _PERCENT.pattern.replace("\\Z", "$")},
            ]
        }
    ),
]
Folder = Annotated[Text, AfterValidator(_relative)]
Variables = dict[
    str, Annotated[str, BeforeValidator(_variable_text, json_schema_input_type=str | int | float)]
]


class BudgetsConfig(Frozen):
    """How far an apply may go: a count, or a share of what is recorded (contract §3)."""

    delete: Budget | None = None
    recreate: Budget | None = None
    revoke: Budget | None = None
    widen: Budget | None = None
    owner: Budget | None = None


class CredentialsConfig(Frozen):
    """Where secrets are found: `env:NAME` or `file:PATH`, never the secrets themselves."""

    developer_token: SecretName | None = None
    read_developer_token: SecretName | None = None
    client_id: SecretName | None = None
    client_secret: SecretName | None = None


class EnvironmentConfig(Frozen):
    """One Domo instance, or an emulator: exactly one of `url` and `instance`."""

    url: Annotated[str, AfterValidator(_base_url)] | None = None
    instance: Annotated[str, AfterValidator(_instance)] | None = None
    platform_url: Annotated[str, AfterValidator(_platform_url)] | None = None
    estate: Text | None = None
    credentials: CredentialsConfig = Field(default_factory=CredentialsConfig)
    vars: Variables = Field(default_factory=dict)
    principals: dict[str, Text] = Field(default_factory=dict)
    budgets: BudgetsConfig = Field(default_factory=BudgetsConfig)

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.url is None) == (self.instance is None):
            raise ValueError("exactly one of url and instance is needed")
        if self.estate is not None and self.url != EMULATOR:
            raise ValueError('estate belongs to the embedded emulator: url: "emulator:"')
        return self


class ProjectConfig(Frozen):
    """A project: its name, where its manifests are, and its environments."""

    project: Text
    required_version: Annotated[str, AfterValidator(_versions)] | None = None
    manifests: Folder | Annotated[list[Folder], Field(min_length=1)] = "."
    marker: bool = True
    vars: Variables = Field(default_factory=dict)
    state: StateConfig = Field(default_factory=LocalState)
    budgets: BudgetsConfig = Field(default_factory=BudgetsConfig)
    environments: Annotated[dict[str, EnvironmentConfig], Field(min_length=1)]

    @property
    def folders(self) -> list[str]:
        """The manifest folders as written."""
        return [self.manifests] if isinstance(self.manifests, str) else self.manifests


def misnamed(config: ProjectConfig) -> list[tuple[tuple[str, ...], str]]:
    """Names that cannot be used, each with its path and why."""
    wrong: list[tuple[tuple[str, ...], str]] = []
    tables: list[tuple[tuple[str, ...], dict[str, str]]] = [(("vars",), config.vars)]
    for name, environment in config.environments.items():
        if not _NAME.match(name):
            why = "an environment's name is made of letters, digits, '.', '_' and '-'"
            wrong.append((("environments", name), why))
        tables.append((("environments", name, "vars"), environment.vars))
    for path, table in tables:
        for name in table:
            if not _VARIABLE.match(name):
                why = "a variable's name is made of letters, digits and '_'"
                wrong.append(((*path, name), why))
    return wrong
