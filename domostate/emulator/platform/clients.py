"""Making OAuth clients (platform §2; portal Client-API)."""

import uuid

from domostate.emulator.call import Call, Reply, as_list, as_text, json_reply
from domostate.emulator.errors import bad_request, forbidden
from domostate.emulator.routing import Route
from domostate.emulator.signin import signed_in_user
from domostate.emulator.store.credentials import (
    NewClient,
    add_client,
    client_name_taken,
    secret,
)
from domostate.emulator.store.people import ALL_SCOPES
from domostate.emulator.store.roles import MAKE_CLIENTS, has_authority


def create(call: Call) -> Reply:
    """A client that acts as the user of the session. The name must be unique (portal)."""
    user = signed_in_user(call.db, call.headers)
    if not call.headers.get("x-domo-customerdomain", "").strip():
        raise bad_request("X-DOMO-CustomerDomain is missing.")
    if not has_authority(call.db, user, MAKE_CLIENTS):
        raise forbidden()
    given = call.json_object()
    name = as_text(given.get("name"), "name")
    description = as_text(given.get("description") or "", "description")
    scopes = [as_text(one, "scope") for one in as_list(given.get("scope"), "scope")]
    if not name or client_name_taken(call.db, name):
        raise bad_request(f"A client cannot be called {name!r}: the name is taken or empty.")
    if not scopes or not set(scopes) <= set(ALL_SCOPES):
        raise bad_request(f"scope is a list of {', '.join(ALL_SCOPES)}.")
    number = uuid.UUID(secret(call.db, "client", call.seq, call.now_ms)[:32], version=4)
    client = NewClient(
        str(number), secret(call.db, "secret", call.seq, call.now_ms), name, description,
        list(dict.fromkeys(scopes)),
    )  # fmt: skip
    add_client(call.db, client, user)
    body = {
        "name": client.name,
        "description": client.description,
        "scope": client.scopes,
        "user": user.id,
        "role": user.role,
        "client_id": client.id,
        "client_secret": client.secret,
        "authorized_grant_types": ["client_credentials"],
    }
    return json_reply(body, 201)


ROUTES = (
    Route(
        "POST", "/clients", create, source="platform §2; portal Client-API",
        doubt="which role is shown (the sample says Anonymous); the codes of refusals; which "
        "authority it takes (gateway.oauth.client.create)", status=201,
    ),
)  # fmt: skip
