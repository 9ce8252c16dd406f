"""Descriptions, tags, visibility and order of columns (product §2.5)."""

from typing import Any

from domostate.emulator.call import (
    Call,
    Reply,
    as_int,
    as_list,
    as_object,
    as_text,
    json_reply,
)
from domostate.emulator.errors import bad_request
from domostate.emulator.product.reach import reach
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.schemas import Column
from domostate.emulator.store.wrangle import say_of_columns, wrangled_columns


def read_columns(call: Call) -> Reply:
    """The columns with what is said of them (OAS)."""
    return _columns(call, reach(call, call.params["id"]))


def write_columns(call: Call) -> Reply:
    """What is said of some columns; the others stay as they are (GUESS). No source shows what it
    answers: the columns, as a read does (GUESS)."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    known = {column["name"]: column for column in wrangled_columns(call.db, found)}
    said: dict[str, dict[str, Any]] = {}
    for value in as_list(call.json_object().get("columns"), "columns"):
        given = as_object(value, "column")
        name = as_text(given.get("name"), "column name")
        if name not in known:
            raise bad_request(f"The DataSet has no column {name!r}.")
        said[name] = _said(known[name], given)
    say_of_columns(call.db, found, said, call.now_ms)
    return _columns(call, found)


def _said(column: Column, given: dict[str, Any]) -> dict[str, Any]:
    """What a request says of a column; null and what is left out says nothing new."""
    if given.get("remove") or given.get("type", column["type"]) != column["type"]:
        raise bad_request("Columns are removed and retyped by changing the schema.")
    said: dict[str, Any] = {}
    if given.get("description") is not None:
        said["description"] = as_text(given["description"], "description")
    if given.get("tags") is not None:
        said["tags"] = [as_text(one, "tag") for one in as_list(given["tags"], "tags")]
    if given.get("newName") is not None:
        new_name = as_text(given["newName"], "newName")
        said["newName"] = "" if new_name == column["name"] else new_name
    if given.get("order") is not None:
        said["position"] = as_int(given["order"], "order")
    visible = given.get("visible")
    if visible is not None:
        if not isinstance(visible, bool):
            raise bad_request("visible must be true or false.")
        said["visible"] = visible
    return said


def _columns(call: Call, found: Dataset) -> Reply:
    rows = [
        {
            "calculated": False,
            "calculatedExpr": None,
            "description": column.get("description", ""),
            "formula": None,
            "name": column["name"],
            "newName": column.get("newName") or column["name"],
            "order": order,
            "remove": False,
            "tags": column.get("tags"),
            "type": column["type"],
            "visible": column.get("visible", True),
        }
        for order, column in enumerate(wrangled_columns(call.db, found))
    ]
    return json_reply({"columns": rows})


_PATH = "/api/query/v1/datasources/{id}/wrangle"
ROUTES = (
    Route("GET", _PATH, read_columns, source="product §2.5"),
    Route(
        "POST", _PATH, write_columns, source="product §2.5",
        doubt="the reply; a new name is kept here only; removing and retyping are refused",
    ),
)  # fmt: skip
