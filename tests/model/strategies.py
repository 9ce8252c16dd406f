"""Random values of the model."""

from hypothesis import strategies as st

from domostate.model.address import Address
from domostate.model.event import (
    Adopted,
    ChangeApplied,
    Event,
    Forgotten,
    Moved,
    OperationFailed,
    OperationSkipped,
    OperationStarted,
    OperationSucceeded,
    Outcome,
    RunFinished,
    RunStarted,
    Unverified,
    Verified,
    Waiting,
)
from domostate.model.state import Entry, OpenIntent, State

short = st.text(max_size=8)
names = st.sampled_from(["a", "b", "sales.eu", "Ümläut ☃", "c"])
addresses = st.builds(Address, st.sampled_from(["dataset", "group"]), names)
ids = st.sampled_from(["1", "2", "3"])
operations = st.sampled_from(["create_dataset", "create_policy", "set_tags"])
numbers = st.integers(1, 99)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | short,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(short, inner, max_size=3),
    max_leaves=5,
)
documents = st.dictionaries(short, values, max_size=3)

started = st.builds(
    OperationStarted,
    seq=numbers,
    address=addresses,
    name=operations,
    what=short,
    creates=st.sampled_from(["", "West", "East"]),
    known=st.lists(ids, max_size=2).map(tuple),
)
succeeded = st.builds(
    OperationSucceeded,
    seq=numbers,
    address=addresses,
    name=operations,
    ids=st.dictionaries(st.sampled_from(["id", "stream", "policy:West"]), ids, max_size=2),
)
failed = st.builds(
    OperationFailed,
    seq=numbers,
    address=addresses,
    name=operations,
    error=short,
    unknown=st.booleans(),
    unauthorized=st.booleans(),
)
events: st.SearchStrategy[Event] = st.one_of(
    started,
    succeeded,
    failed,
    st.builds(Adopted, addresses, ids),
    st.builds(Forgotten, addresses),
    st.builds(Moved, addresses, addresses),
    st.builds(ChangeApplied, addresses, ids, documents, st.booleans()),
    st.builds(RunStarted, short, short, numbers),
    st.builds(OperationSkipped, numbers, addresses, operations, short),
    st.builds(Waiting, addresses, short, st.floats(0, 1e6)),
    st.builds(Verified, addresses),
    st.builds(Unverified, addresses, st.lists(short, max_size=2).map(tuple)),
    st.builds(RunFinished, st.sampled_from(Outcome)),
)

entries = st.builds(Entry, ids, documents, st.booleans(), short)
intents = st.builds(
    OpenIntent, addresses, operations, short, st.lists(ids, max_size=2).map(tuple), short
)
states = st.builds(
    State,
    project=short,
    environment=short,
    instance=short,
    lineage=short,
    serial=st.integers(0, 10**9),
    entries=st.dictionaries(addresses, entries, max_size=3),
    open_intents=st.lists(intents, max_size=2).map(tuple),
)
