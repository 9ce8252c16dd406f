"""Tokens (platform §2)."""

import base64
import binascii
from urllib.parse import parse_qs

from domostate.emulator.call import Call, Reply, json_reply
from domostate.emulator.errors import Problem, toe
from domostate.emulator.routing import Route
from domostate.emulator.signin import Tokens, client_from
from domostate.emulator.store.people import Client


def issue_token(call: Call) -> Reply:
    """Both documented forms: GET with a query, POST with a form. POST with a query was given up by
    Domo's own SDK in 2024, so it is refused (platform §2: INFER)."""
    user_name, password = _basic(call)
    client = client_from(call.db, user_name, password)
    fields = _fields(call)
    if fields.get("grant_type") != "client_credentials":
        raise Problem(400, body={"error": "unsupported_grant_type"})
    scopes = _scopes(client, fields.get("scope", ""))
    jti = toe(call.seq)
    tokens = Tokens(call.db)
    return json_reply({
        "access_token": tokens.issue(client, scopes, call.now_ms, jti),
        "customer": "acme",
        "env": "emulator",
        "expires_in": call.db.switches.token_life_s,
        "jti": jti,
        "role": client.user.role,
        "scope": " ".join(scopes),
        "token_type": "bearer",
        "userId": client.user.id,
    })  # fmt: skip


def _fields(call: Call) -> dict[str, str]:
    if call.method == "GET":
        return dict(call.query)
    # Java joins scopes with a raw space (platform §13.3), which parse_qs takes as it takes a plus.
    form = parse_qs(call.body.decode("utf-8", "replace"))
    return {name: values[-1] for name, values in form.items()}


def _basic(call: Call) -> tuple[str, str]:
    kind, _, pair = call.headers.get("authorization", "").partition(" ")
    try:
        text = base64.b64decode(pair, validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    user_name, colon, password = text.partition(":")
    if kind.lower() != "basic" or not colon:
        raise Problem(401, "Full authentication is required to access this resource")
    return user_name, password


def _scopes(client: Client, asked: str) -> tuple[str, ...]:
    """What is asked for; without asking, all that the client has (platform §2)."""
    wanted = tuple(one.lower() for one in asked.split())
    if not set(wanted) <= set(client.scopes):
        raise Problem(400, body={"error": "invalid_scope", "error_description": asked})
    return wanted or client.scopes


_DOUBT = "the codes of refusals"
ROUTES = (
    Route(
        "GET", "/oauth/token", issue_token, source="platform §2", doubt=_DOUBT,
        query=("grant_type", "scope"),
    ),
    Route(
        "POST", "/oauth/token", issue_token, source="platform §2",
        doubt=f"that a grant in the query is refused; {_DOUBT}",
    ),
)  # fmt: skip
