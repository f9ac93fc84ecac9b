"""The equations of a circuit with every `ddt(e)` as a variable of its own: a simulator differentiates e itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp
from sympy import Expr

from neurodyn.calculus.letters import free_letters, quantity
from neurodyn.calculus.rewrite import Definition, transform
from neurodyn.calculus.times import Ddt
from neurodyn.errors import InputError
from neurodyn.program.lower import Output
from neurodyn.system.system import System


@dataclass(eq=False)
class Equations:
    """What of a system's equations is written out.

    Attributes:
        rates: the expressions e of `ddt(e)`, by the name of the variable that stands for it.
        outputs: what was asked for.
    """

    system: System
    rates: dict[str, Expr] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)

    def resolved(self, expr: Expr) -> Expr:
        """An expression with its rates as variables, and derivatives like `dE/dx` resolved."""

        def change(node: sp.Basic) -> sp.Basic:
            if not isinstance(node, Ddt):
                return node
            inner = node.args[0]
            if free_letters(inner):
                raise InputError(
                    "A rate ddt(...) with letters is not exported.",
                    code="not-exported",
                    remedy="Write the devices one by one.",
                )
            known = next((n for n, e in self.rates.items() if e == inner), None)
            name = known or f"rate {len(self.rates) + 1}"
            self.rates[name] = inner
            return quantity(name)

        return self.system.structure.chain.resolve(transform(expr, change) if expr.has(Ddt) else expr)

    def ask(self, name: str, definition: Definition) -> None:
        """Have an expression written out, under a name."""
        letters = self.system.structure.placed(name, definition.letters)
        self.outputs.append(Output(name, letters, self.resolved(definition.expr)))

    def ask_constraint(self, name: str) -> None:
        """Have a constraint written out, under its name."""
        equation = next(c for c in self.system.model.constraints if c.name == name)
        self.outputs.append(Output(name, equation.letters, self.resolved(equation.expr)))

    def flow(self, state: str) -> Definition:
        """The rate of a state at its own letters."""
        structure = self.system.structure
        if not self.system.model.constraints:
            return structure.flows[state]
        equation = self.system.model.flows[state]
        return Definition(equation.letters, equation.expr / equation.factor)

    def definitions(self) -> dict[str, Definition]:
        """What names that vary stand for, those included that derivatives brought."""
        structure = self.system.structure
        found = {n: Definition(d.letters, self.resolved(d.expr)) for n, d in self._told().items()}
        hidden = {n: d for n, d in structure.chain.definitions.items() if n not in self.system.model.definitions}
        return {**hidden, **found}

    def _told(self) -> dict[str, Definition]:
        """The definitions of the model; those that ask for a rate as the file says them."""
        structure, model = self.system.structure, self.system.model
        known = {n: d for n, d in structure.definitions.items() if n not in structure.derived}
        told = {n: d for n, d in model.definitions.items() if n in known and d.expr.has(Ddt)}
        return {**known, **told}
