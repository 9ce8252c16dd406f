"""Dialect: what MySQL's SQL says, in the words of the engine.

sqlglot knows most of it; this is the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlglot
from sqlglot import expressions as exp
from sqlglot.dialects.mysql import MySQL

from domostate.emulator.rows.guard import BadStatement


def parsed(sql: str, columns: Collection[str]) -> exp.Query:
    """The one SELECT that the text holds, each column of its result with a name; `columns` are the
    dataset's, in small letters.

    Raises:
        BadStatement: it holds something else.
    """
    tokens = MySQL().tokenize(sql)
    found = [one for one in sqlglot.parse(_quoted(sql, tokens, columns), dialect="mysql") if one]
    if len(found) != 1 or not isinstance(found[0], exp.Query):
        raise BadStatement("A query is one SELECT statement.")
    _name_results(found[0], _results(sql, tokens))
    return found[0]


def _quoted(sql: str, tokens: Sequence[Any], columns: Collection[str]) -> str:
    """The text with back-quotes around the reserved words that people use as names, and around
    what stands in double quotes and is a column: to MySQL it would be a text."""
    for token in reversed(tokens):
        written = sql[token.start : token.end + 1]
        reserved = token.token_type.name in ("TABLE", "COLUMN") and written == token.text
        column = written.startswith('"') and token.text.lower() in columns
        if reserved or column:
            quoted = token.text.replace("`", "``")
            sql = f"{sql[: token.start]}`{quoted}`{sql[token.end + 1 :]}"
    return sql


_AFTER_RESULTS = frozenset({
    "FROM", "WHERE", "GROUP_BY", "HAVING", "ORDER_BY", "LIMIT", "UNION", "INTERSECT", "EXCEPT",
    "SEMICOLON",
})  # fmt: skip


def _results(sql: str, tokens: Sequence[Any]) -> list[str]:
    """What the first SELECT that is in no parentheses selects, as it is written."""
    kinds = [token.token_type.name for token in tokens]
    depth, begun = 0, -1
    found: list[str] = []
    for at, kind in enumerate([*kinds, "SEMICOLON"]):
        if begun >= 0 and not depth and (kind == "COMMA" or kind in _AFTER_RESULTS) and at > begun:
            found.append(sql[tokens[begun].start : tokens[at - 1].end + 1])
            if kind != "COMMA":
                break
            begun = at + 1
        elif kind in ("SELECT", "DISTINCT", "ALL") and not depth and begun in (-1, at):
            begun = at + 1
        depth += (kind == "L_PAREN") - (kind == "R_PAREN")
    return found


def _name_results(tree: exp.Query, written: Sequence[str]) -> None:
    """Name each column of the result that has no name by its text, as MySQL does."""
    first: Any = tree
    while isinstance(first, exp.SetOperation | exp.Subquery):
        first = first.this
    if not isinstance(first, exp.Select):
        return
    texts = [one.sql(dialect="mysql") for one in first.expressions]
    if len(written) == len(texts):
        texts = list(written)
    shown = []
    for one, text in zip(first.expressions, texts, strict=True):
        named = one.is_star or isinstance(one, exp.Alias | exp.Column)
        called = one.name if isinstance(one, exp.Literal) else text
        shown.append(one if named else exp.alias_(one, called or " ", quoted=True))
    first.set("expressions", shown)


def in_engine_words(tree: exp.Query) -> str:
    """The statement in the engine's SQL, without comments and with every name quoted."""
    made = tree.transform(_said_otherwise, copy=False)
    return made.sql(dialect="duckdb", identify=True, comments=False)


def _said_otherwise(node: exp.Expression) -> exp.Expression:
    if isinstance(node, _ON_TEXT) and isinstance(node.this, exp.Expression):
        # MySQL takes any value for a text.
        if not node.this.is_string and not isinstance(node.this, exp.Cast):
            node.set("this", exp.cast(node.this, "TEXT"))
    elif isinstance(node, exp.Column) and node.args.get("db"):
        # What stands before the name of the table is the name of no other.
        node.set("db", None)
        node.set("catalog", None)
    elif isinstance(node, exp.Anonymous) and node.name.upper() in _ANONYMOUS:
        return _ANONYMOUS[node.name.upper()](node.expressions)
    else:
        return _built_in(node)
    return node


def _built_in(node: exp.Expression) -> exp.Expression:
    match node:
        case exp.Elt():
            return _nth([node.this, *node.expressions])
        case exp.Group(args={"rollup": [exp.Rollup(), *_]}) if node.expressions:
            # GROUP BY a, b WITH ROLLUP
            return exp.Group(rollup=[exp.Rollup(expressions=node.expressions)])
        case exp.Paren(this=exp.Add(this=exp.DateDiff() as days)) if _is_first_day(days.expression):
            # TO_DAYS; MySQL's year 0 has a day less than the engine's.
            return days
        case exp.Time():
            return exp.cast(node.this, "TIME")
        case exp.TimestampDiff():
            unit = exp.Literal.string(str(node.args["unit"]).lower())
            ends = [exp.cast(one, "TIMESTAMP") for one in (node.expression, node.this)]
            return exp.Anonymous(this="date_sub", expressions=[unit, *ends])
        case exp.UnixToTime():
            time = exp.cast(
                exp.Anonymous(this="to_timestamp", expressions=[node.this]), "TIMESTAMP"
            )
            form = node.args.get("format")
            return exp.TimeToStr(this=time, format=form) if form is not None else time
    return node


def _is_first_day(node: exp.Expression) -> bool:
    return any(one.name == "0000-01-01" for one in node.find_all(exp.Literal))


_ON_TEXT = (
    exp.Left, exp.Right, exp.Substring, exp.Lower, exp.Upper, exp.Trim, exp.Replace, exp.Reverse,
    exp.StrPosition, exp.Like, exp.RegexpLike, exp.Length,
)  # fmt: skip


def _position(given: list[exp.Expression]) -> exp.Expression:
    """FIELD(text, first, second, …): which of them it is, 0 for none."""
    cases = [exp.If(this=given[0].eq(one), true=exp.Literal.number(at))
             for at, one in enumerate(given[1:], 1)]  # fmt: skip
    return exp.Case(ifs=cases, default=exp.Literal.number(0))


def _nth(given: list[exp.Expression]) -> exp.Expression:
    """ELT(n, first, second, …): the n-th of them."""
    cases = [exp.If(this=given[0].eq(exp.Literal.number(at)), true=one)
             for at, one in enumerate(given[1:], 1)]  # fmt: skip
    return exp.Case(ifs=cases)


def _later(given: list[exp.Expression]) -> exp.Expression:
    return exp.Add(this=exp.cast(given[0], "TIMESTAMP"), expression=_days(given[1]))


def _earlier(given: list[exp.Expression]) -> exp.Expression:
    return exp.Sub(this=exp.cast(given[0], "TIMESTAMP"), expression=_days(given[1]))


def _days(given: exp.Expression) -> exp.Expression:
    if isinstance(given, exp.Interval):
        return given
    return exp.Anonymous(this="to_days", expressions=[exp.cast(given, "INTEGER")])


_ANONYMOUS = {"FIELD": _position, "ADDDATE": _later, "SUBDATE": _earlier}
