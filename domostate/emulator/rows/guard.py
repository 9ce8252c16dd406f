"""Guard: a statement that people sent reads its rows and reaches nothing else.

It looks at what the engine itself makes of the text, so that nothing depends on two parsers
agreeing; and what it does not know it refuses.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from domostate.emulator.rows.functions import ALLOWED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class BadStatement(Exception):
    """The statement is no single SELECT over the dataset; the message is for the sender."""


_KNOWN = frozenset({
    "SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE",
    "BASE_TABLE", "SUBQUERY", "JOIN", "EMPTY", "EXPRESSION_LIST",
    "ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER",
    "ORDER_DEFAULT", "ASCENDING", "DESCENDING", "DECIMAL_TYPE_INFO",
})  # fmt: skip
"""Of the parts of a statement that are no expressions; what is missing, like PIVOT, DESCRIBE, table
functions and writes, is not for people."""
_KNOWN_EXPRESSIONS = frozenset({
    "BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT",
    "FUNCTION", "OPERATOR", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "TYPE", "WINDOW",
})  # fmt: skip


def check(engine: DuckDBPyConnection, statement: str, tables: Collection[str]) -> None:
    """Look through a statement in the engine's SQL that may read only `tables`.

    Raises:
        BadStatement: it is no SELECT, or it reaches further.
    """
    row = engine.execute("SELECT json_serialize_sql(CAST(? AS VARCHAR))", [statement]).fetchone()
    made: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    if made["error"]:
        raise BadStatement(f"The SQL cannot be read: {made.get('error_message', '')}")
    if len(made["statements"]) != 1:
        raise BadStatement("A query is one SELECT statement.")
    for node in _nodes(made["statements"]):
        _check_node(node, tables)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _check_node(node: dict[str, Any], tables: Collection[str]) -> None:
    kind, expression = node.get("type"), node.get("class")
    if expression is not None:
        if expression not in _KNOWN_EXPRESSIONS:
            raise BadStatement(f"A query has no {str(expression).lower()}.")
    elif isinstance(kind, str) and kind not in _KNOWN:
        raise BadStatement(f"A query has no {kind.lower().replace('_', ' ')}.")
    if kind == "BASE_TABLE":
        elsewhere = node.get("schema_name") or node.get("catalog_name") or node.get("at_clause")
        if elsewhere or node["table_name"] not in tables:
            raise BadStatement("A query reads its DataSet and nothing else.")
    used = node.get("function_name")
    if used is not None and (node.get("schema") or used.lower() not in ALLOWED):
        raise BadStatement(f"There is no function {used}.")
