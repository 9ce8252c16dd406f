"""Functions: which ones a statement may use, and MySQL's that the engine lacks or means otherwise.

What is not listed is refused: the engine has functions that show settings, files, other people's
statements and what hidden rows are like, and some that bring it down.
"""

MACROS = (
    # Domo's SQL counts as MySQL does: Sunday is day 1 of the week and begins it, Monday is weekday
    # 0. The engine counts otherwise.
    "dayofweek(d) AS date_part('dow', CAST(d AS TIMESTAMP)) + 1",
    "weekday(d) AS date_part('isodow', CAST(d AS TIMESTAMP)) - 1",
    """week(d) AS CAST(strftime(CAST(d AS TIMESTAMP), '%U') AS BIGINT), (d, mode) AS
    CASE WHEN mode = 0 THEN CAST(strftime(CAST(d AS TIMESTAMP), '%U') AS BIGINT)
    WHEN mode IN (1, 3) THEN date_part('week', CAST(d AS TIMESTAMP)) END""",
    """yearweek(d) AS CAST(strftime(CAST(d AS TIMESTAMP)
    - to_days(CAST(date_part('dow', CAST(d AS TIMESTAMP)) AS INTEGER)), '%Y%U') AS BIGINT)""",
    "sysdate() AS CAST(now() AS TIMESTAMP)",
    """unix_timestamp() AS CAST(epoch(now()) AS BIGINT),
    (d) AS CAST(epoch(CAST(d AS TIMESTAMP)) AS BIGINT)""",
    "from_days(n) AS DATE '0000-01-01' + CAST(n AS INTEGER)",
    "makedate(y, n) AS make_date(y, 1, 1) + CAST(n - 1 AS INTEGER)",
    "time_to_sec(t) AS CAST(epoch(CAST(t AS TIME)) AS BIGINT)",
    "sec_to_time(s) AS CAST(TIME '00:00:00' + to_seconds(s) AS VARCHAR)",
    "months_of(p) AS (p // 100) * 12 + p % 100 - 1",
    "period_diff(a, b) AS months_of(a) - months_of(b)",
    """period_add(p, n) AS
    (months_of(p) + n) // 12 * 100 + (months_of(p) + n) % 12 + 1""",
    "mid(s, a, n) AS substring(CAST(s AS VARCHAR), a, n)",
    "strcmp(a, b) AS CASE WHEN a < b THEN -1 WHEN a > b THEN 1 WHEN a = b THEN 0 END",
    """find_in_set(s, l) AS CASE WHEN s IS NOT NULL AND l IS NOT NULL
    THEN coalesce(list_position(string_split(l, ','), s), 0) END""",
    """substring_index(s, mark, n) AS
    CASE WHEN n > 0 THEN array_to_string(string_split(s, mark)[1:n], mark)
    WHEN n < 0 THEN array_to_string(string_split(s, mark)[n:], mark) ELSE left(s, 0) END""",
    # MySQL answers NULL for what exceeds a packet; here it would take all the memory. The engine
    # works out the branches of a CASE whether they are taken or not, hence `padded`.
    "padded(n) AS CASE WHEN n BETWEEN 0 AND 4000000 THEN CAST(n AS INTEGER) END",
    """repeat(s, n) AS system.main.repeat(CAST(s AS VARCHAR), CASE WHEN
    padded(length(CAST(s AS VARCHAR)) * CAST(greatest(n, 0) AS HUGEINT)) IS NOT NULL
    THEN greatest(n, 0) END)""",
    "lpad(s, n, fill) AS system.main.lpad(CAST(s AS VARCHAR), padded(n), CAST(fill AS VARCHAR))",
    "rpad(s, n, fill) AS system.main.rpad(CAST(s AS VARCHAR), padded(n), CAST(fill AS VARCHAR))",
)
"""What the engine learns at its start, each behind `CREATE MACRO`."""

_OPERATORS = """
!= !~~ !~~* % & && * ** + - ->> -> / // < << <= = > >= >> ^ ^@ | || ~ ~~ ~~* ~~~ ! <=> @>
__between not_like_escape like_escape ilike_escape not_ilike_escape is_null coalesce
"""

_TEXTS = """
ascii bit_length char_length character_length chr concat concat_ws contains damerau_levenshtein
ends_with find_in_set format greatest hex initcap instr lcase least left length levenshtein locate
lower lpad ltrim md5 mid octet_length ord position prefix printf regexp_extract regexp_full_match
regexp_matches regexp_replace repeat replace reverse right rpad rtrim sha1 sha256 split_part
starts_with strcmp string_split strip_accents strlen strpos substr substring substring_index suffix
translate trim ucase unhex unicode upper uuid gen_random_uuid array_to_string list_position
list_value list_contains array_slice array_extract list_extract array_length len to_base64
from_base64 encode decode base64 overlay url_encode url_decode bin
"""

_NUMBERS = """
abs acos add asin atan atan2 cbrt ceil ceiling cos cot degrees divide even exp factorial floor gcd
isfinite isinf isnan lcm ln log log10 log2 mod multiply pi pow power radians random round
round_even sign sin sqrt subtract tan trunc xor decimal_division bit_count
"""

_TIMES = """
age century current_date current_localtime current_localtimestamp date_diff date_part date_sub
date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear decade
epoch epoch_ms from_days get_current_time get_current_timestamp hour isodow isoyear julian last_day
make_date make_time make_timestamp makedate microsecond millisecond minute month monthname now
period_add period_diff quarter sec_to_time second strftime strptime sysdate time_bucket time_to_sec
timezone to_days to_hours to_microseconds to_milliseconds to_minutes to_months to_quarters
to_seconds to_timestamp to_weeks to_years today transaction_timestamp try_strptime unix_timestamp
week weekday weekofyear year yearweek date_add
"""

_CHOICES = "case constant_or_null if ifnull nullif row typeof"

_JSON = "json_extract json_extract_string json_array_length json_valid json_value json_type json"

_AGGREGATES = """
any_value approx_count_distinct approx_quantile arg_max arg_min avg bit_and bit_or bit_xor bool_and
bool_or corr count count_star covar_pop covar_samp first group_concat kurtosis last list listagg
mad max max_by mean median min min_by mode product quantile quantile_cont quantile_disc skewness
stddev stddev_pop stddev_samp string_agg sum sum_no_overflow var_pop var_samp variance
"""

_WINDOWS = """
cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
"""

ALLOWED = frozenset(
    f"{_OPERATORS} {_TEXTS} {_NUMBERS} {_TIMES} {_CHOICES} {_JSON} {_AGGREGATES} {_WINDOWS}".split()
)
"""The functions and operators of the engine that a statement may use, by their names there."""
