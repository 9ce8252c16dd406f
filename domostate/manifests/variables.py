"""Variables: `${name}` in values, replaced by text and never executed."""

import re
from collections.abc import Mapping
from typing import Any, Final

from domostate.manifests.source import Findings, Mark
from domostate.manifests.tree import Map, Seq
from domostate.manifests.words import did_you_mean

__all__ = ["substitute"]

_VARIABLE: Final = re.compile(r"\$(\$\{|\{([^{}]*)(\}?))")


def substitute(
    root: Any, variables: Mapping[str, str], environment: str, findings: Findings
) -> None:
    """Replace the variables in all values below `root`, in place; `$${` stands for `${`."""
    if isinstance(root, Map | Seq):
        _Substitution(variables, environment, findings).below(root)


class _Substitution:
    def __init__(self, variables: Mapping[str, str], environment: str, findings: Findings) -> None:
        self.variables = variables
        self.environment = environment
        self.findings = findings
        self.done: set[int] = set()

    def below(self, node: Any) -> None:
        # What an alias repeats is one value: replaced once.
        if id(node) in self.done:
            return
        self.done.add(id(node))
        places = node.items() if type(node) is Map else enumerate(node)
        for place, value in places:
            if type(value) is str:
                if "${" in value:
                    node[place] = self.text(value, node.marks[place])
            elif type(value) is Map or type(value) is Seq:
                self.below(value)

    def text(self, text: str, mark: Mark) -> str:
        """The text with its variables replaced."""
        return _VARIABLE.sub(lambda found: self.one(found, mark), text)

    def one(self, found: re.Match[str], mark: Mark) -> str:
        if found[1] == "${":
            return "${"
        name, closed = found[2], found[3]
        if closed and name in self.variables:
            return self.variables[name]
        if not closed:
            self.findings.add(
                mark, "a variable without its }", "write ${name}, or $${ for the text ${"
            )
        else:
            otherwise = f"declare it under environments: {self.environment}: vars: in domostate.yml"
            hint = did_you_mean(name, sorted(self.variables), otherwise)
            self.findings.add(mark, f"unknown variable {name!r}", hint)
        return found[0]
