"""Seed 002's own examples: a dataset gets another owner, and another schema.

Requests are sent as printed, the comma before the last brace included. The page's requests and
replies have different ids; here they have those of the replies.
"""

from typing import Any

import pytest
import requests

from tests.emulator.client import Domo
from tests.emulator.printed import check_printed, send_printed

ASKED_ID = "317970a1-6a6e-4f70-8e09-44cf5f34cf44"
PRINTED_ID = "4405ff58-1957-45f0-82bd-914d989a3ea3"
IDS = {ASKED_ID: PRINTED_ID}
ESTATE: dict[str, Any] = {
    "users": [
        {"id": 27, "email": "support@acme.example", "name": "DomoSupport", "role": "Admin"},
        {"id": 28, "email": "gauss@acme.example", "name": "Carl Friedrich Gauss", "role": "Editor"},
    ],
    "clients": [{"id": "c-ada", "secret": "secret", "user": "support@acme.example"}],
    "datasets": [
        {
            "id": PRINTED_ID,
            "name": "Leonhard Euler Party",
            "description": "Mathematician Guest List",
            "owner": {"type": "USER", "email": "support@acme.example"},
            "columns": [
                {"type": "STRING", "name": "Friend"},
                {"type": "STRING", "name": "Attending"},
            ],
            "pdp": {
                "enabled": True,
                "policies": [
                    {
                        "id": 8,
                        "name": "Only Show Attendees",
                        "users": ["support@acme.example"],
                        "filters": [
                            {"column": "Attending", "operator": "EQUALS", "values": ["TRUE"]}
                        ],
                    }
                ],
            },
        }
    ],
}

CHANGE_OWNER = """
PUT https://api.domo.com/v1/datasets/317970a1-6a6e-4f70-8e09-44cf5f34cf44
Content-Type: application/json
Accept: application/json
Authorization: bearer <your-valid-oauth-access-token>

{
  "name": "Leonhard Euler Birthday Bash",
  "description": "VIP Guest List",
  "owner": {
    "id": 28,
    "name": "Carl Friedrich Gauss"
  },
}
"""
OWNER_CHANGED = """
HTTP/1.1 200 OK
Content-Type: application/json

{
  "id": "4405ff58-1957-45f0-82bd-914d989a3ea3",
  "name": "Leonhard Euler Birthday Bash",
  "description": "VIP Guest List",
  "rows": 0,
  "columns": 0,
  "schema": {
    "columns": [ {
      "type": "STRING",
      "name": "Friend"
    }, {
      "type": "STRING",
      "name": "Attending"
    } ]
  },
  "owner": {
    "id": 28,
    "name": "Carl Friedrich Gauss"
  },
  "createdAt": "2016-06-21T17:20:36Z",
  "updatedAt": "2016-06-21T17:48:41Z",
"pdpEnabled": true,
  "policies": [ {
    "id": 8,
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
  } ]
}
"""
CHANGE_SCHEMA = """
PUT https://api.domo.com/v1/datasets/317970a1-6a6e-4f70-8e09-44cf5f34cf44
Content-Type: application/json
Accept: application/json
Authorization: bearer <your-valid-oauth-access-token>

{
  "name": "Leonhard Euler Birthday Bash",
  "description": "VIP Guest List",
  "pdpEnabled": true,
  "schema": {
    "columns": [ {
      "type": "STRING",
      "name": "Friend"
    }, {
      "type": "STRING",
      "name": "Address"
    }, {
      "type": "STRING",
      "name": "Attending"
    } ]
  },
}
"""
SCHEMA_CHANGED = """
HTTP/1.1 200 OK
Content-Type: application/json

{
  "id": "4405ff58-1957-45f0-82bd-914d989a3ea3",
  "name": "Leonhard Euler Birthday Bash",
  "description": "VIP Guest List",
  "rows": 0,
  "columns": 0,
  "schema": {
    "columns": [ {
      "type": "STRING",
      "name": "Friend"
    }, {
      "type": "STRING",
      "name": "Address"
    }, {
      "type": "STRING",
      "name": "Attending"
    } ]
  },
  "owner": {
    "id": 27,
    "name": "DomoSupport"
  },
  "createdAt": "2016-06-21T17:20:36Z",
  "updatedAt": "2016-06-21T17:48:41Z",
"pdpEnabled": true,
  "policies": [ {
    "id": 8,
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
  } ]
}
"""


@pytest.fixture
def party(domo: Domo) -> Domo:
    domo.reset(ESTATE)
    return domo


def check_whole(reply: requests.Response, text: str) -> None:
    """Everything is as printed but the times; of policies other pages show `virtualUsers`, and All
    Rows beside those that people make (platform §5)."""
    printed, found = check_printed(reply, text), reply.json()
    mine, open_to_all = found["policies"]
    assert open_to_all["type"] == "open"
    times = {name: found[name] for name in ("createdAt", "updatedAt")}
    assert found | {"policies": [mine]} == printed | times | {
        "policies": [printed["policies"][0] | {"virtualUsers": []}]
    }


def test_seed_002_changing_dataset_owner(party: Domo) -> None:
    check_whole(send_printed(party, CHANGE_OWNER, IDS), OWNER_CHANGED)


def test_seed_002_updating_a_dataset_schema(party: Domo) -> None:
    reply = send_printed(party, CHANGE_SCHEMA, IDS)

    check_whole(reply, SCHEMA_CHANGED)
    assert party.v1("GET", f"/datasets/{PRINTED_ID}") == reply.json()
