"""A test that lacks a program is skipped and says so; where nothing may be lacking, it fails."""

import pytest

from tests.record.backends.absent import program


def test_what_is_lacking_skips_a_test_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOMOSTATE_NOTHING_LACKS", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no-such-program is not on this machine"):
        program("no-such-program")


def test_what_is_lacking_fails_a_test_where_all_was_to_be_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOMOSTATE_NOTHING_LACKS", "1")

    with pytest.raises(pytest.fail.Exception, match="was to be installed"):
        program("no-such-program")
