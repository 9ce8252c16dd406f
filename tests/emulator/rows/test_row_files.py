"""Files of rows through HTTP: who reads sees one state, and nothing is left of what came to
nothing."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.emulator.client import Domo, Server, wait_until
from tests.emulator.rows.test_random_statements import DATASET, ESTATE

DATA = f"/datasets/{DATASET}/data"
QUERY = f"/datasets/query/execute/{DATASET}"


class Served:
    """A server whose folder can be looked into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "rows"
        self.server = Server("--data", str(folder))
        self._clients: list[Domo] = []
        self.domo = self.another()
        self.domo.reset(ESTATE)

    def stop(self) -> None:
        for one in self._clients:
            one.close()
        self.server.stop()

    def files(self, which: str) -> list[str]:
        """The names of the files there."""
        found = self.folder / which
        return [one.name for one in found.iterdir() if one.is_file()] if found.is_dir() else []

    def another(self) -> Domo:
        """A client of its own, for another thread."""
        self._clients.append(Domo(self.server.url))
        return self._clients[-1]

    def write(self, content: bytes, domo: Domo | None = None) -> int:
        """Replace the rows; the status, 0 where there is none."""
        to = domo or self.domo
        headers = {"Authorization": f"bearer {to.access_token()}", "Content-Type": "text/csv"}
        with suppress(requests.ConnectionError):
            return to.session.put(
                f"{to.url}/v1{DATA}", data=content, headers=headers, timeout=60
            ).status_code
        return 0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.stop()


def lines(value: str, count: int) -> bytes:
    return f"1,{value},,,\n".encode() * count


COUNTS = {"v0": 3000, "v1": 1000, "v2": 2000}


def exported(domo: Domo) -> list[str]:
    reply = domo.platform("GET", DATA)
    assert reply.status_code == 200, reply.text
    return [line.split(",")[1] for line in reply.text.splitlines()]


def queried(domo: Domo) -> list[str]:
    rows = domo.v1("POST", QUERY, {"sql": "SELECT region FROM table"})["rows"]
    return [row[0] for row in rows]


def test_who_reads_while_rows_are_replaced_sees_one_state(served: Served) -> None:
    """Export and query, from before or after, whatever is written meanwhile."""
    ended = threading.Event()

    def reading(read: Callable[[Domo], list[str]]) -> int:
        domo, reads = served.another(), 0
        while not ended.is_set():
            found = read(domo)
            assert found == [found[0]] * COUNTS[found[0]]
            reads += 1
        return reads

    assert served.write(lines("v0", COUNTS["v0"])) == 204
    with ThreadPoolExecutor() as threads:
        readers = [threads.submit(reading, read) for read in (exported, queried, exported)]
        for turn in range(40):
            value = f"v{turn % 3}"
            assert served.write(lines(value, COUNTS[value])) == 204
        ended.set()

    assert min(one.result() for one in readers) > 0
    wait_until(lambda: not served.files("passing"))
    assert len(served.files("kept")) == 1


def test_nothing_is_left_of_rows_whose_dataset_is_deleted_meanwhile(served: Served) -> None:
    with ThreadPoolExecutor() as threads:
        loading = threads.submit(served.write, lines("x", 600_000), served.another())
        wait_until(lambda: served.files("passing"))
        time.sleep(0.3)
        assert served.domo.platform("DELETE", f"/datasets/{DATASET}").status_code == 204

    assert loading.result() in (204, 404)
    assert served.files("kept") == served.files("passing") == []


def test_nothing_is_left_of_what_a_reset_overtakes(served: Served) -> None:
    with ThreadPoolExecutor() as threads:
        loading = threads.submit(served.write, lines("x", 600_000), served.another())
        wait_until(lambda: served.files("passing"))
        time.sleep(0.3)
        served.domo.reset(ESTATE)

    assert loading.result() in (0, 204)
    assert served.files("kept") == served.files("passing") == []
    assert served.write(lines("x", 1)) == 204


@pytest.mark.parametrize(
    "rule",
    [
        {"status": 500},
        {"status": 500, "after_effect": True},
        {"drop_before": True},
        {"drop_after": True},
        {"no_effect": True},
    ],
    ids=str,
)  # fmt: skip
def test_nothing_is_left_of_an_answer_that_a_fault_takes_away(
    served: Served, rule: dict[str, Any]
) -> None:
    assert served.write(lines("before", 2)) == 204
    run = _run(served.domo)
    served.domo.faults({"path": "/v1/*", **rule})

    served.write(lines("after", 3))
    with suppress(requests.ConnectionError):
        served.domo.platform("GET", DATA)
    with suppress(requests.ConnectionError):
        served.domo.platform("POST", QUERY, {"sql": "SELECT * FROM table"})
    with suppress(requests.ConnectionError):
        bearer = {"Authorization": f"bearer {served.domo.access_token()}"}
        served.domo.send("PUT", f"/v1{run}/part/1", headers=bearer, data=lines("part", 1))
    served.domo.faults()

    effect = rule.get("after_effect") or rule.get("drop_after")
    expected = {"after": 3} if effect else {"before": 2}
    asked = {"sql": "SELECT region, COUNT(*) FROM table GROUP BY region"}
    assert dict(served.domo.v1("POST", QUERY, asked)["rows"]) == expected
    wait_until(lambda: not served.files("passing"))
    assert len(served.files("kept")) == (2 if effect else 1)


def _run(domo: Domo) -> str:
    """An execution of a stream, its parts wanted."""
    schema = {"columns": [{"name": "a", "type": "STRING"}]}
    body = {"dataSet": {"name": "S", "schema": schema}, "updateMethod": "REPLACE"}
    stream = domo.v1("POST", "/streams", body)["id"]
    run = domo.v1("POST", f"/streams/{stream}/executions", {})["id"]
    return f"/streams/{stream}/executions/{run}"


@pytest.mark.parametrize(
    "content", [b"1,2\n", b'1,"x\n', b"1,x,y,z,w\n", b"\x1f\x8bx", b"1,\xff,,,\n"]
)
def test_nothing_is_left_of_rows_that_are_refused(served: Served, content: bytes) -> None:
    assert served.write(lines("before", 2)) == 204
    before = served.files("kept")

    assert served.write(content) == 400
    assert served.files("kept") == before
    assert served.files("passing") == []


def test_nothing_is_left_of_a_query_that_is_refused(served: Served) -> None:
    served.write(lines("before", 2))

    for sql in (
        "SELECT nothing FROM table",
        "DROP TABLE x",
        "SELECT CAST(region AS SIGNED) FROM table",
    ):
        assert served.domo.platform("POST", QUERY, {"sql": sql}).status_code == 400
    assert served.files("passing") == []


def test_a_part_is_not_held_in_memory(served: Served) -> None:
    run = _run(served.domo)
    headers = {"Authorization": f"bearer {served.domo.access_token()}"}
    url = f"{served.domo.url}/v1{run}/part/1"
    before = _peak(served)

    sent = served.domo.session.put(
        url, data=(b"x" * (1 << 20) for _ in range(100)), headers=headers, timeout=60
    )

    assert sent.status_code == 200
    assert _peak(served) - before < 30 * 1024


def _peak(served: Served) -> int:
    """Kilobytes."""
    status = Path(f"/proc/{served.server.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])
