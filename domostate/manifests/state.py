"""What domostate.yml may say of the state: the backend that keeps it, and its options."""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from domostate.kinds.references import Frozen
from domostate.manifests.fields import Fields
from domostate.manifests.source import Findings
from domostate.manifests.tree import Map
from domostate.manifests.values import SecretName, Text
from domostate.manifests.words import nearest

__all__ = [
    "HttpState",
    "LocalState",
    "PostgresState",
    "S3State",
    "StateConfig",
    "readable_state",
]

ENVIRONMENT: Final = "{environment}"
"""What an address may hold in the place of the environment's name."""

_BUCKET: Final = re.compile(r"[A-Za-z0-9._-]{3,255}\Z|arn:aws[a-z-]*:s3[a-z-]*:\S+\Z")
_SCHEMA: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}\Z")
_METHOD: Final = re.compile(r"[A-Z]{3,20}\Z")
_URL: Final = "begins with http:// or https:// and a host, and holds no password"


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    plain = "@" not in parts.netloc and not re.search(r"\s", value)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain


def _endpoint(value: str) -> str:
    if not _is_url(value):
        raise ValueError(f"endpoint_url {_URL}")
    return value.rstrip("/")


def _address(value: str) -> str:
    if not _is_url(value):
        raise ValueError(f"an address {_URL}")
    return value


def _bucket(value: str) -> str:
    if not _BUCKET.match(value):
        raise ValueError("bucket is the bucket's name alone, or the ARN of an access point")
    return value


def _schema(value: str) -> str:
    if not _SCHEMA.match(value):
        raise ValueError("schema is made of letters, digits and '_'")
    return value


def _method(value: str) -> str:
    if not _METHOD.match(value):
        raise ValueError("a method is a word in capitals, such as POST")
    return value


Address = Annotated[str, AfterValidator(_address)]
Method = Annotated[str, AfterValidator(_method)]


class LocalState(Frozen):
    """On this machine: `<path>/<environment>.json`."""

    backend: Literal["local"] = "local"
    path: Text = ".domostate/state"


class S3State(Frozen):
    """In S3, or what speaks its protocol: `<prefix>/<environment>/…` in a bucket.

    What is left out is AWS's own: its environment variables, its files, the bucket's encryption.
    """

    backend: Literal["s3"]
    bucket: Annotated[str, AfterValidator(_bucket)]
    prefix: Text | None = None
    """The project's name unless given."""
    region: Text | None = None
    endpoint_url: Annotated[str, AfterValidator(_endpoint)] | None = None
    profile: Text | None = None
    encrypt: bool = False
    kms_key_id: Text | None = None
    use_path_style: bool = False


class PostgresState(Frozen):
    """In a PostgreSQL database. What `url` does not say, PGHOST, PGUSER and the like do."""

    backend: Literal["postgres"]
    url: SecretName | None = None
    schema_: Annotated[str, AfterValidator(_schema)] = Field(default="domostate", alias="schema")


class HttpState(Frozen):
    """On a server that keeps states for Terraform, such as GitLab's."""

    backend: Literal["http"]
    address: Address
    update_method: Method = "POST"
    lock_address: Address | None = None
    lock_method: Method | None = None
    unlock_address: Address | None = None
    unlock_method: Method | None = None
    username: Text | None = None
    """As it is, or where it is found."""
    password: SecretName | None = None
    token: SecretName | None = None
    """Sent as a bearer token, in the place of user and password."""
    ca_certificate: Text | None = None
    client_certificate: Text | None = None
    client_key: Text | None = None
    skip_cert_verification: bool = False

    @model_validator(mode="after")
    def _one_trust(self) -> Self:
        if self.skip_cert_verification and self.ca_certificate is not None:
            raise ValueError(
                "skip_cert_verification trusts everybody, and ca_certificate says whom to trust"
            )
        return self


_BACKENDS: Final[Mapping[str, type[Frozen]]] = {
    "local": LocalState,
    "s3": S3State,
    "postgres": PostgresState,
    "http": HttpState,
}


def _tag(value: Any) -> str:
    backend = value.get("backend", "local") if isinstance(value, Mapping) else "local"
    model = _BACKENDS.get(backend, LocalState) if isinstance(backend, str) else LocalState
    return model.__name__


StateConfig = Annotated[
    Annotated[LocalState, Tag("LocalState")]
    | Annotated[S3State, Tag("S3State")]
    | Annotated[PostgresState, Tag("PostgresState")]
    | Annotated[HttpState, Tag("HttpState")],
    Discriminator(_tag),
]


def readable_state(body: Map, fields: Fields, findings: Findings) -> Mapping[str, Any]:
    """The body of domostate.yml without what its `state` may not say for the sake of the backend,
    which is complained about here: an unknown backend, and options of another one."""
    state = body.get("state")
    if not isinstance(state, Map):
        return body
    stated = _stated(state)
    backend = state[stated] if stated else "local"
    if not isinstance(backend, str):
        return body
    if backend not in _BACKENDS:
        near = nearest(backend, _BACKENDS)
        hint = f"did you mean {near!r}?" if near else f"one of {', '.join(_BACKENDS)}"
        fields.complain(findings, ("state", stated), f"unknown backend {backend!r}", hint)
        return {key: value for key, value in body.items() if key != "state"}
    strangers = {key: owner for key in state if (owner := _owner(key, backend))}
    for key, owner in strangers.items():
        message = f"{key} belongs to backend: {owner}, and this is backend: {backend}"
        hint = "leave it out" if stated else f"add backend: {owner}"
        fields.complain(findings, ("state", key), message, hint)
    kept = {key: value for key, value in state.items() if key not in strangers}
    return {**body, "state": {**kept, "backend": backend}}


def _stated(state: Map) -> str:
    """The key that names the backend, also when it is misspelt; empty when there is none."""
    if "backend" in state:
        return "backend"
    near = nearest("backend", state)
    return near if isinstance(state.get(near), str) and state[near] in _BACKENDS else ""


def _owner(key: str, backend: str) -> str:
    """The backend that an option belongs to, where that is another one."""
    if key in _options(_BACKENDS[backend]):
        return ""
    return next((name for name, model in _BACKENDS.items() if key in _options(model)), "")


def _options(model: type[Frozen]) -> Collection[str]:
    return {field.alias or name for name, field in model.model_fields.items()}
