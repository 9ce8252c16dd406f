"""Signing in with a password (product §1.1; portal Instance-Authentication)."""

from domostate.emulator.call import Call, Reply, as_text, json_reply
from domostate.emulator.errors import bad_request
from domostate.emulator.routing import Route
from domostate.emulator.store.credentials import Refusal, check_password, open_session, secret


def sign_in(call: Call) -> Reply:
    """A session token, which X-DOMO-Authentication takes from now on. Who is not let in learns it
    with 200 and a reason (product §1.1: dl, nb)."""
    given = call.json_object()
    if given.get("method") != "password":
        raise bad_request('The only method is "password".')
    email = as_text(given.get("emailAddress"), "emailAddress")
    password = given.get("password")
    if not isinstance(password, str):
        raise bad_request("password must be a text.")
    found = check_password(call.db, email, password)
    if isinstance(found, Refusal):
        return json_reply({"reason": found.value})
    token = secret(call.db, "session", call.seq, call.now_ms)
    open_session(call.db, found, token)
    return json_reply({
        "userId": found.id,
        "success": True,
        "sessionToken": token,
        "twoFactorInfo": {"token": None, "key": None, "status": "VALID", "phoneMask": None},
        "userRole": found.role,
    })  # fmt: skip


ROUTES = (
    Route(
        "POST", "/api/content/v2/authentication", sign_in, open=True,
        source="product §1.1; portal Instance-Authentication",
        doubt="400 for other methods; when an account is locked (switch lock_after); sessions "
        "never end; the Origin header is not asked for",
    ),
)  # fmt: skip
