"""Whatever names, paths and filters hold is only text on a page."""

import copy
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.emulator.client import Domo
from tests.emulator.conftest import ESTATE, SALES
from tests.emulator.html_page import Page
from tests.emulator.page_calls import crawl, read

HOSTILE = (
    "</title></style><script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "{{ 7 * 7 }}{% raw %}<b>&amp;&lt;",
    "javascript:alert(1)//'\"`",
    "invoice\u202egpj.exe\u2066\u200b\ufeff",
    "bell\x07 escape\x1b[31m null\x00 delete\x7f line\u2028break\r\n",
    "W" * 5000,
    "../../users/1?page=2#main",
)


def hostile(name: str) -> dict[str, Any]:
    """An estate in which everything that takes a text is called so."""
    made = copy.deepcopy(ESTATE)
    kept = {"<", ">", '"', "'", "&"}
    email = "".join(one for one in name if one.isalnum() or one in kept) + "@acme.example"
    made["users"] += [{
        "id": 7, "email": email, "name": name, "attributes": {name: [name]}, "role": "Editor",
    }]  # fmt: skip
    made["groups"] += [{"id": 27, "name": name, "description": name, "members": [email]}]
    made["groups"][0]["groups"] = [name]
    made["datasets"].append({
        "id": "7" * 8, "name": name, "description": name, "tags": [name],
        "owner": {"type": "GROUP", "name": name},
        "columns": [{"name": name, "type": "STRING"}],
        "permissions": [{"type": "USER", "email": email, "access": "CAN_VIEW"},
                        {"type": "CARD", "id": name, "access": "CAN_VIEW"}],
        "pdp": {
            "enabled": True,
            "policies": [
                {"name": name, "users": [email], "groups": ["Finance"], "virtual_users": [name],
                 "filters": [{"column": name, "operator": "EQUALS", "values": [name[:200]]}]},
                {"name": name, "users": ["bob@acme.example"],
                 "filters": [{"column": name, "operator": "EQUALS", "values": [name[:200]],
                              "type": "DYNAMIC"}]},
            ],
            "column_policies": [{"name": name, "columns": [{"column": name}],
                                 "rules": [{"values": [name]}]}],
        },
        "provider": name,
    })  # fmt: skip
    return made


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_are_shown_and_do_nothing(domo: Domo, name: str) -> None:
    """`Page` refuses tags and attributes that are not ours, and whatever acts in a text."""
    domo.reset(hostile(name))
    domo.faults({"path": name, "status": 503, "body": name})

    seen = crawl(domo, f"{domo.url}/_emulator/")

    pages = [read(domo, path) for path in ("", "/datasets/77777777", "/users/7", "/groups/27")]
    assert {one.url for one in pages[1:]} <= set(seen)
    for page in pages:
        shown = page.text.replace(" ", "")
        for word in "".join(one if one.isprintable() else " " for one in name[:300]).split():
            assert word in shown
    odd = {f"U+{ord(one):04X}" for one in name if not one.isprintable()}
    assert all(one in pages[1].title for one in odd)
    assert all(one in page.text for one in odd for page in pages)


def test_paths_of_requests_are_only_text(domo: Domo) -> None:
    for path in ("/<script>alert(1)</script>", "/%E2%80%AE%00?a='\">", "/\u202e\x7f"):
        domo.product("GET", path)

    page = read(domo)

    assert "alert(1)" in page.text


@example('"><script>alert(1)</script>')
@example("\u202e\x00\x1b'")
@example("%_\\*?[")
@settings(max_examples=60)
@given(asked=st.text(max_size=40))
def test_what_is_searched_is_only_text(running: Domo, asked: str) -> None:
    running.reset(ESTATE)
    for path in ("/", "/users", "/groups", "/users/1", "/groups/22", f"/datasets/{SALES}"):
        page = Page(running.send("GET", "/_emulator" + path, params={"q": asked, "page": asked}))

        assert page.status == 200
        if not any(one in asked for one in "\x00\r"):  # which HTML itself changes
            assert page.asked == asked
