"""What PostgreSQL has of its own: roles, tables, sessions, poolers."""

import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from domostate.errors import NoAccess, StateError
from domostate.model.state import Saved, State, first_state
from domostate.record.document_lock import LOCK
from domostate.record.holder import LEASE, Holder
from domostate.record.patience import Patience
from domostate.record.postgres import PostgresBackend, PostgresSettings
from domostate.record.store import Present, StateStore
from tests.record.backends.certificates import Authority
from tests.record.backends.cutting import Cut, wire_to
from tests.record.backends.pooler import Pool, pooling
from tests.record.backends.postgres_place import PostgresFactory
from tests.record.backends.postgres_server import (
    PASSWORD,
    Server,
    address,
    free_port,
    give_to_server,
    server,
    start,
)

ROOT = Path(__file__).parents[2]
SHORT = Patience(timedelta(seconds=4), timedelta(seconds=1), timedelta(seconds=2))


@pytest.fixture(scope="module")
def running() -> Server:
    return server()


@pytest.fixture
def factory(running: Server) -> PostgresFactory:
    """An empty database."""
    return PostgresFactory(running.port, running.database())


@pytest.fixture
def backend(factory: PostgresFactory) -> Iterator[PostgresBackend]:
    with closing(factory("prod")) as made:
        yield made


def holder(run: str = "5f1e") -> Holder:
    at = datetime.now(UTC)
    return Holder.this_process("apply", run, at).renewed(at)


def code(text: str) -> sql.SQL:
    """Statements of these tests alone."""
    return sql.SQL(text)


# Tables and rights


def test_looking_makes_no_table(running: Server, backend: PostgresBackend) -> None:
    assert backend.read("state") is None
    assert list(backend.names("runs/")) == []
    assert backend.holder() is None
    backend.remove("state")

    assert (
        running.run(_database(backend), code("SELECT FROM pg_tables WHERE schemaname='domostate'"))
        == []
    )


def test_the_table_is_made_by_many_at_once(factory: PostgresFactory) -> None:
    hands = 12
    begin = threading.Barrier(hands)

    def create(number: int) -> bool:
        with closing(factory("prod")) as backend:
            begin.wait()
            return backend.create(f"runs/{number}", b"made") is not None

    with ThreadPoolExecutor(hands) as pool:
        assert all(pool.map(create, range(hands)))


def test_people_see_the_serial_in_the_table(running: Server, backend: PostgresBackend) -> None:
    store = StateStore(backend)
    saved = Saved("2026-11-21T20:00:00+00:00", "ada@laptop", "apply")
    first = store.save(_state(1), saved, Present())
    store.save(_state(2), saved, first)

    rows = running.run(
        _database(backend),
        code(
            "SELECT project, environment, name, version, serial, changed_by, "
            "convert_from(content, 'UTF8')::json->>'lineage' "
            "FROM domostate.documents ORDER BY name"
        ),
    )

    assert rows == [
        ("acme", "prod", "history/00000001", 1, None, "owner", "l1"),
        ("acme", "prod", "state", 2, 2, "owner", "l1"),
    ]


def test_projects_and_schemas_do_not_see_each_other(factory: PostgresFactory) -> None:
    url = factory.settings.url
    settings = [
        PostgresSettings(url, "acme"),
        PostgresSettings(url, "other"),
        PostgresSettings(url, "acme", schema='Odd "schema'),
    ]
    backends = [PostgresBackend(one, "prod") for one in settings]

    for number, one in enumerate(backends):
        assert one.create("state", str(number).encode()) is not None
        assert one.take(holder()) is None

    assert [one.read("state").content for one in backends] == [b"0", b"1", b"2"]
    for one in backends:
        one.close()


def _as_role(running: Server, database: str, rights: str) -> PostgresBackend:
    """Somebody new, with these rights only."""
    user = f"role_{free_port()}"
    running.run(
        database,
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(user), PASSWORD),
        code(rights.replace("ROLE", user)) if rights else sql.SQL("SELECT"),
    )
    return PostgresBackend(PostgresSettings(running.url(database, user), "acme"), "prod")


ALL = "GRANT SELECT, INSERT, UPDATE, DELETE ON domostate.documents TO ROLE"
USAGE = "GRANT USAGE ON SCHEMA domostate TO ROLE"


def test_a_role_that_may_only_use_the_table_does(running: Server, backend: PostgresBackend) -> None:
    assert backend.create("state", b"owner") is not None
    theirs = _as_role(running, _database(backend), f"{USAGE}; {ALL}")

    there = theirs.read("state")
    assert there is not None
    assert theirs.replace("state", b"theirs", there.version) is not None
    assert theirs.create("runs/1", b"one") is not None
    assert theirs.take(holder()) is None
    theirs.remove("runs/1")
    theirs.close()


def test_a_role_that_may_only_read_reads(running: Server, backend: PostgresBackend) -> None:
    mine = holder()
    assert backend.create("state", b"owner") is not None
    assert backend.take(mine) is None
    theirs = _as_role(
        running, _database(backend), f"{USAGE}; GRANT SELECT ON domostate.documents TO ROLE"
    )

    there = theirs.read("state")
    assert there is not None
    assert theirs.holder() == mine
    assert theirs.dead(mine) is False
    with pytest.raises(NoAccess) as raised:
        theirs.replace("state", b"theirs", there.version)
    assert "lacks rights on domostate.documents" in raised.value.message
    assert "GRANT INSERT, UPDATE, DELETE ON" in raised.value.hint
    theirs.close()


def test_missing_grants_are_told_word_for_word(running: Server, backend: PostgresBackend) -> None:
    assert backend.create("state", b"owner") is not None
    database = _database(backend)
    theirs = _as_role(running, database, "")

    with pytest.raises(NoAccess) as raised:
        theirs.read("state")
    statements = [line.strip() for line in raised.value.hint.splitlines()[1:]]
    assert len(statements) == 2
    running.run(database, *(code(one) for one in statements))

    assert theirs.read("state") == backend.read("state")
    theirs.close()


def test_a_role_that_may_make_no_schema_is_told_what_an_owner_runs(
    running: Server, backend: PostgresBackend
) -> None:
    database = _database(backend)
    theirs = _as_role(running, database, "")

    with pytest.raises(NoAccess) as raised:
        theirs.create("state", b"first")
    assert "there is no table domostate.documents" in raised.value.message
    running.run(database, code(raised.value.hint.splitlines()[1]))

    assert theirs.create("state", b"first") is not None
    theirs.close()


def test_a_schema_without_a_table_needs_the_right_to_make_one(
    running: Server, backend: PostgresBackend
) -> None:
    database = _database(backend)
    running.run(database, code("CREATE SCHEMA domostate"))
    theirs = _as_role(running, database, USAGE)

    with pytest.raises(NoAccess) as raised:
        theirs.create("state", b"first")
    running.run(database, code(raised.value.hint.splitlines()[1]))

    assert theirs.create("state", b"first") is not None
    theirs.close()


def test_a_table_of_somebody_else_is_left_alone(running: Server, backend: PostgresBackend) -> None:
    database = _database(backend)
    running.run(
        database,
        code("CREATE SCHEMA domostate; CREATE TABLE domostate.documents (id int, content text)"),
    )

    with pytest.raises(StateError, match="is not domostate's") as raised:
        backend.create("state", b"first")

    assert "state.schema" in raised.value.hint
    with pytest.raises(StateError, match="is not domostate's"):
        backend.read("state")


def test_a_replica_is_refused_with_its_reason(running: Server, backend: PostgresBackend) -> None:
    database = _database(backend)
    assert backend.create("state", b"first") is not None
    running.run(
        database,
        sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(
            sql.Identifier(database)
        ),
    )

    with closing(PostgresFactory(running.port, database)("prod")) as later:
        assert later.read("state") is not None
        with pytest.raises(StateError, match="read-only transaction") as raised:
            later.create("runs/1", b"one")

    assert "primary" in raised.value.hint


def test_the_database_may_have_odd_habits(running: Server, factory: PostgresFactory) -> None:
    for habit in (
        "default_transaction_isolation = serializable",
        "synchronous_commit = off",
        "idle_session_timeout = '300ms'",
        "statement_timeout = '200ms'",
        "search_path = ''",
        "bytea_output = escape",
        "timezone = 'Asia/Kathmandu'",
    ):
        running.run(
            "postgres",
            sql.SQL("ALTER DATABASE {} SET {}").format(
                sql.Identifier(factory.database), sql.SQL(habit)
            ),
        )
    mine = holder()

    with closing(factory("prod")) as backend, closing(factory("prod")) as other:
        assert backend.take(mine) is None
        made = backend.create("state", b"\x00one")
        assert made is not None
        time.sleep(0.6)

        assert other.dead(mine) is False
        assert other.read("state") == made
        assert backend.replace("state", b"two", made.version) is not None
        assert abs(backend.now() - datetime.now(UTC)) < timedelta(seconds=10)
        backend._session.ask(code("SELECT pg_sleep(0.3)"))
        setting = backend._session.ask(code("SHOW synchronous_commit"))
        assert setting == [("on",)]


# Sessions


HOLD = """
import sys, time
from datetime import UTC, datetime
from domostate.record.holder import Holder
from tests.record.backends.postgres_place import PostgresFactory

at = datetime.now(UTC)
mine = Holder.this_process("apply", "killed", at).renewed(at)
backend = PostgresFactory(int(sys.argv[1]), sys.argv[2])("prod")
assert backend.take(mine) is None
print("taken", flush=True)
time.sleep(600)
"""


@pytest.fixture
def holding(factory: PostgresFactory) -> Iterator[subprocess.Popen[str]]:
    """A process that has the lock and does nothing else."""
    command = [sys.executable, "-c", HOLD, str(factory.port), factory.database]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        yield process
        process.kill()


def test_nobody_waits_for_a_run_that_was_killed(
    holding: subprocess.Popen[str], backend: PostgresBackend
) -> None:
    theirs = backend.holder()
    assert theirs is not None
    assert backend.dead(theirs) is False
    assert backend.take(holder()) == theirs

    holding.kill()
    holding.wait()
    _until(lambda: backend.dead(theirs) is True)

    assert backend.take(holder(), instead_of=theirs) is None


def test_a_process_that_was_stopped_is_alive_until_its_heartbeat_is_old(
    running: Server, holding: subprocess.Popen[str], backend: PostgresBackend
) -> None:
    theirs = backend.holder()
    assert theirs is not None
    holding.send_signal(signal.SIGSTOP)
    assert backend.dead(theirs) is False

    _age(running, _database(backend), LEASE + timedelta(seconds=1))

    assert backend.dead(theirs) is None


def test_a_run_whose_session_was_lost_comes_alive_with_its_next_heartbeat(
    running: Server, factory: PostgresFactory
) -> None:
    mine = holder()
    with closing(factory("prod")) as backend, closing(factory("prod")) as other:
        assert backend.take(mine) is None
        running.run(
            factory.database,
            code(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ),
        )
        assert other.dead(mine) is True

        assert backend.renew(mine.renewed(datetime.now(UTC)))

        assert other.dead(mine) is False
        backend.release(mine)
        assert other.holder() is None


def test_the_next_run_of_one_connection_is_alive_too(
    backend: PostgresBackend, factory: PostgresFactory
) -> None:
    first, second = holder("first"), holder("second")
    with closing(factory("prod")) as other:
        assert backend.take(first) is None
        assert other.evict(first)

        assert backend.take(second) is None

        assert other.dead(second) is False


def test_a_version_of_another_place_is_not_what_is_there(backend: PostgresBackend) -> None:
    assert backend.create("state", b"one") is not None

    for version in ("", "1", "1-", "no-such", "9" * 30 + "-" + "0" * 32):
        assert backend.replace("state", b"two", version) is None


def test_nobody_is_called_dead_for_a_lock_that_cannot_be_read(
    running: Server, backend: PostgresBackend
) -> None:
    assert backend.create(LOCK, b'{"of":"the future"}') is not None
    present = backend.holder()
    assert present is not None

    assert backend.dead(present) is None


def test_a_server_that_starts_again_is_found_again() -> None:
    own = server.__wrapped__()
    factory = PostgresFactory(own.port, own.database())
    mine = holder()
    with closing(factory("prod")) as backend:
        assert backend.take(mine) is None
        made = backend.create("state", b"one")
        assert made is not None

        own.pg_ctl("-m", "immediate", "-w", "stop")
        start(own)

        assert backend.read("state") == made
        assert backend.renew(mine.renewed(datetime.now(UTC)))
        assert backend.dead(mine) is False
        assert backend.replace("state", b"two", made.version) is not None


def test_tls_is_libpqs(tmp_path: Path) -> None:
    own = server.__wrapped__()
    authority, stranger = (Authority(tmp_path / name) for name in ("ours", "theirs"))
    certificate = own.folder / "server.pem"
    certificate.write_bytes(Path(authority.issued("server")).read_bytes())
    certificate.chmod(0o600)
    give_to_server(certificate)
    for setting, value in (("cert_file", str(certificate)), ("key_file", str(certificate))):
        own.run("postgres", sql.SQL("ALTER SYSTEM SET ssl_{} = {}").format(code(setting), value))
    own.run("postgres", code("ALTER SYSTEM SET ssl = on"), code("SELECT pg_reload_conf()"))
    url = f"{own.url(own.database())}?sslmode=verify-full&sslrootcert="

    _until(lambda: own.run("postgres", code("SHOW ssl")) == [("on",)])
    with closing(
        PostgresBackend(PostgresSettings(url + authority.certificate, "acme"), "prod")
    ) as backend:
        assert backend.create("state", b"one") is not None
        told = backend._session.ask(
            code("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        )
        assert told == [(True,)]
    with pytest.raises(StateError, match=r"cannot connect: .*SSL error") as raised:
        PostgresBackend(PostgresSettings(url + stranger.certificate, "acme"), "prod", SHORT).now()

    assert "sslmode" in raised.value.hint


@pytest.mark.parametrize("when", Cut, ids=lambda one: one.name.lower())
def test_a_write_that_others_have_overtaken_is_known_by_its_mark(
    factory: PostgresFactory, backend: PostgresBackend, when: Cut
) -> None:
    """Its answer is lost, and before it can look, two others have written."""
    first = backend.create("state", b"first")
    assert first is not None
    with wire_to(factory.port) as wire, closing(factory.through(wire.port)("prod")) as wired:
        assert wired.read("state") == first
        wire.cut(b"mine", when)
        look = wired._look

        def late(*arguments: object) -> object:
            present = backend.read("state")
            for content in (b"second", b"third"):
                assert present is not None
                present = backend.replace("state", content, present.version)
            wired._look = look  # type: ignore[method-assign]
            return look(*arguments)  # type: ignore[arg-type]

        wired._look = late  # type: ignore[assignment, method-assign]
        said = wired.replace("state", b"mine", first.version)

    assert wire.cuts == 1
    if when is Cut.AFTER:
        assert said is not None
        assert said.content == b"mine"
        assert said.version.startswith("2-")
    else:
        assert said is None
    there = backend.read("state")
    assert there is not None
    assert there.content == b"third"


def test_a_server_that_is_stopped_is_not_waited_for_long(factory: PostgresFactory) -> None:
    with closing(PostgresBackend(factory.settings, "prod", SHORT)) as backend:
        assert backend.create("state", b"one") is not None
        worker = int(backend._session.ask(code("SELECT pg_backend_pid()"))[0][0])
        os.kill(worker, signal.SIGSTOP)
        begun = time.monotonic()
        try:
            # The watch cuts the connection, and the next one finds another of the server's
            # processes at work.
            assert backend.read("state") is not None
        finally:
            os.kill(worker, signal.SIGCONT)

    assert time.monotonic() - begun < 10


def test_a_row_that_somebody_has_locked_is_not_waited_for_long(
    running: Server, factory: PostgresFactory
) -> None:
    with closing(PostgresBackend(factory.settings, "prod", SHORT)) as backend:
        made = backend.create("state", b"one")
        assert made is not None
        with psycopg.connect(running.url(factory.database)) as theirs:
            theirs.execute("SELECT FROM domostate.documents FOR UPDATE")
            with pytest.raises(StateError, match="did not get done in time") as raised:
                backend.replace("state", b"two", made.version)

    assert "pg_stat_activity" in raised.value.hint


# Poolers


SHARING = [
    Pool("transaction", size=1),
    Pool("transaction", size=2),
    Pool("transaction", size=5),
    Pool("transaction", size=2, goes_round=True),
    Pool("transaction", size=5, goes_round=True),
    Pool("statement", size=1),
    Pool("statement", size=3, goes_round=True),
]


def _named(pool: Pool) -> str:
    return f"{pool.mode}-{pool.size}{'-round' if pool.goes_round else ''}"


@pytest.mark.parametrize("pool", SHARING, ids=_named)
def test_a_pooler_that_shares_connections_is_refused(
    running: Server, factory: PostgresFactory, pool: Pool
) -> None:
    with (
        pooling(running, pool) as port,
        closing(factory.through(port)("prod")) as backend,
        pytest.raises(StateError, match="hands a connection to somebody else") as raised,
    ):
        backend.read("state")

    assert "pool_mode session" in raised.value.hint


@pytest.mark.parametrize("pool", SHARING[:5], ids=_named)
def test_a_pooler_that_shares_connections_is_refused_while_others_use_it(
    running: Server, factory: PostgresFactory, pool: Pool
) -> None:
    over = threading.Event()

    def use(port: int) -> None:
        with psycopg.connect(running.url(factory.database, port=port), autocommit=True) as theirs:
            theirs.prepare_threshold = None
            while not over.is_set():
                theirs.execute("SELECT 1")

    with pooling(running, pool) as port, ThreadPoolExecutor(3) as threads:
        users = [threads.submit(use, port) for _ in range(3)]
        try:
            for _ in range(5):
                with (
                    closing(factory.through(port)("prod")) as backend,
                    pytest.raises(StateError, match="hands a connection to somebody else"),
                ):
                    backend.read("state")
        finally:
            over.set()
    assert all(one.exception() is None for one in users)


def test_a_pooler_that_keeps_a_session_serves(running: Server, factory: PostgresFactory) -> None:
    mine = holder()
    with (
        pooling(running, Pool("session", size=4)) as port,
        closing(factory.through(port)("prod")) as backend,
        closing(factory("prod")) as direct,
    ):
        assert backend.create("state", b"one") is not None
        assert backend.take(mine) is None
        assert direct.dead(mine) is False
        assert backend.renew(mine.renewed(datetime.now(UTC)))
        backend.release(mine)
        assert direct.holder() is None


def test_a_pooler_that_hides_itself_is_refused_when_the_lock_is_taken(
    running: Server, factory: PostgresFactory
) -> None:
    """One that passes on the number of the server's process, so that it looks like the server."""
    with (
        pooling(running, Pool("transaction", size=1)) as port,
        closing(factory.through(port)("prod")) as backend,
    ):
        for session in (backend._session, backend._alive):
            session._check_own = lambda _: None  # type: ignore[method-assign]
        with pytest.raises(StateError, match="hands a connection to somebody else"):
            backend.take(holder())


# What people are told


def _everything(error: BaseException) -> str:
    told = "".join(traceback.format_exception(error))
    return f"{told} {error!r} {getattr(error, 'hint', '')}"


def test_no_password_is_in_a_message_or_a_traceback(factory: PostgresFactory) -> None:
    secret = "canary @/:?#[]% end"
    escaped = quote(secret, safe="")
    urls = [
        f"postgresql://owner:{escaped}@127.0.0.1:{factory.port}/{factory.database}",
        f"postgresql://owner:{escaped}@127.0.0.1:{free_port()}/{factory.database}",
        f"postgresql://owner:{escaped}@no.such.host.test/{factory.database}",
        f"postgresql://owner:{secret}@127.0.0.1:{factory.port}/{factory.database}",
        f"postgresql://owner@127.0.0.1/x?password={escaped}&no_such_option=1",
        f"host=127.0.0.1 port={factory.port} user=owner password='{secret}' sslmode=require",
        f"host=127.0.0.1 password='{secret}",
    ]

    for url in urls:
        settings = PostgresSettings(url, "acme")
        with pytest.raises(StateError) as raised:
            PostgresBackend(settings, "prod", SHORT).read("state")
        told = _everything(raised.value) + repr(settings)
        assert raised.value.hint
        for canary in (secret, escaped, "canary"):
            assert canary not in told


def test_a_wrong_password_is_no_access_and_is_not_tried_again(factory: PostgresFactory) -> None:
    url = address(factory.port, factory.database).replace(quote(PASSWORD, safe=""), "wrong")
    backend = PostgresBackend(PostgresSettings(url, "acme"), "prod")
    begun = time.monotonic()

    with pytest.raises(NoAccess, match="does not let us in"):
        backend.read("state")

    assert time.monotonic() - begun < 3


def test_the_place_names_server_database_and_row(factory: PostgresFactory) -> None:
    place = factory("prod").place("state")

    assert place == (
        f"postgresql://127.0.0.1:{factory.port}/{factory.database} "
        "domostate.documents acme/prod/state"
    )


def test_what_an_address_leaves_out_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, factory: PostgresFactory
) -> None:
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", str(factory.port))
    monkeypatch.setenv("PGUSER", "owner")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    monkeypatch.setenv("PGDATABASE", factory.database)

    with closing(PostgresBackend(PostgresSettings("", "acme"), "prod")) as backend:
        assert backend.create("state", b"one") is not None
        assert f"127.0.0.1:{factory.port}/{factory.database}" in backend.place("state")


def _state(serial: int) -> State:
    return replace(first_state("acme", "prod", "acme-prod", "l1"), serial=serial)


def _database(backend: PostgresBackend) -> str:
    return str(backend._session._options["dbname"])


def _age(running: Server, database: str, by: timedelta) -> None:
    """As if the last heartbeat were so much older."""
    running.run(
        database,
        sql.SQL("UPDATE domostate.documents SET changed = changed - {} WHERE name = 'lock'").format(
            by
        ),
    )


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
