"""Values that domostate.yml is made of in several places."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from domostate.manifests.secrets import SECRET

__all__ = ["SecretName", "Text"]


def _secret(value: Any) -> Any:
    # Before everything else, so that no other complaint can repeat what was written here.
    if isinstance(value, str) and SECRET.match(value):
        return value
    raise ValueError("a secret is never written here: name it by env:NAME or file:PATH")


SecretName = Annotated[
    str,
    BeforeValidator(_secret),
    WithJsonSchema({"type": "string", "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"}),
]
Text = Annotated[str, Field(min_length=1)]
