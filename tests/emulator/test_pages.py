"""The pages for people: what they tell, how one leafs through them, where their links lead."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.client import Domo, Server
from tests.emulator.conftest import BOB, CAT, ESTATE, EVE, FINANCE, INTERNS, PEOPLE, SALES, WEST
from tests.emulator.html_page import Page
from tests.emulator.page_calls import (
    ALL,
    NONE,
    crawl,
    estate,
    many,
    of_dataset,
    of_user,
    read,
    write,
)


@pytest.mark.parametrize("path", ["", "/"])
def test_the_first_page_lists_the_datasets(domo: Domo, path: str) -> None:
    page = read(domo, path)

    assert page.table("2 of 2 datasets") == [
        {
            "Dataset": "People",
            "Owner": "Ada",
            "Rows": "0",
            "Columns": "1",
            "Row policies": "PDP off, 1 policy",
            "Shared with": "0",
        },
        {
            "Dataset": "Sales Orders",
            "Owner": "Ada",
            "Rows": "0",
            "Columns": "3",
            "Row policies": "PDP on, 2 policies",
            "Shared with": "1",
        },
    ]
    assert "5 people and 3 groups" in page.text


def test_rows_are_counted_as_they_are_written(domo: Domo) -> None:
    write(domo, PEOPLE, "Ada\nBob\n")

    assert read(domo).table("2 of 2")[0]["Rows"] == "2"
    assert read(domo, f"/datasets/{PEOPLE}").fact("Rows") == "2"


def test_the_last_requests_are_shown_newest_first_and_pages_are_none(domo: Domo) -> None:
    domo.get("/content/v2/users?limit=1")
    domo.product("GET", "/data/v3/datasources/nope")
    read(domo, "")
    read(domo, "/users")

    found = read(domo).table("The newest first")

    assert [(one["Number"], one["Request"], one["Answer"]) for one in found] == [
        ("2", "GET /api/data/v3/datasources/nope", "404"),
        ("1", "GET /api/content/v2/users?limit=1", "200"),
    ]
    assert all(one["At"].endswith(" UTC") for one in found)


def test_no_more_than_the_last_requests_are_shown(domo: Domo) -> None:
    for _ in range(25):
        domo.get("/content/v2/users?limit=1")

    found = read(domo).table("The newest first")

    assert [int(one["Number"]) for one in found] == list(range(25, 5, -1))


def test_switches_and_faults_that_are_not_as_by_default_are_told(domo: Domo) -> None:
    assert "All switches are at their defaults." in read(domo).text
    assert "No faults are set." in read(domo).text

    domo.switch(page_limit=3, managing_roles=["Admin", "Editor"])
    domo.faults({"path": "/api/content/*", "status": 503, "times": 1})
    assert domo.product("GET", "/content/v2/users").status_code == 503

    page = read(domo)
    assert page.table("Switches") == [
        {"Switch": "managing_roles", "Now": '["Admin","Editor"]', "By default": '["Admin"]'},
        {"Switch": "page_limit", "Now": "3", "By default": "0"},
    ]
    (fault,) = page.table("Faults")
    assert '"path":"/api/content/*"' in fault["Fault"]
    assert (fault["Matched"], fault["Fired"]) == ("1", "1")
    assert "2 switches and 1 fault" in page.text


def test_a_fault_does_not_strike_the_pages(domo: Domo) -> None:
    domo.faults({"path": "*", "status": 503})

    assert read(domo, "").status == read(domo, "/users").status == 200


def test_the_page_of_a_person_tells_everything_they_see_and_through_what(domo: Domo) -> None:
    page = read(domo, f"/users/{BOB}")

    assert (page.fact("E-mail"), page.fact("Role")) == ("bob@acme.example", "Privileged")
    assert page.table("1 dataset") == [
        {
            "Dataset": "Sales Orders",
            "Rows": "rows where region is West",
            "Level": "CAN_VIEW",
            "Through": "CAN_VIEW through Finance",
            "Policies that apply": "West only by name",
        }
    ]
    assert "Finance directly" in page.text


def test_the_page_of_a_person_tells_through_which_groups_they_are_in_others(domo: Domo) -> None:
    assert "West Sales through Interns" in read(domo, f"/users/{CAT}").text


def test_a_managing_role_sees_every_dataset(domo: Domo) -> None:
    page = read(domo, "/users/1")

    assert [one["Rows"] for one in page.table("2 datasets")] == [
        f"{ALL} row policies are off",
        f"{ALL} bypasses policies by role",
    ]
    assert "manages every dataset" in page.fact("Role")


def test_who_is_inactive_sees_nothing(domo: Domo) -> None:
    grants = [{"type": "USER", "email": "eve@acme.example", "access": "CO_OWNER"}]
    domo.reset(estate(permissions=grants))

    page = read(domo, f"/users/{EVE}")

    assert "Inactive: cannot sign in" in page.text
    assert of_user(domo, EVE)["Rows"] == f"{NONE} inactive, cannot sign in"


def test_the_page_of_a_group_tells_its_members_and_what_it_gives(domo: Domo) -> None:
    grants = [{"type": "GROUP", "name": "West Sales", "access": "CAN_VIEW"}]
    domo.reset(estate(permissions=grants))

    west, interns = read(domo, f"/groups/{WEST}"), read(domo, f"/groups/{INTERNS}")

    assert "Interns (group)" in west.text
    assert west.table("1 dataset")[0]["Rows"] == "rows where region is West"
    assert interns.table("1 dataset")[0]["Through"] == "CAN_VIEW through West Sales"
    assert "West Sales directly" in interns.text
    assert "None." in read(domo, f"/groups/{FINANCE}").text


def test_an_inactive_group_gives_nothing(domo: Domo) -> None:
    made = estate()
    made["groups"][0]["active"] = False
    domo.reset(made)

    assert "None." in read(domo, f"/groups/{FINANCE}").text
    assert "Bob" in of_dataset(domo)  # a policy names him
    assert of_dataset(domo)["Bob"]["Rows"] == f"{NONE} no access to the dataset"


def test_people_and_groups_are_listed_and_found(domo: Domo) -> None:
    people, groups = read(domo, "/users").table("5 people"), read(domo, "/groups").table("3 groups")

    assert people[4] == {
        "Name": "Wes", "E-mail": "wes@acme.example", "Role": "Participant", "Active": "yes",
    }  # fmt: skip
    assert groups[2] == {
        "Name": "West Sales", "Type": "open", "Active": "yes", "People": "1", "Groups": "1",
    }  # fmt: skip
    assert [one["Name"] for one in read(domo, "/users?q=BOB%40").table("1 person")] == ["Bob"]
    assert [one["Name"] for one in read(domo, "/groups?q=inte").table("1 group")] == ["Interns"]
    assert "Nobody is called so." in read(domo, "/users?q=zzz").text


def test_what_else_hangs_on_a_dataset_is_told(domo: Domo) -> None:
    masks = {"name": "Masks", "rules": [{"values": ["hash"], "groups": ["Finance"]}],
             "columns": [{"column": "amount"}]}  # fmt: skip
    pdp = ESTATE["datasets"][0]["pdp"] | {"column_policies": [masks]}
    columns = ESTATE["datasets"][0]["columns"]
    domo.reset(estate(
        pdp=pdp, indexed_columns=columns[:2], hidden=True, stream={"update_method": "APPEND"},
        permissions=[{"type": "CARD", "id": "55", "access": "CAN_VIEW"}],
    ))  # fmt: skip

    page = read(domo, f"/datasets/{SALES}")

    assert page.fact("Hidden") == "yes"
    assert page.fact("Stream").endswith("APPEND")
    assert "CARD 55: CAN_VIEW" in page.text
    assert page.table("Column policies") == [
        {"Policy": "Masks", "Columns": "amount", "Masks": "hash for Finance (group)"}
    ]
    assert [one["Column"] for one in page.table("As defined last")] == [
        "order_id", "region", "amount (not indexed yet: no query sees it)",
    ]  # fmt: skip
    assert "(hidden)" in read(domo).text


def test_whom_a_policy_names_is_told(domo: Domo) -> None:
    found = read(domo, f"/datasets/{SALES}").table("Row policies")

    assert found[0]["To"] == "Bob, Cat, Wes, West Sales (group)"
    assert found[1] == {"Policy": "All Rows 9, Domo's own", "Shows": ALL, "To": "nobody"}


@pytest.mark.parametrize(
    "path",
    [
        "/datasets/nope",
        "/users/99",
        "/groups/99",
        "/users/x",
        "/users/-1",
        "/users/1e3",
        "/groups/%C2%B2",
        "/users/99999999999999999999999",
        "/groups/%00",
        "/datasets/%3Cscript%3E",
        "/users/%E2%80%AE",
    ],
)
def test_what_is_not_there_has_a_page_that_says_so(domo: Domo, path: str) -> None:
    page = read(domo, path, 404)

    assert "There is no" in page.text
    assert page.link("Overview") == f"{domo.url}/_emulator/"


def test_who_is_deleted_is_on_no_page(domo: Domo) -> None:
    domo.v1("DELETE", f"/users/{CAT}")
    domo.v1("DELETE", f"/groups/{INTERNS}")

    read(domo, f"/users/{CAT}", 404)
    read(domo, f"/groups/{INTERNS}", 404)
    assert not {"Cat", "Interns"} & of_dataset(domo, query="?all=1").keys()
    assert "4 people and 2 groups" in read(domo).text


def test_long_lists_are_leafed_through_and_the_filter_is_kept(domo: Domo) -> None:
    domo.reset(many(120))
    first = read(domo, "/?q=set")
    second = Page(domo.session.get(first.link("Next")))
    last = Page(domo.session.get(second.link("Last")))

    pages = [[one["Dataset"] for one in page.table("120")] for page in (first, second, last)]

    assert [len(one) for one in pages] == [50, 50, 20]
    assert [*pages[0], *pages[1], *pages[2]] == [f"Set {n:03}" for n in range(120)]
    assert "101 to 120 of 120" in last.text
    assert [page.asked for page in (first, second, last)] == ["set"] * 3
    assert Page(domo.session.get(last.link("First"))).table("120") == first.table("120")
    assert Page(domo.session.get(last.link("Previous"))).table("120") == second.table("120")


@pytest.mark.parametrize(
    ("page", "first"),
    [
        ("3", 100),
        ("4", 100),
        ("9" * 30, 100),
        ("9" * 5000, 0),
        ("0", 0),
        ("-1", 0),
        ("x", 0),
        ("", 0),
    ],
)
def test_a_page_that_is_not_there_is_the_nearest(domo: Domo, page: str, first: int) -> None:
    domo.reset(many(120))

    assert read(domo, f"/?page={page}").table("120")[0]["Dataset"] == f"Set {first:03}"


def test_every_list_is_leafed_through(domo: Domo) -> None:
    domo.reset(many(60))
    big = read(domo, "/?q=Set+000").link("Set 000").partition("/_emulator")[2]

    assert len(read(domo, "/users?page=2").table("65")) == 15
    assert len(read(domo, "/groups?page=2").table("63")) == 13
    assert len(read(domo, "/users/1?page=2").table("60")) == 10
    assert len(read(domo, f"{big}?page=2").table("Groups and people")) == 11
    assert len(read(domo, f"{big}?page=3&all=1").table("Groups and people")) == 28


def test_datasets_are_found_by_a_part_of_the_name_and_by_id(domo: Domo) -> None:
    found = {q: [one["Dataset"] for one in read(domo, f"/?q={q}").table("1 of 2")]
             for q in ("orders", SALES, "PEOP")}  # fmt: skip

    assert found == {"orders": ["Sales Orders"], SALES: ["Sales Orders"], "PEOP": ["People"]}
    assert "No dataset is called so." in read(domo, "/?q=4405ff58").text


def test_every_link_of_every_page_leads_somewhere(domo: Domo) -> None:
    domo.reset(many(55))
    domo.get("/content/v2/users?limit=1")

    seen = crawl(domo, f"{domo.url}/_emulator")

    assert len([one for one in seen if "/datasets/" in one]) > 55
    assert f"{domo.url}/_emulator/snapshot" in seen


def test_links_hold_whatever_ids_an_estate_chooses(domo: Domo) -> None:
    ids = ["a/b?c#d%41", "..", "'\"<b>"]
    domo.reset(estate() | {"datasets": [{"id": one, "name": one} for one in ids]})

    page = read(domo)

    assert [
        read(domo, one.partition("/_emulator")[2]).fact("Id")
        for one in page.links
        if "/datasets/" in one
    ] == ["'\"<b>", "a/b?c#d%41"]
    assert ".." in [one["Dataset"] for one in page.table("3 of 3")]


@pytest.mark.parametrize("path", ["/users/", "/datasets/", "/users/1/", f"/datasets/{SALES}/"])
def test_links_hold_behind_a_trailing_slash_too(domo: Domo, path: str) -> None:
    reply = domo.send("GET", "/_emulator" + path)

    if reply.status_code == 200:
        assert Page(reply).link("People") == f"{domo.url}/_emulator/users"


def test_a_page_is_kept_nowhere_and_shown_in_nothing(domo: Domo) -> None:
    headers = domo.send("GET", "/_emulator/").headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    for rule in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert rule in headers["content-security-policy"]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Server]:
    server = Server("--data", str(tmp_path / "data"), "--instance", "dev", "--instance", "prod")
    yield server
    server.stop()


def test_a_server_of_several_instances_lists_them(two: Server) -> None:
    domo = Domo(two.url)

    for path in ("/", "/_emulator", "/_emulator/"):
        page = Page(domo.send("GET", path))

        assert [one["Instance"] for one in page.table("2 instances")] == ["dev", "prod"]
        assert page.link("dev") == f"{two.url}/instances/dev/_emulator/"


def test_the_pages_of_an_instance_say_its_name_and_stay_in_it(two: Server) -> None:
    domo = Domo(two.url)
    Domo(f"{two.url}/instances/prod").reset(ESTATE)

    seen = crawl(domo, f"{two.url}/instances/prod/_emulator")

    assert all(one.startswith(f"{two.url}/instances/prod/_emulator") for one in seen)
    assert len(seen) > 10
    assert Page(domo.send("GET", "/instances/dev/_emulator")).title == (
        "Overview - dev - Domo emulator"
    )
    by_host = Page(domo.send("GET", "/_emulator/", headers={"Host": "prod.localhost"}))
    assert "2 of 2 datasets" in by_host.text
