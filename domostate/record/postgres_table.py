"""The table of the documents: how it is made, and what a role must be allowed to do with it."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from psycopg import sql

from domostate.errors import NoAccess, StateError
from domostate.record.postgres_session import Lost, Session

__all__ = ["TABLE", "advisory_key", "make_table", "missing_rights"]

TABLE: Final = "documents"

_COLUMNS: Final = frozenset(
    {"project", "environment", "name", "version", "serial", "content", "writes", "changed"}
)
"""The columns that are read or written. A table that has them may have more."""

_CREATE_TABLE: Final = """
CREATE TABLE IF NOT EXISTS {table} (
    project     text NOT NULL,
    environment text NOT NULL,
    name        text NOT NULL,
    version     bigint NOT NULL,
    serial      bigint,
    content     bytea NOT NULL,
    writes      uuid[] NOT NULL,
    changed     timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by  text NOT NULL DEFAULT session_user,
    PRIMARY KEY (project, environment, name)
);
COMMENT ON TABLE {table} IS 'domostate, format 1: see convert_from(content, ''UTF8'')';
COMMENT ON COLUMN {table}.serial IS 'of the state; empty for other documents';
COMMENT ON COLUMN {table}.writes IS 'the last writes, newest first';
"""

_RIGHTS: Final = sql.SQL("""
    SELECT has_schema_privilege(n.oid, 'USAGE'),
           has_table_privilege(c.oid, 'SELECT'),
           has_table_privilege(c.oid, 'INSERT'),
           has_table_privilege(c.oid, 'UPDATE'),
           has_table_privilege(c.oid, 'DELETE'),
           ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %(schema)s AND c.relname = %(table)s
""")

_SCHEMA: Final = sql.SQL("""
    SELECT current_user, current_database(),
           has_database_privilege(current_database(), 'CREATE'),
           (SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = %(schema)s)
""")
"""The last is NULL where there is no such schema."""


def advisory_key(*parts: str) -> int:
    """The number of an advisory lock: 64 bits with a sign, from all that it stands for."""
    told = "\0".join(("domostate", "1", *parts)).encode()
    return int.from_bytes(sha256(told).digest()[:8], "big", signed=True)


def make_table(session: Session, schema: str) -> None:
    """Make schema and table where they are missing; several processes may do so at once.

    Raises NoAccess, with what an owner of the database has to run, when the role may not.
    """
    user, database, may_make, may_fill = session.ask(_SCHEMA, {"schema": schema})[0]
    if may_fill is False or (may_fill is None and not may_make):
        owned = sql.SQL("CREATE SCHEMA {} AUTHORIZATION {};")
        given = sql.SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {};")
        wanted = owned if may_fill is None else given
        raise NoAccess(
            f"{session.place}: there is no table {schema}.{TABLE} in {database}, and {user} may "
            "not make it",
            hint="Have an owner of the database run:\n  "
            + wanted.format(sql.Identifier(schema), sql.Identifier(user)).as_string(),
        )
    made = sql.SQL("SELECT pg_advisory_xact_lock({});").format(advisory_key("table", schema))
    if may_fill is None:
        made += sql.SQL("CREATE SCHEMA IF NOT EXISTS {};").format(sql.Identifier(schema))
    made += sql.SQL(_CREATE_TABLE).format(table=sql.Identifier(schema, TABLE))
    try:
        # Without parameters, all of it is one transaction.
        session.once(made)
    except Lost:
        # Whether it is there is seen by the next statement.
        session.close()


def missing_rights(session: Session, schema: str) -> StateError:
    """Why a statement on the table was refused: the rights that `session` lacks."""
    user = session.ask(_SCHEMA, {"schema": schema})[0][0]
    found = session.ask(_RIGHTS, {"schema": schema, "table": TABLE})
    if not found:
        return StateError(f"{session.place}: there is no table {schema}.{TABLE}")
    usage, *table, columns = found[0]
    lost = _COLUMNS - set(columns)
    if lost:
        return StateError(
            f"{session.place}: the table {schema}.{TABLE} is not domostate's: it has no column "
            f"{', '.join(sorted(lost))}",
            hint="Name another schema in state.schema.",
        )
    return _refused(session, schema, user, _grants(schema, user, usage, table))


def _refused(session: Session, schema: str, user: str, grants: Sequence[str]) -> NoAccess:
    return NoAccess(
        f"{session.place}: {user} lacks rights on {schema}.{TABLE}",
        hint="Have its owner run:\n" + "\n".join(f"  {one}" for one in grants)
        if grants
        else "Row security, or a right on one of its columns, may stand in the way.",
    )


def _grants(schema: str, user: str, usage: bool, table: Sequence[bool]) -> Sequence[str]:
    role = sql.Identifier(user)
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE")
    lacking = [right for right, given in zip(rights, table, strict=True) if not given]
    found = []
    if not usage:
        found.append(
            sql.SQL("GRANT USAGE ON SCHEMA {} TO {};").format(sql.Identifier(schema), role)
        )
    if lacking:
        found.append(
            sql.SQL("GRANT {} ON {} TO {};").format(
                sql.SQL(", ".join(lacking)), sql.Identifier(schema, TABLE), role
            )
        )
    return [one.as_string() for one in found]
