"""A snapshot with rows loses nothing that a later answer depends on."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.emulator.client import Domo
from tests.emulator.row_calls import V3, begin, commit, dataset, put_part, select, upload

_TYPES = ("STRING", "LONG", "DECIMAL", "DOUBLE", "DATE", "DATETIME")
_COLUMN = st.tuples(st.sampled_from("kab"), st.sampled_from(_TYPES))
_COLUMNS = st.lists(_COLUMN, max_size=3, unique_by=lambda one: one[0])
_TAGS = ("", "2024-01", "odd, tag")
_CELLS = {
    "STRING": ('""', "", "5", "x", '"two\nlines, ""quoted"""', "2024-01-02", "\\N", "1.5"),
    "LONG": ("1", "2", "", "-9223372036854775808"),
    "DECIMAL": ("1.5", "2", "", "0.0000000001"),
    "DOUBLE": ("1e300", "2.5", "", "0.1"),
    "DATE": ("2024-01-02", "", "1999-12-31"),
    "DATETIME": ("2024-01-02 03:04:05", "", "2024-01-02T03:04:05.678Z"),
}

_STEPS = st.one_of(
    st.tuples(st.just("alter"), _COLUMNS),
    st.tuples(st.just("index"), st.booleans()),
    st.tuples(
        st.just("upload"), st.sampled_from(("REPLACE", "APPEND", "UPSERT", "DELETE")),
        st.sampled_from(_TAGS), st.booleans(), st.integers(0, 3),
    ),
    st.tuples(st.just("import"), st.sampled_from(("REPLACE", "APPEND")), st.integers(0, 3)),
    st.tuples(st.just("empty"), st.sampled_from(_TAGS[1:])),
    st.tuples(st.just("forget"), st.sampled_from(_TAGS[1:])),
)  # fmt: skip


class _Script:
    """Steps carried out on one dataset; what is refused changes nothing, and is fine."""

    def __init__(self, domo: Domo, draw: Any) -> None:
        self.domo = domo
        self.draw = draw
        self.columns = [("k", "LONG"), ("a", "STRING")]
        self.id = dataset(domo, *(f"{name}:{kind}" for name, kind in self.columns), keys=("k",))

    def run(self, step: tuple[Any, ...]) -> None:
        getattr(self, f"_{step[0]}")(*step[1:])

    def _alter(self, columns: list[tuple[str, str]]) -> None:
        shown = [
            {"name": name, "type": kind} | ({"upsertKey": True} if name == "k" else {})
            for name, kind in columns
        ]
        path = f"/data/v2/datasources/{self.id}/schemas"
        assert self.domo.product("POST", path, {"schema": {"columns": shown}}).ok
        self.columns = columns

    def _index(self, all_of_it: bool) -> None:
        body = {} if all_of_it else {"dataIds": [1]}
        self.domo.product("POST", f"{V3.format(self.id)}/indexes", body)

    def _rows(self, count: int, kinds: list[str]) -> str:
        lines = [[self.draw(st.sampled_from(_CELLS[one])) for one in kinds] for _ in range(count)]
        return "".join(",".join(line) + "\n" for line in lines) if kinds else ""

    def _upload(self, action: str, tag: str, index: bool, count: int) -> None:
        kinds = [kind for name, kind in self.columns if action != "DELETE" or name == "k"]
        by_key = action in ("UPSERT", "DELETE")
        number = begin(self.domo, self.id, {"appendId": action} if by_key else {})
        put_part(self.domo, self.id, number, 1, self._rows(count, kinds))
        said = {} if by_key else {"action": action}
        commit(self.domo, self.id, number, index=index, dataTag=tag, **said)

    def _import(self, method: str, count: int) -> None:
        path = f"/v1/datasets/{self.id}/data?updateMethod={method}"
        headers = {"Authorization": f"bearer {self.domo.access_token()}"}
        headers["Content-Type"] = "text/csv"
        text = self._rows(count, [kind for _, kind in self.columns])
        self.domo.send("PUT", path, headers=headers, data=text.encode())

    def _empty(self, tag: str) -> None:
        self.domo.product("DELETE", f"/query/v1/datasources/{self.id}/tag/{tag}/data")

    def _forget(self, tag: str) -> None:
        self.domo.product("DELETE", f"/query/v1/datasources/{self.id}/partition/{tag}")


_NOT_PROMISED = {
    "datetimeRecorded", "datetimeUploadCompleted", "runDurationSeconds", "schemaId", "sizeBytes",
    "dateCompleted",
}  # fmt: skip
"""Times, and what docs/emulator.md excepts beside them."""


def _promised(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in one.items() if name not in _NOT_PROMISED} for one in entries
    ]


def _answers(domo: Domo, found: str) -> dict[str, Any]:
    """Every read of rows, partitions, schemas, data versions and counts."""
    query = f"/query/v1/datasources/{found}"
    hydrate = "/dataprocessing/v2/dataflows/data-version-hydrate"
    body = {"dataSourceId": found}
    export = domo.platform("GET", f"/datasets/{found}/data?includeHeader=true")
    sql = {"sql": "SELECT * FROM table"}
    asked = domo.product("POST", f"/query/v1/execute/{found}", sql)
    whole, brief = domo.get(f"/data/v3/datasources/{found}"), domo.v1("GET", f"/datasets/{found}")
    return {
        "export": (export.status_code, export.text),
        "query": (asked.status_code, asked.json().get("rows"), asked.json().get("columns")),
        "partitions": domo.get(f"{query}/partition"),
        "partition search": _promised(domo.done("POST", f"{query}/partition/list", {})),
        "latest": domo.get(f"/data/v2/datasources/{found}/schemas/latest"),
        "indexed": domo.get(f"/data/v2/datasources/{found}/schemas/indexed"),
        "queryable": domo.get(f"{query}/schema/indexed"),
        "versions": _promised(domo.get(f"{V3.format(found)}/dataversions/details")),
        "hydrate": _promised(domo.done("POST", hydrate, body)),
        "counts": {name: whole.get(name) for name in ("rowCount", "columnCount")},
        "has data": ("dataLastUpdated" in whole, "dataCurrentAt" in brief),
        "platform": {name: brief.get(name) for name in ("rows", "columns", "schema")},
    }


def _snapshot(domo: Domo) -> dict[str, Any]:
    reply = domo.send("GET", "/_emulator/snapshot?rows=true")
    assert reply.ok, reply.text
    whole: dict[str, Any] = reply.json()
    return whole


def _indexed(domo: Domo, found: str, *versions: int) -> dict[str, Any]:
    """The answers after some data versions were indexed, or everything."""
    body = {"dataIds": list(versions)} if versions else {}
    domo.product("POST", f"{V3.format(found)}/indexes", body)
    return _answers(domo, found)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(_STEPS, max_size=7), data=st.data())
def test_every_answer_is_the_same_after_a_snapshot_was_loaded(
    domo: Domo, steps: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    domo.reset({**_ESTATE, "switches": {"shuffle": False}})
    script = _Script(domo, data.draw)
    for step in steps:
        script.run(step)
    whole, before = _snapshot(domo), _answers(domo, script.id)
    versions = [one["dataVersionId"] for one in before["versions"]]
    chosen = data.draw(st.sampled_from(versions)) if versions else None
    later = [_indexed(domo, script.id, chosen)] if chosen else []
    later.append(_indexed(domo, script.id))

    domo.reset(whole)

    assert _snapshot(domo) == whole
    assert _answers(domo, script.id) == before
    again = [_indexed(domo, script.id, chosen)] if chosen else []
    again.append(_indexed(domo, script.id))
    assert again == later


_ESTATE = {
    "users": [{"email": "ada@acme.example", "name": "Ada", "role": "Admin"}],
}


def _only(whole: dict[str, Any]) -> dict[str, Any]:
    (found,) = whole["datasets"]
    return {
        name: found[name]
        for name in ("csv", "pieces", "states", "data_versions", "column_count")
        if name in found
    }


@pytest.fixture
def alone(domo: Domo) -> Domo:
    domo.reset(_ESTATE)
    return domo


def test_a_plain_dataset_is_said_by_its_csv_alone(alone: Domo) -> None:
    found = dataset(alone, "a:LONG")
    upload(alone, found, "1\n")

    assert _only(_snapshot(alone)) == {"csv": "a\n1\n"}


def test_partitions_are_pieces(alone: Domo) -> None:
    found = dataset(alone, "a:LONG")
    upload(alone, found, "1\n", dataTag="x", action="APPEND")
    upload(alone, found, "2\n", dataTag="y", action="APPEND")

    assert _only(_snapshot(alone)) == {
        "pieces": [{"partition": "x", "csv": "a\n1\n"}, {"partition": "y", "csv": "a\n2\n"}]
    }


def test_what_is_not_indexed_is_another_state(alone: Domo) -> None:
    found = dataset(alone, "a:LONG")
    upload(alone, found, "1\n")
    upload(alone, found, "2\n", action="APPEND", index=False)

    whole = _snapshot(alone)
    alone.reset(whole)

    assert _only(whole) == {
        "pieces": [{"csv": "a\n1\n"}, {"csv": "a\n2\n"}],
        "states": [[0], [0, 1]],
        "data_versions": [{"rows": 1, "bytes": 2}, {"rows": 1, "bytes": 2, "state": 1}],
    }
    assert select(alone, found) == [[1]]


def test_a_partition_whose_data_is_deleted_stays_so(alone: Domo) -> None:
    found = dataset(alone, "a:LONG")
    upload(alone, found, "1\n", dataTag="x")
    upload(alone, found, "2\n", action="APPEND")
    alone.done("DELETE", f"/query/v1/datasources/{found}/tag/x/data")
    alone.done("POST", f"{V3.format(found)}/indexes", {})

    whole, before = _snapshot(alone), _answers(alone, found)
    alone.reset(whole)

    assert _only(whole) == {
        "csv": "a\n2\n",
        "data_versions": [
            {"rows": 1, "bytes": 2, "partition": "x", "deleted": True},
            {"rows": 1, "bytes": 2},
        ],
    }
    assert _answers(alone, found) == before


def test_a_dataset_without_columns_keeps_its_rows(alone: Domo) -> None:
    found = dataset(alone, "a:LONG")
    upload(alone, found, "1\n")
    alone.done("POST", f"/data/v2/datasources/{found}/schemas", {"schema": {"columns": []}})

    whole = _snapshot(alone)
    alone.reset(whole)

    own = [{"name": "a", "type": "LONG"}]
    assert _only(whole) == {"pieces": [{"columns": own, "csv": "a\n1\n"}], "column_count": 1}
    assert select(alone, found) == [[1]]


def test_rows_that_were_written_without_columns_count_none_of_those_that_came_since(
    alone: Domo,
) -> None:
    found = dataset(alone)
    upload(alone, found, "")
    column = {"name": "a", "type": "LONG"}
    alone.done("POST", f"/data/v2/datasources/{found}/schemas", {"schema": {"columns": [column]}})

    whole = _snapshot(alone)
    alone.reset(whole)

    assert _only(whole) == {"csv": "a\n", "column_count": 0}
    assert alone.v1("GET", f"/datasets/{found}")["columns"] == 0
    assert _snapshot(alone) == whole


@pytest.mark.parametrize("rows", ["1\n", ""])
def test_without_rows_a_snapshot_counts_their_columns_all_the_same(alone: Domo, rows: str) -> None:
    found = dataset(alone, "a:LONG")
    upload(alone, found, rows)

    alone.reset(alone.snapshot())

    assert alone.v1("GET", f"/datasets/{found}")["columns"] == 1


@pytest.mark.parametrize(
    ("said", "finding"),
    [
        ({"csv": "a\n", "pieces": []}, "datasets[0].csv: a dataset has a csv or pieces, not both"),
        ({"states": [[0]]}, "datasets[0]: states and data_versions are of a dataset with a csv"),
        ({"csv": "a\n", "states": [[1]]}, "datasets[0].states[0]: there is no piece 1;"),
        (
            {"csv": "a\n", "data_versions": [{"state": 1}]},
            "datasets[0].data_versions[0].state: there is no state 1;",
        ),
        (
            {"pieces": [{"csv": "", "columns": [{"name": "b", "type": "LONG"}] * 2}]},
            "datasets[0].pieces[0].columns: two columns are called b",
        ),
        ({"pieces": [{"csv": "a\nx\n"}]}, "the csv of dataset 'D': Column a takes a LONG, not x"),
    ],
)
def test_what_cannot_be_is_told(domo: Domo, said: dict[str, Any], finding: str) -> None:
    entry = {"name": "D", "columns": [{"name": "a", "type": "LONG"}], **said}

    reply = domo.send("POST", "/_emulator/reset", {**_ESTATE, "datasets": [entry]})

    assert reply.status_code == 400
    assert finding in reply.json()["message"]
