"""The application: one request, one transaction, one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from domostate.emulator.call import JSON_TYPE, Call, Reply, json_reply
from domostate.emulator.control.routes import ROUTES as CONTROL
from domostate.emulator.defects import defect
from domostate.emulator.errors import Problem, error_body
from domostate.emulator.faults.kept import Faults
from domostate.emulator.faults.strike import Strike
from domostate.emulator.history import record, watch
from domostate.emulator.platform import ROUTES as PLATFORM
from domostate.emulator.product import ROUTES as PRODUCT
from domostate.emulator.routing import Match, NoMatch, Route, Router
from domostate.emulator.rows.vault import Made, Vault
from domostate.emulator.signin import Tokens, product_user
from domostate.emulator.store.database import Database, now_ms
from domostate.emulator.store.rows import named_files
from domostate.emulator.work import Work

CONTROL_PREFIX = "/_emulator/"
HOME = "/_emulator"
"""The first page is there too."""
CUT = "domostate.emulator.cut"
"""Where the server puts, into the scope's state, the function that cuts the connection."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in, and the route that it takes."""

    method: str
    raw_path: str
    query_text: str
    headers: Mapping[str, str]
    found: Match | NoMatch
    root: str = ""
    body: bytes = b""
    spooled: Path | None = None

    @property
    def target(self) -> str:
        """Path and query, as the log shows them."""
        return f"{self.raw_path}?{self.query_text}" if self.query_text else self.raw_path

    @property
    def named(self) -> str:
        """Method and target."""
        return f"{self.method} {self.target}"


class Emulator:
    """The ASGI application, straight on the protocol: Starlette's request and response, without
    its middleware, which would cost more than a small read.

    A transaction begins and ends without giving up control, so that requests are served one after
    the other whatever waits before and after. Work that takes long is done in a thread between
    two transactions; what writes rows takes turns.
    """

    def __init__(self, db: Database, vault: Vault, instance: str = "") -> None:
        self._db = db
        self._vault = vault
        self._instance = instance
        self._turn = asyncio.Lock()
        self._tokens = Tokens(db)
        self._faults = Faults(db)
        self._router = Router(_all_routes())
        self._resets = 0
        watch(db)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        spool: Path | None = None
        request = Request(scope, receive)
        asked = self._asked(request)
        try:
            if isinstance(asked.found, Match) and asked.found.route.spooled:
                spool = self._vault.passing()
                await _spool(request, spool)
                asked = replace(asked, spooled=spool)
            else:
                asked = replace(asked, body=await request.body())
            if asked.raw_path.startswith(CONTROL_PREFIX) or asked.raw_path == HOME:
                reply: Reply | None = self._control(asked)
            else:
                reply = await self._domo(asked)
        except ClientDisconnect:
            return  # whoever asked has gone before the question was out
        except Exception as error:
            reply = _problem_reply(defect(error, asked.named, self._db.seq), self._db.seq)
        finally:
            if spool is not None:
                spool.unlink(missing_ok=True)
        if reply is None:
            await _cut(scope, receive)
        else:
            await _respond(reply, scope, receive, send)

    def _asked(self, request: Request) -> Asked:
        raw_path = request.scope["raw_path"].decode("latin-1")
        return Asked(
            request.method,
            raw_path,
            request.scope["query_string"].decode("latin-1"),
            request.headers,
            self._router.find(request.method, raw_path),
            request.scope["root_path"],
        )

    async def _domo(self, asked: Asked) -> Reply | None:
        """An answer as Domo gives it; None where the connection is to be cut."""
        if not self._faults.standing:
            return await self._effect(asked, None)
        strike = self._faults.strike(asked.method, asked.target, asked.headers, asked.body)
        if strike is None:
            return await self._effect(asked, None)
        return await self._struck(asked, strike)

    async def _struck(self, asked: Asked, strike: Strike) -> Reply | None:
        resets = self._resets
        if strike.before_ms:
            await asyncio.sleep(strike.before_ms / 1000)
        if resets != self._resets:
            return None  # what waited belongs to an estate that is gone
        if strike.refuses:
            return self._refuse(asked, strike)
        if strike.expires_tokens:
            self._tokens.expire_all()
        reply = await self._effect(asked, strike)
        if reply is not None:
            strike.answered(reply)
        if strike.after_ms:
            await asyncio.sleep(strike.after_ms / 1000)
        return reply

    def _refuse(self, asked: Asked, strike: Strike) -> Reply | None:
        """A fault before any effect."""
        seq, at_ms = self._next_seq(), now_ms()
        reply = None if strike.drops else strike.again or _injected(strike, seq)
        self._log(asked, seq, at_ms, reply)
        return reply

    async def _effect(self, asked: Asked, strike: Strike | None) -> Reply | None:
        """Do what is asked, commit it together with its lines in the logs, then tell."""
        seq, at_ms = self._next_seq(), now_ms()
        run = _Run(asked, strike, seq, at_ms)
        if isinstance(asked.found, Match) and asked.found.route.in_turn:
            async with self._turn:
                return await self._worked(run, self._first_step(run))
        step = self._first_step(run)
        return await self._worked(run, step) if isinstance(step, Work) else step

    def _first_step(self, run: _Run) -> Reply | Work | None:
        return self._step(run, lambda: self._answer(run.asked, run.seq, run.at_ms))

    async def _worked(self, run: _Run, step: Reply | Work | None) -> Reply | None:
        """The answer after all the work that it takes."""
        resets, made = self._resets, Made()
        while isinstance(step, Work):
            try:
                done = await asyncio.to_thread(self._done, step, made)
            except Problem as problem:
                step = self._step(run, partial(_raise, problem), made)
                break
            except Exception as error:
                if resets == self._resets:
                    failed = defect(error, run.asked.named, run.seq)
                    step = self._step(run, partial(_raise, failed), made)
                    break
            if resets != self._resets:
                self._vault.forget(made)  # what was worked on is gone
                return None
            step = self._step(run, partial(step.finish, done), made)
        assert not isinstance(step, Work), "a problem has no work"
        for path in made.passing.difference(() if step is None else step.long_body):
            path.unlink(missing_ok=True)
        return step

    def _done(self, work: Work, made: Made) -> Any:
        """What the work returns; the files that it makes are added to `made`."""
        with self._vault.making() as some:
            done = work.run()
        made.kept |= some.kept
        made.passing |= some.passing
        return done

    def _step(
        self, run: _Run, answer: Callable[[], Reply | Work], made: Made | None = None
    ) -> Reply | Work | None:
        """One transaction: the answer, or the work before it. If it comes to nothing, so do the
        files that were `made` for it."""
        try:
            with self._db.transaction():
                told = self._carry_out(run, answer)
        except _NoEffect as pretended:
            told = pretended.reply
        except Exception as error:
            known = error if isinstance(error, Problem) else None
            refusal = known or defect(error, run.asked.named, run.seq)
            told = _instead(_problem_reply(refusal, run.seq), run.strike, run.seq)
        else:
            self._remove_unnamed()
            return told
        finally:
            self._db.touched.clear()
            self._db.unnamed.clear()
        if made is not None:
            self._vault.drop(made.kept)
        self._log(run.asked, run.seq, run.at_ms, told)
        return told

    def _remove_unnamed(self) -> None:
        if self._db.unnamed:
            self._vault.drop(self._db.unnamed)

    def _carry_out(self, run: _Run, answer: Callable[[], Reply | Work]) -> Reply | Work | None:
        answered = answer()
        if isinstance(answered, Work):
            return answered
        if run.strike is not None and run.strike.pretends:
            raise _NoEffect(answered)
        record(self._db, run.seq, run.asked.method, run.asked.target)
        told = _instead(answered, run.strike, run.seq)
        self._log(run.asked, run.seq, run.at_ms, told)
        return told

    def _answer(self, asked: Asked, seq: int, at_ms: int) -> Reply | Work:
        found = asked.found
        if isinstance(found, NoMatch):
            raise _no_route(asked, found)
        call = Call(
            self._db, self._vault, asked.method, asked.raw_path, found.params,
            _query(asked.query_text), asked.headers, asked.body, seq, at_ms, asked.spooled,
            instance=self._instance, root=asked.root,
        )  # fmt: skip
        path = found.route.path
        if path.startswith(("/api/", "/data/")) and not found.route.open:
            call.signed_in = product_user(self._db, asked.headers)
        elif path.startswith("/v1/"):
            call.signed_in = self._tokens.user(asked.headers, found.route.scope, at_ms, seq)
        return found.route.answer(call)

    def _control(self, asked: Asked) -> Reply:
        """`/_emulator/*`: without sign-in, log and faults."""
        before = self._db.switches, self._db.seq
        try:
            with self._db.transaction():
                reply = self._answer(asked, self._db.seq, now_ms())
            assert isinstance(reply, Reply), "nothing below /_emulator takes long"
            if asked.raw_path.rstrip("/").endswith("/reset"):
                self._resets += 1
                self._vault.keep_only(named_files(self._db))
        except BaseException as error:
            # What the transaction undid on disk is undone in memory too.
            self._db.switches, self._db.seq = before
            if isinstance(error, Problem):
                return _problem_reply(error, self._db.seq)
            raise
        finally:
            self._db.touched.clear()
            self._db.unnamed.clear()
            if asked.method != "GET":
                self._faults.reload()
        return reply

    def _next_seq(self) -> int:
        self._db.seq += 1
        return self._db.seq

    def _log(self, asked: Asked, seq: int, at_ms: int, reply: Reply | None) -> None:
        status = None if reply is None else reply.status
        row = (seq, at_ms, asked.method, asked.target, status)
        self._db.run("INSERT INTO requests VALUES (?, ?, ?, ?, ?)", *row)


@dataclass(frozen=True, slots=True)
class _Run:
    """One request on its way through its transactions."""

    asked: Asked
    strike: Strike | None
    seq: int
    at_ms: int


def _raise(problem: Problem) -> Reply:
    raise problem


class _NoEffect(Exception):
    """Undoes a transaction whose answer is given all the same."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


def _all_routes() -> Iterable[Route]:
    return (*PRODUCT, *PLATFORM, *CONTROL)


def _query(text: str) -> dict[str, str]:
    """The query; of a repeated name all values count, as a comma list."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True) if text else ():
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _no_route(asked: Asked, found: NoMatch) -> Problem:
    if found.methods:
        allowed = {"allow": ", ".join(found.methods)}
        return Problem(405, f"{asked.method} is not possible here.", headers=allowed)
    return Problem(404, f"There is nothing at {asked.raw_path}.")


def _problem_reply(problem: Problem, seq: int) -> Reply:
    if problem.body is None:
        body: Any = error_body(problem.status, problem.message, seq)
        return json_reply(body, problem.status, problem.headers)
    headers = dict(problem.headers)
    if isinstance(problem.body, str):
        html = problem.body.lstrip().startswith("<")
        usual = "text/html" if html else "text/plain"
        kind = headers.pop("content-type", usual)
        return Reply(problem.status, problem.body.encode(), kind, headers)
    made = json_reply(problem.body, problem.status)
    return Reply(problem.status, made.body, headers.pop("content-type", JSON_TYPE), headers)


def _injected(strike: Strike, seq: int) -> Reply:
    return _problem_reply(strike.problem(), seq)


def _instead(answer: Reply, strike: Strike | None, seq: int) -> Reply | None:
    """What is answered after the effect: the answer itself, unless a rule says otherwise."""
    if strike is None or not (strike.drops or strike.status):
        return answer
    return None if strike.drops else _injected(strike, seq)


async def _cut(scope: Scope, receive: Receive) -> None:
    """End the TCP connection without an HTTP answer and wait until it is gone: returning earlier
    would make the server send one."""
    scope["state"][CUT]()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _spool(request: Request, path: Path) -> None:
    """The body as a file, however long it is."""
    with path.open("wb") as content:
        async for chunk in request.stream():
            content.write(chunk)


async def _respond(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    if reply.long_body:
        await _respond_long(reply, scope, receive, send)
        return
    response = Response(reply.body, reply.status, dict(reply.headers))
    if reply.body:
        response.headers["content-type"] = reply.content_type
    await response(scope, receive, send)


async def _respond_long(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    parts = reply.long_body
    length = sum(len(one) if isinstance(one, bytes) else one.stat().st_size for one in parts)
    headers = {"content-length": str(length), "content-type": reply.content_type, **reply.headers}
    try:
        await StreamingResponse(_chunks(parts), reply.status, headers)(scope, receive, send)
    finally:
        for one in parts:
            if isinstance(one, Path):
                one.unlink(missing_ok=True)


def _chunks(parts: Iterable[bytes | Path]) -> Iterator[bytes]:
    for one in parts:
        if isinstance(one, bytes):
            yield one
            continue
        with one.open("rb") as content:
            while chunk := content.read(1 << 18):
                yield chunk
