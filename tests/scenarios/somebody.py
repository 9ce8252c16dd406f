"""Somebody else, who changes things in Domo behind domostate's back through the ordinary API."""

from dataclasses import dataclass
from typing import Any

from tests.scenarios.lab import Lab

OPTIONS = "options=load_associations,include_open_policy,load_filters,sort"


@dataclass(frozen=True)
class Somebody:
    """One dataset in the hands of somebody else."""

    lab: Lab
    id: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return self.lab.ask_as(method, path, body)

    def renames(self, name: str, description: str) -> None:
        body = {"dataSourceName": name, "dataSourceDescription": description}
        self.ask("PUT", f"/api/data/v3/datasources/{self.id}/properties", body)

    def takes_over(self, user: int) -> None:
        body = {"type": "DATA_SOURCE", "ids": [self.id], "userId": user}
        self.ask("POST", "/api/data/v1/ui/bulk/reassign", body)

    def tags(self, *tags: str) -> None:
        self.ask("POST", f"/api/data/ui/v3/datasources/{self.id}/tags", list(tags))

    def shares(self, kind: str, principal: int, level: str) -> None:
        one = {"type": kind, "id": str(principal), "accessLevel": level}
        body = {"permissions": [one], "sendEmail": False}
        self.ask("POST", f"/api/data/v3/datasources/{self.id}/share", body)

    def revokes(self, kind: str, principal: int) -> None:
        path = f"/api/data/v3/datasources/{self.id}/permissions/{kind}/{principal}"
        self.ask("DELETE", path)

    def switches_pdp(self, *, enabled: bool) -> None:
        self.ask("PUT", f"/api/query/v1/data-control/{self.id}", {"enabled": enabled})

    def policies(self) -> dict[str, Any]:
        path = f"/api/query/v1/data-control/{self.id}/filter-groups?{OPTIONS}"
        return {one["name"]: one for one in self.ask("GET", path)}

    def changes_policy(self, name: str, **fields: Any) -> None:
        one = {**self.policies()[name], **fields}
        path = f"/api/query/v1/data-control/{self.id}/filter-groups/{one['filterGroupId']}"
        self.ask("PUT", path, one)

    def drops_policy(self, name: str) -> None:
        number = self.policies()[name]["filterGroupId"]
        self.ask("DELETE", f"/api/query/v1/data-control/{self.id}/filter-groups/{number}")

    def adds_policy(self, name: str, column: str, value: str, user: int) -> None:
        body = {
            "name": name,
            "dataSourceId": self.id,
            "userIds": [user],
            "groupIds": [],
            "virtualUserIds": [],
            "dataSourcePermissions": False,
            "parameters": [
                {
                    "type": "COLUMN",
                    "name": column,
                    "values": [value],
                    "operator": "EQUALS",
                    "not": False,
                    "ignoreCase": False,
                }
            ],
        }
        self.ask("POST", f"/api/query/v1/data-control/{self.id}/filter-groups", body)

    def defines_columns(self, *columns: tuple[str, str]) -> None:
        rows = [
            {"name": name, "id": name, "type": type_, "visible": True, "order": 0}
            for name, type_ in columns
        ]
        body = {"columns": rows, "objects": [], "views": []}
        self.ask("POST", f"/api/data/v2/datasources/{self.id}/schemas", body)
        self.ask("POST", f"/api/data/v3/datasources/{self.id}/indexes", {"dataIds": []})
