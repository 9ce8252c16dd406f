"""Random statements: grown by a grammar, or cut out of such and put together anew."""

from random import Random

COLUMNS = (
    *("id", "region", "amount", "at", "`the day`") * 4, "table.id", "a.region", "b.id", "nothing",
)  # fmt: skip
LITERALS = (
    "0", "1", "-1", "1.5", "1e400", "9223372036854775807", "99999999999999999999999", "NULL",
    "TRUE", "'West'", "''", "'%'", "'\\\\'", "'2024-01-02'", "'x' 'y'", '"West"', "0x41", "b'1'",
    "DATE '2024-02-30'", "INTERVAL 1 DAY", "INTERVAL '1' MONTH", "CURRENT_DATE", "N'x'", "_utf8'x'",
)  # fmt: skip
FUNCTIONS = (
    "COUNT", "SUM", "AVG", "MIN", "MAX", "GROUP_CONCAT", "ANY_VALUE", "STDDEV", "CONCAT", "LENGTH",
    "UPPER", "SUBSTRING", "LEFT", "LPAD", "REPEAT", "REPLACE", "TRIM", "LOCATE", "FIELD", "ELT",
    "SUBSTRING_INDEX", "FIND_IN_SET", "ROUND", "FLOOR", "MOD", "POWER", "LOG", "EXP", "SQRT", "ABS",
    "GREATEST", "COALESCE", "IFNULL", "IF", "NULLIF", "DATE", "TIME", "YEAR", "WEEK", "YEARWEEK",
    "DATEDIFF", "DATE_FORMAT", "STR_TO_DATE", "FROM_UNIXTIME", "UNIX_TIMESTAMP", "MAKEDATE",
    "PERIOD_ADD", "LAST_DAY", "TIMESTAMPDIFF", "NOW", "CHAR", "HEX", "UNHEX", "FORMAT", "CONV",
    "JSON_EXTRACT", "RAND", "UUID", "MD5", "SLEEP", "current_setting", "read_text", "stats",
    "error", "list_value", "range", "unnest", "json_array", "printf", "regexp_replace", "strftime",
)  # fmt: skip
CALLS = (
    "UPPER({})", "CONCAT({}, {})", "LENGTH({})", "IFNULL({}, {})", "IF({}, {}, {})", "ABS(id + {})",
    "ROUND({}, 1)", "COALESCE({}, {})", "LEFT({}, 2)", "DATE_FORMAT(at, '%Y')", "YEAR(at)",
    "REPLACE({}, {}, 'x')", "LPAD({}, 3, '0')", "FIELD({}, {}, {})", "NULLIF({}, {})", "NOW()",
    "DATE_ADD(at, INTERVAL 1 DAY)", "DATEDIFF(at, `the day`)", "TRIM({})", "REPEAT({}, id)",
)  # fmt: skip
OPERATORS = (
    *("+", "-", "*", "/", "=", "<>", "<", ">=", "<=>", "AND", "OR", "LIKE") * 5,
    "%", "DIV", "MOD", "XOR", "&&", "||", "&", "|", "^", "<<", "NOT LIKE", "REGEXP", "RLIKE",
    "IS", "IS NOT", "IN", "->", "->>", "::", "COLLATE", ":=",
)  # fmt: skip
TYPES = (
    "SIGNED", "UNSIGNED", "CHAR", "CHAR(2)", "DECIMAL", "DECIMAL(60, 2)", "DECIMAL(5, 3)", "DATE",
    "DATETIME", "TIME", "DOUBLE", "JSON", "BINARY", "YEAR", "INT[]", "nonsense", "TABLE",
)  # fmt: skip
TABLES = ("table", "`table`", "x", "domo.table", "'a.csv'", "`/etc/passwd`", "c", "(VALUES (1))")
SCRAPS = (
    "(", ")", ",", ";", "'", '"', "`", "--", "/*", "*/", "#", "\\", "\0", "\n", ".", "*", "@", "?",
    "@@x", ":x", "SELECT", "FROM", "WITH", "UNION", "WHERE", "NOT", "AS", "CASE", "END", "OVER",
    "USING", "WINDOW", "LATERAL", "PIVOT", "VALUES", "SHOW", "DESCRIBE", "😀", "é", "\u2028",
)  # fmt: skip


def expression(random: Random, depth: int) -> str:
    """An expression of some depth."""
    if depth <= 0:
        return random.choice((random.choice(COLUMNS), random.choice(LITERALS)))

    def inner() -> str:
        return expression(random, depth - random.randint(1, 3))

    some = ", ".join(inner() for _ in range(random.choice((0, 1, 1, 2, 2, 3))))
    match random.randrange(11):
        case 3 | 4:
            call = random.choice(CALLS)
            return call.format(*(inner() for _ in range(call.count("{}"))))
        case 5:
            return f"{random.choice(FUNCTIONS)}({random.choice(('', '', 'DISTINCT '))}{some})"
        case 6:
            return f"CAST({inner()} AS {random.choice(TYPES)})"
        case 7:
            return f"CASE WHEN {inner()} THEN {inner()} ELSE {inner()} END"
        case 8:
            return f"{inner()} {random.choice(('IN', 'NOT IN'))} ({some or 'NULL'})"
        case 9:
            return f"{random.choice(('', 'EXISTS ', 'NOT '))}({query(random, depth - 2)})"
        case 10:
            order = f"ORDER BY {inner()}" if random.random() < 0.7 else ""
            return f"{random.choice(FUNCTIONS)}({some}) OVER (PARTITION BY {inner()} {order})"
    return f"{inner()} {random.choice(OPERATORS)} {inner()}"


def source(random: Random, depth: int) -> str:
    """What stands behind FROM."""
    alias = random.choice((" a", " a", " AS a", "", " c"))
    if depth > 0 and random.random() < 0.3:
        return f"({query(random, depth - 2)}){alias or ' d'}"
    table = f"{random.choice(TABLES)}{alias}"
    if random.random() < 0.3:
        kind = random.choice(
            (",", "JOIN", "LEFT JOIN", "CROSS JOIN", "NATURAL JOIN", "STRAIGHT_JOIN")
        )
        on = f" ON {expression(random, depth - 1)}" if "JOIN" in kind else ""
        table += f" {kind} {random.choice(TABLES)} b{on}"
    return table


def query(random: Random, depth: int) -> str:
    """A SELECT, perhaps with everything that one may have."""
    shown = [
        random.choice(
            ("*", "a.*", "id", f"{expression(random, depth)}{random.choice(('', ' AS k'))}")
        )
        for _ in range(random.choice((1, 1, 2, 3)))
    ]
    sql = f"SELECT {random.choice(('', '', 'DISTINCT '))}{', '.join(shown)}"
    if random.random() < 0.9:
        sql += f" FROM {source(random, depth)}"
    for word in ("WHERE", "GROUP BY", "HAVING", "ORDER BY"):
        if random.random() < 0.25:
            sql += f" {word} {expression(random, depth - 1)}"
    if random.random() < 0.2:
        sql += f" LIMIT {random.choice(('1', '0', '2, 1', '-1', '1 OFFSET 1', 'NULL', '1e3'))}"
    if random.random() < 0.1 and depth > 0:
        sql += f" {random.choice(('UNION', 'UNION ALL', 'EXCEPT'))} {query(random, depth - 2)}"
    if random.random() < 0.15 and depth > 0:
        kind, name = random.choice(("", "RECURSIVE ")), random.choice(("x", "c", "`table`"))
        sql = f"WITH {kind}{name} AS ({query(random, depth - 2)}) {sql}"
    return sql


def statement(seed: int) -> str:
    """One; some are broken on purpose."""
    random = Random(seed)
    sql = query(random, random.choice((0, 0, 1, 1, 2, 3, 5)))
    for _ in range(random.choice((0, 0, 0, 1, 3))):
        start, end = sorted(random.choices(range(len(sql) + 1), k=2))
        sql = random.choice((
            sql[:start] + random.choice(SCRAPS) + sql[start:],
            sql[:start] + sql[min(end, start + 9) :],
            sql[:end] + sql[start:],
        ))  # fmt: skip
    return sql[:5000]
