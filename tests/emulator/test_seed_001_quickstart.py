"""Seed 001's own examples: the quickstart, from a new dataset to a row policy.

Requests are sent as printed, with ids that exist; replies are compared in shape and type, and in
value where the page's own request decides it.
"""

import json
from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.printed import check_printed, send_printed

PRINTED_ID = "4405ff58-1957-45f0-82bd-914d989a3ea3"
SUPPORT = 27
ESTATE: dict[str, Any] = {
    "users": [
        {"id": SUPPORT, "email": "support@acme.example", "name": "DomoSupport", "role": "Admin"}
    ],
    "clients": [{"id": "c-ada", "secret": "secret", "user": "support@acme.example"}],
}

CREATE = """
POST https://api.domo.com/v1/datasets
Content-Type: application/json
Accept: application/json
Authorization: bearer <your-valid-oauth-access-token>

{
  "name" : "Leonhard Euler Party",
  "description" : "Mathematician Guest List",
  "rows" : 0,
  "schema" : {
    "columns" : [ {
      "type" : "STRING",
      "name" : "Friend"
    }, {
      "type" : "STRING",
      "name" : "Attending"
    } ]
  }
}
"""
CREATED = """
HTTP/1.1 201 Created
Content-Type: application/json

{
  "id" : "4405ff58-1957-45f0-82bd-914d989a3ea3",
  "name" : "Leonhard Euler Party",
  "description" : "Mathematician Guest List",
  "rows" : 0,
  "columns" : 0,
  "schema" : {
    "columns" : [ {
      "type" : "STRING",
      "name" : "Friend"
    }, {
      "type" : "STRING",
      "name" : "Attending"
    } ]
  },
  "owner" : {
    "id" : 27,
    "name" : "DomoSupport"
  },
  "createdAt" : "2016-06-21T17:20:36Z",
  "updatedAt" : "2016-06-21T17:20:36Z"
}
"""
IMPORT = """
PUT https://api.domo.com/v1/datasets/4405ff58-1957-45f0-82bd-914d989a3ea3/data
Content-Type: text/csv
Authorization: bearer <your-valid-oauth-access-token>

Pythagoras,FALSE
Alan Turing,TRUE
George Boole,TRUE
Pythagoras,FALSE
Alan Turing,TRUE
George Boole,TRUE
"""
IMPORTED = """
HTTP/1.1 204 No Content
"""
POLICY = """
POST https://api.domo.com/v1/datasets/4405ff58-1957-45f0-82bd-914d989a3ea3/policies
Content-Type: application/json
Accept: application/json
Authorization: bearer <your-valid-oauth-access-token>

{
  "name" : "Only Show Attendees",
  "filters" : [ {
    "column" : "Attending",
    "values" : [ "TRUE" ],
    "operator" : "EQUALS"
  } ],
  "users" : [ 27 ]
}
"""
POLICY_CREATED = """
HTTP/1.1 201 Created
Content-Type: application/json

{
  "id" : 8,
  "type": "user",
  "name": "Only Show Attendees",
  "filters": [ {
    "column": "Attending",
    "values": [ "TRUE" ],
    "operator": "EQUALS",
    "not": false
  } ],
  "users": [ 27 ],
  "groups": [ ]
}
"""


@pytest.fixture
def quickstart(domo: Domo) -> Domo:
    domo.reset(ESTATE)
    return domo


@pytest.fixture
def ids(quickstart: Domo) -> dict[str, str]:
    """The dataset of step 1, in the place of the one that is printed."""
    return {PRINTED_ID: send_printed(quickstart, CREATE).json()["id"]}


def test_seed_001_create_a_dataset(quickstart: Domo) -> None:
    reply = send_printed(quickstart, CREATE)

    printed = check_printed(reply, CREATED)
    made = reply.json()
    given = {"id", "createdAt", "updatedAt"}
    assert {name: made[name] for name in printed if name not in given} == {
        name: value for name, value in printed.items() if name not in given
    }
    assert made["createdAt"] == made["updatedAt"]


def test_seed_001_import_data_into_a_dataset(quickstart: Domo, ids: dict[str, str]) -> None:
    reply = send_printed(quickstart, IMPORT, ids)

    check_printed(reply, IMPORTED)
    assert reply.content == b""
    exported = quickstart.platform("GET", f"/datasets/{ids[PRINTED_ID]}/data").text
    assert exported.splitlines() == IMPORT.strip().partition("\n\n")[2].splitlines()


def test_seed_001_create_a_personalized_data_permission(
    quickstart: Domo, ids: dict[str, str]
) -> None:
    send_printed(quickstart, IMPORT, ids)

    reply = send_printed(quickstart, POLICY, ids)

    printed = check_printed(reply, POLICY_CREATED)
    # Other pages show virtualUsers beside them (platform §5).
    assert reply.json() == printed | {"id": reply.json()["id"], "virtualUsers": []}
    listed = quickstart.v1("GET", f"/datasets/{ids[PRINTED_ID]}/policies")
    assert reply.json() in listed


def test_seed_001_the_steps_in_other_spaces_are_the_same(quickstart: Domo) -> None:
    head, _, body = CREATE.partition("\n\n")
    compact = json.dumps(json.loads(body), separators=(",", ":"))

    check_printed(send_printed(quickstart, f"{head}\n\n{compact}"), CREATED)
