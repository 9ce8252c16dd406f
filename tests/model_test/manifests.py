"""Random manifests of one dataset, in the words of the manifest language (contract §2)."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from domostate.errors import Location
from domostate.kinds.dataset.spec import DatasetSpec
from domostate.model.address import Address
from domostate.model.desired import Declared, Desired, Move, Removal

Spec = dict[str, Any]

USERS = [f"{name}@acme.test" for name in ("ada", "bob", "cat", "wes", "eve", "off")]
USER_IDS = {email: n for n, email in enumerate(USERS, start=1)}
GROUPS = ["Finance", "West", "East"]
# The ids of users and groups are numbers of their own: that they meet must not matter.
GROUP_IDS = {"Finance": 2, "West": 3, "East": 21}
ACCOUNTS = ["Snowflake prod", "Snowflake lab"]
LEVELS = ["CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW"]
FOREIGN_TAGS = ["theirs", "gold"]
TAGS = ["finance", "pii", "x y", "gold"]
ALWAYS = [{"name": "id", "type": "LONG"}, {"name": "region", "type": "STRING"}]
OTHER_COLUMNS = ["amount", "day", "note"]
PROVIDER = "snowflake-unload-v2"
TRANSPORT = {"type": "CONNECTOR", "description": "com.domo.connector.x", "version": "1"}
POLICY_NAMES = ["West only", "East only", "Big"]

modes = st.sampled_from(["exact", "exact", "at_least", "at_most"])
users = st.sampled_from(USERS)
groups = st.sampled_from(GROUPS)
descriptions = st.sampled_from(["", "One row per order.", "Two\nlines"])
owners = users | groups.map(lambda name: {"group": name}) | st.just({"user": {"id": 3}})


def subsets(pool: list[str], most: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(pool), max_size=most, unique=True)


@st.composite
def schemas(draw: st.DrawFn) -> list[dict[str, str]]:
    types = st.sampled_from(["STRING", "DECIMAL", "DATE"])
    others = [{"name": name, "type": draw(types)} for name in draw(subsets(OTHER_COLUMNS))]
    return draw(st.permutations([*ALWAYS, *others]))


tags = subsets(TAGS) | st.fixed_dictionaries({"mode": modes, "values": subsets(TAGS)})


@st.composite
def grants(draw: st.DrawFn) -> list[dict[str, str]]:
    named = [("user", one) for one in USERS] + [("group", one) for one in GROUPS]
    chosen = draw(st.lists(st.sampled_from(named), max_size=3, unique=True))
    return [{kind: name, "access": draw(st.sampled_from(LEVELS))} for kind, name in chosen]


shares = grants() | st.fixed_dictionaries({"mode": modes, "grants": grants()})


@st.composite
def filters(draw: st.DrawFn) -> dict[str, Any]:
    operator = draw(st.sampled_from(["EQUALS", "EQUALS", "BETWEEN", "BEGINS_WITH"]))
    least = 2 if operator == "BETWEEN" else 1
    values = st.lists(st.sampled_from(["West", "East", "10"]), min_size=least, max_size=2)
    return {
        "column": draw(st.sampled_from(["region", "id", *OTHER_COLUMNS])),
        "operator": operator,
        "values": draw(values),
        "not": draw(st.booleans()),
        "ignore_case": draw(st.booleans()),
    }


@st.composite
def policies(draw: st.DrawFn, names: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "filters": draw(st.lists(filters(), min_size=1, max_size=2)),
            "users": draw(subsets(USERS, 2)),
            "groups": draw(subsets(GROUPS, 2)),
        }
        for name in draw(subsets(names, 2))
    ]


members = st.fixed_dictionaries({"users": subsets(USERS, 2), "groups": subsets(GROUPS, 2)})
pdps = st.fixed_dictionaries(
    {"mode": modes},
    optional={
        "enabled": st.booleans(),
        "policies": policies(POLICY_NAMES),
        "all_rows": members,
    },
)
connectors = st.fixed_dictionaries(
    {
        "provider": st.just(PROVIDER),
        "transport": st.just(TRANSPORT),
        "update_method": st.sampled_from(["APPEND", "REPLACE"]),
    },
    optional={
        "account": st.sampled_from(ACCOUNTS),
        "configuration": st.dictionaries(
            st.sampled_from(["query", "role"]), st.sampled_from(["a", "b"]), max_size=2
        ),
        "schedule": st.sampled_from(
            [
                {"type": "MANUAL"},
                {"type": "DAY", "at": "08:01 PM", "timezone": "UTC"},
                {"type": "HOUR", "interval": 2},
                {"type": "HOUR", "timezone": "UTC"},
            ]
        ),
    },
)
pushes = st.sampled_from([{"update_method": "REPLACE"}, {"update_method": "APPEND"}])
upserts = st.just({"update_method": "UPSERT", "key_columns": ["id"]})

IGNORABLE = ["description", "owner", "tags", "shares", "schema", "pdp", "pdp.enabled"]
IGNORABLE += ["pdp.policies", "pdp.all_rows"]
ASPECTS: Mapping[str, st.SearchStrategy[Any]] = {
    "description": descriptions,
    "owner": owners,
    "tags": tags,
    "schema": schemas(),
    "shares": shares,
    "pdp": pdps,
}
"""The optional keys that any dataset may have; `stream` depends on what made the dataset."""
STREAMS: Mapping[str, st.SearchStrategy[Any]] = {
    "push": pushes,
    "upsert": upserts,
    "connector": connectors,
}


@st.composite
def specs(draw: st.DrawFn, name: str, made_by: str) -> Spec:
    """A whole manifest; `made_by` is a key of `STREAMS`, or "api" for a dataset without one."""
    spec: Spec = {"name": name}
    for key in draw(subsets([*ASPECTS], 6)):
        spec[key] = draw(ASPECTS[key])
    if made_by in STREAMS:
        spec["stream"] = draw(STREAMS[made_by])
    if draw(st.integers(0, 5)) == 0:
        spec["ignore"] = draw(subsets(IGNORABLE, 2))
    if draw(st.integers(0, 7)) == 0:
        spec["protect"] = True
    return sensible(spec, made_by)


@st.composite
def edited(draw: st.DrawFn, spec: Spec, made_by: str) -> Spec:
    """The manifest after somebody changed one thing about it."""
    pool = [*ASPECTS, "ignore", "protect", "manage"]
    if made_by in STREAMS:
        pool.append("stream")
    key = draw(st.sampled_from(pool))
    changed = {one: value for one, value in spec.items() if one != key}
    if key == "stream":
        changed[key] = draw(STREAMS[made_by])
    elif key == "ignore":
        changed[key] = draw(subsets(IGNORABLE, 2))
    elif key == "manage":
        changed[key] = draw(st.sampled_from(["full", "full", "observe"]))
    elif key == "protect":
        changed[key] = not spec.get("protect", False)
    elif draw(st.integers(0, 4)):
        changed[key] = draw(ASPECTS[key])
    return sensible(changed, made_by)


def sensible(spec: Spec, made_by: str) -> Spec:
    """The manifest without what Domo refuses whoever asks: filters on columns that are not there.

    Keys must be columns from the start. A connector's dataset has no columns until the connector
    runs, and no run happens here.
    """
    if made_by == "upsert" and "id" not in {row["name"] for row in spec.get("schema", [])}:
        spec = {**spec, "schema": ALWAYS}
    pdp = spec.get("pdp")
    if pdp is None or "policies" not in pdp:
        return spec
    rows = spec.get("schema", [])
    if made_by == "connector" or not rows:
        return {**spec, "pdp": {key: v for key, v in pdp.items() if key != "policies"}}
    known = {row["name"] for row in (ALWAYS if "schema" in spec.get("ignore", []) else rows)}
    fixed = [
        {
            **policy,
            "filters": [
                one if one["column"] in known else {**one, "column": "region"}
                for one in policy["filters"]
            ],
        }
        for policy in pdp["policies"]
    ]
    return {**spec, "pdp": {**pdp, "policies": fixed}}


class Nowhere:
    """Places of fields that were never in a file."""

    def __call__(self, *path: str | int) -> Location:
        return Location("made up", 1, 1)

    def line(self, *path: str | int) -> str:
        return ".".join(map(str, path))


def desired(
    declared: Mapping[str, Spec],
    moved: Mapping[str, str] | None = None,
    removed: Mapping[str, bool] | None = None,
) -> Desired:
    """What a project with these datasets asks for.

    `moved` holds the new names by the old ones, `removed` whether the dataset is destroyed.
    """
    return Desired(
        {
            (address := Address("dataset", name)): Declared(
                address, DatasetSpec.model_validate(spec), Nowhere()
            )
            for name, spec in declared.items()
        },
        moved={
            Address("dataset", old): Move(Address("dataset", new), Nowhere())
            for old, new in (moved or {}).items()
        },
        removed={
            Address("dataset", name): Removal(destroy, "of no use", Nowhere())
            for name, destroy in (removed or {}).items()
        },
    )
