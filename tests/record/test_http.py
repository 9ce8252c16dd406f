"""What the HTTP backend has of its own: addresses, wrappings, locks that servers check."""

import json
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from domostate.errors import Locked, NoAccess, StateError
from domostate.model.state import Saved, State, first_state
from domostate.record.documents import Document
from domostate.record.holder import Holder
from domostate.record.http import HttpBackend, HttpSettings
from domostate.record.http_address import Addresses
from domostate.record.http_wire import Wire
from domostate.record.patience import Patience
from domostate.record.store import Present, StateStore
from tests.record.backends.certificates import Authority
from tests.record.backends.cutting import silent
from tests.record.backends.http_place import HttpFactory, serving
from tests.record.backends.state_server import BROKEN, DEVELOPER, KINDS, PASSWORD, Rule

SHORT = timedelta(milliseconds=600)


@pytest.fixture(scope="module", params=KINDS)
def any_kind(request: pytest.FixtureRequest) -> Iterator[HttpFactory]:
    with serving(kind=request.param) as made:
        yield made


@pytest.fixture(scope="module")
def gitlab_server() -> Iterator[HttpFactory]:
    with serving(kind="gitlab") as made:
        yield made


@pytest.fixture
def gitlab(gitlab_server: HttpFactory) -> HttpFactory:
    gitlab_server.faults()
    gitlab_server.requests()
    return gitlab_server


_number = iter(range(10_000))


def fresh() -> str:
    """The name of an environment that nobody has used."""
    return f"e{next(_number)}"


def holder(run: str = "5f1e", age: timedelta = timedelta(0)) -> Holder:
    at = datetime.now(UTC) - age
    return Holder.this_process("apply", run, at).renewed(at)


def raw(factory: HttpFactory, environment: str, name: str = "") -> bytes:
    """What the server has, byte for byte."""
    path = factory.settings.address.replace("{environment}", environment)
    if path == factory.settings.address:
        path += f"-{environment}"
    answer = requests.get(path + name, auth=("ada", PASSWORD), timeout=10)
    return answer.content if answer.ok else b""


# Addresses


GITLAB = "https://gitlab.test/api/v4/projects/7/terraform/state/acme-{environment}"


def test_gitlab_is_known_by_its_address() -> None:
    where = Addresses(HttpSettings(GITLAB), "prod")

    base = "https://gitlab.test/api/v4/projects/7/terraform/state"
    assert where.document("state") == f"{base}/acme-prod"
    assert where.lock("state") == f"{base}/acme-prod/lock"
    assert where.unlock("journal/5f1e/000001") == f"{base}/acme-prod--journal_5f1e_000001/lock"
    assert (where.lock_method, where.unlock_method) == ("POST", "DELETE")


def test_any_other_server_is_asked_with_lock_and_unlock_at_the_address() -> None:
    where = Addresses(HttpSettings("https://state.test/tf/acme?team=a"), "prod")

    assert where.document("runs/1") == "https://state.test/tf/acme-prod--runs_1?team=a"
    assert where.lock("state") == "https://state.test/tf/acme-prod?team=a"
    assert (where.lock_method, where.unlock_method) == ("LOCK", "UNLOCK")


def test_addresses_of_locks_may_be_anywhere_as_long_as_they_hold_the_name() -> None:
    where = Addresses(
        HttpSettings(
            "https://state.test/states/acme",
            lock_address="https://state.test/locks/acme/take",
            unlock_address="https://other.test/acme/free",
            lock_method="PUT",
            unlock_method="DELETE",
        ),
        "a/b ü",
    )

    assert where.document("state") == "https://state.test/states/acme-a%2Fb%20%C3%BC"
    assert where.lock("lock") == "https://state.test/locks/acme-a%2Fb%20%C3%BC--lock/take"
    assert where.unlock("state") == "https://other.test/acme-a%2Fb%20%C3%BC/free"
    assert where.name == "acme-a/b ü"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (HttpSettings("https://ada:secret@state.test/acme"), "credentials do not belong"),
        (HttpSettings("https://state.test"), "is not the address of a state"),
        (HttpSettings("ftp://state.test/acme"), "is not the address of a state"),
        (
            HttpSettings("https://state.test/acme", lock_address="https://state.test/locks/1"),
            "lock_address: .* does not hold the state's name, acme",
        ),
    ],
)
def test_an_address_that_will_not_do_is_refused_at_once(settings: HttpSettings, words: str) -> None:
    with pytest.raises(StateError, match=words) as raised:
        HttpBackend(settings, "prod")

    assert raised.value.hint
    assert "secret" not in str(raised.value)


PART = st.text("aB1.-", min_size=1, max_size=3)


@given(st.sets(st.lists(PART, min_size=1, max_size=3).map("/".join)))
def test_no_two_documents_have_one_address(names: set[str]) -> None:
    where = Addresses(HttpSettings(GITLAB), "prod")

    assert len({where.document(name) for name in names}) == len(names)


# What lies on the server


def _saved(serial: int) -> State:
    return replace(first_state("acme", "prod", "acme-prod", "l1"), serial=serial)


BY = Saved("2026-11-21T20:00:00+00:00", "ada@laptop", "apply")


def test_the_state_lies_there_as_it_is_and_the_rest_in_a_wrapping(any_kind: HttpFactory) -> None:
    environment = fresh()
    with closing(any_kind(environment)) as backend:
        store = StateStore(backend)
        store.save(_saved(2), BY, store.save(_saved(1), BY, Present()))
        state = backend.read("state")

    assert state is not None
    assert raw(any_kind, environment) == state.content
    assert json.loads(state.content)["serial"] == 2
    kept = json.loads(raw(any_kind, environment, "--history_00000001"))
    assert kept["serial"] == 1
    assert kept["lineage"]
    assert json.loads(kept["domostate_document"]["content"])["serial"] == 1


def test_a_state_whose_serial_does_not_fit_is_wrapped_and_read_all_the_same(
    any_kind: HttpFactory,
) -> None:
    """One that was pushed back in time, for example."""
    environment = fresh()
    contents = [b'{"lineage":"l","serial":%d}' % number for number in (7, 3, 4, 100)]
    with closing(any_kind(environment)) as backend:
        there = backend.create("state", contents[0])
        for content in contents[1:]:
            assert there is not None
            there = backend.replace("state", content, there.version)
            assert backend.read("state") == there

    assert raw(any_kind, environment) == contents[-1]


def test_a_server_may_keep_json_in_a_form_of_its_own() -> None:
    content = b'{"serial":1,  "lineage":"l", "entries":{"b":1,"a":[1.50,"\\u00fc"]}}\n'
    with serving("--rewrites", kind="plain") as factory, closing(factory("prod")) as backend:
        first = backend.create("state", content)
        run = backend.create("runs/1", content)
        assert first is not None
        assert run is not None

        there = backend.read("state")
        assert there is not None
        assert json.loads(there.content) == json.loads(content)
        assert backend.read("runs/1") == run
        assert backend.replace("state", b"two", first.version) is not None
        assert backend.replace("runs/1", b"two", run.version) is not None


@pytest.mark.parametrize(
    "page",
    [b"<html>Sign in</html>", b"[1]", b'{"serial":"1"}', b'{"serial":1,"domostate_document":{}}'],
)
def test_what_is_no_state_is_said_to_be_none(page: bytes) -> None:
    with serving(kind="plain") as factory, closing(factory("prod")) as backend:
        requests.post(f"{factory.settings.address}-prod", data=page, timeout=10)

        with pytest.raises(StateError, match="what lies there is not a state") as raised:
            backend.read("state")

    assert "state.address" in raised.value.hint


# What a write costs


def test_a_server_that_sees_to_serials_is_locked_for_the_first_write_only(
    gitlab: HttpFactory,
) -> None:
    environment = fresh()
    with closing(gitlab(environment)) as backend:
        assert backend.create("journal/5f1e/000001", b"first") is not None
        locks = [one for one in gitlab.requests() if one[1].endswith("/lock")]
        assert len(locks) == 2

        assert backend.create("journal/5f1e/000002", b"second") is not None
        asked = [(method, path.rpartition("--")[2]) for method, path, _ in gitlab.requests()]

    assert asked == [
        ("GET", "names"),
        ("GET", "journal_5f1e_000002"),
        ("POST", "journal_5f1e_000002"),
    ]


def test_what_a_journal_costs_does_not_grow_with_its_length(gitlab: HttpFactory) -> None:
    with closing(gitlab(fresh())) as backend:
        for number in range(1, 101):
            assert backend.create(f"journal/5f1e/{number:06}", b"x" * 300) is not None
        written = len(gitlab.requests())

        assert len(backend.names("journal/")) == 100
        listed = len(gitlab.requests())
        for name in reversed(backend.names("journal/5f1e/")):
            gitlab.requests()
            backend.remove(name)
        last = len(gitlab.requests())

        assert list(backend.names("journal/")) == []
    assert written < 100 * 3 + 15
    assert listed < 20
    assert last < 10


# The list of names


NAMES = [f"journal/{run}/{number:06}" for run in "ab" for number in range(1, 5)]
NAMES += ["runs/a", "runs/b", "history/00000001", "history/00000002", "journal/a/x", "top"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["create", "remove"]), st.sampled_from(NAMES)), max_size=12
)


@settings(max_examples=20)
@given(steps=STEPS)
def test_names_tell_what_is_there_whatever_was_done_in_whatever_order(
    gitlab_server: HttpFactory, steps: list[tuple[str, str]]
) -> None:
    _names_tell(gitlab_server, steps)


@pytest.mark.parametrize(
    "steps",
    [
        [*(("create", one) for one in NAMES), *(("remove", one) for one in NAMES)],
        [*(("create", one) for one in reversed(NAMES)), ("remove", "journal/a/000002")],
        [
            *(("create", f"journal/a/{number:06}") for number in (1, 2, 3)),
            ("remove", "journal/a/000002"),
            ("remove", "journal/a/000001"),
            ("create", "journal/a/000002"),
            ("remove", "journal/a/000003"),
        ],
    ],
    ids=["all away from the first", "made from the last", "a gap that is filled"],
)
def test_names_tell_what_is_there_in_the_orders_that_matter(
    any_kind: HttpFactory, steps: list[tuple[str, str]]
) -> None:
    _names_tell(any_kind, steps)


def _names_tell(factory: HttpFactory, steps: list[tuple[str, str]]) -> None:
    environment = fresh()
    model: set[str] = set()
    with closing(factory(environment)) as one, closing(factory(environment)) as two:
        for number, (step, name) in enumerate(steps):
            backend = one if number % 3 else two
            if step == "create":
                made = backend.create(name, name.encode())
                assert (made is not None) == (name not in model)
                model.add(name)
            else:
                backend.remove(name)
                model.discard(name)
        for prefix in ("", "journal/", "journal/a/", "journal/a/00000", "runs/", "history/"):
            expected = sorted(name for name in model if name.startswith(prefix))
            assert list(two.names(prefix)) == expected
        for name in NAMES:
            assert (one.read(name) is not None) == (name in model)


# Locks


def test_who_has_the_lock_is_known_although_gitlab_tells_nothing_of_it(
    gitlab: HttpFactory,
) -> None:
    """It answers with what whoever asks has said of himself."""
    environment, mine, theirs = fresh(), holder("mine"), holder("theirs")
    with closing(gitlab(environment)) as backend, closing(gitlab(environment)) as other:
        assert backend.take(mine) is None

        assert other.take(theirs) == mine
        assert other.holder() == mine


def _lock_state(factory: HttpFactory, environment: str, lock_id: str) -> requests.Response:
    where = Addresses(factory.settings, environment)
    info = {"ID": lock_id, "Operation": "OperationTypeApply", "Info": "", "Who": "eve@laptop"}
    info |= {"Version": "1.11.4", "Created": "2026-11-21T20:00:00Z", "Path": ""}
    return requests.request(
        where.lock_method, where.lock("state"), json=info, auth=("ada", PASSWORD), timeout=10
    )


def test_the_state_is_locked_for_other_tools_while_a_run_lasts(any_kind: HttpFactory) -> None:
    environment, mine = fresh(), holder("mine")
    with closing(any_kind(environment)) as backend:
        assert backend.take(mine) is None
        refused = _lock_state(any_kind, environment, "terraform")
        backend.release(mine)
        taken = _lock_state(any_kind, environment, "terraform")

    assert refused.status_code in (409, 423)
    assert mine.id in refused.json()["ID"]
    assert taken.status_code == 200


def test_the_lock_of_another_tool_is_respected_named_and_broken_by_its_id(
    any_kind: HttpFactory,
) -> None:
    environment, mine = fresh(), holder("mine")
    assert _lock_state(any_kind, environment, "terraform-1").status_code == 200
    with closing(any_kind(environment)) as backend:
        present = backend.take(mine)
        assert present is not None
        assert present.id == "terraform-1"
        assert present.user in ("eve", "ada")
        assert backend.holder() is None

        assert backend.evict(present)

        assert backend.take(mine) is None
        backend.release(mine)


def test_all_of_the_holder_is_in_the_lock_for_servers_that_keep_it() -> None:
    mine = holder("mine")
    with serving(kind="plain") as factory, closing(factory("prod")) as backend:
        assert backend.take(mine) is None
        told = _lock_state(factory, "prod", "other").json()

    assert Holder.from_bytes(told["Info"].encode()) == mine
    assert told["Who"] == f"{mine.user}@{mine.host}"
    assert told["Operation"] == "apply"
    assert told["Path"] == "acme-prod"


def test_a_lock_that_somebody_broke_by_hand_is_put_there_again(any_kind: HttpFactory) -> None:
    environment, mine = fresh(), holder("mine")
    with closing(any_kind(environment)) as backend:
        assert backend.take(mine) is None
        first = backend.create("state", b"one")
        assert first is not None
        _unlock_state(any_kind, environment, f"run-{mine.id}")

        assert backend.replace("state", b"two", first.version) is not None

        assert _lock_state(any_kind, environment, "other").status_code in (409, 423)
        backend.release(mine)


def _unlock_state(factory: HttpFactory, environment: str, lock_id: str) -> None:
    where = Addresses(factory.settings, environment)
    requests.request(
        where.unlock_method,
        where.unlock("state"),
        json={"ID": lock_id},
        auth=("ada", PASSWORD),
        timeout=10,
    ).raise_for_status()


def test_a_lock_that_a_crash_left_on_the_state_is_taken_away(any_kind: HttpFactory) -> None:
    environment, mine = fresh(), holder("mine")
    with closing(any_kind(environment)) as backend:
        assert _lock_state(any_kind, environment, "run-of-somebody-dead").status_code == 200

        assert backend.take(mine) is None

        assert backend.create("state", b"one") is not None
        backend.release(mine)


def test_who_writes_the_state_without_the_lock_waits_for_who_has_it(
    any_kind: HttpFactory,
) -> None:
    environment, mine = fresh(), holder("mine")
    with closing(any_kind(environment)) as backend:
        assert backend.take(mine) is None
        with closing(any_kind(environment, SHORT)) as other:
            with pytest.raises(Locked, match="locked by") as raised:
                other.create("state", b"theirs")
            backend.release(mine)
            assert other.create("state", b"theirs") is not None

    assert mine.id in raised.value.message


# The sleeper


class Between(Wire):
    """Does something between the look and the write of whoever uses it."""

    def __init__(self, wire: Wire, name: str, happens: Callable[[], None]) -> None:
        self.__dict__ = wire.__dict__
        self.name, self.happens = name, happens

    def send(self, method: str, url: str, *rest: object) -> object:  # type: ignore[override]
        if method == "POST" and url.partition("?")[0].endswith(self.name):
            happens, self.happens = self.happens, lambda: None
            happens()
        return super().send(method, url, *rest)  # type: ignore[arg-type]


def slept_through(backend: HttpBackend, name: str, happens: Callable[[], None]) -> None:
    """From now on, `happens` comes between the next look at a document and its write."""
    between = Between(backend._wire, name, happens)
    backend._documents._wire = between


def refused(write: Callable[[], Document | None], factory: HttpFactory) -> bool:
    """Whether a write was; a server that answers 500 leaves it in doubt who was first."""
    try:
        return write() is None
    except StateError as error:
        return factory.kind == "gitlab-500" and "the write of another run" in error.message


def test_a_sleeper_that_was_overtaken_between_look_and_write_writes_nothing(
    any_kind: HttpFactory,
) -> None:
    environment, mine, theirs = fresh(), holder("sleeper", timedelta(minutes=5)), holder("theirs")
    with closing(any_kind(environment)) as sleeper, closing(any_kind(environment)) as other:
        assert sleeper.take(mine) is None
        first = sleeper.create("state", b"first")
        assert first is not None

        def overtake() -> None:
            assert other.take(theirs, instead_of=other.holder()) is None
            assert other.replace("state", b"theirs", first.version) is not None
            other.release(theirs)

        slept_through(sleeper, f"acme-{environment}", overtake)
        assert refused(lambda: sleeper.replace("state", b"late", first.version), any_kind)

        there = other.read("state")
        assert there is not None
        assert there.content == b"theirs"
        assert not sleeper.renew(mine)


@pytest.mark.parametrize("knows", [False, True], ids=["a new connection", "a known server"])
def test_a_sleeper_between_look_and_write_of_any_document_writes_nothing(
    any_kind: HttpFactory, knows: bool
) -> None:
    """Its lock of one write is broken after a while; the server then refuses the write."""
    environment = fresh()
    with (
        closing(any_kind(environment)) as sleeper,
        closing(any_kind(environment, SHORT)) as other,
    ):
        first = other.create("runs/1", b"first")
        assert first is not None
        if knows:
            assert sleeper.create("runs/2", b"by which it learns what the server sees to")

        def overtake() -> None:
            assert other.replace("runs/1", b"theirs", first.version) is not None

        slept_through(sleeper, "--runs_1", overtake)
        assert refused(lambda: sleeper.replace("runs/1", b"late", first.version), any_kind)

        there = other.read("runs/1")
        assert there is not None
        assert there.content == b"theirs"


# Servers that break their word


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_server_has_no_flaws(kind: str) -> None:
    with serving(kind=kind) as factory, closing(factory("prod", SHORT)) as backend:
        assert list(backend.flaws()) == []
        paths = {path for _, path, _ in factory.requests()}
        assert all("probe-" in path for path in paths)
        assert list(backend.names("")) == []


FLAWS = {
    "forgets-locks": "it locks for two at once",
    "forgets-writes": "it does not keep a write under a lock that it has given",
    "frees-any-lock": "it takes a lock away for whoever asks, by any id",
    "ignores-lock-ids": "it takes a write under a lock that it has not given",
    "takes-any-id-when-free": "it takes a write under a lock that was given back",
}


def test_each_way_to_be_broken_is_looked_for() -> None:
    assert FLAWS.keys() == {*BROKEN} - {"clock-off"}


@pytest.mark.parametrize("broken", FLAWS)
def test_a_server_that_breaks_its_word_is_found_out(broken: str) -> None:
    with (
        serving("--broken", broken, kind="plain") as factory,
        closing(factory("prod", SHORT)) as backend,
    ):
        assert FLAWS[broken] in backend.flaws()


def test_the_clock_of_the_server_is_told() -> None:
    with serving("--broken", "clock-off") as factory, closing(factory("prod")) as backend:
        told = backend.now()

    assert told is not None
    assert timedelta(minutes=9) < told - datetime.now(UTC) < timedelta(minutes=11)


# Answers


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_a_server_that_is_out_of_order_for_a_moment_is_asked_again(
    gitlab: HttpFactory, status: int
) -> None:
    with closing(gitlab(fresh())) as backend:
        gitlab.faults(Rule(status, "GET", times=2), Rule(status, "POST", times=2))

        made = backend.create("state", b"one")

        assert made is not None
        assert backend.read("state") == made


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_write_that_was_answered_with_an_error_after_its_effect_is_found(
    any_kind: HttpFactory, status: int
) -> None:
    environment = fresh()
    name = f"acme-{environment}"
    with closing(any_kind(environment)) as backend:
        for document, path in (("state", name), ("runs/1", f"{name}--runs_1")):
            any_kind.faults(Rule(status, "POST", path=path, after=True))
            made = backend.create(document, b"one")
            any_kind.faults()

            assert made is not None
            assert backend.read(document) == made
            there = backend.replace(document, b"two", made.version)
            assert there is not None


def test_an_answer_that_was_damaged_on_the_way_is_asked_for_again() -> None:
    with serving(kind="plain") as factory, closing(factory("prod")) as backend:
        made = backend.create("state", b"abc")
        factory.faults(Rule(method="GET"))

        assert backend.read("state") == made


def test_a_pause_that_the_server_asks_for_is_kept(gitlab: HttpFactory) -> None:
    gitlab.faults(Rule(429, "GET", retry_after="1"))
    with closing(gitlab(fresh())) as backend:
        begun = time.monotonic()
        assert backend.read("state") is None

    assert time.monotonic() - begun >= 1


REFUSALS = [
    (401, NoAccess, "access token"),
    (403, NoAccess, "Maintainer"),
    (404, StateError, "state.lock_address"),
    (405, StateError, "state.update_method"),
    (413, StateError, "limit for the size"),
    (501, StateError, "state.update_method"),
    (302, StateError, "state.address"),
    (418, StateError, ""),
]


@pytest.mark.parametrize(("status", "kind", "hint"), REFUSALS)
def test_a_refusal_says_where_why_and_what_next(
    gitlab: HttpFactory, status: int, kind: type[StateError], hint: str
) -> None:
    name = f"acme-{(environment := fresh())}"
    with closing(gitlab(environment)) as backend:
        rules = {
            "locked": Rule(status, "POST", path="/lock"),
            "written": Rule(status, "POST", path=f"{name}--runs_1"),
            "removed": Rule(status, "DELETE", path=f"{name}--runs_1"),
            "read": Rule(status, "GET", path=name),
        }
        steps = {
            "locked": lambda: backend.create("runs/1", b"one"),
            "written": lambda: backend.create("runs/1", b"one"),
            "removed": lambda: backend.remove("runs/1"),
            "read": lambda: backend.read("runs/1"),
        }
        if status == HTTPStatus.NOT_FOUND:
            # What is not there can be read as missing, and needs no removal.
            del steps["removed"], steps["read"]
        assert backend.create("runs/0", b"zero") is not None
        for doing, step in steps.items():
            # Without what is known of this server, each write asks for a lock.
            backend._documents._serials_guard = None if doing == "locked" else True
            gitlab.faults(rules[doing])
            with pytest.raises(kind) as raised:
                step()
            gitlab.faults()
            assert f"not {doing}: the server answers {status}" in raised.value.message
            assert hint in raised.value.hint
            assert "canary" not in raised.value.message


def test_a_developer_of_gitlab_reads_and_may_not_write(gitlab: HttpFactory) -> None:
    environment, mine = fresh(), holder()
    with closing(gitlab(environment)) as backend:
        made = backend.create("state", b"one")
        assert backend.take(mine) is None
        developer = replace(gitlab.settings, username=DEVELOPER)
        with closing(HttpBackend(developer, environment)) as reader:
            assert reader.read("state") == made
            assert reader.holder() == mine
            with pytest.raises(NoAccess, match="403"):
                reader.take(holder("theirs"), instead_of=mine)
        backend.release(mine)


def test_a_token_stands_in_the_place_of_user_and_password(gitlab: HttpFactory) -> None:
    settings = replace(gitlab.settings, username="", password="", token=PASSWORD)

    with closing(HttpBackend(settings, fresh())) as backend:
        assert backend.create("state", b"one") is not None


def test_no_secret_is_in_a_message_or_a_traceback(gitlab: HttpFactory) -> None:
    with silent() as nobody:
        pass
    right = gitlab.settings
    for known in (
        replace(right, password="canary-password"),
        replace(right, username="", password="", token="canary-token"),
        replace(right, address=f"http://127.0.0.1:{nobody}/x?token=canary", password="canary"),
        replace(right, address="http://no.such.host.test/x", password="canary"),
        replace(right, password="canary\nsecond line"),
        replace(right, address=right.address.replace("http:", "https:"), password="canary"),
    ):
        patience = Patience(SHORT, SHORT, SHORT)
        with pytest.raises(StateError) as raised:
            HttpBackend(known, "prod", patience).create("state", b"one")
        told = "".join(traceback.format_exception(raised.value)) + repr(known)
        own = f"{raised.value.message} {raised.value.hint} {known!r}"
        assert "canary" not in own.replace(known.address, "")
        assert "canary-" not in told


def test_the_environment_proxy_is_not_used_for_this_machine(
    monkeypatch: pytest.MonkeyPatch, gitlab: HttpFactory
) -> None:
    with silent() as nobody:
        pass
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{nobody}")

    with closing(gitlab(fresh())) as backend:
        assert backend.create("state", b"one") is not None


def test_a_netrc_file_does_not_replace_our_credentials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gitlab: HttpFactory
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password wrong\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    with closing(gitlab(fresh())) as backend:
        assert backend.create("state", b"one") is not None


# Certificates


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def _secure(factory: HttpFactory, **more: str) -> HttpSettings:
    settings = factory.settings
    address = settings.address.replace("http:", "https:")
    return replace(settings, address=address, **more)


def test_a_private_authority_is_trusted_where_it_is_named(authority: Authority) -> None:
    with serving("--certificate", authority.issued("server")) as factory:
        known = _secure(factory, ca_certificate=authority.certificate)
        with closing(HttpBackend(known, "prod")) as backend:
            assert backend.create("state", b"one") is not None
        with (
            closing(HttpBackend(_secure(factory), "prod")) as stranger,
            pytest.raises(StateError, match="no trusted connection") as raised,
        ):
            stranger.read("state")

    assert "state.ca_certificate" in raised.value.hint


def test_nobody_is_asked_for_a_certificate_where_that_is_wished(authority: Authority) -> None:
    with serving("--certificate", authority.issued("server")) as factory:
        careless = replace(_secure(factory), skip_cert_verification=True)
        with warnings.catch_warnings(), closing(HttpBackend(careless, "prod")) as backend:
            assert backend.create("state", b"one") is not None
            assert backend.read("state") is not None


def test_the_environment_may_name_the_authority(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority.certificate)
    with (
        serving("--certificate", authority.issued("server")) as factory,
        closing(HttpBackend(_secure(factory), "prod")) as backend,
    ):
        assert backend.create("state", b"one") is not None


def test_a_server_may_ask_for_our_certificate(authority: Authority) -> None:
    options = ("--certificate", authority.issued("server"), "--clients", authority.certificate)
    with serving(*options) as factory:
        trusting = _secure(factory, ca_certificate=authority.certificate)
        known = replace(trusting, client_certificate=authority.issued("ada"))
        with closing(HttpBackend(known, "prod")) as backend:
            assert backend.create("state", b"one") is not None
        patience = Patience(SHORT, SHORT, SHORT)
        with (
            closing(HttpBackend(trusting, "prod", patience)) as stranger,
            pytest.raises(StateError),
        ):
            stranger.read("state")


def test_a_certificate_that_is_not_there_is_named(gitlab: HttpFactory) -> None:
    known = _secure(gitlab, ca_certificate="no/such.pem")

    with pytest.raises(StateError, match=r"no/such\.pem"):
        HttpBackend(known, "prod").read("state")
