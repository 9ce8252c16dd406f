"""What answers is not Domo, or nothing does: a clear error, soon, and no traceback."""

import socket
import time

import pytest

from tests.scenarios.lab import Lab, Project

COMMANDS = pytest.mark.parametrize(
    "command", [["plan"], ["apply", "--auto-approve"]], ids=["plan", "apply"]
)
TITLE = "Sign in to the company's proxy"
PAGE = f"<html><head><title>{TITLE}</title></head></html>"


@COMMANDS
def test_a_refused_connection_is_an_error_within_seconds(
    project: Project, command: list[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        url = project.root.joinpath("domostate.yml").read_text().split("url: ")[1].split()[0]
        project.replace("domostate.yml", url, nobody)
        started = time.monotonic()

        done = project.call(*command)

    assert done.code == 1
    assert time.monotonic() - started < 10
    assert nobody.removeprefix("http://") in done.err
    assert "Error: Domo cannot be reached" in done.err
    assert not project.state_file().exists()


@COMMANDS
@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_web_page_is_not_taken_for_domo(
    lab: Lab, project: Project, command: list[str], status: int
) -> None:
    lab.fault(status=status, body=PAGE, content_type="text/html")

    done = project.call(*command)

    said = " ".join(done.err.split())
    assert done.code == 1
    assert f'it answered with a web page titled "{TITLE}" instead of JSON' in said
    assert "check the instance's name, and any proxy on the way" in said
    assert lab.writes() == []


@COMMANDS
def test_an_answer_that_is_cut_off_is_an_error(
    lab: Lab, project: Project, command: list[str]
) -> None:
    lab.fault(status=200, body='{"id": ', content_type="application/json")

    done = project.call(*command)

    assert done.code == 1
    assert "not valid JSON" in done.err


def test_a_redirect_is_not_followed_with_the_token(lab: Lab, project: Project) -> None:
    lab.fault(status=302, body="")

    done = project.call("plan")

    assert done.code == 1
    assert "it sends on to another address instead of answering" in done.err
