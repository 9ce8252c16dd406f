"""The system tag CERTIFIED of a dataset (product §2.10)."""

from typing import Any

from domostate.emulator.call import EMPTY, NO_CONTENT, Call, Reply, json_reply
from domostate.emulator.errors import bad_request
from domostate.emulator.product.reach import reach, require_admin
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level, manages_all
from domostate.emulator.store.certification import (
    STATES,
    Certification,
    certification_of,
    certify,
)


def read_state(call: Call) -> Reply:
    """The state, with nulls while nobody vouches for the dataset (portal, OAS)."""
    found = certification_of(reach(call, call.params["id"]))
    body: dict[str, Any] = {"tag": "CERTIFIED", "state": None, "metadata": None, "updated": None}
    if found is not None:
        body |= {"state": found.state, "metadata": _metadata(found), "updated": found.updated_ms}
    return json_reply(body)


def _metadata(found: Certification) -> dict[str, Any]:
    body = {
        "adminCertified": found.admin,
        "approvalRequestId": found.request_id,
        "approvalTemplateTitle": found.process_name,
        "processType": found.process_type,
        "userId": str(found.user_id),
    }
    return {name: value for name, value in body.items() if value != ""}


def set_state(call: Call) -> Reply:
    """Set the state; answers nothing (portal). Who may is a GUESS: whoever may edit the dataset may
    ask for certification, the rest is for roles that manage all."""
    state = call.params["state"]
    if state not in STATES:
        raise bad_request(f"The state of a certification cannot be {state!r}.")
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    if state != "REQUESTED":
        require_admin(call)
    admin = manages_all(call.db, call.caller)
    made = Certification(state, "COMPANY", "", admin, "", "", call.caller.id, call.now_ms)
    certify(call.db, found.id, made, call.now_ms)
    return EMPTY


def remove_state(call: Call) -> Reply:
    """Take the certification away; doing it again changes nothing (GUESS)."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    require_admin(call)
    certify(call.db, found.id, None, call.now_ms)
    return NO_CONTENT


_STATE = "/api/tags/v3/DATA_SOURCE/{id}/system/CERTIFIED/state"
ROUTES = (
    Route("GET", _STATE, read_state, source="product §2.10"),
    Route(
        "DELETE", _STATE, remove_state, source="product §1.3, §2.10",
        doubt="204 (portal) or 200 (OAS); who may, and what a repeat answers, is guessed",
        status=204,
    ),
    Route(
        "PUT", _STATE + "/{state}", set_state, source="product §2.10",
        doubt="who may is guessed; states other than ACTIVE stand in one unofficial description",
    ),
)  # fmt: skip
