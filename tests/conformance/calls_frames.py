"""pydomo's helpers for DataFrames, and its `utilities` client."""

import io
from typing import Any

import numpy as np
import pandas as pd

from tests.conformance.calls_datasets import (
    ADAS,
    DATA,
    QUERIED,
    QUESTION,
    SALES_HEAD,
    SALES_WHOLE,
    two_pages,
)
from tests.conformance.calls_datasets import BASE as DATASETS
from tests.conformance.calls_streams import BASE as STREAMS
from tests.conformance.calls_streams import DONE, RUN, TIMES
from tests.conformance.cases import Case, Fresh, call
from tests.conformance.estate import FEED, SALES, SALES_COLUMNS, SALES_ROWS
from tests.conformance.shapes import NUMBER, TIME, UUID, Frame
from tests.conformance.wire import Sent, delete, export, get, post, put, put_csv

PROMPT = "Permanently delete this data set? This is destructive and cannot be reversed. (Y/n)"

SALES_FRAME = pd.DataFrame({"region": ["Süd", None], "amount": [7, 8]})
SALES_CSV = "Süd,7\n,8\n"
WIDER = SALES_FRAME.assign(price=[0.5, None])
WIDER_COLUMNS = [*SALES_COLUMNS, {"type": "DOUBLE", "name": "price"}]
WIDER_CSV = "Süd,7,0.5\n,8,\n"


def _created(name: str, description: str, method: str, **keys: Any) -> dict[str, Any]:
    schema = {"columns": SALES_COLUMNS}
    dataset = {"name": name, "description": description, "schema": schema}
    return {"dataSet": dataset, "updateMethod": method, **keys}


def _uploaded(
    stream: int | str, dataset: str, csv: str, *, run: int = 1, columns: list[Any] | None = None
) -> list[Sent]:
    """How `stream_upload` sends a frame; the schema only where it differs from the frame's."""
    runs = f"{STREAMS}{stream}/executions"
    change = {"schema": {"columns": columns}}
    return [
        get(f"{DATASETS}/{dataset}"),
        get(f"{STREAMS}search?q=dataSource.id:{dataset}"),
        *([put(f"{DATASETS}/{dataset}", change)] if columns else []),
        post(runs, {"updateMethod": None}, 200),
        put_csv(f"{runs}/{run}/part/0", csv),
        put(f"{runs}/{run}/commit", {}),
    ]


def _loaded(name: str, description: str) -> dict[str, Any]:
    """The new dataset in a list, once its rows are there."""
    about = {"description": description} if description else {}
    loaded = {**SALES_HEAD, "id": UUID, "name": name, "rows": 2}
    return {one: value for one, value in loaded.items() if one != "description"} | about


def _created_case(how: str, sent: dict[str, Any], *args: Any, **named: Any) -> Case:
    name, description = sent["dataSet"]["name"], sent["dataSet"]["description"]
    return Case(
        call("ds_create", SALES_FRAME, name, *args, **named),
        sends=[post(STREAMS, sent), *_uploaded("{stream}", "{dataset}", SALES_CSV)],
        gives=UUID,
        leaves={
            "/datasets/{dataset}/data": SALES_CSV,
            f"/datasets?nameLike={name}": [_loaded(name, description)],
            "/streams/{stream}/executions/1": {**DONE, "updateMethod": sent["updateMethod"]},
        },
        how=how,
    )


_READS = (
    Case(call("ds_meta", SALES), sends=[get(f"{DATASETS}/{SALES}")], gives=SALES_WHOLE),
    Case(
        call("ds_list"),
        sends=[get(f"{DATASETS}?limit=50&offset={offset}&nameLike=") for offset in (0, 50)],
        gives=Frame.of(two_pages()),
    ),
    Case(
        call("ds_list", df_output=False, per_page=9, offset=1, limit=2, name_like="e"),
        sends=[
            get(f"{DATASETS}?limit=2&offset=1&nameLike=e"),
            # From the second row on it asks for a limit less the offset.
            get(f"{DATASETS}?limit=-1&offset=3&nameLike=e"),
        ],
        gives=[SALES_HEAD],
        how="as a list",
    ),
    Case(
        call("ds_get", SALES),
        sends=[export(f"{DATASETS}/{SALES}/data?includeHeader=True"), get(f"{DATASETS}/{SALES}")],
        gives=Frame({"region": ["West", "East", "North", None], "amount": [1, 2, None, 4]}),
    ),
    Case(
        call("ds_get", SALES, use_schema=False),
        sends=[export(f"{DATASETS}/{SALES}/data?includeHeader=True")],
        gives=Frame({"region": ["West", "East", "North", None], "amount": [1.0, 2.0, None, 4.0]}),
        how="as pandas sees it",
    ),
    Case(
        call("ds_get_dict", SALES),
        sends=[export(f"{DATASETS}/{SALES}/data?includeHeader=True")],
        gives=[
            {"region": "West", "amount": "1"},
            {"region": "East", "amount": "2"},
            {"region": "North", "amount": ""},
            {"region": "", "amount": "4"},
        ],
    ),
    Case(
        call("ds_query", SALES, QUESTION),
        sends=[post(f"{DATASETS}/query/execute/{SALES}", {"sql": QUESTION}, 200)],
        gives=Frame({"region": ["East", ""], "twice": [4, 8]}),
    ),
    Case(
        call("ds_query", SALES, QUESTION, return_data=False),
        sends=[post(f"{DATASETS}/query/execute/{SALES}", {"sql": QUESTION}, 200)],
        gives=QUERIED,
        how="as it came",
    ),
)

_WRITES = (
    _created_case("", _created("Frame", "", "REPLACE"), ),
    _created_case(
        "that appends", _created("Frame", "of pandas", "APPEND"), "of pandas", "APPEND"
    ),
    _created_case(
        "with key columns",
        _created("Frame", "", "UPSERT", keyColumnNames=["region"]),
        update_method="UPSERT", key_column_names=["region"],
    ),
    Case(
        call("ds_update", SALES, SALES_FRAME),
        sends=_uploaded(FEED, SALES, SALES_CSV),
        gives=RUN,
        leaves={DATA: SALES_CSV, f"/streams/{FEED}/executions/1": DONE},
    ),
    Case(
        call("ds_update", SALES, WIDER),
        sends=_uploaded(FEED, SALES, WIDER_CSV, columns=WIDER_COLUMNS),
        gives=RUN,
        prints="Schema Updated\n",
        leaves={
            DATA: WIDER_CSV,
            f"/datasets/{SALES}": {
                **SALES_WHOLE, "rows": 2, "columns": 3, "schema": {"columns": WIDER_COLUMNS},
            },
        },
        how="with another schema",
    ),
    Case(
        call("ds_delete", SALES, prompt_before_delete=False),
        sends=[delete(f"{DATASETS}/{SALES}")],
        leaves={f"/datasets/{SALES}": 404},
    ),
    Case(
        call("ds_delete", SALES),
        types="Y\n",
        sends=[delete(f"{DATASETS}/{SALES}")],
        prints=PROMPT,
        leaves={f"/datasets/{SALES}": 404},
        how="after a yes",
    ),
    Case(
        call("ds_delete", SALES),
        types="n\n",
        sends=[],
        gives="Data set not deleted",
        prints=PROMPT,
        leaves={f"/datasets/{SALES}": SALES_WHOLE},
        how="after a no",
    ),
)  # fmt: skip

TYPED = pd.DataFrame({
    "text": ["a"],
    "whole": [1],
    "small": np.array([1], "uint8"),
    "maybe": pd.array([None], "Int64"),
    "real": [0.5],
    "yes": [True],
    "at": pd.to_datetime(["2024-01-02"]),
})  # fmt: skip
TYPES = {
    "text": "STRING", "whole": "LONG", "small": "LONG", "maybe": "LONG", "real": "DOUBLE",
    "yes": "STRING", "at": "DATETIME",
}  # fmt: skip
PANDAS_TYPES = {
    "STRING": "string", "LONG": "Int64", "DOUBLE": "Float64", "DECIMAL": "Float64",
    "DATE": "datetime64[ns]", "DATETIME": "datetime64[ns]", "GEO": "object",
}  # fmt: skip
SCHEMA_MADE = {
    "id": NUMBER,
    "dataSet": {
        "id": UUID, "name": "Frame", "description": "d", "rows": 0, "columns": 0, "owner": ADAS,
        "createdAt": TIME, "updatedAt": TIME, "pdpEnabled": False,
    },
    "updateMethod": "UPSERT",
    **TIMES,
}  # fmt: skip

_UTILITIES = (
    Case(
        call("utilities.domo_schema", SALES),
        sends=[get(f"{DATASETS}/{SALES}")],
        gives=SALES_COLUMNS,
    ),
    Case(
        call("utilities.data_schema", TYPED),
        sends=[],
        gives=[{"type": kind, "name": name} for name, kind in TYPES.items()],
    ),
    *(
        Case(call("utilities.type_conversion_text", kind), sends=[], gives=made, how=kind)
        for kind, made in (("datetime64[us]", "DATETIME"), ("Int16", "LONG"), ("object", "STRING"))
    ),
    *(
        Case(
            call("utilities.convert_domo_type_to_pandas_type", kind), sends=[], gives=made, how=kind
        )
        for kind, made in PANDAS_TYPES.items()
    ),
    *(
        Case(call("utilities.is_date_type", kind), sends=[], gives=kind[:4] == "DATE", how=kind)
        for kind in TYPES.values()
    ),
    Case(
        call("utilities.read_content_to_dataframe", Fresh(lambda: io.StringIO("a,b\n1,x\n"))),
        sends=[],
        gives=Frame({"a": [1], "b": ["x"]}),
    ),
    Case(
        call("utilities.identical", SALES_COLUMNS, [dict(one) for one in SALES_COLUMNS]),
        sends=[],
        gives=True,
    ),
    Case(
        call(
            "utilities.identical", [{"type": "LONG", "name": "n"}], [{"name": "n", "type": "LONG"}]
        ),
        sends=[],
        gives=False,
        how="in another order",
    ),
    Case(
        call("utilities.get_stream_id", SALES),
        sends=[get(f"{STREAMS}search?q=dataSource.id:{SALES}")],
        gives=FEED,
    ),
    Case(call("utilities.estimate_chunk_rows", SALES_FRAME), sends=[], gives=2),
    Case(
        call("utilities.stream_upload", SALES, WIDER, warn_schema_change=False),
        sends=_uploaded(FEED, SALES, WIDER_CSV, columns=WIDER_COLUMNS),
        gives=RUN,
        leaves={DATA: WIDER_CSV},
    ),
    Case(
        call("utilities.stream_create", SALES_FRAME, "Frame", "d", "UPSERT", ["region"]),
        sends=[post(STREAMS, _created("Frame", "d", "UPSERT", keyColumnNames=["region"]))],
        gives=SCHEMA_MADE,
        leaves={"/streams/{stream}": SCHEMA_MADE, DATA: SALES_ROWS},
    ),
)

CASES = (*_READS, *_WRITES, *_UTILITIES)
