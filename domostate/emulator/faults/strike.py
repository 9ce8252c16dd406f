"""What the rules do to one request."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from domostate.emulator.call import Reply
from domostate.emulator.errors import Problem
from domostate.emulator.faults.chance import drawn
from domostate.emulator.faults.rates import Buckets
from domostate.emulator.faults.rules import AUTO, Rule

_REMEMBERED = 1000
"""So many answers a rule can give once more. Arbitrary."""
_WITHOUT_BODY = (204, 304)

Question = tuple[str, str, str, bytes]
"""Token, method, path with query, and body."""


@dataclass(slots=True)
class Standing:
    """A rule that is in force: how often it matched and fired, and what it has seen.

    `name` is what chance is drawn under. Rates and answers are kept in memory only.
    """

    id: int
    name: str
    rule: Rule
    matched: int
    fired: int
    buckets: Buckets | None = None
    short_of_s: float = 0.0
    """In how many seconds the token that came too fast last may come again."""
    answers: dict[Question, Reply] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.rule.rate_per_minute:
            self.buckets = Buckets(self.rule.rate_per_minute, self.rule.rate_burst)

    def draw(self, seed: int, what: str) -> float:
        """Chance for the match that is counted last."""
        own = self.rule.seed
        return drawn(seed if own is None else own, self.name, what, self.matched)

    def remember(self, question: Question, reply: Reply) -> None:
        """Keep an answer that can be given once more."""
        if reply.status >= 400 or reply.long_body:
            return
        self.answers.pop(question, None)
        self.answers[question] = reply
        if len(self.answers) > _REMEMBERED:
            del self.answers[next(iter(self.answers))]


@dataclass(slots=True)
class Strike:
    """What befalls one request. Without a `rule` it is answered, only later."""

    rule: Rule | None = None
    status: int = 0
    retry_after: str = ""
    before_ms: float = 0
    after_ms: float = 0
    again: Reply | None = None
    """What was answered before, to be answered once more."""
    watching: list[tuple[Standing, Question]] = field(default_factory=list)

    @property
    def refuses(self) -> bool:
        """Whether nothing that was asked for happens."""
        rule = self.rule
        if rule is None:
            return False
        instead = bool(rule.status) and not rule.after_effect
        return instead or rule.drop_before or self.again is not None

    @property
    def drops(self) -> bool:
        """Whether the connection is cut instead of answering."""
        return self.rule is not None and (self.rule.drop_before or self.rule.drop_after)

    @property
    def pretends(self) -> bool:
        """Whether what was asked for is undone, but answered."""
        return self.rule is not None and self.rule.no_effect

    @property
    def expires_tokens(self) -> bool:
        """Whether the tokens that were given so far expire now."""
        return self.rule is not None and self.rule.expire_tokens

    def wait(self, rule: Rule, jitter: float) -> None:
        """Add what `rule` delays; `jitter` is a chance."""
        ms = rule.delay_ms + rule.jitter_ms * jitter
        if rule.after_effect:
            self.after_ms += ms
        else:
            self.before_ms += ms

    def answered(self, reply: Reply) -> None:
        """Tell the rules that answer once more what was answered."""
        for standing, question in self.watching:
            standing.remember(question, reply)

    def problem(self) -> Problem:
        """What is answered by a rule with a status."""
        assert self.rule is not None
        headers = {"retry-after": self.retry_after} if self.retry_after else {}
        if self.rule.content_type:
            headers["content-type"] = self.rule.content_type
        body = "" if self.status in _WITHOUT_BODY else self.rule.body
        return Problem(self.status, _message(self.rule), headers=headers, body=body)


def _message(rule: Rule) -> str:
    return "API rate limit exceeded." if rule.rate_per_minute else "Injected fault."


def question_of(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Question:
    """What makes two requests the same."""
    return token_of(headers), method, target, body


def token_of(headers: Mapping[str, str]) -> str:
    """Whatever signs the request in; requests without anything count as one."""
    for name in ("x-domo-developer-token", "x-domo-authentication", "authorization"):
        if token := headers.get(name, ""):
            return token
    return ""


def retry_after(rule: Rule, short_of_s: float) -> str:
    """The header that goes with a refusal; empty: none."""
    if rule.retry_after == AUTO:
        return str(max(1, math.ceil(short_of_s)))
    return "" if rule.retry_after is None else str(rule.retry_after)
