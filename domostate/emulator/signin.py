"""Whose request it is, on either plane."""

from collections.abc import Mapping
from datetime import UTC, datetime

import jwt

from domostate.emulator.errors import Problem, toe
from domostate.emulator.store.database import Database
from domostate.emulator.store.people import Client, User, client_of, find_user, user_of_token

_HEADERS = ("x-domo-developer-token", "x-domo-authentication")
_ALGORITHM = "HS256"


def product_user(db: Database, headers: Mapping[str, str]) -> User:
    """The user of a developer or session token; 401 without one (product §1.1)."""
    for name in _HEADERS:
        token = headers.get(name, "").strip()
        if token:
            user = user_of_token(db, token)
            if user is not None:
                return user
            raise Problem(401, "The token is not valid.")
    raise Problem(401, "Authentication is required: send X-DOMO-Developer-Token.")


class Tokens:
    """OAuth tokens of the Platform plane. They are JWTs that carry their user and expiry, because
    real clients read `exp` from them (platform §2: pydomo)."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._key = db.fact("signing_key") or ""
        self._read: dict[str, tuple[int, frozenset[str], int]] = {}

    def issue(self, client: Client, scopes: tuple[str, ...], now_ms: int, jti: str) -> str:
        """A token that lives as long as the switch `token_life_s` says."""
        claims = {
            "sub": str(client.user.id),
            "scope": list(scopes),
            "exp": now_ms // 1000 + self._db.switches.token_life_s,
            "iat": now_ms // 1000,
            "jti": jti,
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def user(self, headers: Mapping[str, str], scope: str, now_ms: int, seq: int) -> User:
        """The user of a bearer token that carries `scope`.

        Raises:
            Problem: 401 when it is expired, 403 when it is missing, invalid or of a user who is
                not active (platform §2 "Error behaviour": DOC). 403 for a missing scope is a
                GUESS; an old gateway answered 401.
        """
        kind, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip()
        if kind.lower() != "bearer" or not token:
            raise _refused(seq)
        user_id, scopes, expires = self._claims(token, seq)
        if expires * 1000 <= now_ms:
            raise _expired(expires)
        user = find_user(self._db, user_id)
        if user is None or not user.active:
            raise _refused(seq)
        if scope and scope not in scopes:
            raise Problem(403, f"The token lacks the scope {scope}.")
        return user

    def _claims(self, token: str, seq: int) -> tuple[int, frozenset[str], int]:
        # Checking a signature costs more than the rest of a small read.
        found = self._read.get(token)
        if found is None:
            try:
                claims = jwt.decode(
                    token, self._key, algorithms=[_ALGORITHM],
                    options={"verify_exp": False, "verify_iat": False},
                )  # fmt: skip
                found = (int(claims["sub"]), frozenset(claims["scope"]), int(claims["exp"]))
            except (jwt.PyJWTError, KeyError, ValueError) as error:
                raise _refused(seq) from error
            self._read[token] = found
        return found


def _refused(seq: int) -> Problem:
    return Problem(403, body={"status": 403, "toe": toe(seq)})


def _expired(expires: int) -> Problem:
    at = datetime.fromtimestamp(expires, UTC).isoformat().replace("+00:00", "Z")
    challenge = (
        'Bearer error="invalid_token", error_description="An error occurred while attempting to '
        f'decode the Jwt: Jwt expired at {at}", '
        'error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"'
    )
    return Problem(401, headers={"WWW-Authenticate": challenge}, body="")


def client_from(db: Database, user_name: str, password: str) -> Client:
    """The OAuth client of a Basic pair; 401 for a bad one (platform §2: GUESS)."""
    client = client_of(db, user_name, password)
    if client is None:
        raise Problem(401, "Bad credentials")
    return client
