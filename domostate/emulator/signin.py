"""Whose request it is, on either plane."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import jwt

from domostate.emulator.errors import Problem, toe
from domostate.emulator.store.credentials import is_session, session_user
from domostate.emulator.store.database import Database
from domostate.emulator.store.people import Client, User, client_of, find_user, user_of_token

_TOKEN = "x-domo-developer-token"
_SESSION = "x-domo-authentication"
_ALGORITHM = "HS256"
_GENERATION = "generation"
"""A claim of ours: tokens of another generation than the switch `token_generation` are expired."""
_Claims = tuple[int, frozenset[str], int, int]
"""User, scopes, expiry and generation."""


def product_user(db: Database, headers: Mapping[str, str]) -> User:
    """The user of a developer or session token; 401 without one (product §1.1)."""
    token = headers.get(_TOKEN, "").strip()
    if not token:
        return signed_in_user(db, headers)
    user = user_of_token(db, token)
    if user is None:
        raise Problem(401, "The token is not valid.")
    return user


def signed_in_user(db: Database, headers: Mapping[str, str]) -> User:
    """The user of a session. Developer tokens are taken in its header too (GUESS)."""
    token = headers.get(_SESSION, "").strip()
    if not token:
        raise Problem(401, "Authentication is required: send X-DOMO-Developer-Token.")
    user = session_user(db, token) if is_session(db, token) else user_of_token(db, token)
    if user is None:
        raise Problem(401, "The token is not valid.")
    return user


class Tokens:
    """OAuth tokens of the Platform plane. They are JWTs that carry their user and expiry, because
    real clients read `exp` from them (platform §2: pydomo)."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._key = db.fact("signing_key") or ""
        self._read: dict[str, _Claims] = {}

    def issue(self, client: Client, scopes: tuple[str, ...], now_ms: int, jti: str) -> str:
        """A token that lives as long as the switch `token_life_s` says."""
        claims = {
            "sub": str(client.user.id),
            "scope": list(scopes),
            "exp": now_ms // 1000 + self._db.switches.token_life_s,
            "iat": now_ms // 1000,
            "jti": jti,
        }
        if self._db.switches.token_generation:
            claims[_GENERATION] = self._db.switches.token_generation
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def expire_all(self) -> None:
        """From now on all tokens and sessions that were given so far are expired."""
        now = self._db.switches
        self._db.set_switches(replace(now, token_generation=now.token_generation + 1))

    def user(self, headers: Mapping[str, str], scope: str, now_ms: int, seq: int) -> User:
        """The user of a bearer token that carries `scope`.

        Raises:
            Problem: 401 when it is expired, 403 when it is missing, invalid or of a user who is
                not active (platform §2 "Error behaviour": DOC); 406 instead, with a page, where
                only CSV is accepted. What a missing scope is answered is a switch.
        """
        try:
            user, scopes = self._bearer(headers, now_ms, seq)
        except Problem as problem:
            if self._db.switches.csv_unauthenticated_is_406 and _only_csv(headers):
                raise _not_acceptable() from problem
            raise
        if scope and scope not in scopes:
            if self._db.switches.missing_scope_is_401:
                raise Problem(401, "Full authentication is required to access this resource")
            raise Problem(403, f"The token lacks the scope {scope}.")
        return user

    def _bearer(
        self, headers: Mapping[str, str], now_ms: int, seq: int
    ) -> tuple[User, frozenset[str]]:
        kind, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip()
        if kind.lower() != "bearer" or not token:
            raise _refused(seq)
        user_id, scopes, expires, generation = self._claims(token, seq)
        if expires * 1000 <= now_ms:
            raise _expired(expires)
        if generation != self._db.switches.token_generation:
            raise _expired(now_ms // 1000)
        user = find_user(self._db, user_id)
        if user is None or not user.active:
            raise _refused(seq)
        return user, scopes

    def _claims(self, token: str, seq: int) -> _Claims:
        # Checking a signature costs more than the rest of a small read.
        found = self._read.get(token)
        if found is None:
            try:
                claims = jwt.decode(
                    token, self._key, algorithms=[_ALGORITHM],
                    options={"verify_exp": False, "verify_iat": False},
                )  # fmt: skip
                found = (
                    int(claims["sub"]), frozenset(claims["scope"]), int(claims["exp"]),
                    int(claims.get(_GENERATION, 0)),
                )  # fmt: skip
            except (jwt.PyJWTError, KeyError, ValueError) as error:
                raise _refused(seq) from error
            self._read[token] = found
        return found


def _only_csv(headers: Mapping[str, str]) -> bool:
    """Whether an error in JSON would not be accepted."""
    accepted = {one.partition(";")[0].strip() for one in headers.get("accept", "").split(",")}
    return "text/csv" in accepted and not accepted & {"application/json", "application/*", "*/*"}


def _not_acceptable() -> Problem:
    """An error that cannot be written as CSV (platform §2: THREAD domo-java-sdk#10, #11, where the
    page is of this kind)."""
    page = (
        '<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/>\n'
        "<title>Error 406 Not Acceptable</title>\n</head>\n<body><h2>HTTP ERROR 406</h2>\n"
        "<p>Problem accessing /error. Reason:\n<pre>    Not Acceptable</pre></p>\n"
        "<p>Full authentication is required to access this resource</p>\n</body>\n</html>\n"
    )
    return Problem(406, headers={"content-type": "text/html; charset=UTF-8"}, body=page)


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
