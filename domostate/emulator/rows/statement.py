"""Statements: SQL as people send it to Domo, made into the engine's over one dataset.

Domo's SQL is MySQL's (platform §4.10, product §2.9): names in back-quotes, and the dataset is
called `table`, whatever else is written, or by its id.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from domostate.emulator.rows.columns import name
from domostate.emulator.rows.guard import BadStatement, check
from domostate.emulator.rows.pieces import Rows
from domostate.emulator.rows.vault import Vault

if TYPE_CHECKING:
    from sqlglot import expressions as exp

__all__ = ["BadStatement", "over"]

DATASET = "the dataset"
LONGEST = 200_000
"""Characters of a statement; arbitrary: longer than people write, short enough to be read."""


def over(vault: Vault, rows: Rows, sql: str) -> str:
    """The statement in the engine's SQL, reading these rows and nothing else.

    Raises:
        BadStatement: it is no SELECT, it is several, or it reads from elsewhere.
    """
    # Imported here: a server without queries need not wait for it.
    from domostate.emulator.rows.dialect import in_engine_words, parsed

    if len(sql) > LONGEST:
        raise BadStatement(f"The SQL is longer than {LONGEST} characters.")
    # It warns of what it takes for a command; such a statement is refused below.
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        tree = parsed(sql, {one.lower() for one in rows.names})
        tables = _with_own_tables(tree)
        body = in_engine_words(tree)
    except BadStatement:
        raise
    # Whatever a parser falls over, the statement is to blame.
    except Exception as error:
        raise BadStatement(f"The SQL cannot be read: {_first_line(error)}") from error
    with vault.engine() as engine:
        check(engine, body, tables)
    source = f"{name(DATASET)} AS ({rows.select(vault)})"
    for begin in ("WITH RECURSIVE ", "WITH "):
        if body.startswith(begin):
            return f"{begin}{source}, {body.removeprefix(begin)}"
    return f"WITH {source} {body}"


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0].replace("\x1b[4m", "").replace("\x1b[0m", "")


def _with_own_tables(tree: exp.Query) -> set[str]:
    """Let every table be the dataset or the subquery of a WITH, under names that nobody sends, and
    return these: so no name in a statement is ever looked up by the engine."""
    from sqlglot import expressions as exp

    numbers = {id(one): number for number, one in enumerate(tree.find_all(exp.CTE))}
    meant = [(table, _meant(table)) for table in tree.find_all(exp.Table)]
    for cte in list(tree.find_all(exp.CTE)):
        alias = cte.args["alias"]
        alias.set("this", exp.to_identifier(_own_name(numbers[id(cte)]), quoted=True))
    for table, subquery in meant:
        if not table.args.get("alias"):
            called = exp.to_identifier(table.name, quoted=True)
            table.set("alias", exp.TableAlias(this=called))
        found = DATASET if subquery is None else _own_name(numbers[id(subquery)])
        table.set("this", exp.to_identifier(found, quoted=True))
        table.set("db", None)
        table.set("catalog", None)
    return {DATASET} | {_own_name(number) for number in numbers.values()}


def _own_name(number: int) -> str:
    return f"subquery {number}"


def _meant(table: exp.Table) -> exp.CTE | None:
    """The subquery of a WITH that the table names, as scopes go; None: the dataset."""
    from sqlglot import expressions as exp

    if not isinstance(table.this, exp.Identifier):
        raise BadStatement(f"A query reads its DataSet and nothing else, not {table.sql()}.")
    if table.db:
        return None
    node: Any = table
    while node.parent is not None:
        parent = node.parent
        if isinstance(parent, exp.With):
            # Of a WITH one sees what stands before, and itself where that is meant.
            before = parent.expressions[: parent.expressions.index(node)]
            visible = [*before, node] if parent.args.get("recursive") else before
            node = parent.parent or parent
        else:
            around = parent.args.get("with_") or parent.args.get("with")
            visible = around.expressions if isinstance(around, exp.With) else []
            node = parent
        for one in visible:
            if isinstance(one, exp.CTE) and one.alias_or_name.lower() == table.name.lower():
                return one
    return None
