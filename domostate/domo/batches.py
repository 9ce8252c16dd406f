"""The parts of many datasets, by the calls that serve many at once.

What such a call leaves out says nothing about it: it is then read by itself (product §3).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from domostate.domo.paging import Page, pages
from domostate.domo.parts import METADATA_PARTS, columns_in, stream_in
from domostate.domo.reading import Reading, Row, chunks, get, rows_in
from domostate.errors import DomoError
from domostate.model.call import Call, Part, Plane

__all__ = ["Key", "Learned", "SchemaLists", "all_api_streams", "metadata", "streams"]

T = TypeVar("T")
Key = tuple[Part, str]
"""A part of a dataset, by the dataset's id."""
Learned = Mapping[Key, Any]

_IDS_PER_CALL: Final = 100  # more is rejected (product §8)
_STREAMS_PER_CALL: Final = 50  # as a client sends (product §8)
_API_STREAMS_PER_PAGE: Final = 500  # the documented maximum (platform §3)
_NO_SUCH_CALL: Final = frozenset({400, 403, 404, 405})


def metadata(reading: Reading, ids: Sequence[str]) -> list[Callable[[], Learned]]:
    """Tasks that read the metadata of many datasets; unknown and hidden ids are left out."""
    return [partial(_metadata, reading, some) for some in chunks(ids, _IDS_PER_CALL)]


def streams(reading: Reading, by_dataset: Mapping[str, str]) -> list[Callable[[], Learned]]:
    """Tasks that read many connector streams; the ids of the streams come by dataset."""
    pairs = list(by_dataset.items())
    return [partial(_streams, reading, some) for some in chunks(pairs, _STREAMS_PER_CALL)]


def all_api_streams(reading: Reading, ids: Sequence[str]) -> Learned:
    """The API streams of these datasets, from one pass over all that are visible."""
    path = "/v1/streams"

    def fetch(offset: int) -> Page:
        limit = _API_STREAMS_PER_PAGE
        call = get(Plane.PLATFORM, path, fields="all", limit=limit, offset=offset)
        return Page(rows_in(reading.ask(call), call))

    by_dataset: dict[str, list[Row]] = {}
    for page in pages(fetch, "id", get(Plane.PLATFORM, path)):
        for row in page.rows:
            fed = row.get("dataSet") or {}
            by_dataset.setdefault(str(fed.get("id", "")), []).append(row)
    return {(Part.API_STREAM, id_): stream_in(by_dataset.get(id_, []), id_) for id_ in ids}


class SchemaLists:
    """Schemas of many datasets by `schemaList`, where the instance has it.

    Only an unpublished specification mentions the call (product §2.5), so the first one is a
    probe. If it is refused, or answers without a single dataset that was asked for, this reader
    does not ask again. That ids go comma-separated is a guess after `streams/bulk`.
    """

    def __init__(self) -> None:
        self._there: bool | None = None

    def tasks(
        self, reading: Reading, part: Part, ids: Sequence[str]
    ) -> list[Callable[[], Learned]]:
        """Tasks that read the schemas; none where the instance lacks the call."""
        several = chunks(ids, _IDS_PER_CALL)
        if self._there is None and several:
            probed = self._probe(reading, part, several.pop(0))
            rest = [partial(_schemas, reading, part, some) for some in several]
            return [lambda: probed, *rest] if self._there else []
        return [partial(_schemas, reading, part, some) for some in several] if self._there else []

    def _probe(self, reading: Reading, part: Part, ids: Sequence[str]) -> Learned:
        try:
            found = _schemas(reading, part, ids)
        except DomoError as error:
            if error.status not in _NO_SUCH_CALL:
                raise
            found = {}
        self._there = bool(found)
        return found


def _metadata(reading: Reading, ids: Sequence[str]) -> Learned:
    call = Call(
        "POST",
        "/api/data/v3/datasources/bulk",
        Plane.PRODUCT,
        list(ids),
        query=(
            ("includePrivate", "true"),
            ("includeFormulas", "false"),
            ("part", METADATA_PARTS),
        ),
    )
    wanted = set(ids)
    return {
        (Part.METADATA, str(row["id"])): row
        for row in rows_in(reading.ask(call), call, "dataSources")
        # One that calls itself deleted is left to the read that decides.
        if str(row.get("id")) in wanted and row.get("deleted") is not True
    }


def _streams(reading: Reading, pairs: Sequence[tuple[str, str]]) -> Learned:
    wanted = ",".join(stream_id for _, stream_id in pairs)
    call = get(Plane.PRODUCT, "/api/data/v1/streams/bulk", fields="all", streamId=wanted)
    found = {str(row.get("id")): row for row in rows_in(reading.ask(call), call, "streams")}
    return {
        (Part.STREAM, dataset_id): found[stream_id]
        for dataset_id, stream_id in pairs
        if stream_id in found
    }


def _schemas(reading: Reading, part: Part, ids: Sequence[str]) -> Learned:
    indexed = "true" if part is Part.INDEXED else "false"
    path = "/api/data/v3/datasources/schemaList"
    call = get(Plane.PRODUCT, path, dataSourceIds=",".join(ids), indexedSchema=indexed)
    wanted = set(ids)
    found: dict[Key, Any] = {}
    for row in rows_in(reading.ask(call), call):
        id_, contract = _source_id(row.get("dataSource")), row.get("schemaContract")
        if id_ in wanted and contract is not None:
            found[part, id_] = columns_in(contract, call)
    return found


def _source_id(source: Any) -> str:
    """The id in `dataSource`, of which only the name is known: an object, or the id itself."""
    return str(source.get("id", "")) if isinstance(source, dict) else str(source)
