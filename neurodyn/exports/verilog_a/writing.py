"""The equations of one module as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from neurodyn.calculus.graphs import in_order, uses
from neurodyn.calculus.letters import names_in
from neurodyn.calculus.rewrite import Definition
from neurodyn.exports.expressions import Printer
from neurodyn.exports.scalars import Variables, scalars
from neurodyn.exports.verilog_a.functions import FUNCTIONS, NAME
from neurodyn.exports.verilog_a.names import Identifiers
from neurodyn.exports.verilog_a.symbols import Symbols
from neurodyn.program.lower import Output

_WHOLE = re.compile(r"^V\((\w+)\) - V\((\w+)\)$")
_ARGUMENT = re.compile(r"(?<=\w)\(V\((\w+)\) - V\((\w+)\)\)")
_DIFFERENCE = re.compile(r"(?<!\w)\(V\((\w+)\) - V\((\w+)\)\)")


@dataclass(eq=False)
class Writing:
    """Expressions on their way into a module.

    Attributes:
        terms: the text of each number of a variable, by its name.
        names: the identifiers of the module.
        clock: the text of the time.
        texts: what was asked for, written.
        statements: the variables that these read, each with its text, in order.
    """

    symbols: Symbols
    terms: dict[str, list[str]]
    names: Identifiers
    clock: str = FUNCTIONS.time
    texts: dict[str, list[str]] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    read: frozenset[str] = frozenset()

    def ask(self, name: str, definition: Definition) -> None:
        """Have an expression written, under a name."""
        self.symbols.equations.ask(name, definition)

    def write(self) -> None:
        """Write all that was asked for, and what it reads."""
        symbols, equations = self.symbols, self.symbols.equations
        asked = [o.name for o in equations.outputs]
        reached: dict[str, Definition] = {}
        waiting = sorted({n for o in equations.outputs for n in names_in(o.expr)})
        seen = set(waiting)
        while waiting:
            name = waiting.pop()
            definition = symbols.definition(name)
            if definition is not None:
                reached[name] = definition
                new = names_in(definition.expr) - seen
                seen |= new
                waiting += sorted(new)
        self.read = frozenset(seen)
        inlined = {n: d for n, d in reached.items() if not symbols.is_named(n, d)}
        told = [n for n in symbols.system.model.definitions if n in reached]  # in the order of the file
        order = [n for n in in_order(uses(reached), [*told, *reached]) if n in reached and n not in inlined]
        for name in order:
            equations.outputs.append(Output(name, (), reached[name].expr))
            self.terms[name] = [self.names.of(name)]
        self._print([*asked, *order], inlined, order)

    def _print(self, asked: list[str], inlined: dict[str, Definition], order: list[str]) -> None:
        """The text of each output."""
        symbols, equations = self.symbols, self.symbols.equations
        shapes = {n: s for n, s in symbols.variables.items() if n in self.read} | dict.fromkeys(order, ())
        made = scalars(symbols.system, equations.outputs, inlined, Variables(shapes), NAME, symbols.constant)
        places = [text for name in shapes for text in self.terms[name]]
        dialect = FUNCTIONS.with_time(self.clock)
        flat = [(name, node) for name in asked for node in made.outputs[name].ravel().tolist()]
        for (name, _), text in zip(flat, Printer(made, dialect, places).texts([node for _, node in flat]), strict=True):
            self.texts.setdefault(name, []).append(_across(text))
        for name in order:
            text = self.texts.pop(name)[0]
            self.statements[self.terms[name][0]] = f"ddt({text})" if name in equations.rates else text

    def with_rates(self, contributions: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Contributions, in which each `ddt` stands where it is read, if that is one place and under no condition."""
        found = list(contributions)
        for name in self.symbols.equations.rates:
            rate = self.terms[name][0]
            word, text = re.compile(rf"\b{rate}\b"), self.statements[rate]
            users = [t for t in (*self.statements.values(), *(t for _, t in found)) if word.search(t)]
            if len(users) == 1 and len(word.findall(users[0])) == 1 and "?" not in users[0]:
                del self.statements[rate]
                self.statements = {n: text.join(word.split(t)) for n, t in self.statements.items()}
                found = [(branch, text.join(word.split(t))) for branch, t in found]
        return found


def _across(text: str) -> str:
    """Differences of two potentials as the voltage of a branch."""
    text = _WHOLE.sub(r"V(\1, \2)", text)
    return _DIFFERENCE.sub(r"V(\1, \2)", _ARGUMENT.sub(r"(V(\1, \2))", text))
