"""Manifests with one mistake each, and what people are told about it."""

from typing import NamedTuple

from tests.manifests.projects import DATASET

FILE = "m.yml"


class Mistake(NamedTuple):
    """One mistake: `says` and `hint` are words of the finding, `where` its place."""

    name: str
    files: dict[str, str | bytes]
    where: str
    says: str
    hint: str = ""


def manifest(name: str, text: str | bytes, where: str, says: str, hint: str = "") -> Mistake:
    """A mistake in a manifest."""
    return Mistake(name, {FILE: text}, f"{FILE}:{where}", says, hint)


def dataset(name: str, fields: str, where: str, says: str, hint: str = "") -> Mistake:
    """A mistake among the fields of a dataset; they begin on line 4."""
    indented = "".join(f"    {line}\n" for line in fields.splitlines())
    return manifest(name, DATASET + indented, where, says, hint)


def overlay(name: str, base: str, patch: str, where: str, says: str, hint: str = "") -> Mistake:
    """A mistake in an overlay."""
    place = "environments/sandbox.yml"
    return Mistake(name, {FILE: base, place: patch}, f"{place}:{where}", says, hint)


def config(name: str, text: str, where: str, says: str, hint: str = "") -> Mistake:
    """A mistake in domostate.yml."""
    files: dict[str, str | bytes] = {"domostate.yml": text, FILE: DATASET}
    return Mistake(name, files, f"domostate.yml:{where}", says, hint)


SCHEMA = "schema: [{name: region, type: STRING}, {name: amount, type: LONG}]\n"
FILTER = "filters: [{column: region, operator: EQUALS, values: [West]}]"
POLICY = "pdp: {policies: [{name: West, users: [a@acme.example], %s}]}"
GRANT = "shares: [{user: a@acme.example, access: CAN_VIEW, %s}]"

YAML = [
    manifest("a tab", "datasets:\n\torders: {}\n", "2:1", "a tab is no indentation", "spaces"),
    manifest("an open quote", 'datasets:\n  a: "b\n', "2:6", "this quote is never closed"),
    manifest("a second colon", "datasets:\n  a: b: c\n", "2:7", "a ':' where none", "quotes"),
    manifest("an open brace", "datasets: {a: {name: A}\n", "1:11", "this bracket is never closed"),
    manifest("a bad indent", DATASET + "   b: c\n", "4:4", "does not fit", "same column"),
    manifest(
        "an at sign", "datasets:\n  a: {name: @b}\n", "2:13", "cannot begin with '@'", "quotes"
    ),
    manifest("a control character", "a: \x01\n", "1:4", "U+0001 cannot stand in YAML"),
    manifest("not UTF-8", b"datasets:\n  a: \xff\n", "2:6", "the byte 0xff is not UTF-8", "UTF-8"),
    manifest("UTF-16", "a: b".encode("utf-16"), "1:1", "is not UTF-8", "save the file as UTF-8"),
    manifest(
        "a key twice", DATASET + "    name: Other\n", "4:5", "'name' stands twice", "keep one"
    ),
    manifest("a tag", "datasets: !!python/name:os.system {}\n", "1:11", "the tag !!python/name:os"),
    manifest("a local tag", DATASET + "    description: !secret x\n", "4:18", "the tag !secret"),
    manifest("an unknown alias", "datasets: *there\n", "1:11", "*there repeats nothing"),
    manifest("an alias in itself", "datasets: &a {b: *a}\n", "1:18", "inside what it repeats"),
    manifest("deep nesting", "a: " + "[" * 70 + "]" * 70, "1:67", "more than 64 levels deep"),
    manifest("a list key", "datasets:\n  ? [a]\n  : b\n", "2:5", "a key is a word"),
    manifest("a bad merge", "datasets:\n  a: {<<: 3, name: A}\n", "2:7", "<< takes a mapping"),
    manifest("a list as a manifest", "- name: Orders\n", "1:1", "needs a mapping, has a list"),
    manifest("text as a manifest", "Orders\n", "1:1", "needs a mapping, has the text 'Orders'"),
]

MORE_YAML = [
    manifest("a bare sign", "a: >=0.1\n", "1:4", "text cannot begin with '>'", "quotes"),
    manifest("a list alias as key", "a: &a [1]\n? *a\n: b\n", "2:3", "a key is a word"),
    manifest(
        "a wrong core tag",
        "datasets:\n  a: {name: !!int x}\n",
        "2:13",
        "the tag !!int has no meaning",
    ),
    manifest(
        "a set tag",
        "datasets: {a: {name: A, tags: !!set []}}\n",
        "1:31",
        "the tag !!set has no meaning",
    ),
]

FIELDS = [
    manifest("an unknown section", "dataset: {}\n", "1:1", "unknown key 'dataset'", "'datasets'"),
    manifest("vars in a manifest", "vars: {a: b}\n", "1:1", "vars cannot be", "domostate.yml"),
    manifest("groups", "groups: {}\n", "1:1", "does not manage groups yet", "leave it out"),
    manifest("a list of datasets", "datasets: []\n", "1:1", "needs a mapping of names, has a list"),
    manifest("a bare dataset", "datasets:\n  orders:\n", "2:3", "needs a mapping, has nothing"),
    manifest("no name", "datasets:\n  orders: {tags: []}\n", "2:3", "name is missing"),
    manifest("an empty name", 'datasets:\n  a:\n    name: ""\n', "3:5", "name is empty"),
    manifest(
        "a numeric name",
        "datasets:\n  a:\n    name: 12\n",
        "3:5",
        "needs text, has the number 12",
        '"12"',
    ),
    manifest(
        "a bad address", "datasets:\n  a b: {name: A}\n", "2:3", "cannot be part of an address"
    ),
    dataset("an unknown key", "descripton: x", "4:5", "unknown key 'descripton'", "'description'"),
    dataset("nothing near", "zzz: x", "4:5", "unknown key 'zzz'", "name, description, owner"),
    dataset("an empty key", "tags:", "4:5", "tags has no value", "[] for none"),
    dataset(
        "a number among tags",
        "tags: [a, 12]",
        "4:15",
        "entry 2 of tags needs text, has the number 12",
        '"12"',
    ),
    dataset("a boolean tag", "tags: [true]", "4:12", "needs text, has true", '"true"'),
    dataset(
        "tags as text", "tags: finance", "4:5", "needs a list or a mapping, has the text 'finance'"
    ),
    dataset(
        "a misspelt mode",
        "tags: {mode: atleast, values: []}",
        "4:12",
        "unknown mode 'atleast'",
        "'at_least'",
    ),
    dataset("a list as owner", "owner: [a]", "4:5", "needs text or a mapping, has a list"),
    dataset("two owners", "owner: {user: a, group: b}", "4:5", "exactly one of user and group"),
    dataset("a misspelt owner", "owner: {grup: Finance}", "4:13", "unknown key 'grup'", "'group'"),
    dataset(
        "an unknown type",
        "schema:\n  - {name: a, type: STRIN}",
        "5:19",
        "unknown type 'STRIN'",
        "'STRING'",
    ),
    dataset(
        "a small type",
        "schema: [{name: a, type: string}]",
        "4:24",
        "unknown type 'string'",
        "'STRING'",
    ),
    dataset("no type", "schema: [{name: a}]", "4:14", "type is missing"),
    dataset(
        "a far type",
        "schema: [{name: a, type: BLOB}]",
        "4:24",
        "unknown type 'BLOB'",
        "one of STRING, DECIMAL",
    ),
    dataset(
        "columns that differ by case",
        "schema:\n  - {name: a, type: LONG}\n  - {name: A, type: LONG}",
        "6:9",
        "column 'A' is declared twice, first at m.yml:5:9",
    ),
    dataset(
        "an unknown access",
        "shares: [{user: a, access: CAN_VIW}]",
        "4:24",
        "unknown access 'CAN_VIW'",
        "'CAN_VIEW'",
    ),
    dataset(
        "no principal",
        "shares:\n  grants: [{access: CAN_VIEW}]",
        "5:16",
        "exactly one of user and group",
    ),
    dataset("until", GRANT % "until: 2027-01-31", "4:55", "access that ends yet", "leave it out"),
    dataset("for", GRANT % "for: 30d", "4:55", "access that ends yet", "leave it out"),
    dataset(
        "a member until",
        POLICY.replace("a@acme.example", "{user: a, until: x}") % FILTER,
        "4:53",
        "access that ends yet",
    ),
    dataset(
        "a principal twice",
        "shares:\n  - {user: a@x, access: CAN_VIEW}\n  - {user: A@x, access: CAN_EDIT}",
        "6:9",
        "user 'a@x' is given access twice, first at m.yml:5:9",
    ),
    dataset(
        "a policy twice",
        f"pdp:\n  policies:\n"
        f"    - {{name: W, users: [a], {FILTER}}}\n    - {{name: W, users: [b], {FILTER}}}",
        "7:11",
        "policy 'W' is declared twice, first at m.yml:6:11",
    ),
    dataset(
        "an unknown column",
        SCHEMA + POLICY % FILTER.replace("region", "regon"),
        "5:71",
        "unknown column 'regon'",
        "'region'",
    ),
    dataset(
        "a column's case",
        SCHEMA + POLICY % FILTER.replace("region", "Region"),
        "5:71",
        "unknown column 'Region'",
        "'region'? Columns are told apart by case",
    ),
    dataset(
        "an unknown operator",
        POLICY % FILTER.replace("EQUALS", "EQUAL"),
        "4:87",
        "unknown operator 'EQUAL'",
        "'EQUALS'",
    ),
    dataset(
        "BETWEEN one value",
        POLICY % FILTER.replace("EQUALS", "BETWEEN"),
        "4:106",
        "values of BETWEEN are exactly two, here are 1",
    ),
    dataset("no values", POLICY % FILTER.replace("[West]", "[]"), "4:105", "values is empty"),
    dataset("no filters", POLICY % "filters: []", "4:60", "filters is empty"),
    dataset(
        "long values",
        POLICY % FILTER.replace("West", "x" * 255),
        "4:60",
        "have 255 characters when joined",
        "split the policy",
    ),
    dataset(
        "UPSERT without keys",
        "stream: {update_method: UPSERT}",
        "4:14",
        "UPSERT and key_columns go together",
    ),
    dataset(
        "keys without UPSERT",
        "stream: {update_method: APPEND, key_columns: [a]}",
        "4:14",
        "UPSERT and key_columns go together",
    ),
    dataset(
        "an unknown key column",
        SCHEMA + "stream: {update_method: UPSERT, key_columns: [amont]}",
        "5:51",
        "key column 'amont' is not in the schema",
        "'amount'",
    ),
    dataset(
        "a misspelt policy key", POLICY % "filter: []", "4:60", "unknown key 'filter'", "'filters'"
    ),
    dataset(
        "a fraction in a schedule",
        "stream: {update_method: APPEND, provider: p, transport: {description: d},\n"
        "  schedule: {a: 1.5}}",
        "5:18",
        "a needs",
    ),
    dataset(
        "an unknown share set",
        "shares: {use: [finance]}",
        "4:20",
        "unknown share set 'finance'",
        "share_sets",
    ),
    dataset(
        "an unknown variable",
        'description: "in ${regon}"',
        "4:5",
        "unknown variable 'regon'",
        "'region'",
    ),
    dataset("an open variable", 'description: "in ${region"', "4:5", "a variable without its }"),
    manifest(
        "a misspelt set",
        "share_sets: {finance: []}\n" + DATASET + "    shares: {use: [finanse]}\n",
        "5:20",
        "unknown share set 'finanse'",
        "'finance'",
    ),
    manifest(
        "a mistake in a set",
        "share_sets:\n  f: [{group: F, access: VIEW}]\n" + DATASET + "    shares: {use: [f]}\n",
        "2:18",
        "unknown access 'VIEW'",
        "CAN_VIEW",
    ),
    manifest(
        "a mistake in the defaults",
        "defaults: {onwer: a}\n" + DATASET,
        "1:12",
        "unknown key 'onwer'",
        "'owner'",
    ),
    manifest("a default name", "defaults: {name: a}\n" + DATASET, "1:12", "name has no default"),
    manifest(
        "an address twice",
        DATASET + "---\n" + DATASET,
        "6:3",
        "dataset.orders is declared twice, first at m.yml:2:3",
    ),
    manifest(
        "a name twice",
        DATASET + "  others: {name: Orders}\n",
        "4:12",
        "another dataset has the name 'Orders': dataset.orders at m.yml:3:5",
    ),
    manifest(
        "an id twice",
        DATASET + "    adopt: {id: 4}\n  others: {name: Others, adopt: {id: 4}}\n",
        "5:34",
        "id 4 is adopted twice, first by dataset.orders at m.yml:4:13",
    ),
    dataset(
        "an unknown field to ignore",
        "ignore: [tags, descripton]",
        "4:20",
        "'descripton' is not a field to ignore",
        "did you mean 'description'?",
    ),
    dataset(
        "a marker among the tags",
        "tags: [pii, managed-by:domostate:acme]",
        "4:17",
        "'managed-by:domostate:acme' is a marker: domostate sets it by itself",
        "marker: in domostate.yml",
    ),
    dataset(
        "a marker in long form",
        "tags: {mode: at_least, values: [managed-by:domostate:beta]}",
        "4:37",
        "'managed-by:domostate:beta' is a marker",
    ),
    dataset(
        "key columns without a schema",
        "stream: {update_method: UPSERT, key_columns: [id]}",
        "4:37",
        "key columns need a schema",
        "declare a schema",
    ),
    dataset("an empty description", "description:", "4:5", "has no value", "write one"),
    manifest(
        "a set used twice",
        "share_sets: {s: []}\n" + DATASET + "    shares: {use: [s, s]}\n",
        "5:23",
        "the share set 's' is used twice here",
    ),
    manifest("defaults twice", "defaults: {}\n---\ndefaults: {}\n", "3:1", "stand twice"),
    manifest("defaults as a list", "defaults: []\n", "1:1", "needs a mapping, has a list"),
    manifest(
        "a set twice",
        "share_sets: {a: []}\n---\nshare_sets: {a: []}\n",
        "3:14",
        "the share set 'a' is declared twice, first at m.yml:1:14",
    ),
    manifest("a number as a set", "share_sets: {a: [1]}\n", "1:18", "this entry needs a mapping"),
]
