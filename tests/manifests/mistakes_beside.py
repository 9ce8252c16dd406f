"""What stands beside datasets, with one mistake each, and what people are told about it."""

from tests.manifests.mistakes import (
    FIELDS,
    MORE_YAML,
    YAML,
    Mistake,
    config,
    manifest,
    overlay,
)
from tests.manifests.projects import CONFIG, DATASET

ENVIRONMENT = "project: acme\nenvironments:\n  dev:\n    instance: acme\n"


def departure(name: str, line: str, where: str, says: str, hint: str = "") -> Mistake:
    """A mistake in what stands on line 4, below a dataset called orders."""
    return manifest(name, f"{DATASET}{line}\n", where, says, hint)


DEPARTURES = [
    departure("moved as a mapping", "moved: {a: b}", "4:1", "moved needs a list, has a mapping"),
    departure("removed as text", "removed: a", "4:1", "removed needs a list, has the text 'a'"),
    departure("a bare address", "removed: [a]", "4:11", "entry 1 of removed needs a mapping"),
    departure("no to", "moved: [{from: dataset.a}]", "4:9", "to is missing"),
    departure(
        "an unknown key in a move",
        "moved: [{form: dataset.a, to: dataset.orders}]",
        "4:10",
        "unknown key 'form'",
        "'from'",
    ),
    departure(
        "a name for an address",
        "moved: [{from: order, to: dataset.orders}]",
        "4:10",
        "'order' is not an address",
        "did you mean 'dataset.order'?",
    ),
    departure(
        "no address at all",
        "removed: [{address: my orders, destroy: false}]",
        "4:12",
        "'my orders' is not an address",
        "<kind>.<name>",
    ),
    departure(
        "an unknown kind",
        "moved: [{from: datasets.a, to: dataset.orders}]",
        "4:10",
        "unknown kind 'datasets'",
        "'dataset'",
    ),
    departure(
        "a blank in an address",
        "removed: [{address: dataset.a b, destroy: false}]",
        "4:12",
        "'a b' cannot be part of an address",
    ),
    departure(
        "a move to itself",
        "moved: [{from: dataset.a, to: dataset.a}]",
        "4:27",
        "dataset.a is moved to itself",
    ),
    departure(
        "moved twice",
        "moved: [{from: dataset.a, to: dataset.orders}, {from: dataset.a, to: dataset.orders}]",
        "4:49",
        "dataset.a is moved twice, first at m.yml:4:10",
    ),
    departure(
        "two moved to one",
        "moved: [{from: dataset.a, to: dataset.orders}, {from: dataset.b, to: dataset.orders}]",
        "4:66",
        "dataset.orders is moved to twice, first at m.yml:4:27",
    ),
    manifest(
        "moved and still declared",
        "datasets: {a: {name: A}, b: {name: B}}\nmoved: [{from: dataset.a, to: dataset.b}]\n",
        "2:10",
        "dataset.a is still declared, at m.yml:1:12",
    ),
    departure(
        "moved to nothing",
        "moved: [{from: dataset.a, to: dataset.order}]",
        "4:27",
        "dataset.order is not declared, and dataset.a is moved to it",
        "did you mean 'dataset.orders'?",
    ),
    departure(
        "a chain to nothing",
        "moved: [{from: dataset.a, to: dataset.b}, {from: dataset.b, to: dataset.zzz}]",
        "4:61",
        "dataset.zzz is not declared, and dataset.b is moved to it",
        "declare it",
    ),
    departure(
        "moved to what is removed",
        "removed: [{address: dataset.b, destroy: false}]\n"
        "moved: [{from: dataset.a, to: dataset.b}]",
        "5:27",
        "dataset.b is not declared, and dataset.a is moved to it",
        "name dataset.a under removed: as well",
    ),
    departure(
        "a circle met from outside",
        "moved:\n  - {from: dataset.d, to: dataset.b}\n  - {from: dataset.b, to: dataset.b1}\n"
        "  - {from: dataset.b1, to: dataset.d}",
        "6:6",
        "lead in a circle: dataset.b -> dataset.b1 -> dataset.d -> dataset.b",
    ),
    departure(
        "no word on destroying",
        "removed: [{address: dataset.a}]",
        "4:11",
        "destroy is missing",
    ),
    departure(
        "destroy as text",
        "removed: [{address: dataset.a, destroy: maybe}]",
        "4:32",
        "destroy needs true or false",
    ),
    departure(
        "destroyed without a reason",
        "removed: [{address: dataset.a, destroy: true}]",
        "4:32",
        "destroy takes a reason, which the plan shows",
    ),
    departure(
        "an empty reason",
        'removed: [{address: dataset.a, destroy: true, reason: ""}]',
        "4:47",
        "reason is empty",
    ),
    departure(
        "a blank reason",
        'removed: [{address: dataset.a, destroy: true, reason: " "}]',
        "4:32",
        "destroy takes a reason",
    ),
    departure(
        "removed twice",
        "removed: [{address: dataset.a, destroy: false}, {address: dataset.a, destroy: false}]",
        "4:50",
        "dataset.a is removed twice, first at m.yml:4:12",
    ),
    departure(
        "removed and still declared",
        "removed: [{address: dataset.orders, destroy: false}]",
        "4:12",
        "dataset.orders is still declared, at m.yml:2:3",
    ),
    departure(
        "removed and moved",
        "moved: [{from: dataset.a, to: dataset.orders}]\n"
        "removed: [{address: dataset.a, destroy: false}]",
        "5:12",
        "dataset.a is removed, and moved at m.yml:4:9",
    ),
    Mistake(
        "the same removal in two files",
        {
            "m.yml": DATASET + "removed: [{address: dataset.a, destroy: false}]\n",
            "n.yml": "removed: [{address: dataset.a, destroy: false}]\n",
        },
        "n.yml:1:12",
        "dataset.a is removed twice, first at m.yml:4:12",
    ),
]

OVERLAYS = [
    overlay("a list of moves", DATASET, "moved: {}\n", "1:1", "moved needs a list"),
    overlay(
        "a removal that is not there to be taken back",
        DATASET,
        "removed: [{address: dataset.a, destroy: null}]\n",
        "1:11",
        "null removes 'dataset.a', which is not there",
    ),
    overlay(
        "a removal of what the environment still declares",
        DATASET,
        "removed: [{address: dataset.orders, destroy: true, reason: r}]\n",
        "1:12",
        "dataset.orders is still declared, at m.yml:2:3",
    ),
    overlay("groups", DATASET, "groups: {}\n", "1:1", "does not manage groups yet"),
    overlay("variables", DATASET, "vars: {}\n", "1:1", "vars cannot be declared here"),
    overlay("defaults", DATASET, "defaults: {}\n", "1:1", "defaults cannot be declared here"),
    overlay("a list", DATASET, "[]\n", "1:1", "needs a mapping, has a list"),
    overlay(
        "an unknown dataset",
        DATASET,
        "datasets: {order: {name: A}}\n",
        "1:12",
        "unknown dataset 'order'",
        "'orders'",
    ),
    overlay(
        "null removes nothing",
        DATASET,
        "datasets:\n  orders: {descripton: null}\n",
        "2:12",
        "null removes 'descripton', which is not there",
    ),
    overlay(
        "an unknown section", DATASET, "dataset: {}\n", "1:1", "unknown key 'dataset'", "'datasets'"
    ),
    overlay(
        "an unknown field",
        DATASET,
        "datasets:\n  orders:\n    tag: [a]\n",
        "3:5",
        "unknown key 'tag'",
        "'tags'",
    ),
    overlay(
        "a grant patched twice",
        DATASET,
        "datasets:\n  orders:\n    shares:\n"
        "      - {user: a, access: CAN_VIEW}\n      - {user: a, access: CAN_EDIT}\n",
        "5:9",
        "patched twice",
    ),
]

CONFIGS = [
    config(
        "an empty file", "", "1:1", "needs a mapping with project and environments, has nothing"
    ),
    config("no project", "environments:\n  a: {instance: acme}\n", "1:1", "project is missing"),
    config("no environments", "project: acme\n", "1:1", "environments is missing"),
    config(
        "an unknown key",
        ENVIRONMENT + "manifest: .\n",
        "5:1",
        "unknown key 'manifest'",
        "'manifests'",
    ),
    config(
        "a wrong version",
        'required_version: ">=99"\nzzz: 1\n',
        "1:1",
        "asks for domostate >=99, this is",
    ),
    config(
        "a bad version", ENVIRONMENT + "required_version: newest\n", "5:1", "is a condition such as"
    ),
    config(
        "an unquoted version",
        ENVIRONMENT + "required_version: 0.1\n",
        "5:1",
        "needs text, has the number 0.1",
        '"0.1"',
    ),
    config(
        "an unknown backend",
        ENVIRONMENT + "state: {backend: locl}\n",
        "5:9",
        "unknown backend 'locl'",
        "'local'",
    ),
    config(
        "two targets",
        ENVIRONMENT + "    url: http://127.0.0.1:1\n",
        "3:3",
        "exactly one of url and instance",
    ),
    config(
        "no target",
        "project: acme\nenvironments:\n  dev: {}\n",
        "3:3",
        "exactly one of url and instance",
    ),
    config(
        "a host as instance",
        ENVIRONMENT.replace("acme\n", "acme.domo.com\n"),
        "4:5",
        "instance is the first part of the host",
    ),
    config(
        "a literal secret",
        ENVIRONMENT + "    credentials: {developer_token: hunter2}\n",
        "5:19",
        "a secret is never written here",
    ),
    config(
        "a numeric secret",
        ENVIRONMENT + "    credentials: {client_secret: 123456789}\n",
        "5:19",
        "a secret is never written here",
    ),
    config(
        "a bad budget",
        ENVIRONMENT + "budgets: {delete: many}\n",
        "5:11",
        "a budget is a count such as 5",
    ),
    config(
        "an unknown budget",
        ENVIRONMENT + "budgets: {deletes: 5}\n",
        "5:11",
        "unknown key 'deletes'",
        "'delete'",
    ),
    config(
        "an absolute folder", ENVIRONMENT + "manifests: /srv\n", "5:1", "relative to domostate.yml"
    ),
    config(
        "a missing folder",
        ENVIRONMENT + "manifests: there\n",
        "5:1",
        "the manifest folder there is not there",
    ),
    config("a syntax error", ENVIRONMENT + "state: [\n", "5:9", "a value is missing here"),
    config("a key twice", ENVIRONMENT + "project: other\n", "5:1", "'project' stands twice"),
    config(
        "an environment's name",
        ENVIRONMENT.replace("dev", "a/b"),
        "3:3",
        "an environment's name is made of",
    ),
    config(
        "a misplaced estate",
        ENVIRONMENT + "    estate: e.yml\n",
        "5:5",
        "estate belongs to the embedded emulator",
    ),
    config(
        "an ftp url",
        CONFIG.replace("emulator:", "ftp://a"),
        "4:5",
        "begins with http:// or https://",
    ),
]

MISTAKES = [*YAML, *MORE_YAML, *FIELDS, *DEPARTURES, *OVERLAYS, *CONFIGS]
