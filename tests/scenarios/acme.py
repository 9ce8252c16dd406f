"""A small project that says something about every aspect, and the estate that it meets."""

from pathlib import Path
from typing import Any

from tests.scenarios.lab import Lab, Project

TOKEN = "t-root"
CLIENT = {"DOMO_CLIENT_ID": "c-root", "DOMO_CLIENT_SECRET": "s-root"}
BOTH = {"DOMO_DEVELOPER_TOKEN": TOKEN, **CLIENT}

ESTATE: dict[str, Any] = {
    "users": [
        {"email": "root@acme.test", "name": "Service", "role": "Admin"},
        {"email": "ada@acme.test", "name": "Ada", "role": "Privileged"},
        {"email": "bob@acme.test", "name": "Bob", "role": "Editor"},
        {"email": "cat@acme.test", "name": "Cat", "role": "Participant"},
        {"email": "wes@acme.test", "name": "Wes", "role": "Participant"},
        {"email": "eve@acme.test", "name": "Eve", "role": "Editor"},
    ],
    "groups": [
        {"name": "Finance", "members": ["bob@acme.test"]},
        {"name": "West", "members": ["wes@acme.test"]},
        {"name": "East", "members": ["cat@acme.test"]},
    ],
    "accounts": [{"name": "Shop database", "provider": "postgresql"}],
    "tokens": [
        {"token": TOKEN, "user": "root@acme.test"},
        {"token": "t-cat", "user": "cat@acme.test"},
    ],
    "clients": [{"id": "c-root", "secret": "s-root", "user": "root@acme.test"}],
    "datasets": [
        {
            "name": "Airports",
            "description": "Uploaded by hand.",
            "owner": {"type": "USER", "email": "ada@acme.test"},
            "tags": ["travel", "campaign"],
            "columns": [{"name": "iata", "type": "STRING"}, {"name": "city", "type": "STRING"}],
            "permissions": [{"type": "GROUP", "name": "East", "access": "CAN_VIEW"}],
        },
        {
            "name": "Scratch",
            "description": "Nobody manages this one.",
            "owner": {"type": "USER", "email": "eve@acme.test"},
            "tags": ["scratch"],
            "columns": [{"name": "a", "type": "STRING"}],
            "permissions": [{"type": "USER", "email": "bob@acme.test", "access": "CAN_EDIT"}],
            "pdp": {
                "enabled": True,
                "policies": [
                    {
                        "type": "user",
                        "name": "Mine",
                        "users": ["bob@acme.test"],
                        "groups": [],
                        "filters": [
                            {
                                "column": "a",
                                "operator": "EQUALS",
                                "values": ["x"],
                                "not": False,
                                "ignore_case": False,
                            }
                        ],
                    }
                ],
            },
        },
        {
            "name": "Targets",
            "description": "",
            "owner": {"type": "GROUP", "name": "Finance"},
            "columns": [{"name": "target", "type": "DECIMAL"}],
        },
    ],
}

CONFIG = """\
project: acme
manifests: datasets
environments:
  lab:
    url: {url}
    vars: {{suffix: " (lab)"}}
"""

MANIFEST = """\
share_sets:
  finance_read: [{group: Finance, access: CAN_VIEW}]
policy_sets:
  by_region:
    - {name: East, filters: [{column: region, operator: EQUALS, values: [East]}], groups: [East]}
datasets:
  orders:
    name: "Orders${suffix}"
    description: One row per order.
    owner: ada@acme.test
    tags: [finance, pii]
    schema:
      - {name: order_id, type: LONG}
      - {name: region, type: STRING}
      - {name: amount, type: DECIMAL}
    shares:
      use: [finance_read]
      grants:
        - {user: bob@acme.test, access: CAN_EDIT}
        - {group: West, access: CAN_VIEW}
    pdp:
      enabled: true
      all_rows: {groups: [Finance]}
      use: [by_region]
      policies:
        - name: West, large
          filters:
            - {column: region, operator: EQUALS, values: [West]}
            - {column: amount, operator: BETWEEN, values: ["10", "100"]}
          users: [wes@acme.test]
          groups: [West]
  customers:
    name: "Customers${suffix}"
    owner: bob@acme.test
    tags: {mode: at_least, values: [crm]}
    schema: [{name: name, type: STRING}, {name: region, type: STRING}]
    shares:
      mode: at_least
      grants: [{group: West, access: CAN_VIEW}]
    pdp:
      enabled: true
      mode: at_least
      policies:
        - name: Not East
          filters:
            - {column: region, operator: EQUALS, values: [east], not: true, ignore_case: true}
          groups: [West]
  regions:
    name: "Regions${suffix}"
    description: The regions.
    owner: {group: Finance}
    tags: {mode: at_most, values: [reference]}
    schema: [{name: key, type: LONG}]
    shares: [{user: cat@acme.test, access: CAN_SHARE}]
  airports:
    name: Airports
    on_existing: adopt_if_unmanaged
    owner: ada@acme.test
    tags: {mode: at_least, values: [travel, reference]}
    shares: {mode: at_least, grants: [{group: Finance, access: CAN_VIEW}]}
"""

STREAMS = """\
datasets:
  events:
    name: "Events${suffix}"
    owner: bob@acme.test
    schema: [{name: id, type: LONG}, {name: what, type: STRING}, {name: at, type: DATETIME}]
    stream: {update_method: UPSERT, key_columns: [id]}
  rentals:
    name: "Rentals${suffix}"
    description: Fetched by a connector.
    owner: ada@acme.test
    tags: [media]
    stream:
      provider: postgresql
      transport: {type: CONNECTOR, description: com.domo.connector.postgresql, version: "0"}
      account: Shop database
      update_method: APPEND
      configuration: {query: SELECT 1, fetch_size: "10"}
      schedule: {type: HOUR, interval: 6, timezone: UTC}
    shares: [{group: Finance, access: CAN_VIEW}]
"""


def acme(lab: Lab, root: Path, *, streams: bool = True) -> Project:
    """The project, against the lab with a fresh estate."""
    lab.reset(ESTATE)
    lab.token = TOKEN
    project = Project(root, BOTH)
    project.write("domostate.yml", CONFIG.format(url=lab.url))
    project.write("datasets/acme.yml", MANIFEST)
    if streams:
        project.write("datasets/streams.yml", STREAMS)
    return project
