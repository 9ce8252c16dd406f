"""What a plan means for people, in words."""

from dataclasses import replace

from domostate.model.effects import Effects
from domostate.model.plan import Plan
from domostate.model.principal import AccessLevel
from tests.builders import plan
from tests.views.samples import ROWS
from tests.views.test_plan_text import lines_of, text_of


def told(effects: Effects) -> Plan:
    return replace(plan(), effects=effects)


def test_people_of_whom_the_same_is_true_are_told_of_together() -> None:
    shown = text_of(told(Effects(ROWS[:6], gain=6)), width=200)

    assert (
        "        ! gains 6 people: ann@acme.example, bea@acme.example, cid@acme.example, "
        "dot@acme.example, eli@acme.example and 1 more: CAN_VIEW, rows: region is West\n"
    ) in shown
    assert (
        "by share of ann; share of bea; share of cid; share of dot; share of eli; and 1 more"
        in (shown)
    )


def test_levels_and_rows_are_told_before_and_after() -> None:
    lines = lines_of(told(Effects(ROWS[6:])))

    assert "v loses gus@acme.example: CAN_VIEW, rows: none" in lines
    assert "! other rows hal@acme.example: rows: region is West -> all" in lines
    assert "v fewer rows ida@acme.example: rows: all -> region is West" in lines
    assert "! other level jon@acme.example: CAN_VIEW -> CAN_EDIT" in lines


def test_who_sees_everything_by_their_role_is_counted() -> None:
    assert "1 person sees everything by their role, before and after." in lines_of(
        told(Effects(ROWS[:1], by_role=1))
    )


def test_very_many_lines_are_left_to_the_file() -> None:
    many = tuple(replace(ROWS[0], address=f"dataset.d{n:03}") for n in range(50))

    lines = lines_of(told(Effects(many)))

    assert "and 110 more lines, in the plan file" in lines
    assert len([line for line in lines if line.startswith("dataset.d")]) < 20


def test_what_nobody_can_tell_is_said() -> None:
    lines = lines_of(told(Effects(unknown="the Platform plane does not tell")))

    assert "Access: unknown: the Platform plane does not tell." in lines


def test_names_cannot_move_the_cursor() -> None:
    row = replace(ROWS[0], principal="a\x1b[2J@x", rows_after="region is \u202eWest")

    shown = text_of(told(Effects((row,))))

    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert AccessLevel.CAN_VIEW in shown
