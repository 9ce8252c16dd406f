"""Statements: nothing but the rows that somebody may see can be got out of one."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from domostate.emulator.rows.columns import Column
from domostate.emulator.rows.conditions import Condition, any_of
from domostate.emulator.rows.functions import ALLOWED
from domostate.emulator.rows.guard import check
from domostate.emulator.rows.intake import Intake
from domostate.emulator.rows.output import write_json
from domostate.emulator.rows.pieces import Piece, Rows
from domostate.emulator.rows.statement import BadStatement, over
from tests.emulator.rows.vaults import Folder, folder

CANARY = "CANARY-7f3a"
COLUMNS = (Column("id", "LONG"), Column("region", "STRING"), Column("amount", "STRING"))


class Attacked:
    """A dataset with rows that policies hide, beside another dataset and files with secrets."""

    def __init__(self, there: Folder) -> None:
        self.there = there
        vault = there.vault
        seen = b"".join(b"%d,West,%d\n" % (n, n * n) for n in range(100))
        hidden = b"".join(b"%d,East,%s\n" % (n, CANARY.encode()) for n in range(-100, 0))
        piece = there.taken(Intake(COLUMNS), seen + hidden)
        policy = [
            Condition("region", "EQUALS", ("West",)),
            Condition("id", "EQUALS", ("-1",), True),
        ]
        where = any_of([policy], COLUMNS, null_under_not=False)
        self.rows = Rows(COLUMNS, (piece,), where)
        self.secret = there.path / "secret.csv"
        self.secret.write_text(f"a,b\n{CANARY},1\n")
        other = there.taken(Intake(COLUMNS), f"1,{CANARY},x\n".encode())
        self.words = {
            "secret": str(self.secret),
            "inside": str(self._inside()),
            "own": str(vault.path(piece.file)),
            "other": str(vault.path(other.file)),
            "kept": str(vault.path(piece.file).parent),
        }

    def _inside(self) -> Path:
        """A file where the engine may read."""
        path = self.there.vault.passing(".csv")
        path.write_text(f"a,b\n{CANARY},1\n")
        return path

    def ask(self, sql: str) -> str:
        """All that comes out, be it an answer or an error's text."""
        vault = self.there.vault
        try:
            made = write_json(vault, over(vault, self.rows, sql.format(**self.words)))
        except (BadStatement, duckdb.Error) as error:
            return f"refused: {error}"
        text = made.path.read_text(encoding="utf-8")
        made.path.unlink()
        return f"{made.names} {text}"


@pytest.fixture(scope="module")
def attacked() -> Iterator[Attacked]:
    with folder() as made:
        yield Attacked(made)


FILES = ("{secret}", "{inside}", "{own}", "{other}", "{kept}/*", "{kept}/*.parquet")
READERS = (
    "read_csv", "read_csv_auto", "read_text", "read_blob", "read_json", "read_json_auto",
    "read_json_objects", "read_ndjson", "read_parquet", "parquet_scan", "parquet_metadata",
    "parquet_schema", "parquet_file_metadata", "parquet_kv_metadata", "parquet_full_metadata",
    "sniff_csv", "glob", "read_duckdb", "query", "query_table", "sqlite_scan",
)  # fmt: skip
PLACES = (
    "SELECT * FROM {what}",
    "SELECT t.* FROM {what} AS t",
    "SELECT * FROM table, {what}",
    "SELECT * FROM table JOIN {what} ON 1 = 1",
    "SELECT * FROM table, LATERAL {what} AS x",
    "SELECT * FROM table, LATERAL (SELECT * FROM {what}) AS x",
    "SELECT (SELECT COUNT(*) FROM {what})",
    "SELECT id FROM table WHERE EXISTS (SELECT * FROM {what})",
    "SELECT id FROM table WHERE id IN (SELECT 1 FROM {what})",
    "SELECT 1 UNION ALL SELECT 1 FROM {what}",
    "WITH x AS (SELECT * FROM {what}) SELECT * FROM x",
    "WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT 1 FROM {what}) SELECT * FROM x",
    "SELECT id FROM table ORDER BY (SELECT 1 FROM {what})",
    "SELECT COUNT(*) FROM table GROUP BY (SELECT 1 FROM {what})",
    "SELECT /*! * FROM {what} */ FROM {what}",
    "FROM {what}",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_function_reads_a_file(attacked: Attacked, place: str) -> None:
    for reader in READERS:
        for file in FILES[:3]:
            said = attacked.ask(place.replace("{what}", f"{reader}('{file}')"))
            assert said.startswith("refused: "), reader
            assert CANARY not in said


@pytest.mark.parametrize("place", PLACES[:-2])
@pytest.mark.parametrize("quote", ["`", "'", '"'])
def test_no_name_is_that_of_a_file(attacked: Attacked, place: str, quote: str) -> None:
    """Whatever stands where a table stands is the dataset, or the statement is refused."""
    for file in FILES:
        assert CANARY not in attacked.ask(place.replace("{what}", f"{quote}{file}{quote}"))


@pytest.mark.parametrize(
    "sql",
    [
        # The name of a WITH does not hold outside of it.
        "SELECT * FROM `{other}` WHERE 1 IN (WITH `{other}` AS (SELECT 1) SELECT * FROM `{other}`)",
        "SELECT * FROM (WITH `{other}` AS (SELECT 1 a) SELECT a FROM `{other}`) x, `{other}` y",
        "WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a",
        "WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) SELECT * FROM b",
        # The names that are used inside.
        "SELECT * FROM `the dataset`",
        "WITH `the dataset` AS (SELECT * FROM `the dataset`) SELECT * FROM `the dataset`",
        "WITH RECURSIVE `the dataset` AS (SELECT * FROM table) SELECT * FROM `the dataset`",
        "WITH `subquery 0` AS (SELECT 1), x AS (SELECT 2) SELECT * FROM `subquery 1`",
        "SELECT * FROM `subquery 0`",
        "SELECT `the dataset`.amount FROM `the dataset` AS table",
        # Other catalogs and schemas.
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM `memory`.`main`.`x`",
        "SELECT * FROM pg_catalog.pg_settings",
        "SELECT * FROM duckdb_settings",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM system.information_schema.columns",
        # What files have beside their columns.
        "SELECT filename FROM table",
        "SELECT file_row_number FROM table",
        "SELECT rowid, c2 FROM table",
        "SELECT c0, c1, c2 FROM table",
        "SELECT t FROM table t",
        "SELECT * FROM table TABLESAMPLE 100 PERCENT",
    ],
)  # fmt: skip
def test_no_name_leads_to_what_is_hidden(attacked: Attacked, sql: str) -> None:
    assert CANARY not in attacked.ask(sql)


REFUSED = (
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE x",
    "COPY table TO '{secret}.out'",
    "COPY (SELECT 1) TO '{secret}.out'",
    "ATTACH '{secret}.db' AS x",
    "DETACH memory",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET threads = 1",
    "SET GLOBAL enable_external_access = true",
    "RESET threads",
    "PRAGMA database_list",
    "CALL pragma_version()",
    "CREATE TABLE x AS SELECT 1",
    "CREATE MACRO x() AS 1",
    "CREATE VIEW x AS SELECT 1",
    "CREATE SECRET x (TYPE s3)",
    "INSERT INTO table VALUES (1)",
    "DELETE FROM table",
    "UPDATE table SET id = 1",
    "DROP TABLE table",
    "TRUNCATE table",
    "WITH x AS (DELETE FROM table RETURNING *) SELECT * FROM x",
    "WITH x AS (INSERT INTO table VALUES (1) RETURNING *) SELECT * FROM x",
    "EXPORT DATABASE '{kept}'",
    "IMPORT DATABASE '{kept}'",
    "CHECKPOINT",
    "VACUUM",
    "PREPARE x AS SELECT 1",
    "EXECUTE x",
    "DESCRIBE table",
    "SHOW TABLES",
    "SUMMARIZE table",
    "EXPLAIN SELECT * FROM table",
    "EXPLAIN ANALYZE SELECT * FROM table",
    "SELECT * FROM (DESCRIBE table)",
    "SELECT 1 INTO OUTFILE '{secret}.out'",
    "SELECT 1 INTO DUMPFILE '{secret}.out'",
    "SELECT id INTO @x FROM table",
    "LOAD DATA INFILE '{secret}' INTO TABLE table",
    "SELECT LOAD_FILE('{secret}')",
    "SELECT * FROM table PIVOT (MAX(amount) FOR region IN ('East'))",
    "PIVOT table ON region USING MAX(amount)",
    "SELECT * FROM table UNPIVOT (v FOR k IN (amount))",
    "SELECT * FROM table AT (VERSION => 1)",
    "SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a INT PATH '$')) t",
    "SELECT * FROM unnest([1, 2])",
    "SELECT unnest([1, 2])",
    "SELECT * FROM range(1000000000000)",
    "SELECT * FROM generate_series(1, 9)",
    "SELECT range(1000000000)",
    "SELECT list_transform([1], x -> x)",
    "SELECT getenv('HOME')",
    "SELECT current_setting('temp_directory')",
    "SELECT `current_setting`('temp_directory')",
    "SELECT main.current_setting('temp_directory')",
    "SELECT system.main.current_setting('temp_directory')",
    "SELECT current_query()",
    "SELECT getvariable('x')",
    "SELECT @@datadir",
    "SELECT @x",
    "SELECT ?",
    "SELECT :x",
    "SELECT stats(amount) FROM table",
    "SELECT vector_type(amount) FROM table",
    "SELECT error('refused: x')",
    "SELECT sleep_ms(1)",
    "SELECT SLEEP(1)",
    "SELECT BENCHMARK(1, 1)",
    "SELECT write_log('x')",
    "SELECT nextval('x')",
    "SELECT json_serialize_plan('SELECT * FROM read_text(''{inside}'')')",
    "SELECT json_execute_serialized_sql('x')",
    "SELECT finalize(amount) FROM table",
    "SELECT __internal_compress_integral_utinyint(1, 2)",
    "SELECT VERSION()",
    "SELECT USER()",
    "SELECT DATABASE()",
    "SELECT CURRENT_USER",
    "SELECT CONNECTION_ID()",
    "SELECT system.main.repeat('x', 1000000000)",
)


@pytest.mark.parametrize("sql", REFUSED)
def test_what_is_no_look_at_the_rows_is_refused(attacked: Attacked, sql: str) -> None:
    said = attacked.ask(sql)

    assert said.startswith("refused: ")
    assert CANARY not in said
    assert not (attacked.there.path / "secret.csv.out").exists()


HIDDEN_FROM = (
    # An error that only a hidden row makes would tell of it.
    "SELECT COUNT(*) FROM table WHERE CAST(amount AS SIGNED) >= 0",
    "SELECT COUNT(*) FROM table WHERE id >= 0 AND CAST(amount AS SIGNED) >= 0",
    "SELECT SUM(CAST(amount AS SIGNED)) FROM table",
    "SELECT MAX(CAST(amount AS DECIMAL(20, 2))) FROM table WHERE amount IS NOT NULL",
    "SELECT COUNT(*) FROM table a JOIN table b ON CAST(a.amount AS SIGNED) = b.id",
    "SELECT id FROM table WHERE CAST(amount AS SIGNED) IN (SELECT id FROM table)",
    "SELECT id FROM table WHERE STR_TO_DATE(CONCAT('2024-01-', 1 + id % 28), '%Y-%m-%d') > "
    "CAST(IF(region = 'East', amount, '2020-01-01') AS DATE)",
    "SELECT region, COUNT(*) FROM table GROUP BY region HAVING SUM(CAST(amount AS SIGNED)) > 0",
    "SELECT id, ROW_NUMBER() OVER (ORDER BY CAST(amount AS SIGNED)) FROM table",
    "SELECT DISTINCT CAST(amount AS SIGNED) FROM table ORDER BY 1 LIMIT 5",
    "WITH x AS (SELECT CAST(amount AS SIGNED) k FROM table) SELECT MAX(k) FROM x WHERE k > 0",
)


@pytest.mark.parametrize("sql", HIDDEN_FROM)
def test_no_error_tells_of_a_hidden_row(attacked: Attacked, sql: str) -> None:
    said = attacked.ask(sql)

    assert not said.startswith("refused: "), said
    assert CANARY not in said


def test_a_senders_condition_is_looked_at_after_those_of_policies(attacked: Attacked) -> None:
    """Not only where the engine finds that better."""
    vault = attacked.there.vault
    asked = over(vault, attacked.rows, "SELECT COUNT(*) FROM table WHERE amount = '123454321'")
    with vault.engine() as engine:
        plan = engine.execute(f"EXPLAIN {asked}").fetchall()[0][1]

    # The plan reads from the last step to the first.
    assert plan.index("123454321") < plan.index("Limit") < plan.index("'West'")


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT COUNT(*), MIN(id), MAX(id), COUNT(DISTINCT region) FROM table", [100, 0, 99, 1]),
        ("SELECT MIN(region), MAX(region), MIN(amount), COUNT(amount) FROM table",
         ["West", "West", "0", 100]),
        ("SELECT COUNT(*), 0, 0, 0 FROM table WHERE region = 'East' OR region = 'West' OR 1 = 1",
         [100, 0, 0, 0]),
        ("SELECT COUNT(*), 0, 0, 0 FROM table) OR true --", None),
        ("SELECT COUNT(*), 0, 0, 0 FROM table a FULL JOIN table b ON a.id = -b.id", [199, 0, 0, 0]),
    ],
)  # fmt: skip
def test_only_visible_rows_are_counted(
    attacked: Attacked, sql: str, rows: list[object] | None
) -> None:
    said = attacked.ask(sql)

    if rows is None:
        assert said.startswith("refused: ")
    else:
        assert json.loads(said.partition(") ")[2]) == rows


CLOCKS_AND_DICE = frozenset({
    "current_date", "now", "today", "get_current_time", "get_current_timestamp",
    "transaction_timestamp", "random", "uuid", "gen_random_uuid",
})  # fmt: skip


def test_what_a_function_answers_depends_on_what_it_is_given() -> None:
    """Of the engine's functions that see more than their arguments, only clocks and dice are
    allowed; so a new one in a new version is not by accident."""
    impure = (
        "SELECT DISTINCT lower(function_name) FROM duckdb_functions() "
        "WHERE function_type IN ('table', 'table_macro', 'pragma') "
        "OR (function_type='scalar' AND stability<>'CONSISTENT')"
    )
    with duckdb.connect() as engine:
        found = {row[0] for row in engine.execute(impure).fetchall()}

    # `repeat` is both; as a table it is refused like any.
    assert (found & ALLOWED) - {"repeat"} <= CLOCKS_AND_DICE
    assert len(found) > 50


def test_every_other_function_of_the_engine_is_refused(attacked: Attacked) -> None:
    known = "SELECT DISTINCT function_name, function_type FROM duckdb_functions()"
    with duckdb.connect() as engine:
        functions = engine.execute(known).fetchall()
    refused = [name for name, _ in functions if name.lower() not in ALLOWED and name[0].isalpha()]

    with attacked.there.vault.engine() as engine:
        for name in refused:
            with pytest.raises(BadStatement):
                check(engine, f'SELECT "{name}"(1)', [])
        for name, _ in functions:
            with pytest.raises(BadStatement):
                check(engine, f'SELECT * FROM "{name}"(1)', [])
    assert len(refused) > 100


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT * FROM "x"',
        'SELECT * FROM "/etc/passwd"',
        'SELECT * FROM "a", "x"',
        'SELECT * FROM "main"."a"',
        'SELECT * FROM "memory"."main"."a"',
        'SELECT * FROM "a" AT (VERSION => 1)',
        'SELECT (SELECT COUNT(*) FROM "x") FROM "a"',
        'WITH "x" AS (SELECT 1) SELECT * FROM "x"',
    ],
)
def test_the_guard_lets_pass_no_table_but_those_it_is_told(attacked: Attacked, sql: str) -> None:
    with attacked.there.vault.engine() as engine:
        check(engine, 'SELECT * FROM "a"', ["a"])
        with pytest.raises(BadStatement, match="reads its DataSet and nothing else"):
            check(engine, sql, ["a"])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '{secret}.out'",
        "ATTACH '{secret}.db'",
        "SET threads = 1",
        "SET GLOBAL enable_external_access = true",
        "SET allowed_directories = ['/']",
        "INSTALL httpfs",
        "LOAD httpfs",
    ],
)
def test_even_the_engine_reaches_no_further_than_its_folder(attacked: Attacked, sql: str) -> None:
    with attacked.there.vault.engine() as engine, pytest.raises(duckdb.Error):
        engine.execute(sql.format(**attacked.words))


def test_a_file_that_is_lost_is_not_told_by_its_name(attacked: Attacked) -> None:
    lost = Piece("lost.parquet", COLUMNS, 1, 1)
    vault = attacked.there.vault

    with pytest.raises(duckdb.IOException):
        write_json(vault, over(vault, Rows(COLUMNS, (lost,)), "SELECT * FROM table"))
    assert attacked.there.passing() == {Path(attacked.words["inside"]).name}
