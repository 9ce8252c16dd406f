"""The application: one request, one transaction, one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domostate.emulator.call import JSON_TYPE, Call, Reply, json_reply
from domostate.emulator.control.routes import ROUTES as CONTROL
from domostate.emulator.errors import Problem, error_body
from domostate.emulator.faults import Faults, Rule, problem_of
from domostate.emulator.history import record, watch
from domostate.emulator.platform import ROUTES as PLATFORM
from domostate.emulator.product import ROUTES as PRODUCT
from domostate.emulator.routing import NoMatch, Route, Router
from domostate.emulator.signin import Tokens, product_user
from domostate.emulator.store.database import Database, now_ms

CONTROL_PREFIX = "/_emulator/"
CUT = "domostate.emulator.cut"
"""Where the server puts, into the scope's state, the function that cuts the connection."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in."""

    method: str
    raw_path: str
    query_text: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """Path and query, as the log shows them."""
        return f"{self.raw_path}?{self.query_text}" if self.query_text else self.raw_path


class Emulator:
    """The ASGI application, straight on the protocol: Starlette's request and response, without
    its middleware, which would cost more than a small read.

    Everything from looking up the route to the commit happens without giving up control, so that
    requests are served one after the other whatever waits before and after.
    """

    def __init__(self, db: Database, latency_ms: int = 0) -> None:
        self._db = db
        self._latency_s = latency_ms / 1000
        self._tokens = Tokens(db)
        self._faults = Faults(db)
        self._router = Router(_all_routes())
        self._resets = 0
        watch(db)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        asked = Asked(
            request.method,
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            request.headers,
            await request.body(),
        )
        if asked.raw_path.startswith(CONTROL_PREFIX):
            reply: Reply | None = self._control(asked)
        else:
            reply = await self._domo(asked)
        if reply is None:
            await _cut(scope, receive)
        else:
            await _respond(reply, scope, receive, send)

    async def _domo(self, asked: Asked) -> Reply | None:
        """An answer as Domo gives it; None where the connection is to be cut."""
        resets = self._resets
        if self._latency_s:
            await asyncio.sleep(self._latency_s)
        rule = self._faults.strike(asked.method, asked.target)
        if rule is None:
            return self._effect(asked, None)
        if rule.delay_ms and not rule.after_effect:
            await asyncio.sleep(rule.delay_ms / 1000)
        if resets != self._resets:
            return None  # what waited belongs to an estate that is gone
        if rule.drop_before or (rule.status is not None and not rule.after_effect):
            return self._refuse(asked, rule)
        reply = self._effect(asked, rule)
        if rule.delay_ms and rule.after_effect:
            await asyncio.sleep(rule.delay_ms / 1000)
        return reply

    def _refuse(self, asked: Asked, rule: Rule) -> Reply | None:
        """A fault before any effect."""
        seq, at_ms = self._next_seq(), now_ms()
        reply = None if rule.drop_before else _injected(rule, seq)
        self._log(asked, seq, at_ms, reply)
        return reply

    def _effect(self, asked: Asked, rule: Rule | None) -> Reply | None:
        """Do what is asked, commit it together with its lines in the logs, then tell."""
        seq, at_ms = self._next_seq(), now_ms()
        try:
            with self._db.transaction():
                return self._carry_out(asked, rule, seq, at_ms)
        except _NoEffect as pretended:
            answer: Reply | None = pretended.reply
        except Problem as problem:
            answer = _instead(_problem_reply(problem, seq), rule, seq)
        finally:
            self._db.touched.clear()
        self._log(asked, seq, at_ms, answer)
        return answer

    def _carry_out(self, asked: Asked, rule: Rule | None, seq: int, at_ms: int) -> Reply | None:
        answer = self._answer(asked, seq, at_ms)
        if rule is not None and rule.no_effect:
            raise _NoEffect(answer)
        record(self._db, seq, asked.method, asked.target)
        told = _instead(answer, rule, seq)
        self._log(asked, seq, at_ms, told)
        return told

    def _answer(self, asked: Asked, seq: int, at_ms: int) -> Reply:
        found = self._router.find(asked.method, asked.raw_path)
        if isinstance(found, NoMatch):
            raise _no_route(asked, found)
        call = Call(
            self._db, asked.method, asked.raw_path, found.params, _query(asked.query_text),
            asked.headers, asked.body, seq, at_ms,
        )  # fmt: skip
        path = found.route.path
        if path.startswith("/api/"):
            call.signed_in = product_user(self._db, asked.headers)
        elif path.startswith("/v1/"):
            call.signed_in = self._tokens.user(asked.headers, found.route.scope, at_ms, seq)
        return found.route.answer(call)

    def _control(self, asked: Asked) -> Reply:
        """`/_emulator/*`: without sign-in, log, faults and latency."""
        before = self._db.switches, self._db.seq
        try:
            with self._db.transaction():
                reply = self._answer(asked, self._db.seq, now_ms())
            self._resets += asked.raw_path.rstrip("/").endswith("/reset")
        except BaseException as error:
            # What the transaction undid on disk is undone in memory too.
            self._db.switches, self._db.seq = before
            if isinstance(error, Problem):
                return _problem_reply(error, self._db.seq)
            raise
        finally:
            self._db.touched.clear()
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


def _injected(rule: Rule, seq: int) -> Reply:
    return _problem_reply(problem_of(rule, rule.status or 500), seq)


def _instead(answer: Reply, rule: Rule | None, seq: int) -> Reply | None:
    """What is answered after the effect: the answer itself, unless a rule says otherwise."""
    if rule is None:
        return answer
    if rule.drop_after:
        return None
    return _injected(rule, seq) if rule.status is not None else answer


async def _cut(scope: Scope, receive: Receive) -> None:
    """End the TCP connection without an HTTP answer and wait until it is gone: returning earlier
    would make the server send one."""
    scope["state"][CUT]()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _respond(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    response = Response(reply.body, reply.status, dict(reply.headers))
    if reply.body:
        response.headers["content-type"] = reply.content_type
    await response(scope, receive, send)
