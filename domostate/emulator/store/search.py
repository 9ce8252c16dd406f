"""What a search asks for, as conditions on the tables (portal "Search Product API").

Texts are compared without regard to the capitals of ASCII letters. A field that is not known here
matches nothing, as in any index (GUESS).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from domostate.emulator.call import as_int, as_list, as_object, as_text
from domostate.emulator.errors import bad_request
from domostate.emulator.store.datasets import Condition

_LONGEST_PATTERN = 1000
_MOST_PARTS = 100
"""Of filters, and of words in a query. Both numbers are ours: SQLite has limits too, but does not
say so politely."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something to search by: an SQL expression and what it holds; a list holds JSON."""

    sql: str
    kind: Literal["text", "number", "flag", "list"] = "text"

    @property
    def text(self) -> str:
        """The expression as the text that a client compares with."""
        if self.kind == "flag":
            return f"CASE WHEN {self.sql} THEN 'true' ELSE 'false' END"
        return f"CAST({self.sql} AS TEXT)" if self.kind == "number" else self.sql


Fields = Mapping[str, Field]
"""By name, in lower case, without underscores and without "sort" or "facet" at the end: clients
spell one field in several ways (`create_date`, `createDate`; `name`, `name_sort`)."""
_NOWHERE = Field("NULL")


def field_of(fields: Fields, name: Any) -> Field:
    """The field that a filter or a sort names."""
    plain = as_text(name, "field").lower().replace("_", "")
    known = (plain, plain.removesuffix("sort"), plain.removesuffix("facet"))
    return next((fields[one] for one in known if one in fields), _NOWHERE)


def query_condition(fields: Fields, named: Sequence[str], query: str) -> Condition:
    """Every word of the query occurs in one of the named fields; `*` stands for anything. Domo's
    search knows more (stems, sounds, relevance), so a client must compare exactly itself (GUESS).
    """
    words = _checked_parts(query.split(), "words")
    found = [_any([_like(fields[one], f"*{word}*") for one in named]) for word in words]
    return _all(found)


def filters_condition(fields: Fields, given: Mapping[str, Any], now_ms: int) -> Condition:
    """All of `filters`, any of `orFilters`, none of `notFilters` hold."""

    def conditions(name: str) -> list[Condition]:
        listed = _checked_parts(as_list(given.get(name), name), name)
        return [_filter(fields, as_object(one, name), now_ms) for one in listed]

    groups = as_list(given.get("orFilters"), "orFilters")
    if all(isinstance(one, list) for one in groups):  # a generated sample has lists in the list
        _checked_parts([one for group in groups for one in group], "orFilters")
        nested = [_or_group(fields, one, now_ms) for one in _checked_parts(groups, "orFilters")]
    else:
        nested = [_or_group(fields, groups, now_ms)]
    return _all([*conditions("filters"), *nested, *map(_not, conditions("notFilters"))])


def _or_group(fields: Fields, group: list[Any], now_ms: int) -> Condition:
    listed = _checked_parts(group, "orFilters")
    found = [_filter(fields, as_object(one, "orFilters"), now_ms) for one in listed]
    return _any(found) if found else _all([])


def order_of(fields: Fields, sort: Mapping[str, Any], last: str) -> str:
    """The order that a sort asks for, as SQL; `last` decides what it leaves open. Relevance is
    not known here."""
    orders: list[str] = []
    for value in _checked_parts(as_list(sort.get("fieldSorts"), "fieldSorts"), "fieldSorts"):
        given = as_object(value, "fieldSort")
        field = field_of(fields, given.get("field"))
        direction = as_text(given.get("sortOrder") or "ASC", "sortOrder").upper()
        if direction not in ("ASC", "DESC"):
            raise bad_request(f"sortOrder cannot be {direction!r}.")
        expression = field.sql if field.kind in ("number", "flag") else f"lower({field.sql})"
        orders.append(f"{expression} {direction}")
    return ", ".join([*orders, last])


def _checked_parts(found: list[Any], name: str) -> list[Any]:
    if len(found) > _MOST_PARTS:
        raise bad_request(f"There are more than {_MOST_PARTS} {name}.")
    return found


def _filter(fields: Fields, given: dict[str, Any], now_ms: int) -> Condition:
    kind = as_text(given.get("filterType"), "filterType")
    make = _FILTERS.get(kind)
    if make is None:
        raise bad_request(f"There is no filterType {kind!r}.")
    found = make(field_of(fields, given.get("field")), given, now_ms)
    return _not(found) if given.get("not") is True else found


def _term(field: Field, given: dict[str, Any], _now_ms: int) -> Condition:
    values = [given["value"]] if given.get("value") is not None else given.get("values")
    wanted = [_as_term(one) for one in as_list(values, "values")]
    if not wanted:
        raise bad_request("A term filter needs value or values.")
    return _any([_equal(field, one) for one in _checked_parts(wanted, "values")])


def _as_term(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return as_text(value, "value")


def _wildcard(field: Field, given: dict[str, Any], _now_ms: int) -> Condition:
    return _like(field, as_text(given.get("query"), "query"))


def _query_string(field: Field, given: dict[str, Any], _now_ms: int) -> Condition:
    text = as_text(given.get("queryString"), "queryString")
    return query_condition({"": field}, [""], text)


def _date_bucket(field: Field, given: dict[str, Any], now_ms: int) -> Condition:
    days = _BUCKETS.get(as_text(given.get("value"), "value"))
    if days is None:
        raise bad_request(f"value must be one of {', '.join(_BUCKETS)}.")
    return _compared(field, ">=", now_ms - days * _DAY_MS)


def _range(field: Field, given: dict[str, Any], _now_ms: int) -> Condition:
    bounds = [(">=", given.get("from")), ("<=", given.get("to"))]
    return _all([
        _compared(field, operator, _number(bound))
        for operator, bound in bounds
        if bound is not None
    ])  # fmt: skip


def _numeric(field: Field, given: dict[str, Any], _now_ms: int) -> Condition:
    operator = _OPERATORS.get(as_text(given.get("operator"), "operator"))
    if operator is None:
        raise bad_request(f"operator must be one of {', '.join(_OPERATORS)}.")
    bound = given.get("longNumber")
    return _compared(field, operator, _number(given.get("floatNumber") if bound is None else bound))


def _boolean(field: Field, given: dict[str, Any], _now_ms: int) -> Condition:
    if not isinstance(given.get("value"), bool):
        raise bad_request("The value of a boolean filter must be true or false.")
    return _equal(field, str(given["value"]).lower())


def _missing(field: Field, _given: dict[str, Any], _now_ms: int) -> Condition:
    empty = "[]" if field.kind == "list" else ""
    return f"ifnull({field.text}, ?)=?", [empty, empty]


_DAY_MS = 86_400_000
_BUCKETS = {"LAST_DAY": 1, "LAST_WEEK": 7, "LAST_MONTH": 30, "LAST_QUARTER": 90}
"""In days; the lengths are a GUESS."""
_OPERATORS = {"LT": "<", "LTE": "<=", "EQ": "=", "GTE": ">=", "GT": ">"}
_FILTERS: Mapping[str, Callable[[Field, dict[str, Any], int], Condition]] = {
    "term": _term,
    "wildcard": _wildcard,
    "queryString": _query_string,
    "dateBucket": _date_bucket,
    "dateRange": _range,
    "range": _range,
    "numeric": _numeric,
    "boolean": _boolean,
    "missing": _missing,
}


def _number(value: Any) -> int | float:
    return value if isinstance(value, float) else as_int(value, "The bound of a filter")


def _compared(field: Field, operator: str, bound: int | float) -> Condition:
    return f"{field.sql if field.kind == 'number' else 'NULL'} {operator} ?", [bound]


def _equal(field: Field, value: str) -> Condition:
    if field.kind == "list":
        return f"{_EACH.format(field.sql)} AND lower(value)=lower(?))", [value]
    return f"lower({field.text})=lower(?)", [value]


def _like(field: Field, pattern: str) -> Condition:
    if len(pattern) > _LONGEST_PATTERN:
        raise bad_request(f"A pattern may have {_LONGEST_PATTERN} characters.")
    plain = pattern.replace("[", "[[]")  # GLOB's own
    if field.kind == "list":
        return f"{_EACH.format(field.sql)} AND lower(value) GLOB lower(?))", [plain]
    return f"lower({field.text}) GLOB lower(?)", [plain]


_EACH = "EXISTS (SELECT 1 FROM json_each({}) WHERE 1"


def _all(found: list[Condition]) -> Condition:
    return _joined(found, " AND ", "1")


def _any(found: list[Condition]) -> Condition:
    return _joined(found, " OR ", "0")


def _joined(found: list[Condition], word: str, empty: str) -> Condition:
    parts = [f"ifnull({condition}, 0)" for condition, _ in found]
    return f"({word.join(parts) or empty})", [value for _, values in found for value in values]


def _not(found: Condition) -> Condition:
    return f"NOT ifnull({found[0]}, 0)", found[1]
