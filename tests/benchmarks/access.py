"""What it takes to tell who gains and who loses: `python -m tests.benchmarks.access [N]`.

5,000 people, 2,000 groups nested eight deep, and N datasets (100) of five policies each whose
access a plan changes: each is shared with one more group, and one policy shows other rows.
"""

import resource
import sys
import time
from dataclasses import replace
from random import Random

from domostate.access.delta import delta
from domostate.access.estate import Estate
from domostate.access.words import rows_text
from domostate.model.holding import Holding, RowFilter, RowPolicy
from domostate.model.people import Group, Person
from domostate.model.principal import AccessLevel, Principal, PrincipalType

PEOPLE, GROUPS, DEPTH, POLICIES = 5_000, 2_000, 8, 5


def crowd(dice: Random) -> tuple[dict[str, Person], dict[str, Group]]:
    """People in groups, and each group in one of the depth above it."""
    people = {str(n): Person(str(n), f"user{n}@acme.example") for n in range(PEOPLE)}
    width = GROUPS // DEPTH
    inside: dict[int, set[str]] = {n: set() for n in range(GROUPS)}
    for n in range(width, GROUPS):
        inside[dice.randrange((n // width - 1) * width, n // width * width)].add(f"g{n}")
    groups = {
        f"g{n}": Group(
            f"g{n}",
            f"Group {n}",
            users=frozenset(str(one) for one in dice.sample(range(PEOPLE), 10)),
            groups=frozenset(inside[n]),
        )
        for n in range(GROUPS)
    }
    return people, groups


def of_group(number: int) -> Principal:
    return Principal(PrincipalType.GROUP, f"g{number}")


def holding(dice: Random) -> Holding:
    regions = [f"region {n}" for n in range(40)]
    shared = {of_group(dice.randrange(GROUPS)): AccessLevel.CAN_VIEW for _ in range(5)}
    policies = tuple(
        RowPolicy(
            f"policy {n}",
            (RowFilter("region", "EQUALS", tuple(sorted(dice.sample(regions, 3)))),),
            frozenset(dice.sample(sorted(shared), 2)),
            id=str(n),
        )
        for n in range(POLICIES)
    )
    owner = Principal(PrincipalType.USER, str(dice.randrange(PEOPLE)))
    return Holding(owner, shared, True, policies, {"region": "STRING"})


def changed(dice: Random, one: Holding) -> Holding:
    first, *others = one.policies
    wider = replace(first, filters=(RowFilter("region", "EQUALS", ("region 1", "region 2")),))
    more = {**(one.levels or {}), of_group(dice.randrange(GROUPS)): AccessLevel.CAN_VIEW}
    return replace(one, levels=more, policies=(wider, *others))


def main(count: int = 100) -> None:
    """Prints seconds, rows and memory."""
    dice = Random(7)
    people, groups = crowd(dice)
    before = {f"dataset.d{n:05}": holding(dice) for n in range(count)}
    after = {address: changed(dice, one) for address, one in before.items()}
    begun = time.perf_counter()
    found = delta(Estate(people, groups, before), Estate(people, groups, after), "0")
    words = {rows_text(one.after.rows) for one in found.changes}
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"access: {PEOPLE:,} people, {GROUPS:,} groups {DEPTH} deep, {count:,} datasets touched\n"
        f"  {took:.2f} s, {len(found.changes):,} people and datasets change, {len(words):,} "
        f"different rows, {peak:.0f} MB at the most\n"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
