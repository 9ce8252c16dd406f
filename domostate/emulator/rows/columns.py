"""Columns of rows: Domo's types, the engine's, and how text becomes a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ENGINE_TYPES = {
    "STRING": "VARCHAR",
    "LONG": "BIGINT",
    "DOUBLE": "DOUBLE",
    # How many digits Domo keeps is not documented (GUESS): of what is behind, the engine rounds the
    # rest, and what is longer before is no value of the column.
    "DECIMAL": "DECIMAL(38,10)",
    "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a dataset: any name, one of `ENGINE_TYPES`."""

    name: str
    type: str


def name(text: str) -> str:
    """A name as the engine's SQL quotes it."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as the engine's SQL quotes it."""
    return "'" + text.replace("'", "''") + "'"


def physical(position: int) -> str:
    """What a column is called in a file: names may clash there, differ in case only, or be odd."""
    return f"c{position}"


def tried(expression: str, kind: str) -> str:
    """The text as a value of that type; no value where none can be had."""
    if kind == "STRING":
        return expression
    made = f"TRY_CAST(trim({expression}) AS {ENGINE_TYPES[kind]})"
    match kind:
        case "LONG":
            # The engine would round 1.5.
            exact = f"TRY_CAST(trim({expression}) AS DECIMAL(38,10))"
            return f"CASE WHEN {exact} = {made} THEN {made} END"
        case "DECIMAL":
            return made
        case "DATE":
            return f"CASE WHEN {_has_year(expression)} AND isfinite({made}) THEN {made} END"
        case "DATETIME":
            # A plain TIMESTAMP would drop an offset unread; times are UTC (platform §4.10).
            there = f"TRY_CAST(trim({expression}) AS TIMESTAMPTZ)"
            found = f"{there} AT TIME ZONE 'UTC'"
            return f"CASE WHEN {_has_year(expression)} AND isfinite({there}) THEN {found} END"
        case _:
            return f"CASE WHEN isfinite({made}) THEN {made} END"


def _has_year(expression: str) -> str:
    """The engine would take 24-01-02 for a day of the year 24."""
    return f"regexp_matches({expression}, '^ *[0-9]{{4}}[^0-9]')"


def parsed(expression: str, column: Column) -> str:
    """The text as a value of the column; the engine raises `REFUSED` where it is none. An empty
    text stands for no value in everything but texts."""
    if column.type == "STRING":
        return expression
    begin = literal(f"{REFUSED}Column {column.name} takes a {column.type}, not ")
    # Long enough to know the cell by, short enough for a message.
    complaint = f"concat({begin}, left({expression}, 100))"
    refused = f"CAST(error({complaint}) AS {ENGINE_TYPES[column.type]})"
    found = f"coalesce({tried(expression, column.type)}, {refused})"
    return f"CASE WHEN trim({expression}) <> '' THEN {found} END"


def converted(expression: str, kind: str, wanted: str) -> str:
    """The value of one type as one of another; no value where none can be had (GUESS)."""
    if kind == wanted:
        return expression
    if wanted == "STRING":
        return as_text(expression, kind)
    if kind == "STRING":
        return tried(expression, wanted)
    if wanted == "LONG":
        return tried(f"CAST({expression} AS VARCHAR)", wanted)
    return f"TRY_CAST({expression} AS {ENGINE_TYPES[wanted]})"


def as_text(expression: str, kind: str, time_mark: str = "T", decimals: int | None = None) -> str:
    """The value as the text that people see: a decimal without the zeros that only fill it up, a
    time without a zone (platform §4.10), `time_mark` between day and hour, with as many `decimals`
    of its seconds, 0, 3 or 6; None: as it takes."""
    match kind:
        case "STRING":
            return expression
        case "DECIMAL":
            digits = f"CAST({expression} AS VARCHAR)"
            short = f"rtrim(rtrim({digits}, '0'), '.')"
            return f"CASE WHEN contains({digits}, '.') THEN {short} ELSE {digits} END"
        case "DATETIME":
            end = {0: "", 3: ".%g", 6: ".%f"}[6 if decimals is None else decimals]
            text = f"strftime({expression}, '%Y-%m-%d{time_mark}%H:%M:%S{end}')"
            if decimals is not None:
                return text
            return f"regexp_replace({text}, '(\\.000000|000)$', '')"
    return f"CAST({expression} AS VARCHAR)"


def decimals_of(expression: str) -> str:
    """How many decimals of a second `as_text` takes to tell a time, in the engine's SQL."""
    micros = f"date_part('microseconds', {expression})"
    return f"CASE WHEN {micros} % 1000 <> 0 THEN 6 WHEN {micros} % 1000000 <> 0 THEN 3 ELSE 0 END"


REFUSED = "refused: "
"""How the engine's complaint begins when a text is no value of its column."""


def unique_names(columns: Sequence[Column]) -> list[str]:
    """The names under which SQL finds the columns: the engine does not tell capitals apart, so
    what clashes gets a number, one that gives it the name of no other column."""
    own = {column.name.lower() for column in columns}
    taken: set[str] = set()
    names = []
    for column in columns:
        chosen, number = column.name, 1
        while chosen.lower() in taken or (chosen != column.name and chosen.lower() in own):
            chosen, number = f"{column.name}_{number}", number + 1
        taken.add(chosen.lower())
        names.append(chosen)
    return names
