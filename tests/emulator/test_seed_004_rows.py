"""Seed 004's own examples: rows in and out, in one part and through a stream.

Requests are sent as printed, with ids that exist; replies are compared in shape and type.
"""

import gzip
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.emulator.client import Domo
from tests.emulator.printed import check_printed, send_curl, send_printed

NUMBERS = "317970a1-6a6e-4f70-8e09-44cf5f34cf44"
ESTATE: dict[str, Any] = {
    "users": [{"id": 27, "email": "support@acme.example", "name": "DomoSupport", "role": "Admin"}],
    "clients": [{"id": "c-ada", "secret": "secret", "user": "support@acme.example"}],
    "datasets": [
        {
            "id": NUMBERS,
            "name": "Numbers",
            "columns": [{"type": "LONG", "name": name} for name in ("first", "second", "third")],
        }
    ],
}

APPEND = "https://api.domo.com/v1/datasets/{DATASET_ID}/data?updateMethod=APPEND"
IMPORT = """
PUT https://api.domo.com/v1/datasets/317970a1-6a6e-4f70-8e09-44cf5f34cf44/data
Content-Type: text/csv
Authorization: bearer <your-valid-oauth-access-token>

1,2,3
4,5,6
7,8,92
"""
IMPORTED = """
HTTP/1.1 204 No Content
"""
CREATE_STREAM = """
$ curl 'https://api.domo.com/v1/streams' -i -X POST -H 'Content-Type: application/json' -H 'Accept: application/json' -H 'Authorization: bearer <your-valid-oauth-access-token>' -d '{
  "dataSet" : {
    "name" : "Leonhard Euler Party",
    "description" : "Mathematician Guest List",
    "rows" : 0,
    "schema" : {
      "columns" : [ {
        "type" : "STRING",
        "name" : "Friend"
      }, {
        "type" : "STRING",
        "name" : "Attending"
      } ]
    }
  },
  "updateMethod" : "APPEND"
}'
"""  # noqa: E501  as printed
STREAM_CREATED = """
HTTP/1.1 201 Created
Location: https://api.local.domo.com/v1/streams/42
Content-Type: application/json;charset=UTF-8
Content-Length: 470

{
  "id" : 42,
  "dataSet" : {
    "id" : "0c1e0dbe-9f71-4625-9b50-b79e6e4266f2",
    "name" : "Leonhard Euler Party",
    "description" : "Mathematician Guest List",
    "rows" : 0,
    "columns" : 0,
    "owner" : {
      "id" : 27,
      "name" : "DomoSupport"
    },
    "createdAt" : "2016-05-27T17:53:04Z",
    "updatedAt" : "2016-05-27T17:53:10Z"
  },
  "updateMethod" : "APPEND",
  "createdAt" : "2016-05-27T17:53:05Z",
  "modifiedAt" : "2016-05-27T17:53:05Z"
}
"""
START = """
$ curl 'https://api.domo.com/v1/streams/42/executions' -i -X POST -H 'Content-Type: application/json' -H 'Accept: application/json' -H 'Authorization: bearer <your-valid-oauth-access-token>'
"""  # noqa: E501  as printed
STARTED = """
HTTP/1.1 200 OK
Content-Type: application/json;charset=UTF-8
Content-Length: 227

{
  "id" : 1,
  "startedAt" : "2016-05-26T22:20:21Z",
  "currentState" : "ACTIVE",
  "createdAt" : "2016-05-26T22:20:21Z",
  "modifiedAt" : "2016-05-26T22:20:21Z"
}
"""
ECHOED = """"Pythagoras","FALSE"
"Alan Turing","TRUE"
"George Boole","TRUE"

"""
"""What the page's `echo` writes: its quotes hold a line end, and it adds another."""
PUT_PART = """
$ curl 'https://api.domo.com/v1/streams/42/executions/1/part/1' -i -X PUT -H 'Content-Type: text/csv' -H 'Accept: application/json' -H 'Authorization: bearer <your-valid-oauth-access-token>' -d @-
"""  # noqa: E501  as printed, behind `echo '...' | gzip -c |`
PART_TAKEN = """
HTTP/1.1 200 OK
Content-Type: application/json;charset=UTF-8
Content-Length: 227

{
  "id" : 1,
  "startedAt" : "2016-05-27T15:16:01Z",
  "currentState" : "ACTIVE",
  "createdAt" : "2016-05-27T15:15:59Z",
  "modifiedAt" : "2016-05-27T15:15:59Z"
}
"""
COMMIT = """
$ curl 'https://api.domo.com/v1/streams/42/executions/1/commit' -i -X PUT -H 'Accept: application/json' -H 'Authorization: bearer <your-valid-oauth-access-token>'
"""  # noqa: E501  as printed
COMMITTED = PART_TAKEN
"""The page prints the same."""
EXPORT = """
GET https://api.domo.com/v1/datasets/317970a1-6a6e-4f70-8e09-44cf5f34cf44/data?includeHeader=true&fileName=Q4_Sales_Data.csv
Accept: text/csv
Authorization: bearer <your-valid-oauth-access-token>
"""
EXPORTED = """
HTTP/1.1 200 OK
Content-Disposition: attachment; filename=Q4_Sales_Data.csv

first,second,third
1,2,3
4,5,6
7,8,92
"""


@pytest.fixture
def guide(domo: Domo) -> Domo:
    domo.reset(ESTATE)
    return domo


@pytest.fixture
def ids(guide: Domo) -> dict[str, str]:
    """A new stream, in the place of 42, with a run."""
    stream = send_curl(guide, CREATE_STREAM).json()
    found = {"/streams/42": f"/streams/{stream['id']}"}
    send_curl(guide, START, found)
    return found


def exported(domo: Domo) -> list[str]:
    """The rows of the stream's dataset."""
    (stream,) = domo.v1("GET", "/streams")
    return domo.platform("GET", f"/datasets/{stream['dataSet']['id']}/data").text.splitlines()


def test_seed_004_single_part_upload(guide: Domo) -> None:
    reply = send_printed(guide, IMPORT)

    check_printed(reply, IMPORTED)
    assert reply.content == b""


def test_seed_004_the_update_method_is_chosen_in_the_query(guide: Domo) -> None:
    send_printed(guide, IMPORT)
    head, _, body = IMPORT.partition("\n\n")
    head = head.replace(head.split()[1], APPEND.replace("{DATASET_ID}", NUMBERS))

    check_printed(send_printed(guide, f"{head}\n\n{body}"), IMPORTED)

    rows = guide.platform("GET", f"/datasets/{NUMBERS}/data").text.splitlines()
    assert rows == ["1,2,3", "4,5,6", "7,8,92"] * 2


def test_seed_004_create_a_stream(guide: Domo) -> None:
    reply = send_curl(guide, CREATE_STREAM)

    printed, made = check_printed(reply, STREAM_CREATED), reply.json()
    assert reply.headers["location"] == f"{guide.url}/v1/streams/{made['id']}"
    data = {name: made["dataSet"][name] for name in ("name", "description", "rows", "owner")}
    assert data == {name: printed["dataSet"][name] for name in data}
    assert made["updateMethod"] == printed["updateMethod"]


def test_seed_004_create_a_stream_execution(guide: Domo) -> None:
    made = send_curl(guide, CREATE_STREAM).json()

    reply = send_curl(guide, START, {"/streams/42": f"/streams/{made['id']}"})

    printed = check_printed(reply, STARTED)
    assert reply.json().keys() == printed.keys()
    assert [reply.json()[name] for name in ("id", "currentState")] == [1, "ACTIVE"]


def test_seed_004_upload_your_data_and_finalize(guide: Domo, ids: dict[str, str]) -> None:
    """With `--data-binary`: the page's `-d` takes bytes out of what it is given."""
    binary = PUT_PART.replace(" -d ", " --data-binary ")
    part = send_curl(guide, binary, ids, piped=gzip.compress(ECHOED.encode()))
    before = exported(guide)
    done = send_curl(guide, COMMIT, ids)

    for reply, text in ((part, PART_TAKEN), (done, COMMITTED)):
        printed = check_printed(reply, text)
        assert reply.json().keys() == printed.keys()
        assert reply.json()["currentState"] == "ACTIVE"
    assert before == []
    assert exported(guide) == ["Pythagoras,FALSE", "Alan Turing,TRUE", "George Boole,TRUE"]


def test_seed_004_what_the_printed_option_spoils_is_taken_and_cannot_be_committed(
    guide: Domo, ids: dict[str, str]
) -> None:
    """A part is stored and read only when "reassembled prior to indexing", as the page has it."""
    part = send_curl(guide, PUT_PART, ids, piped=gzip.compress(ECHOED.encode()))
    done = send_curl(guide, COMMIT, ids)

    check_printed(part, PART_TAKEN)
    assert done.status_code == 400
    assert "gzip" in done.json()["message"]
    assert "--data-binary" in done.json()["message"]
    assert exported(guide) == []


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("gzip"), reason="needs curl")
@pytest.mark.parametrize(("option", "status"), [("--data-binary", 200), ("-d", 400)])
def test_seed_004_curl_itself_does_the_same(
    guide: Domo, ids: dict[str, str], tmp_path: Path, option: str, status: int
) -> None:
    """The printed line in a shell."""
    line = PUT_PART.strip().removeprefix("$ ").replace(" -d ", f" {option} ")
    for printed, real in {
        "https://api.domo.com": guide.url,
        "<your-valid-oauth-access-token>": guide.access_token(),
        **ids,
    }.items():
        line = line.replace(printed, real)
    quoted = ECHOED.removesuffix("\n")
    script = f"echo '{quoted}' | gzip -c | {line} --noproxy '*'"

    shown = subprocess.run(["bash", "-c", script], capture_output=True, check=True, text=True)

    assert shown.stdout.startswith("HTTP/1.1 200 OK")
    assert send_curl(guide, COMMIT, ids).status_code == status


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Q4_Sales_Data.csv", "filename=Q4_Sales_Data.csv"),
        ("Q4 Sales.csv", 'filename="Q4 Sales.csv"'),
        ("a;b,c.csv", 'filename="a;b,c.csv"'),
        ("Zoé.csv", "filename=Zo_.csv; filename*=UTF-8''Zo%C3%A9.csv"),
        (
            "Zoé & 你?.csv",
            "filename=\"Zo_ & _?.csv\"; filename*=UTF-8''Zo%C3%A9%20%26%20%E4%BD%A0%3F.csv",
        ),
        ('a"b\\c.csv', "filename=a_b_c.csv; filename*=UTF-8''a%22b%5Cc.csv"),
        ("a\r\nSet-Cookie: b", 'filename="aSet-Cookie: b"'),
        ("\n", 'filename=""'),
    ],
)
def test_a_file_may_have_any_name(guide: Domo, name: str, shown: str) -> None:
    """RFC 6266: what is no token in quotes, what is not ASCII once more, spelled out."""
    path = f"/datasets/{NUMBERS}/data?fileName={quote(name)}"

    reply = guide.platform("GET", path)

    assert reply.headers["content-disposition"] == f"attachment; {shown}"


def test_a_file_is_called_as_its_dataset_where_nobody_names_it(guide: Domo) -> None:
    guide.v1("PUT", f"/datasets/{NUMBERS}", {"name": "Zoés Zahlen"})

    reply = guide.platform("GET", f"/datasets/{NUMBERS}/data")

    assert reply.headers["content-disposition"] == (
        "attachment; filename=\"Zo_s Zahlen.csv\"; filename*=UTF-8''Zo%C3%A9s%20Zahlen.csv"
    )


def test_seed_004_export_data(guide: Domo) -> None:
    send_printed(guide, IMPORT)

    reply = send_printed(guide, EXPORT)

    assert reply.text.strip() == check_printed(reply, EXPORTED)
    assert reply.headers["content-disposition"] == "attachment; filename=Q4_Sales_Data.csv"
    assert reply.headers["content-type"].startswith("text/csv")
