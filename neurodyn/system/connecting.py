"""Connection rules in values: `sparse(0.1)`, `indegree(10, j != i)`."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from sympy import Basic, Expr, Idx, Ne, S

from neurodyn.calculus.letters import free_letters, same_range
from neurodyn.language.guard import show_keywords
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.system.wirings import RULES


@dataclass(frozen=True)
class Connection:
    """A connection rule in a value: the hidden quantity `name` is 1 at the pairs that it joins, else 0.

    Attributes:
        rule: its word.
        arguments: its probability or degree, if it has one.
        mask: the pairs that it may join.
    """

    name: str
    rule: str
    arguments: tuple[Expr, ...]
    mask: Basic
    source: Source

    @property
    def random(self) -> bool:
        """Whether each trial has draws of its own."""
        return RULES[self.rule].argument is not None


def read_rule(reader: Reader, node: ast.Call, hidden: str, letters: tuple[Idx, ...]) -> Connection:
    """A connection rule: `sparse(0.1)`, `indegree(10, j != i)`."""
    word = show_keywords(node.func.id) if isinstance(node.func, ast.Name) else ""
    rule, arguments = RULES[word], list(node.args)
    if len(letters) != 2:
        reader.fail(node, "rule-letters", f"{word} joins two letters.", 'Give it to a parameter such as "C[i,j]".')
    masks = [a for a in arguments[rule.argument is not None :] if isinstance(a, ast.Compare)]
    if len(arguments) - len(masks) != (rule.argument is not None) or len(masks) > 1 or node.keywords:
        takes = f"{word}({rule.argument or ''})" + (f" or {rule.example(word)}" if rule.restricted else "")
        reader.fail(node, "arguments", f"{word} is given arguments that it does not take.", f"Write {takes}.")
    mask = reader.condition(masks[0]) if masks else S.true
    without_self = same_range(*letters) and mask in (Ne(*letters), Ne(*reversed(letters)))
    if masks and not (without_self or rule.restricted == "all"):
        sentence = f"{word} can leave out edges from a unit to itself, and no others."
        reader.fail(masks[0], "arguments", sentence, f"Write {rule.example(word)}." if rule.restricted else "")
    values = tuple(reader.value(a) for a in arguments[: rule.argument is not None])
    free = {letters[k] for k in rule.free}
    for value in values:
        if not free_letters(value) <= free:
            allowed = f"the letter {next(iter(free))}" if len(free) == 1 else "its letters"
            reader.fail(node, "rule-letters", f"The {rule.argument} of {word} may speak of {allowed} alone.")
    return Connection(hidden, word, values, mask, reader.source)
