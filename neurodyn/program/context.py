"""What the rules of lowering share: the steps built so far, and what was already lowered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp
from sympy import Idx, Indexed, Symbol

from neurodyn.calculus.letters import indices_of, name_of
from neurodyn.calculus.reductions import Reduction
from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.scans import Scan
from neurodyn.calculus.supports import Supports, edge_letter
from neurodyn.errors import InputError
from neurodyn.program.builder import Builder, Letter, Ref
from neurodyn.program.program import BODY, SETUP, TRIAL, Program, wiring_name

if TYPE_CHECKING:
    from neurodyn.program.on_edges import OnEdges


class NotAtEdges(InputError):
    """A quantity on a support is read where there is no edge; `name` is the quantity."""

    def __init__(self, name: str, sentence: str, remedy: str) -> None:
        super().__init__(sentence, code="not-lowered", remedy=remedy)
        self.name = name


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
        supports: Supports,
    ) -> None:
        self.builder, self.rules = builder, rules
        self.definitions = dict(definitions)
        self.sizes, self.subprogram = recursions.sizes, recursions.subprogram
        self.recursions = recursions
        self.constant, self.trial_names = frozenset(constant), frozenset(trial_names)
        self.bounded: dict[sp.Basic, bool] = {}  # what `masks.py` found out
        self._refs: dict[sp.Basic, Ref] = {}
        self._axes: dict[sp.Basic, frozenset[Letter]] = {}
        self._defined: dict[str, Ref | None] = {}
        self.supports = supports
        self._on_edges: dict[tuple[str, frozenset[tuple[Idx, int]]], OnEdges] = {}

    def lower(self, expr: sp.Basic) -> Ref:
        """The value of an expression; its axes are the letters free in it that matter, and perhaps the trials."""
        found = self._refs.get(expr)
        if found is None:
            found = self._refs[expr] = self.rule_of(expr)(self, expr)
        return found

    def rule_of(self, expr: sp.Basic) -> Rule:
        """The rule for the class of an expression."""
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
            scan = self.recursions.scans.get(name)
            if scan is not None:
                self._defined.update(dict.fromkeys(scan.order))
                self._defined.update(self.recursions.rule(self, scan))
            else:
                self._defined[name] = None  # marks that it is being lowered
                self._defined[name] = self._lowered_definition(name)
        found = self._defined[name]
        if found is None:
            raise InputError(f"`{name}` is defined through itself.", code="cycle")
        return found

    def _lowered_definition(self, name: str) -> Ref:
        definition = self.definitions[name]
        if name not in self.supports.on:
            return self.lower(definition.expr)
        here = self.on_edges(self.supports.on[name], {x: side for side, x in enumerate(definition.letters)})
        return here.spread(here.lower(definition.expr))

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
        if name in self.definitions and name in self.supports.on:
            axes |= frozenset(self.defined(name).axes) & {TRIAL}
        elif name in self.definitions:
            letters, expr = self.definitions[name].letters, self.definitions[name].expr
            # What reads edges is computed at edges: it has no value at all pairs.
            at_edges = len(letters) > 1 and bool(self.supports.on) and any(self.supports.mentioned(expr))
            inner = self.axes_of(expr) if at_edges else frozenset(self.defined(name).axes)
            axes |= inner & {TRIAL}
            used = [index for letter, index in zip(letters, indices, strict=True) if letter in inner]
        return axes.union(*(self.axes_of(index) for index in used))

    def on_edges(self, support: str, ends: Mapping[Idx, int]) -> OnEdges:
        """The context in which two letters stand at the ends of the edges of a support."""
        from neurodyn.program.on_edges import OnEdges

        key = (support, frozenset(ends.items()))
        if key not in self._on_edges:
            self._on_edges[key] = OnEdges(self, support, ends)
        return self._on_edges[key]

    def wiring(self, support: str) -> Ref:
        """The edges of a support."""
        level = SETUP if wiring_name(support) in self.constant else BODY
        return self.builder.emit("wiring", (), (), data=wiring_name(support), level=level)

    def on_support(self, name: str) -> Ref:
        """The values of a quantity that lives on a support, one for each edge."""
        if name in self.definitions:
            return self.defined(name)
        return self.load(name, (edge_letter(self.supports.on[name]),))

    def is_axis(self, letter: Idx) -> bool:
        """Whether values have an axis for the letter."""
        return True

    def gathered(self, ref: Ref) -> Ref:
        """A value where it is used: read at the ends of edges, where these stand for letters."""
        return ref
