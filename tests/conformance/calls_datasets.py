"""pydomo's `datasets` client, its policies left out."""

from typing import Any

from pydomo.datasets import (
    Column,
    ColumnType,
    DataSetRequest,
    Schema,
    Sorting,
    UpdateMethod,
)

from tests.conformance.cases import Case, File, call
from tests.conformance.estate import (
    ADA,
    ALL_ROWS,
    BOB,
    CAT,
    PEOPLE,
    SALES,
    SALES_COLUMNS,
    SALES_ROWS,
    WEST_ONLY,
)
from tests.conformance.shapes import TIME, UUID
from tests.conformance.wire import delete, export, get, post, put, put_chunked, put_csv
from tests.emulator.client import Domo

BASE = "/v1/datasets"
DATA = f"/datasets/{SALES}/data"
IMPORT = f"{BASE}/{SALES}/data?updateMethod="
ADAS = {"id": ADA, "name": "Ada"}

SALES_HEAD = {
    "id": SALES,
    "name": "Sales Orders",
    "description": "One row per order.",
    "rows": 4,
    "columns": 2,
    "owner": ADAS,
    "dataCurrentAt": TIME,
    "createdAt": TIME,
    "updatedAt": TIME,
    "pdpEnabled": False,
}
PEOPLE_HEAD = {
    "id": PEOPLE,
    "name": "People",
    "rows": 0,
    "columns": 0,
    "owner": ADAS,
    "createdAt": TIME,
    "updatedAt": TIME,
    "pdpEnabled": False,
}
POLICIES = [
    {
        "id": ALL_ROWS,
        "type": "open",
        "name": "All Rows",
        "filters": [],
        "users": [],
        "virtualUsers": [],
        "groups": [],
    },
    {
        "id": WEST_ONLY,
        "type": "user",
        "name": "West only",
        "filters": [{"column": "region", "values": ["West"], "operator": "EQUALS", "not": False}],
        "users": [CAT],
        "virtualUsers": [],
        "groups": [],
    },
]
SALES_WHOLE = {**SALES_HEAD, "schema": {"columns": SALES_COLUMNS}, "policies": POLICIES}
QUESTION = "SELECT region, amount * 2 AS twice FROM table WHERE amount > 1 ORDER BY amount"
QUERIED = {
    "datasource": SALES,
    "columns": ["region", "twice"],
    "metadata": [
        {"type": kind, "dataSourceId": SALES, "maxLength": -1, "minLength": -1, "periodIndex": 0}
        for kind in ("STRING", "LONG")
    ],
    "rows": [["East", 4], ["", 8]],
    "numRows": 2,
    "numColumns": 2,
    "fromcache": False,
}

THREE_COLUMNS = [
    {"type": "DATE", "name": "day"},
    {"type": "STRING", "name": "region"},
    {"type": "DOUBLE", "name": "amount"},
]
NEW = {
    "name": "Bestellungen ü",
    "description": "made by pydomo",
    "schema": {"columns": THREE_COLUMNS},
}
MADE = {
    "id": UUID,
    "name": "Bestellungen ü",
    "description": "made by pydomo",
    "rows": 0,
    "columns": 0,
    "schema": {"columns": THREE_COLUMNS},
    "owner": ADAS,
    "createdAt": TIME,
    "updatedAt": TIME,
}


def new_request() -> DataSetRequest:
    """`NEW` in the words of pydomo."""
    request = DataSetRequest()
    request.name = "Bestellungen ü"
    request.description = "made by pydomo"
    request.schema = Schema([
        Column(ColumnType.DATE, "day"),
        Column(ColumnType.STRING, "region"),
        Column(ColumnType.DOUBLE, "amount"),
    ])  # fmt: skip
    return request


def six_more(domo: Domo) -> None:
    """Datasets `n1` to `n6`, whose names come after the two of the estate."""
    columns = {"columns": [{"type": "LONG", "name": "n"}]}
    for number in range(1, 7):
        domo.v1("POST", "/datasets", {"name": f"n{number}", "schema": columns})


def newer_schema(domo: Domo) -> None:
    """The columns of SALES once more, which makes it the one that was updated last."""
    domo.v1("PUT", f"/datasets/{SALES}", {"schema": {"columns": SALES_COLUMNS}})


def two_pages(**head: Any) -> list[Any]:
    """Both datasets of the estate, by id and by name alike."""
    return [PEOPLE_HEAD, SALES_HEAD | head]


def _numbered(number: int) -> dict[str, Any]:
    return {**PEOPLE_HEAD, "id": UUID, "name": f"n{number}"}


def _page(limit: int, offset: int, *, sort: str = "", like: str = "") -> Any:
    by = f"sort={sort}&" if sort else ""
    return get(f"{BASE}?{by}limit={limit}&offset={offset}&nameLike={like}")


_READS = (
    Case(
        call("datasets.get", SALES),
        sends=[get(f"{BASE}/{SALES}")],
        gives=SALES_WHOLE,
    ),
    Case(
        call("datasets.list"),
        sends=[_page(50, 0), _page(50, 50)],
        gives=two_pages(),
    ),
    Case(
        call("datasets.list", per_page=1, sort=Sorting.NAME),
        sends=[_page(1, offset, sort="name") for offset in (0, 1, 2)],
        gives=two_pages(),
        how="in pages of one",
    ),
    Case(
        call("datasets.list", name_like="sALES o"),
        sends=[_page(50, offset, like="sALES+o") for offset in (0, 50)],
        gives=[SALES_HEAD],
        how="by a part of the name",
    ),
    Case(
        call("datasets.list", sort=Sorting.NAME, limit=4, per_page=2, offset=3),
        before=six_more,
        # It counts the limit from the first row there is, not from the offset.
        sends=[_page(2, 3, sort="name"), _page(-1, 5, sort="name")],
        gives=[_numbered(2), _numbered(3)],
        how="with a limit that becomes negative",
    ),
    Case(
        call("datasets.list", sort=Sorting.NAME, limit=5, per_page=2, offset=3),
        before=six_more,
        sends=[_page(2, 3, sort="name"), _page(0, 5, sort="name")],
        gives=[_numbered(2), _numbered(3)],
        how="with a limit that becomes nothing",
    ),
    *(
        Case(
            call("datasets.list", sort=sort, limit=2),
            before=newer_schema,
            sends=[_page(2, 0, sort=sort)],
            gives=found,
            how=f"sorted by {sort}",
        )
        for sort, found in (
            (Sorting.CARD_COUNT, two_pages()),
            (Sorting.STATUS, two_pages()),
            (Sorting.UPDATED, two_pages()[::-1]),
        )
    ),
    Case(
        call("datasets.data_export", SALES, True),
        sends=[export(f"{BASE}/{SALES}/data?includeHeader=True")],
        gives=f"region,amount\n{SALES_ROWS}",
    ),
    Case(
        call("datasets.data_export", SALES, include_csv_header=False),
        sends=[export(f"{BASE}/{SALES}/data?includeHeader=False")],
        gives=SALES_ROWS,
        how="without a header",
    ),
    Case(
        call("datasets.data_export", PEOPLE, True),
        sends=[export(f"{BASE}/{PEOPLE}/data?includeHeader=True")],
        gives="name\n",
        how="without rows",
    ),
    Case(
        call("datasets.data_export_to_file", SALES, File("sales"), True),
        sends=[export(f"{BASE}/{SALES}/data?includeHeader=True")],
        gives=("sales.csv", f"region,amount\n{SALES_ROWS}"),
    ),
    Case(
        call("datasets.data_export_to_file", SALES, File("sales.csv"), False),
        sends=[export(f"{BASE}/{SALES}/data?includeHeader=False")],
        gives=("sales.csv", SALES_ROWS),
        how="without a header",
    ),
    Case(
        call("datasets.query", SALES, QUESTION),
        sends=[post(f"{BASE}/query/execute/{SALES}", {"sql": QUESTION}, 200)],
        gives=QUERIED,
    ),
)

_WRITES = (
    Case(
        call("datasets.create", new_request()),
        sends=[post(BASE, NEW)],
        gives=MADE,
        leaves={"/datasets?limit=9&nameLike=bestell": [
            {name: value for name, value in MADE.items() if name != "schema"}
            | {"pdpEnabled": False}
        ]},
    ),
    Case(
        call("datasets.update", SALES, {"name": "Umsätze", "description": "d"}),
        sends=[put(f"{BASE}/{SALES}", {"name": "Umsätze", "description": "d"})],
        gives={**SALES_WHOLE, "name": "Umsätze", "description": "d"},
        leaves={f"/datasets/{SALES}": {**SALES_WHOLE, "name": "Umsätze", "description": "d"}},
        how="of name and description",
    ),
    Case(
        call("datasets.update", SALES, new_request()),
        sends=[put(f"{BASE}/{SALES}", NEW)],
        gives={**SALES_WHOLE, **NEW},
        leaves={
            f"/datasets/{SALES}": {**SALES_WHOLE, **NEW},
            # What is stored is found by the names of the columns.
            DATA: ',West,1.0\n,East,2.0\n,North,\n,"",4.0\n',
        },
        how="of the schema",
    ),
    Case(
        call("datasets.update", SALES, {"owner": {"id": BOB, "name": "whoever"}}),
        sends=[put(f"{BASE}/{SALES}", {"owner": {"id": BOB, "name": "whoever"}})],
        gives={**SALES_WHOLE, "owner": {"id": BOB, "name": "Bob"}},
        leaves={f"/datasets/{SALES}": {**SALES_WHOLE, "owner": {"id": BOB, "name": "Bob"}}},
        how="of the owner",
    ),
    Case(
        call("datasets.update", SALES, {"name": "Sales Orders", "pdpEnabled": True}),
        sends=[put(f"{BASE}/{SALES}", {"name": "Sales Orders", "pdpEnabled": True})],
        gives={**SALES_WHOLE, "pdpEnabled": True},
        leaves={f"/datasets/{SALES}": {**SALES_WHOLE, "pdpEnabled": True}},
        how="that turns PDP on",
    ),
    Case(
        call("datasets.data_import", SALES, 'Süd,7\n"a,""b\nc",\n'),
        sends=[put_csv(f"{IMPORT}REPLACE", 'Süd,7\n"a,""b\nc",\n', 204)],
        leaves={DATA: 'Süd,7\n"a,""b\nc",\n'},
    ),
    Case(
        call("datasets.data_import", SALES, "South,7\n", UpdateMethod.APPEND),
        sends=[put_csv(f"{IMPORT}APPEND", "South,7\n", 204)],
        leaves={DATA: SALES_ROWS + "South,7\n"},
        how="that appends",
    ),
    Case(
        call("datasets.data_import", SALES, ""),
        sends=[put_csv(f"{IMPORT}REPLACE", "", 204)],
        leaves={DATA: ""},
        how="of nothing",
    ),
    Case(
        call("datasets.data_import_from_file", SALES, File("rows.csv", b"South,7\n")),
        sends=[put_csv(f"{IMPORT}REPLACE", "South,7\n", 204)],
        leaves={DATA: "South,7\n"},
    ),
    Case(
        call("datasets.data_import_from_file", SALES, File("x", "ä,\n".encode()), "APPEND"),
        sends=[put_csv(f"{IMPORT}APPEND", "ä,\n", 204)],
        leaves={DATA: SALES_ROWS + "ä,\n"},
        how="that appends",
    ),
    Case(
        call("datasets.data_import_from_file", SALES, File("rows.csv", b"")),
        sends=[put_chunked(f"{IMPORT}REPLACE", "", 204)],
        leaves={DATA: ""},
        how="of an empty file",
    ),
    Case(
        call("datasets.delete", SALES),
        sends=[delete(f"{BASE}/{SALES}")],
        leaves={f"/datasets/{SALES}": 404, "/datasets": [PEOPLE_HEAD]},
    ),
)  # fmt: skip

CASES = (*_READS, *_WRITES)
