"""Overlays and domostate.yml with one mistake each, and what people are told about it."""

from tests.manifests.mistakes import FIELDS, MORE_YAML, YAML, config, overlay
from tests.manifests.projects import CONFIG, DATASET

ENVIRONMENT = "project: acme\nenvironments:\n  dev:\n    instance: acme\n"

OVERLAYS = [
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

MISTAKES = [*YAML, *MORE_YAML, *FIELDS, *OVERLAYS, *CONFIGS]
