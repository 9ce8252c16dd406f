"""Statements: what people write for Domo works."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from domostate.emulator.rows.columns import Column
from domostate.emulator.rows.intake import Intake
from domostate.emulator.rows.output import write_json
from domostate.emulator.rows.pieces import Rows
from domostate.emulator.rows.statement import BadStatement, over
from tests.emulator.rows.vaults import Folder, folder

SALES = "4405ff58-1957-45f0-82bd-914d989a3ea3"
COLUMNS = tuple(
    Column(name, kind)
    for name, kind in (
        ("id", "LONG"), ("region", "STRING"), ("amount", "DECIMAL"), ("at", "DATETIME"),
        ("day", "DATE"), ("share", "DOUBLE"), ("note", "STRING"), ("column", "STRING"),
        ("Order Date", "DATE"), ("Größe", "STRING"), ('a "b"', "STRING"), ("order", "LONG"),
    )
)  # fmt: skip
CSV = b"""\
1,West,10.50,2024-02-28 13:45:10,2024-02-28,2.5,,value,2024-01-01,XL,q,1
2,East,3,2023-12-31 23:59:59,2023-12-31,-1.5,n,v,2024-01-02,S,r,2
3,West,0.25,2024-03-01,2024-03-01,,"",v,,M,s,3
"""


class Dataset:
    """Rows that can be asked."""

    def __init__(self, there: Folder) -> None:
        self.there = there
        piece = there.taken(Intake(COLUMNS), CSV)
        self.rows = Rows(COLUMNS, (piece,))

    def ask(self, sql: str, **how: Any) -> tuple[tuple[str, ...], tuple[str, ...], list[Any]]:
        """Names, types and rows."""
        vault = self.there.vault
        try:
            made = write_json(vault, over(vault, self.rows, sql), **how)
            found = json.loads(f"[{made.path.read_text(encoding='utf-8')}]")
            made.path.unlink()
        finally:
            assert self.there.passing() <= {"spill"}
        assert made.rows == len(found)
        return made.names, made.types, found

    def rows_of(self, sql: str) -> list[Any]:
        return self.ask(sql)[2]


@pytest.fixture(scope="module")
def dataset() -> Iterator[Dataset]:
    with folder() as made:
        yield Dataset(made)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT id FROM table", [[1], [2], [3]]),
        ("select id from TABLE", [[1], [2], [3]]),
        ("SELECT id FROM `table` WHERE `id` = 2", [[2]]),
        ("SELECT id FROM your_table WHERE column = 'value'", [[1]]),
        (f"SELECT id FROM `{SALES}` LIMIT 1", [[1]]),
        ("SELECT table.id FROM table WHERE table.id > 1", [[2], [3]]),
        ("SELECT domo.table.id FROM domo.table LIMIT 1", [[1]]),
        ("SELECT t.`Order Date`, t.`Größe` FROM table t WHERE t.id = 1", [["2024-01-01", "XL"]]),
        ('SELECT "Order Date" FROM table WHERE "Größe" = "XL"', [["2024-01-01"]]),
        ("SELECT region FROM table WHERE region = \"East\"", [["East"]]),
        ("SELECT `a \"b\"`, `order` FROM table WHERE id = 2", [["r", 2]]),
        ("SELECT REGION FROM table WHERE ID = 1", [["West"]]),
        ("SELECT id FROM table ORDER BY id DESC LIMIT 1 OFFSET 1", [[2]]),
        ("SELECT id FROM table ORDER BY amount LIMIT 1, 2", [[2], [1]]),
        ("SELECT id FROM table ORDER BY note, id", [[1], [3], [2]]),
        ("SELECT DISTINCT region FROM table ORDER BY 1", [["East"], ["West"]]),
        ("SELECT region, COUNT(*) c FROM table GROUP BY region ORDER BY c DESC",
         [["West", 2], ["East", 1]]),
        ("SELECT region r, SUM(amount) s FROM table GROUP BY r HAVING s > 5", [["West", 10.75]]),
        ("SELECT region, SUM(id) FROM table GROUP BY region WITH ROLLUP ORDER BY 1",
         [[None, 6], ["East", 2], ["West", 4]]),
        ("SELECT a.id, b.id FROM table a JOIN table b ON a.id + 1 = b.id ORDER BY 1",
         [[1, 2], [2, 3]]),
        ("SELECT a.id FROM table a LEFT JOIN table b ON a.id = b.id + 5 WHERE b.id IS NULL "
         "AND a.id < 2", [[1]]),
        ("SELECT COUNT(*) FROM table a, table b", [[9]]),
        ("SELECT id FROM (SELECT id, region FROM table) x WHERE region = 'East'", [[2]]),
        ("SELECT id FROM table WHERE region IN (SELECT region FROM table WHERE id = 3) ORDER BY id",
         [[1], [3]]),
        ("SELECT id FROM table t WHERE amount = (SELECT MAX(amount) FROM table u "
         "WHERE u.region = t.region) ORDER BY id", [[1], [2]]),
        ("SELECT EXISTS (SELECT 1 FROM table WHERE id = 9), (SELECT MAX(id) FROM table)", [[0, 3]]),
        ("WITH a AS (SELECT id FROM table WHERE id > 1), b AS (SELECT MAX(id) m FROM a) "
         "SELECT m FROM b", [[3]]),
        ("WITH table AS (SELECT id FROM table WHERE id = 3) SELECT * FROM table", [[3]]),
        ("WITH a AS (SELECT 1 k), b AS (WITH a AS (SELECT 2 k) SELECT k FROM a) "
         "SELECT a.k, b.k FROM a, b", [[1, 2]]),
        ("WITH RECURSIVE n AS (SELECT 1 k UNION ALL SELECT k + 1 FROM n WHERE k < 4) "
         "SELECT SUM(k) FROM n", [[10]]),
        ("SELECT id FROM table UNION SELECT 7 ORDER BY 1", [[1], [2], [3], [7]]),
        ("(SELECT id FROM table) UNION ALL (SELECT id FROM table) ORDER BY id LIMIT 2", [[1], [1]]),
        ("SELECT id FROM table EXCEPT SELECT 2 ORDER BY 1", [[1], [3]]),
        ("SELECT id, ROW_NUMBER() OVER (PARTITION BY region ORDER BY amount) n FROM table "
         "ORDER BY id", [[1, 2], [2, 1], [3, 1]]),
        ("SELECT SUM(id) OVER w FROM table WINDOW w AS (ORDER BY id)", [[1], [3], [6]]),
        ("SELECT id, LAG(id) OVER (ORDER BY id), LEAD(id, 1, 0) OVER (ORDER BY id) FROM table "
         "ORDER BY id LIMIT 1", [[1, None, 2]]),
        ("SELECT 1 -- that is all", [[1]]),
        ("/* first */ SELECT /*+ hint */ id /* it's */ FROM table # end\nLIMIT 1;", [[1]]),
        ("SELECT\n\tid\nFROM\n\ttable\nWHERE\n\tid=1\n", [[1]]),
        ("SELECT id FROM table WHERE note IS NULL", [[1]]),
        ("SELECT id FROM table WHERE note = ''", [[3]]),
        ("SELECT COUNT(*), COUNT(note), COUNT(DISTINCT region) FROM table", [[3, 2, 2]]),
        ("SELECT DATE_FORMAT(at, '%Y-%m') m, COUNT(*) FROM table GROUP BY m ORDER BY m",
         [["2023-12", 1], ["2024-02", 1], ["2024-03", 1]]),
        ("SELECT * FROM table WHERE 1 = 0", []),
        ("SELECT 1", [[1]]),
    ],
)  # fmt: skip
def test_what_people_ask_is_answered(dataset: Dataset, sql: str, rows: list[Any]) -> None:
    assert dataset.rows_of(sql) == rows


FUNCTIONS = {
    "IFNULL(note, 'none')": "none",
    "IF(id = 1, 'a', 'b')": "a",
    "COALESCE(note, region)": "West",
    "NULLIF(region, 'West')": None,
    "CASE WHEN amount > 5 THEN 'big' ELSE 'small' END": "big",
    "CASE region WHEN 'West' THEN 1 END": 1,
    "CONCAT(region, '-', id)": "West-1",
    "CONCAT(region, note)": None,
    "CONCAT_WS('-', region, note, 'x')": "West-x",
    "UPPER(region)": "WEST",
    "LCASE(region)": "west",
    "LENGTH(region)": 4,
    "CHAR_LENGTH(`Größe`)": 2,
    "SUBSTRING(region, 2, 2)": "es",
    "SUBSTR(region, -2)": "st",
    "MID(region, 2, 2)": "es",
    "LEFT(region, 2)": "We",
    "LEFT(id, 1)": "1",
    "RIGHT(region, 2)": "st",
    "TRIM('  a ')": "a",
    "LPAD(id, 3, '0')": "001",
    "RPAD(region, 6, '.')": "West..",
    "REPLACE(region, 'e', 'E')": "WEst",
    "REVERSE(region)": "tseW",
    "REPEAT('ab', 2)": "abab",
    "SPACE(2)": "  ",
    "REPEAT('a', 100000000)": None,
    "LPAD('a', 100000000, 'b')": None,
    "INSTR(region, 's')": 3,
    "LOCATE('s', region)": 3,
    "FIELD(region, 'East', 'West')": 2,
    "FIELD(region, 'x')": 0,
    "ELT(2, 'a', 'b')": "b",
    "FIND_IN_SET('b', 'a,b,c')": 2,
    "FIND_IN_SET('x', 'a,b,c')": 0,
    "SUBSTRING_INDEX('a.b.c', '.', 2)": "a.b",
    "SUBSTRING_INDEX('a.b.c', '.', -1)": "c",
    "STRCMP('a', 'b')": -1,
    "MD5('a')": "0cc175b9c0f1b6a831c399e269772661",
    "ABS(-2)": 2,
    "CEIL(1.2)": 2,
    "FLOOR(share)": 2.0,
    "ROUND(10.126, 2)": 10.13,
    "ROUND(amount)": 11,
    "ROUND(100.0)": 100,
    "CAST(100 AS DECIMAL(10, 0))": 100,
    "TRUNCATE(12.345, 2)": 12.34,
    "MOD(7, 2)": 1,
    "7 MOD 2": 1,
    "7 DIV 2": 3,
    "7 / 2": 3.5,
    "id / 0": None,
    "POWER(2, 3)": 8.0,
    "SQRT(4)": 2.0,
    "GREATEST(1, 2)": 2,
    "LEAST(1, NULL)": None,
    "CAST('12' AS SIGNED)": 12,
    "CAST(id AS CHAR)": "1",
    "CONVERT(id, CHAR)": "1",
    "amount + 1": 11.5,
    "id = 1": 1,
    "region LIKE 'W%'": 1,
    "id LIKE '1%'": 1,
    "region NOT LIKE 'W%'": 0,
    "region REGEXP '^W'": 1,
    "id BETWEEN 1 AND 2": 1,
    "note <=> NULL": 1,
    "ISNULL(note)": 1,
    "id = 1 && share > 0": 1,
    "id = 2 || share > 0": 1,
    "TRUE": 1,
    "NULL": None,
    "day = '2024-02-28'": 1,
    "at > '2024-01-01'": 1,
    "YEAR(at)": 2024,
    "MONTH(day)": 2,
    "QUARTER(day)": 1,
    "DAY(day)": 28,
    "DAYOFWEEK(day)": 4,
    "WEEKDAY(day)": 2,
    "DAYOFYEAR(day)": 59,
    "WEEK(day)": 8,
    "WEEK(day, 1)": 9,
    "WEEKOFYEAR(day)": 9,
    "YEARWEEK(day)": 202408,
    "DAYNAME(day)": "Wednesday",
    "MONTHNAME(day)": "February",
    "HOUR(at)": 13,
    "LAST_DAY(day)": "2024-02-29",
    "DATE(at)": "2024-02-28",
    "TIME(at)": "13:45:10",
    "DATE_ADD(day, INTERVAL 1 DAY)": "2024-02-29T00:00:00",
    "DATE_SUB(at, INTERVAL 1 MONTH)": "2024-01-28T13:45:10",
    "day + INTERVAL 1 WEEK": "2024-03-06T00:00:00",
    "ADDDATE(day, 2)": "2024-03-01T00:00:00",
    "SUBDATE(day, INTERVAL 1 YEAR)": "2023-02-28T00:00:00",
    "DATEDIFF(day, '2024-02-01')": 27,
    "TIMESTAMPDIFF(MONTH, '2024-01-31', '2024-03-01')": 1,
    "DATE_FORMAT(at, '%b %e, %Y %H:%i:%s')": "Feb 28, 2024 13:45:10",
    "STR_TO_DATE('28/02/2024', '%d/%m/%Y')": "2024-02-28",
    "UNIX_TIMESTAMP(day)": 1709078400,
    "FROM_UNIXTIME(0)": "1970-01-01T00:00:00",
    "FROM_UNIXTIME(0, '%Y')": "1970",
    "TO_DAYS('2007-10-07')": 733321,
    "FROM_DAYS(733321)": "2007-10-07",
    "MAKEDATE(2024, 32)": "2024-02-01",
    "TIME_TO_SEC('01:00:00')": 3600,
    "SEC_TO_TIME(3600)": "01:00:00",
    "PERIOD_DIFF(202402, 202301)": 13,
    "PERIOD_ADD(202412, 1)": 202501,
    "EXTRACT(YEAR FROM at)": 2024,
    "NOW() > '2020-01-01'": 1,
    "SYSDATE() > CURDATE() - INTERVAL 1 DAY": 1,
    "RAND() < 1": 1,
    "1e3": 1000.0,
    "1e308 * 10": None,
}


@pytest.mark.parametrize("expression", FUNCTIONS)
def test_functions_mean_what_they_mean_in_mysql(dataset: Dataset, expression: str) -> None:
    names, _, rows = dataset.ask(f"SELECT {expression} FROM table WHERE id = 1")

    assert rows == [[FUNCTIONS[expression]]]
    assert names == (expression,)


AGGREGATES = {
    "SUM(amount)": 13.75,
    "AVG(id)": 2.0,
    "MIN(region)": "East",
    "MAX(at)": "2024-03-01T00:00:00",
    "GROUP_CONCAT(DISTINCT region ORDER BY region SEPARATOR '; ')": "East; West",
    "SUM(IF(region = 'West', 1, 0))": 2,
    "SUM(region = 'West')": 2,
    "COUNT(DISTINCT region, id)": 3,
    "STDDEV_POP(share)": 2.0,
    "VAR_SAMP(share)": 8.0,
    "BIT_OR(id)": 3,
}


@pytest.mark.parametrize("expression", AGGREGATES)
def test_rows_are_summed_up(dataset: Dataset, expression: str) -> None:
    assert dataset.rows_of(f"SELECT {expression} FROM table") == [[AGGREGATES[expression]]]


def test_a_column_of_the_result_is_called_as_it_is_written(dataset: Dataset) -> None:
    sql = (
        "SELECT id, t.region, id AS `the id`, count( * ), 'text', \"Größe\", id, IFNULL(note,'a,b')"
        " FROM table t GROUP BY id, region, note, `Größe` LIMIT 1"
    )

    names, types, _ = dataset.ask(sql)

    assert names == (
        "id", "region", "the id", "count( * )", "text", "Größe", "id", "IFNULL(note,'a,b')",
    )  # fmt: skip
    assert types == ("LONG", "STRING", "LONG", "LONG", "STRING", "STRING", "LONG", "STRING")


def test_a_result_has_domos_types(dataset: Dataset) -> None:
    sql = (
        "SELECT id, region, amount, at, day, share, id = 1, SUM(id) OVER (), AVG(id) OVER (), "
        "amount * 2, NOW(), NULL, TIME(at) FROM table"
    )

    assert dataset.ask(sql)[1] == (
        "LONG", "STRING", "DECIMAL", "DATETIME", "DATE", "DOUBLE", "LONG", "LONG", "DOUBLE",
        "DECIMAL", "DATETIME", "STRING", "STRING",
    )  # fmt: skip


def test_objects_keep_columns_of_one_name_apart(dataset: Dataset) -> None:
    found = dataset.ask("SELECT id, id, id ID FROM table LIMIT 1", as_objects=True)[2]

    assert found == [{"id": 1, "id_1": 1, "ID_2": 1}]


def test_columns_whose_names_differ_only_in_case_are_numbered(dataset: Dataset) -> None:
    columns = tuple(Column(name, "STRING") for name in ("a", "A", "A_1", "a_1"))
    piece = dataset.there.taken(Intake(columns), b"1,2,3,4\n")
    vault = dataset.there.vault

    made = write_json(vault, over(vault, Rows(columns, (piece,)), "SELECT * FROM table"))

    assert made.names == ("a", "A_2", "A_1", "a_1_1")
    assert made.path.read_text() == '["1","2","3","4"]'
    made.path.unlink()
    dataset.there.clear(piece)


def test_a_query_takes_no_longer_than_it_may(dataset: Dataset) -> None:
    sql = "WITH RECURSIVE n AS (SELECT 1 k UNION ALL SELECT 1 - k FROM n) SELECT COUNT(*) FROM n"

    with pytest.raises(duckdb.InterruptException):
        dataset.ask(sql, seconds=0.5)


NO_STATEMENTS = (
    "", ";", " ", "'", "`", '"', "SELECT", "SELECT FROM", "SELECT 'a", "SELECT `a", "(", "((1",
    "SELECT 1 1", "SELECT 1; SELECT 2", "nonsense", "\N{PILE OF POO}", "SELECT \0", "\ufeff",
    "SELECT id FROM", "SELECT id FROM table WHERE", "SELECT CAST(1 AS nonsense)", "SELECT @@",
    "-- nothing", "/* open", "SELECT 9223372036854775807 + 1", "SELECT nothing FROM table",
    "SELECT CAST(region AS SIGNED) FROM table", "SELECT SUM(region) FROM table",
    f"SELECT {'(' * 3000}1{')' * 3000}", f"SELECT {'-' * 5000}1", f"SELECT 1{' + 1' * 20_000}",
    f"SELECT '{'x' * 300_000}'", f"SELECT * FROM {'(SELECT * FROM ' * 500}table{')' * 500}",
)  # fmt: skip


@pytest.mark.parametrize("sql", NO_STATEMENTS, ids=lambda sql: ascii(sql)[:30])
def test_what_is_no_statement_is_refused(dataset: Dataset, sql: str) -> None:
    with pytest.raises((BadStatement, duckdb.Error)):
        dataset.ask(sql)
