"""Types of accounts, what one is asked for when making an account of each, and what is secret."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MASK = "********"
"""What stands for a secret (product §6: masked on read; these eight stars are captured [nb])."""

_PLAIN = frozenset({
    "account", "apitype", "authenticateby", "authentication", "bucket", "customer", "database",
    "host", "instance", "name", "port", "region", "role", "schema", "user", "username",
    "warehouse", "workgroup",
})  # fmt: skip
"""What may be shown; every other property is taken for a secret. Which ones Domo masks is not
documented (GUESS). Addresses are not among them: they may carry a token."""

_USUAL = ("username", "password")
"""What a provider asks for that nobody described (GUESS)."""
_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "abstract-credential-store": ("credentials",),
    "amazon-s3": ("accessKey", "secretKey", "bucket", "region"),
    "aws-athena": ("awsAccessKey", "awsSecretKey", "bucket", "region", "workgroup"),
    "basecamp": _USUAL,
    "dataset-copy": ("accessToken", "instance"),
    "domo-access-token": ("domoAccessToken", "username", "password"),
    "domo-csv": _USUAL,
    "google-spreadsheets": (),
    "snowflake": ("account", "username", "password", "role"),
    "snowflake-unload-v2": (
        "account", "username", "password", "role", "accessKey", "secretKey", "bucket", "region",
    ),
}  # fmt: skip
"""The words that clients send [dl]; `basecamp` and `domo-csv` are only named [portal, SDK]. One
without properties is signed in to by OAuth in the browser (nb)."""


@dataclass(frozen=True, slots=True)
class AccountType:
    """A type; its id is the key of a data provider."""

    id: str
    properties: tuple[str, ...]

    @property
    def name(self) -> str:
        """The id in words."""
        return self.id.replace("-", " ").title()

    @property
    def oauth(self) -> bool:
        """Whether its accounts are signed in to in the browser."""
        return not self.properties


def account_type(provider: str) -> AccountType:
    """The type of a provider, described or not."""
    return AccountType(provider, _PROPERTIES.get(provider, _USUAL))


DESCRIBED = frozenset(_PROPERTIES)
"""The types that there are without any account."""


def is_secret(name: str) -> bool:
    """Whether the value of this property is never shown."""
    return name.lower() not in _PLAIN


def prompt(name: str) -> str:
    """The property in words: `accessKey` is asked for as Access Key."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return words[:1].upper() + words[1:]


def masked(configuration: Mapping[str, str]) -> dict[str, str]:
    """A configuration as it may be shown."""
    return {name: MASK if is_secret(name) else one for name, one in configuration.items()}
