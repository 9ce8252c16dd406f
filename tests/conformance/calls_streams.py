"""pydomo's `streams` client."""

import gzip
import io
import sys
from typing import Any

import pytest
from pydomo.streams import CreateStreamRequest, UpdateMethod

from tests.conformance.calls_datasets import (
    ADAS,
    DATA,
    NEW,
    PEOPLE_HEAD,
    SALES_HEAD,
    new_request,
)
from tests.conformance.cases import Case, File, Fresh, call
from tests.conformance.estate import ADA, FEED, SALES, SALES_ROWS
from tests.conformance.hands import start_run, start_run_with_a_part
from tests.conformance.shapes import NUMBER, TIME, UUID
from tests.conformance.wire import (
    delete,
    get,
    patch,
    post,
    put,
    put_chunked,
    put_csv,
    put_gzip,
)
from tests.emulator.client import Domo

BASE = "/v1/streams/"
RUNS = f"{BASE}{FEED}/executions"
READ = f"/streams/{FEED}"
TIMES = {"createdAt": TIME, "modifiedAt": TIME}
STREAM = {"id": FEED, "dataSet": SALES_HEAD, "updateMethod": "REPLACE", **TIMES}
RUN = {"id": 1, "startedAt": TIME, "currentState": "ACTIVE", **TIMES}
ABORTED = {**RUN, "currentState": "ABORTED", "endedAt": TIME, "updateMethod": "REPLACE"}
DONE = {**ABORTED, "currentState": "SUCCESS"}

MADE = {
    "id": NUMBER,
    "dataSet": {
        "id": UUID,
        "name": "Bestellungen ü",
        "description": "made by pydomo",
        "rows": 0,
        "columns": 0,
        "owner": ADAS,
        "createdAt": TIME,
        "updatedAt": TIME,
        "pdpEnabled": False,
    },
    "updateMethod": "APPEND",
    **TIMES,
}
BY_KEY = {"dataSet": NEW, "updateMethod": "UPSERT", "keyColumnNames": ["day", "region"]}
"""A plain dictionary: pydomo's own request has no place for key columns."""


def another_stream(domo: Domo) -> None:
    """A second stream, `MADE`."""
    domo.v1("POST", "/streams", {"dataSet": NEW, "updateMethod": "APPEND"})


def commit(domo: Domo) -> Any:
    """The run, with what came in it, becomes the rows."""
    return domo.v1("PUT", f"{READ}/executions/1/commit")


def _search(query: str, found: list[Any], how: str) -> Case:
    quoted = query.replace(":", "%3A").replace(" ", "+").replace("ü", "%C3%BC")
    return Case(
        call("streams.search", query),
        before=another_stream,
        sends=[get(f"{BASE}search?q={quoted}&fields=all")],
        gives=found,
        how=how,
    )


_STREAMS = (
    Case(
        call("streams.create", CreateStreamRequest(new_request(), UpdateMethod.APPEND)),
        sends=[post(BASE, {"dataSet": NEW, "updateMethod": "APPEND"})],
        gives=MADE,
        leaves={
            "/streams/{stream}": MADE,
            "/datasets?nameLike=bestell": [MADE["dataSet"]],
        },
    ),
    Case(
        call("streams.create", BY_KEY),
        sends=[post(BASE, BY_KEY)],
        gives={**MADE, "updateMethod": "UPSERT"},
        leaves={"/streams/{stream}": {**MADE, "updateMethod": "UPSERT"}},
        how="with key columns",
    ),
    Case(call("streams.get", FEED), sends=[get(f"{BASE}{FEED}")], gives=STREAM),
    Case(
        call("streams.list", 500, 0),
        before=another_stream,
        sends=[get(f"{BASE}?limit=500&offset=0&fields=all")],
        gives=[STREAM, MADE],
    ),
    Case(
        call("streams.list", limit=1, offset=1),
        before=another_stream,
        sends=[get(f"{BASE}?limit=1&offset=1&fields=all")],
        gives=[MADE],
        how="by page",
    ),
    _search(f"dataSource.id:{SALES}", [STREAM], "by dataset"),
    _search(f"dataSource.owner.id:{ADA}", [STREAM, MADE], "by owner"),
    _search("dataSource.name:Bestellungen ü", [MADE], "by name"),
    _search("dataSource.id:no-such-thing", [], "for nothing"),
    Case(
        call("streams.update", FEED, {"updateMethod": "APPEND"}),
        sends=[patch(f"{BASE}{FEED}", {"updateMethod": "APPEND"})],
        gives={**STREAM, "updateMethod": "APPEND"},
        leaves={READ: {**STREAM, "updateMethod": "APPEND"}},
    ),
    Case(
        call("streams.update", FEED, CreateStreamRequest(new_request(), UpdateMethod.APPEND)),
        sends=[patch(f"{BASE}{FEED}", {"dataSet": NEW, "updateMethod": "APPEND"})],
        # Nothing of the dataset changes.
        gives={**STREAM, "updateMethod": "APPEND"},
        leaves={READ: {**STREAM, "updateMethod": "APPEND"}},
        how="with a whole request",
    ),
    Case(
        call("streams.delete", FEED),
        sends=[delete(f"{BASE}{FEED}")],
        leaves={READ: 404, "/datasets": [PEOPLE_HEAD, SALES_HEAD]},
    ),
)

_RUNS = (
    Case(
        call("streams.create_execution", FEED),
        sends=[post(RUNS, {"updateMethod": None}, 200)],
        gives=RUN,
        leaves={f"{READ}/executions": [RUN]},
    ),
    Case(
        call("streams.create_execution", FEED, "APPEND"),
        before=start_run,
        sends=[post(RUNS, {"updateMethod": "APPEND"}, 200)],
        gives={**RUN, "id": 2},
        leaves={f"{READ}/executions": [{**RUN, "id": 2}, ABORTED]},
        how="with a method of its own, which aborts the one before",
    ),
    Case(
        call("streams.get_execution", FEED, 1),
        before=start_run,
        sends=[get(f"{RUNS}/1")],
        gives=RUN,
    ),
    Case(
        call("streams.list_executions", FEED, 50, 0),
        before=start_run,
        sends=[get(f"{RUNS}?limit=50&offset=0")],
        gives=[RUN],
    ),
    Case(
        call("streams.list_executions", FEED, 50, 1),
        before=start_run,
        sends=[get(f"{RUNS}?limit=50&offset=1")],
        gives=[],
        how="by page",
    ),
    Case(
        call("streams.commit_execution", FEED, 1),
        before=start_run_with_a_part,
        sends=[put(f"{RUNS}/1/commit", {})],
        gives=RUN,  # as it was when it was asked
        leaves={f"{READ}/executions/1": DONE, DATA: "South,5\n"},
    ),
    Case(
        call("streams.abort_execution", FEED, 1),
        before=start_run_with_a_part,
        sends=[put(f"{RUNS}/1/abort", {})],
        gives=ABORTED,
        leaves={f"{READ}/executions/1": ABORTED, DATA: SALES_ROWS},
    ),
    Case(
        call("streams.abort_current_execution", FEED),
        before=start_run_with_a_part,
        sends=[put(f"{RUNS}/abort", {}, 204)],
        leaves={f"{READ}/executions": [ABORTED], DATA: SALES_ROWS},
    ),
)

PLAIN = 'West,1\n"ü,""\n",\n'


def _part(name: str, *args: Any, sends: Any, how: str, text: str = PLAIN, marks: Any = ()) -> Any:
    """A part of the run, which the test then commits: what was in it shows afterwards."""
    case = Case(
        call(f"streams.{name}", FEED, 1, 7, *args),
        before=start_run,
        sends=[sends],
        gives=RUN,
        after=commit,
        leaves={DATA: text},
        how=how,
    )
    return pytest.param(case, marks=marks) if marks else case


AT = f"{RUNS}/1/part/7"
ROWS = File("rows.csv", PLAIN.encode())
PACKED = File("rows.csv.gz", gzip.compress(PLAIN.encode()))
NOT_SINCE_3_13 = pytest.mark.skipif(
    sys.version_info >= (3, 13),
    reason="pydomo announces the size of the packed file and sends the plain rows: the mode of "
    "a GzipFile is 'rb' since Python 3.13, so requests asks the file system for the length",
)

PARTS = (
    _part("upload_part", PLAIN, sends=put_csv(AT, PLAIN), how="of a text"),
    _part(
        "upload_part", Fresh(lambda: io.BytesIO(PLAIN.encode())),
        sends=put_csv(AT, PLAIN), how="of open bytes",
    ),
    _part(
        # No letters beyond ASCII: requests announces as many bytes as an open text has letters, and
        # the end of the rows would be cut off.
        "upload_part", Fresh(lambda: io.StringIO("South,5\n")),
        sends=put_csv(AT, "South,5\n"), how="of an open text", text="South,5\n",
    ),
    _part("upload_csv_part_from_file", ROWS, None, sends=put_csv(AT, PLAIN), how="as it is"),
    _part(
        "upload_csv_part_from_file", PACKED, "gzip",
        sends=put_chunked(AT, PLAIN), how="unpacked on the way", marks=NOT_SINCE_3_13,
    ),
    _part(
        "upload_gzip_part_from_file", ROWS, True, 5,
        sends=put_gzip(AT, PLAIN), how="packed bit by bit",
    ),
    _part(
        "upload_gzip_part_from_file", ROWS, False, None,
        sends=put_gzip(AT, PLAIN), how="packed at once",
    ),
)  # fmt: skip

CASES = (*_STREAMS, *_RUNS, *PARTS)
