"""Read means read (guarantees G6)."""

import pytest

from domostate.domo.reader import Reader
from domostate.errors import UsageError
from domostate.model.call import Call, Part, Plane
from tests.domo.loopback import Answer, Loopback


def test_the_reader_has_reads_and_nothing_else() -> None:
    public = {name for name in dir(Reader) if not name.startswith("_")}

    assert public == {
        "calls",
        "check_identity",
        "directory",
        "find_by_name",
        "find_marked",
        "forget",
        "get",
        "groups_within",
        "lists_lag",
        "managing",
        "planes",
        "read",
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "get", "HEAD"])
def test_whatever_is_not_known_to_read_is_refused_before_it_is_sent(
    server: Loopback, reader: Reader, method: str
) -> None:
    with pytest.raises(ValueError, match="not a read"):
        reader.get(Call(method, "/api/data/v3/datasources/a", Plane.PRODUCT))
    assert server.requests == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/data/v3/datasources/bulk/",
        "/api/data/v3/datasources/bulk/../a/share",
        "/api/data/v1/ui/bulk/delete",
    ],
)
def test_only_exact_paths_are_allowed_to_post(server: Loopback, reader: Reader, path: str) -> None:
    with pytest.raises(ValueError, match="not a read"):
        reader.get(Call("POST", path, Plane.PRODUCT, []))
    assert server.requests == []


def test_reads_by_get_and_by_known_posts_pass(server: Loopback, reader: Reader) -> None:
    server.on("GET /api/content/v2/groups/1", Answer({"id": 1}))
    server.on("POST /api/content/v2/groups/get", Answer([{"id": 1}]))

    assert reader.get(Call("GET", "/api/content/v2/groups/1", Plane.PRODUCT)) == {"id": 1}
    assert reader.get(Call("POST", "/api/content/v2/groups/get", Plane.PRODUCT, ["1"])) == [
        {"id": 1}
    ]


def test_a_plane_without_credentials_is_named(reader: Reader) -> None:
    with pytest.raises(UsageError, match="no credentials for the platform API"):
        reader.read({"a": frozenset({Part.DATASET})})
