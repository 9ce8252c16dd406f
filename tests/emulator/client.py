"""Speaking to an emulator as a client would, and starting one as a user would."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any, ClassVar

import requests

START_S = 20


class Server:
    """An emulator in a process of its own."""

    started: ClassVar[list["Server"]] = []

    def __init__(self, *options: str, ready: bool = True) -> None:
        command = [sys.executable, "-m", "domostate.emulator", "--port", "0", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.started.append(self)
        self.first_line = ""
        self.url = ""
        if ready:
            assert self.process.stdout is not None
            self.first_line = self.process.stdout.readline()
            self.url = self.first_line.rpartition(" ")[2].strip()
            assert self.url.startswith("http"), self.ended()[1]

    def ended(self, within_s: float = START_S) -> tuple[int, str]:
        """The exit code and stderr, once the process has ended by itself."""
        _, errors = self.process.communicate(timeout=within_s)
        return self.process.returncode, errors

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and wait."""
        if self.process.poll() is None:
            os.kill(self.process.pid, how)
        if self.process.stdout is not None and not self.process.stdout.closed:
            self.process.communicate(timeout=START_S)
        return self.process.returncode


class Domo:
    """Both planes and the emulator's own endpoints, at one url."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self._bearer: dict[str, str] = {}

    def close(self) -> None:
        self.session.close()

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> requests.Response:
        """Any request; the reply whatever its status."""
        return self.session.request(
            method, self.url + path, json=body, headers=headers, timeout=10, **more
        )

    def product(
        self, method: str, path: str, body: Any = None, token: str = "t-ada"
    ) -> requests.Response:
        """A request to the Product plane; `path` begins behind `/api`."""
        return self.send(method, "/api" + path, body, {"X-DOMO-Developer-Token": token})

    def get(self, path: str, token: str = "t-ada") -> Any:
        """What the Product plane answers to a GET that succeeds."""
        return _value(self.product("GET", path, token=token))

    def done(self, method: str, path: str, body: Any = None, token: str = "t-ada") -> Any:
        """What the Product plane answers to a write that succeeds."""
        return _value(self.product(method, path, body, token))

    def platform(
        self, method: str, path: str, body: Any = None, client: str = "c-ada"
    ) -> requests.Response:
        """A request to the Platform plane; `path` begins behind `/v1`."""
        if client not in self._bearer:
            self._bearer[client] = self.access_token(client)
        headers = {"Authorization": f"bearer {self._bearer[client]}"}
        return self.send(method, "/v1" + path, body, headers)

    def v1(self, method: str, path: str, body: Any = None, client: str = "c-ada") -> Any:
        """What the Platform plane answers to a request that succeeds."""
        return _value(self.platform(method, path, body, client))

    def access_token(self, client: str = "c-ada") -> str:
        form = {"grant_type": "client_credentials"}
        reply = self.session.post(
            self.url + "/oauth/token", data=form, auth=(client, "secret"), timeout=10
        )
        return str(_value(reply)["access_token"])

    def reset(self, estate: Mapping[str, Any] | None = None) -> None:
        self._bearer.clear()
        _value(self.send("POST", "/_emulator/reset", estate))

    def snapshot(self) -> dict[str, Any]:
        found: dict[str, Any] = _value(self.send("GET", "/_emulator/snapshot"))
        return found

    def requests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = _value(self.send("GET", "/_emulator/requests"))
        return found

    def history(self, query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = _value(self.send("GET", "/_emulator/history" + query))
        return found

    def faults(self, *rules: Mapping[str, Any]) -> None:
        _value(self.send("POST", "/_emulator/faults", list(rules)))

    def switch(self, **values: Any) -> None:
        _value(self.send("PUT", "/_emulator/switches", values))

    def access(self, dataset_id: str) -> dict[tuple[str, str], str]:
        """The access list: (type, name) to level."""
        found = self.get(f"/data/v3/datasources/{dataset_id}/permissions")["list"]
        return {(one["type"], one["name"]): one["accessLevel"] for one in found}


def _value(reply: requests.Response) -> Any:
    assert reply.ok, f"{reply.status_code} {reply.text}"
    return reply.json() if reply.content else None


def wait_until(condition: Any, within_s: float = 5) -> None:
    """Return once `condition()` holds."""
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
