"""A lab: a real emulator in its own process, and the real program run against it."""

import fcntl
import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import requests

from domostate.cli.main import run

PROGRAM = str(Path(sys.executable).parent / "domostate")
PATIENCE_S = 30.0
SILENCE_S = 1.0
Snapshot = dict[str, Any]

READING_POSTS = frozenset(
    {
        "/oauth/token",
        "/api/content/v2/groups/get",
        "/api/data/ui/v3/datasources/search",
        "/api/data/v3/datasources/bulk",
        "/api/identity/v1/users/search",
    }
)
"""Every POST that may be sent without writing anything; whatever is not GET or here, writes."""

CLEAN = {
    key: value for key, value in os.environ.items() if not key.startswith(("DOMO", "NO_COLOR"))
}


@dataclass(frozen=True)
class Sent:
    """One request as the emulator saw it; `status` None: the connection was cut."""

    seq: int
    method: str
    path: str
    status: int | None

    @property
    def bare(self) -> str:
        """The path without its query."""
        return self.path.partition("?")[0]

    @property
    def writes(self) -> bool:
        return self.method != "GET" and not (self.method == "POST" and self.bare in READING_POSTS)


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass
class Lab:
    """A running emulator, with its switches for tests."""

    url: str
    token: str = "any"
    _session: requests.Session = field(default_factory=requests.Session, repr=False)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, self.url + path, json=body, timeout=PATIENCE_S)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def ask_as(self, method: str, path: str, body: Any = None) -> Any:
        """As somebody with a developer token, through the ordinary API."""
        answer = self._session.request(
            method,
            self.url + path,
            json=body,
            headers={"X-DOMO-Developer-Token": self.token},
            timeout=PATIENCE_S,
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def reset(self, estate: Mapping[str, Any]) -> None:
        self.ask("DELETE", "/_emulator/faults")
        self.ask("POST", "/_emulator/reset", estate)

    def snapshot(self) -> Snapshot:
        found: Snapshot = self.ask("GET", "/_emulator/snapshot")
        return found

    def requests(self, since: int = 0) -> list[Sent]:
        rows = self.ask("GET", f"/_emulator/requests?since={since}")
        return [Sent(row["seq"], row["method"], row["path"], row["status"]) for row in rows]

    def mark(self) -> int:
        """The number of the last request so far."""
        return max((row.seq for row in self.requests()), default=0)

    def writes(self, since: int = 0) -> list[Sent]:
        return [row for row in self.requests(since) if row.writes]

    def history(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", "/_emulator/history")
        return found

    def fault(self, **rule: Any) -> None:
        self.ask("POST", "/_emulator/faults", [rule])

    def clear_faults(self) -> None:
        self.ask("DELETE", "/_emulator/faults")

    def fired(self) -> int:
        return sum(rule["fired"] for rule in self.ask("GET", "/_emulator/faults"))

    def switch(self, **switches: Any) -> None:
        self.ask("PUT", "/_emulator/switches", switches)

    def wait_for_fault(self, process: subprocess.Popen[str]) -> None:
        """Until a fault has struck, which the process must live to see."""
        wait_until(lambda: self.fired() > 0 or process.poll() is not None)
        assert process.poll() is None, "the command ended before the fault struck"

    def close(self) -> None:
        self._session.close()


@contextmanager
def serving(*options: str) -> Iterator[Lab]:
    """`domostate emulator serve` until the block ends."""
    command = [PROGRAM, "emulator", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=CLEAN) as process:
        assert process.stdout is not None
        ready = process.stdout.readline().strip()
        assert ready.startswith("emulator ready at http://127.0.0.1:"), ready
        lab = Lab(ready.removeprefix("emulator ready at "))
        try:
            yield lab
        finally:
            lab.close()
            process.terminate()


def wait_until(holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Until it holds; fails when patience runs out."""
    until = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


class Running:
    """A command that runs in its own process; killed at the end of the block."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        self.process.wait(PATIENCE_S)

    def lines(self, number: int) -> None:
        """Return once so many lines of progress have come."""
        assert self.process.stderr is not None
        for _ in range(number):
            if not self.process.stderr.readline():
                return

    def lines_to(self, words: str) -> None:
        """Return once a line with these words has come."""
        assert self.process.stderr is not None
        while line := self.process.stderr.readline():
            if words in line:
                return

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> Done:
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return Done(self.process.returncode, out, err)


@dataclass(frozen=True)
class Project:
    """A project on disk, and commands run on it."""

    root: Path
    env: Mapping[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def with_env(self, **env: str) -> "Project":
        return Project(self.root, {**self.env, **env})

    def start(self, *arguments: str) -> Running:
        """The program in its own process."""
        return Running([PROGRAM, *arguments], self.root, {**CLEAN, **self.env})

    def run(self, *arguments: str) -> Done:
        """The program in its own process, to its end."""
        with self.start(*arguments) as running:
            return running.end()

    def call(self, *arguments: str) -> Done:
        """The same program within this process, which saves its start."""
        out, err = io.StringIO(), io.StringIO()
        with _environment(self.env), chdir(self.root), redirect_stdout(out), redirect_stderr(err):
            code = run(arguments)
        return Done(int(code), out.getvalue(), err.getvalue())

    def on_terminal(self, *arguments: str, answer: str = "") -> Done:
        """The program with a person before it: `answer` is typed when a question stands."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [PROGRAM, *arguments],
            cwd=self.root,
            env={**CLEAN, **self.env},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            preexec_fn=_take_terminal,
        )
        os.close(theirs)
        said = b""
        try:
            while (piece := _read(ours, SILENCE_S)) != b"":
                said += piece or b""
                if answer and said.rstrip().endswith(b"[y/N]:"):
                    # Between its question and listening a program may miss what is typed: once
                    # more then. What it has heard it echoes, and the question stands no longer.
                    os.write(ours, answer.encode())
        finally:
            os.close(ours)
        return Done(process.wait(PATIENCE_S), said.decode(), "")

    def plan(self) -> dict[str, Any]:
        """The plan document."""
        done = self.call("plan", "--json")
        assert done.code == 0, done.said
        document: dict[str, Any] = json.loads(done.out)
        return document

    def apply(self) -> Done:
        done = self.call("apply", "--auto-approve")
        assert done.code == 0, done.said
        return done

    def state_file(self, environment: str = "lab") -> Path:
        return self.root / ".domostate" / "state" / f"{environment}.json"

    def journal_file(self, environment: str = "lab") -> Path:
        return self.state_file(environment).with_suffix(".journal")

    def state(self, environment: str = "lab") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.state_file(environment).read_text())
        return found


def _take_terminal() -> None:
    """In the child: its stdin becomes the terminal that Ctrl-C comes from."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read(terminal: int, silence_s: float) -> bytes | None:
    """What is said next: None when nothing is for so long, nothing at the end."""
    if not select.select([terminal], [], [], silence_s)[0]:
        return None
    try:
        return os.read(terminal, 65536)
    except OSError:
        # On Linux, how a terminal says that nobody is there any more.
        return b""


@contextmanager
def _environment(env: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update({**CLEAN, **env})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
