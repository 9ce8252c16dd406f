"""What is recorded and not visible stops a plan: for want of permission, not of a manifest."""

import pytest

from domostate.errors import ExitCode, NotVisible
from domostate.model.observed import Presence
from domostate.planning.visible import check_visible
from tests.kinds.entries import ID, SALES, entry
from tests.planning.estates import desired, live, observed, recorded, state


def test_a_recorded_dataset_that_is_not_visible_is_a_matter_of_permission() -> None:
    hidden = observed(live(ID, Presence.INVISIBLE))

    with pytest.raises(NotVisible) as caught:
        check_visible(desired(entry()), hidden, state({SALES: recorded()}))

    assert caught.value.exit_code is ExitCode.UNAUTHORIZED
    assert [one.message for one in caught.value.findings] == [
        f"{SALES}: the recorded dataset {ID} is there, but these credentials may not see it"
    ]


@pytest.mark.parametrize("presence", [Presence.PRESENT, Presence.ABSENT])
def test_what_is_visible_or_gone_is_a_matter_of_the_plan(presence: Presence) -> None:
    check_visible(desired(entry()), observed(live(ID, presence)), state({SALES: recorded()}))


def test_what_is_only_forgotten_need_not_be_visible() -> None:
    hidden = observed(live(ID, Presence.INVISIBLE))

    check_visible(desired(), hidden, state({SALES: recorded()}))
