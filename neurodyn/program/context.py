"""What the rules of lowering share: the steps built so far, and what was already lowered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import sympy as sp
from sympy import Idx, Indexed, Symbol

from neurodyn.calculus.letters import indices_of, name_of
from neurodyn.calculus.reductions import Reduction
from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.scans import Scan
from neurodyn.errors import InputError
from neurodyn.program.builder import Builder, Letter, Ref
from neurodyn.program.program import BODY, SETUP, TRIAL, Program

Rule = Callable[["Context", sp.Basic], Ref]


@dataclass(frozen=True)
class Recursions:
    """The recursions among the definitions, and what their rule needs: sizes, and how to lower a program of its own."""

    scans: Mapping[str, Scan]
    rule: Callable[[Context, Scan], Mapping[str, Ref]]
    sizes: Mapping[str, int]
    subprogram: Callable[..., Program]


class Context:
    """Lowers expressions by the rule for their class.

    Bodies of binders are lowered without opening them: a bound letter is the name of an axis, and no axis of it is
    left when the binder is done. Inside a body new sums must therefore never be built; see `sums.py`.
    """

    def __init__(
        self,
        builder: Builder,
        definitions: Mapping[str, Definition],
        constant: Collection[str],
        trial_names: Collection[str],
        rules: Mapping[type, Rule],
        recursions: Recursions,
    ) -> None:
        self.builder, self.rules = builder, rules
        self.definitions = dict(definitions)
        self.sizes, self.subprogram = recursions.sizes, recursions.subprogram
        self._recursions = recursions
        self.constant, self.trial_names = frozenset(constant), frozenset(trial_names)
        self.bounded: dict[sp.Basic, bool] = {}  # what `masks.py` found out
        self._refs: dict[sp.Basic, Ref] = {}
        self._axes: dict[sp.Basic, frozenset[Letter]] = {}
        self._defined: dict[str, Ref | None] = {}

    def lower(self, expr: sp.Basic) -> Ref:
        """The value of an expression; its axes are the letters free in it that matter, and perhaps the trials."""
        found = self._refs.get(expr)
        if found is None:
            found = self._refs[expr] = self._rule(expr)(self, expr)
        return found

    def _rule(self, expr: sp.Basic) -> Rule:
        for kind in type(expr).__mro__:
            if kind in self.rules:
                return self.rules[kind]
        raise InputError(
            f"`{type(expr).__name__}` in `{expr}` cannot be turned into array operations.",
            code="not-lowered",
            remedy="Write it with the functions of the language.",
        )

    def defined(self, name: str) -> Ref:
        """The value of a definition at its own letters: lowered at its first use, shared by all."""
        if name not in self._defined:
            scan = self._recursions.scans.get(name)
            if scan is not None:
                self._defined.update(dict.fromkeys(scan.order))
                self._defined.update(self._recursions.rule(self, scan))
            else:
                self._defined[name] = None  # marks that it is being lowered
                self._defined[name] = self.lower(self.definitions[name].expr)
        found = self._defined[name]
        if found is None:
            raise InputError(f"`{name}` is defined through itself.", code="cycle")
        return found

    def define(self, name: str, definition: Definition) -> None:
        """Add a definition of the lowering's own."""
        self.definitions[name] = definition

    def load(self, name: str, letters: tuple[Letter, ...]) -> Ref:
        """A named array, with a slot for each axis."""
        axes: tuple[Letter, ...] = letters
        if name in self.trial_names:
            axes = (TRIAL, *axes)
        return self.builder.emit("load", (), axes, data=name, level=SETUP if name in self.constant else BODY)

    def axes_of(self, expr: sp.Basic) -> frozenset[Letter]:
        """The axes that the value of an expression will have, found without lowering it."""
        found = self._axes.get(expr)
        if found is None:
            found = self._axes[expr] = self._find_axes(expr)
        return found

    def _find_axes(self, expr: sp.Basic) -> frozenset[Letter]:
        if isinstance(expr, Idx):
            return frozenset([expr])
        if isinstance(expr, Indexed) or (isinstance(expr, Symbol) and not expr.is_integer):
            return self._reference_axes(expr)
        inside = frozenset[Letter]().union(*(self.axes_of(a) for a in expr.args))
        if isinstance(expr, Reduction):
            inside = self.axes_of(expr.body) | self.axes_of(expr.mask)
            return (inside - expr.bound).union(*(self.axes_of(a) for a in expr.at))
        return inside

    def _reference_axes(self, expr: Indexed | Symbol) -> frozenset[Letter]:
        name, indices = name_of(expr), indices_of(expr)
        axes = frozenset[Letter]([TRIAL] if name in self.trial_names else [])
        used = list(indices)
        if name in self.definitions:
            letters = self.definitions[name].letters
            inner = frozenset(self.defined(name).axes)
            axes |= inner & {TRIAL}
            used = [index for letter, index in zip(letters, indices, strict=True) if letter in inner]
        return axes.union(*(self.axes_of(index) for index in used))
