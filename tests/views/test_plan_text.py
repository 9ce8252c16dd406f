import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domostate.model.change import Action, ChangeClass, Origin
from domostate.model.plan import (
    Budget,
    DriftRow,
    Plan,
    PlanEnvironment,
    Refusal,
    RefusalKind,
    Summary,
)
from domostate.planning.codec import canonical, decode
from domostate.views.plan_text import plan_text, show_plan
from domostate.views.terminal import Terminal
from tests.builders import change, document, field, grant, operation, plan, policy
from tests.builders import group as a_group
from tests.builders import user as a_user
from tests.views.samples import departures_plan, returns, rich_plan

Golden = Callable[[str, str], None]

HOSTILE = st.text(
    alphabet=st.sampled_from(
        "a Z.\n\r\t\x1b[31m\x00\x07\x85\u202e\u2066\u200b\ufeff\ue000\xa0]|\"':,"
    ),
    min_size=1,
    max_size=12,
)


def text_of(made: Plan, **options: Any) -> str:
    return plan_text(document(made), **options)


def lines_of(made: Plan) -> list[str]:
    return [line.strip() for line in text_of(made).splitlines()]


def test_every_kind_of_change_is_shown(golden: Golden) -> None:
    golden("plan_rich.txt", text_of(rich_plan()))


def test_a_narrow_terminal_wraps_and_cuts_nothing(golden: Golden) -> None:
    golden("plan_rich_60.txt", text_of(rich_plan(), width=60))


def test_addresses_that_leave_are_shown_with_what_goes_and_what_is_refused(golden: Golden) -> None:
    golden("plan_departures.txt", text_of(departures_plan()))


def test_what_is_to_be_pasted_stays_on_one_line_however_narrow_the_terminal() -> None:
    lines = [line.strip() for line in text_of(departures_plan(), width=40).splitlines()]

    assert "moved: [{from: dataset.a, to: dataset.b}]" in lines
    assert 'datasets: {ledger: {name: "Ledger", protect: false}}' in lines


def test_a_creation_is_shown_in_full(golden: Golden) -> None:
    golden("plan_create.txt", text_of(plan(returns(), summary=Summary(add=1, unchanged=57))))


def test_all_that_stands_against_a_plan_and_the_command_that_allows_it_are_shown(
    golden: Golden,
) -> None:
    marker = "tags[managed-by:domostate:acme]"
    hint = "If this one is to manage it:\n  domostate plan --take-over dataset.sales_orders"
    of_beta = "dataset.sales_orders: dataset 4405 bears the marker of the project beta"
    budgets = [Budget("lockout", 0, 1, ("dataset.returns",), ("dataset.returns: nobody is left",))]
    made = plan(
        change(fields=[field(marker, None, True, Origin.DRIFT, prior=True)]),
        refusals=[Refusal(RefusalKind.MANAGED_ELSEWHERE, "dataset.sales_orders", of_beta, hint)],
        budgets=budgets,
        take_over=["dataset.costs"],
        allow={"owner": 2},
    )

    golden("plan_refused.txt", text_of(made))


def test_what_is_created_bears_a_marker_without_a_word() -> None:
    silent = {"identity": {"name": "A"}, "tags": {"values": ["managed-by:domostate:acme"]}}
    tagged = {**silent, "tags": {"values": ["finance", "managed-by:domostate:acme"]}}
    untagged = {**silent, "tags": {"values": []}}

    def shown(after: dict[str, Any]) -> list[str]:
        lines = lines_of(plan(change("dataset.a", Action.CREATE, id_=None, after=after)))
        return [line for line in lines if "tag" in line]

    assert (shown(silent), shown(tagged), shown(untagged)) == (
        [],
        ["tags: finance"],
        ["tags: none"],
    )


def test_protection_that_comes_or_goes_is_said() -> None:
    for was, becomes in ((True, "on -> off"), (False, "off -> on")):
        made = plan(change(fields=[field("protect", was, not was)]))

        assert f"~ change protection: {becomes}" in lines_of(made)


def test_no_changes_still_says_what_was_left_out(golden: Golden) -> None:
    made = plan(summary=Summary(unchanged=57, skipped=2, suppressed=17))

    golden("plan_no_changes.txt", text_of(made))


def test_the_summary_line_is_the_one_that_scripts_rely_on() -> None:
    made = plan(change(), summary=Summary(2, 3, 4, 0, 0, 1, 57, 2, 17))

    assert text_of(made, width=40).splitlines()[-3:] == [
        "Plan: 2 to adopt, 3 to add, 4 to change, 0 to forget, 0 to destroy; 1 access to revoke. "
        "57 unchanged, 2 skipped, 17 differences suppressed.",
        "Access: 0 people gain, 0 lose, 0 change rows.",
        "API: 212 reads, 0 writes planned.",
    ]


def test_nothing_to_do_is_said_in_the_words_that_scripts_rely_on() -> None:
    assert lines_of(plan())[0] == "No changes. sandbox (emulator) matches the manifests."


def test_quiet_leaves_the_summary_only() -> None:
    assert len(text_of(rich_plan(), quiet=True).splitlines()) == 3


def test_risks_come_first_and_widening_before_all_others() -> None:
    risks = [
        change(f"dataset.{risk}", classes=[risk])
        for risk in (ChangeClass.NARROWING, ChangeClass.DESTRUCTIVE, ChangeClass.WIDENING)
    ]

    assert [line.split("  ")[0] for line in lines_of(plan(*risks))[2:5]] == [
        "! widens access",
        "- destroys",
        "v narrows access",
    ]


def test_what_is_created_in_place_of_a_recorded_id_is_a_risk() -> None:
    made = plan(change("dataset.a", Action.CREATE, id_="77"))

    assert "-/+ recreates  dataset.a  in place of id 77" in lines_of(made)


def test_what_counts_against_the_recreate_budget_is_a_risk() -> None:
    budget = Budget("recreate", 0, 1, ("dataset.a",))

    made = plan(change("dataset.a", Action.CREATE, id_=None), budgets=[budget])

    assert "-/+ recreates  dataset.a" in lines_of(made)


def test_a_list_of_risks_ends_in_a_count() -> None:
    many = [change(f"dataset.d{n}", classes=[ChangeClass.WIDENING]) for n in range(25)]

    assert "! widens access  and 5 more" in lines_of(plan(*many))


def test_a_field_that_moved_in_domo_is_said_to_have() -> None:
    drifted = field("description", "b", "a", Origin.DRIFT, prior="a")

    assert '~ change description: "b" -> "a" (drift: changed in Domo)' in lines_of(
        plan(change(fields=[drifted]))
    )


def test_drift_that_stays_is_said_in_the_words_of_a_change() -> None:
    rows = [
        DriftRow("dataset.a", "owner", "ada@acme.example", "bea@acme.example", False),
        DriftRow("dataset.a", "pdp.policies[West]", None, policy("West"), False),
        DriftRow("dataset.a", "pdp.policies[East].users[wes@acme.example]", True, None, False),
        DriftRow("dataset.a", "pdp.all_rows.groups[Admins]", None, True, False),
    ]

    assert lines_of(plan(drift=rows))[1:6] == [
        "dataset.a",
        "~ changed owner: ada@acme.example -> bea@acme.example",
        "+ added policy West",
        "- removed policy East: user wes@acme.example",
        "+ added policy All Rows: group Admins",
    ]


def test_principals_without_a_name_are_shown_by_id() -> None:
    nameless = {"type": "GROUP", "id": "7", "name": ""}
    moved = field("owner", "ada@acme.example", nameless)
    added = field("pdp.policies[West]", None, policy("West", groups=[nameless]))

    assert "> transfer owner: ada@acme.example -> group id 7" in lines_of(
        plan(change(fields=[moved]))
    )
    assert "for: group id 7" in lines_of(plan(change(fields=[added])))


def test_an_object_without_owner_is_nobodys() -> None:
    moved = field("owner", None, a_user("ada@acme.example"))

    assert "> transfer owner: nobody -> ada@acme.example" in lines_of(plan(change(fields=[moved])))


def test_an_unknown_field_is_shown_by_its_path() -> None:
    made = plan(change(fields=[field("certified.level", {"of": [1, None, True]}, "gold")]))

    assert "~ change certified.level: (of 1, nothing, true) -> gold" in lines_of(made)


def test_an_unknown_aspect_of_a_creation_is_shown() -> None:
    made = plan(change("page.a", Action.CREATE, id_=None, before={}, after={"layout": {"rows": 2}}))

    assert "layout: (rows 2)" in lines_of(made)


def test_a_secret_setting_is_never_shown() -> None:
    secrets = {"password": "c4n4ry", "nested": {"clientSecret": "c4n4ry"}, "token": ["c4n4ry"]}
    made = plan(
        change(
            fields=[
                *(field(f"stream.configuration[{key}]", None, secrets[key]) for key in secrets),
                field("stream.configuration[apiKey]", "old c4n4ry", "c4n4ry"),
                field("stream.configuration", None, secrets),
                field("account.password", "c4n4ry", None),
            ]
        ),
        change("dataset.b", Action.CREATE, id_=None, after={"stream": {"configuration": secrets}}),
    )

    assert "c4n4ry" not in text_of(made)


def test_a_name_cannot_pass_for_more_than_a_name() -> None:
    pretender = field("shares[group Finance: CAN_VIEW (why)]", None, "CO_OWNER")

    assert '+ add share group "Finance: CAN_VIEW (why)": CO_OWNER' in lines_of(
        plan(change(fields=[pretender]))
    )


def test_an_exceeded_budget_names_the_command_that_allows_it() -> None:
    made = plan(change(), budgets=[Budget("revoke", 3, 5)], allow={"revoke": 2, "widen": 1})

    assert "domostate plan --out FILE --allow revoke=4 --allow widen=1" in lines_of(made)


def test_the_text_of_a_saved_plan_is_the_text_of_the_plan() -> None:
    saved = decode(canonical(document(rich_plan())))

    assert plan_text(saved) == text_of(rich_plan())


def test_colour_changes_no_letter() -> None:
    stream = io.StringIO()

    show_plan(document(rich_plan()), Terminal(stream, io.StringIO(), colour_out=True))

    coloured = stream.getvalue()
    assert "\x1b[" in coloured
    for code in ("0", "1;31", "1", "31", "32", "33", "34", "35", "36", "2"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == text_of(rich_plan())


@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_names_leave_no_control_characters(one: str, two: str, three: str) -> None:
    who = a_group(two)
    fields = [
        *(field(f"{path}[{one}]", None, two) for path in ("tags", "shares", "pdp", "x")),
        field(f"pdp.policies[{one}].users[{two}]", None, True),
        field(f"pdp.policies[{two}]", None, policy(one, [three], groups=[who])),
        field("owner", who, a_user(three)),
        field(f"stream.configuration[{one}]", two, three),
        field(three, {one: two}, [two, {three: one}]),
    ]
    after = {
        "identity": {"name": one, "description": two},
        "tags": {"values": [three]},
        "schema": {"columns": [{"name": one, "type": two}]},
        "shares": {"grants": [grant(who, three)]},
        "pdp": {"enabled": True, "policies": [policy(one, [two], users=[a_user(three)])]},
        "stream": {one: two, "configuration": {two: three}},
        one: two,
    }
    steps = [operation(1, one, f"x.{two}", ChangeClass.WIDENING)]
    made = plan(
        change(f"x.{two}", fields=fields, title=one, reasons=[two], operations=steps),
        change(f"y.{one}", Action.CREATE, id_=three, after=after),
        notes=[one],
        drift=[
            DriftRow(one, f"pdp.policies[{two}].users[{three}]", True, None, False),
            DriftRow(one, two, [three], {two: one}, False),
        ],
        budgets=[Budget(one, 0, 1, (two,))],
    )

    shown = text_of(replace(made, environment=PlanEnvironment(one, two)))

    assert all(char.isprintable() or char == "\n" for char in shown)


def test_wrapping_moves_blanks_and_nothing_else() -> None:
    made = document(rich_plan())
    words = plan_text(made).split()

    assert [w for w in range(40, 141) if plan_text(made, width=w).split() != words] == []


def test_equal_plans_have_equal_text() -> None:
    assert text_of(rich_plan()) == text_of(rich_plan())
