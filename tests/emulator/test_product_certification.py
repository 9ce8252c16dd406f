"""The system tag CERTIFIED of a dataset."""

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, CAT, ESTATE, PEOPLE, SALES

STATE = f"/tags/v3/DATA_SOURCE/{SALES}/system/CERTIFIED/state"
META = f"/data/v3/datasources/{SALES}"
NOBODYS = {"tag": "CERTIFIED", "state": None, "metadata": None, "updated": None}


def allow(domo: Domo, level: str) -> None:
    entry = {"type": "USER", "id": str(CAT), "accessLevel": level}
    domo.done("POST", f"{META}/share", {"permissions": [entry], "sendEmail": False})


def test_the_state_is_nulls_until_somebody_vouches(domo: Domo) -> None:
    assert domo.get(STATE) == NOBODYS
    assert "certification" not in domo.get(f"{META}?part=certification")


def test_certifying_answers_nothing_and_shows_in_state_and_metadata(domo: Domo) -> None:
    reply = domo.product("PUT", f"{STATE}/ACTIVE")

    found = domo.get(STATE)
    shown = domo.get(f"{META}?part=certification")["certification"]
    assert (reply.status_code, reply.content) == (200, b"")
    assert (found["tag"], found["state"]) == ("CERTIFIED", "ACTIVE")
    metadata = {"adminCertified": True, "processType": "COMPANY", "userId": str(ADA)}
    assert found["metadata"] == metadata
    assert shown == metadata | {"state": "CERTIFIED", "lastUpdated": found["updated"]}
    assert found["updated"] > 1_500_000_000_000
    assert "certification" not in domo.get(f"{META}?part=core")
    assert domo.get(META)["certification"] == shown
    assert "certification" not in domo.get(f"/data/v3/datasources/{PEOPLE}")


def test_taking_it_away_is_204_and_may_be_repeated(domo: Domo) -> None:
    domo.done("PUT", f"{STATE}/ACTIVE")

    replies = [domo.product("DELETE", STATE) for _ in range(2)]

    assert [(one.status_code, one.content) for one in replies] == [(204, b"")] * 2
    assert domo.get(STATE) == NOBODYS


@pytest.mark.parametrize(
    ("state", "shown"), [("EXPIRED", "EXPIRED"), ("REQUESTED", "REQUESTED"), ("PENDING", "PENDING")]
)
def test_the_other_states_are_kept(domo: Domo, state: str, shown: str) -> None:
    domo.done("PUT", f"{STATE}/{state}")

    assert domo.get(STATE)["state"] == state
    assert domo.get(META)["certification"]["state"] == shown


@pytest.mark.parametrize("state", ["active", "CERTIFIED", "x"])
def test_a_state_that_is_none_is_400(domo: Domo, state: str) -> None:
    assert domo.product("PUT", f"{STATE}/{state}").status_code == 400
    assert domo.get(STATE) == NOBODYS


def test_an_editor_may_ask_and_only_a_managing_role_may_grant(domo: Domo) -> None:
    allow(domo, "CAN_VIEW")
    assert domo.product("GET", STATE, token="t-cat").status_code == 200
    assert domo.product("PUT", f"{STATE}/REQUESTED", token="t-cat").status_code == 403

    allow(domo, "CAN_EDIT")
    asked = domo.product("PUT", f"{STATE}/REQUESTED", token="t-cat")
    granted = domo.product("PUT", f"{STATE}/ACTIVE", token="t-cat")

    assert (asked.status_code, granted.status_code) == (200, 403)
    assert domo.get(STATE)["metadata"]["adminCertified"] is False
    assert domo.product("DELETE", STATE, token="t-cat").status_code == 403
    assert domo.get(STATE)["state"] == "REQUESTED"


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("DELETE", ""), ("PUT", "/ACTIVE")])
def test_what_is_unknown_or_out_of_sight(domo: Domo, method: str, tail: str) -> None:
    unknown = STATE.replace(SALES, "nowhere")

    assert domo.product(method, unknown + tail).status_code == 404
    assert domo.product(method, STATE + tail, token="t-wes").status_code == 403


def test_an_estate_says_who_vouches_and_how(domo: Domo) -> None:
    certification = {
        "state": "ACTIVE",
        "user": "cat@acme.example",
        "admin": False,
        "process_type": "COMPANY",
        "process_name": "Gold data",
        "request_id": "9a2b",
        "reason": "Checked by finance",
    }
    sales, people = ESTATE["datasets"]
    domo.reset(ESTATE | {"datasets": [sales | {"certification": certification}, people]})

    assert domo.snapshot()["datasets"][1]["certification"] == certification
    assert domo.get(STATE)["metadata"] == {
        "adminCertified": False,
        "approvalRequestId": "9a2b",
        "approvalTemplateTitle": "Gold data",
        "processType": "COMPANY",
        "userId": str(CAT),
    }
    shown = domo.get(META)["certification"]
    assert (shown["processName"], shown["reason"]) == ("Gold data", "Checked by finance")
