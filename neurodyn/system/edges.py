"""Values of parameters on supports: which edges there are, and one value for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Idx, S

from neurodyn.calculus.letters import free_letters, quantity
from neurodyn.calculus.nodes import Where
from neurodyn.calculus.supports import Pair, Supports, edges_size
from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.program.context import NotAtEdges
from neurodyn.program.program import wiring_name
from neurodyn.program.wiring import Wiring
from neurodyn.system.connecting import Connection
from neurodyn.system.edge_lists import LISTS, EdgeList, from_list, is_sparse, refuse
from neurodyn.system.filling import filled
from neurodyn.system.formulas import Formula
from neurodyn.system.generators import stream
from neurodyn.system.wirings import RULES, Row, Unfit, drawn, nonzero_rows

if TYPE_CHECKING:
    from neurodyn.system.values import Values

Array = NDArray[np.float64]
HERE, DRAWN = "@row", "@drawn"


def wire(values: Values, name: str, asking: tuple[str, ...]) -> Array:
    """Find the edges of a support, and remember them; its value on each."""
    structure = values.structure
    letters = structure.letters(name)
    rows, columns = values.counts(letters, structure.model.source_of(name))
    shape = (rows, columns)
    value, source = values.told(name)
    if isinstance(value, str) and source is not None:
        return _from_text(values, name, value_source(source, value), letters, shape, asking)
    listed = EdgeList.read(value, tuple(str(x.label) for x in letters))
    if listed is not None:
        wiring, found = from_list(name, listed, shape, source)
    else:
        if isinstance(value, Mapping):
            refuse(name, source, f"The edges of {name} are not two lists of positions.", LISTS.format(*letters))
        whole = filled(name, value, shape, source)
        first, second = np.nonzero(whole)
        wiring, found = Wiring(first, second, shape), whole[first, second]
    values.formulas.wirings[name] = wiring
    return found


def _from_text(
    values: Values, name: str, source: Source, letters: tuple[Idx, ...], shape: tuple[int, int], asking: tuple[str, ...]
) -> Array:
    """A connection rule, perhaps with factors; or an expression of the letters, whose zeros are no edges."""
    expr, calls = values.read(name, source, letters)
    rules = [(k, c) for k, c in enumerate(calls) if isinstance(c, Connection)]
    if not rules:
        if calls:
            refuse(name, source, f"The edges of {name} are drawn without a connection rule.", "Multiply by sparse(p).")
        wiring, found = nonzero_rows(shape, rows_of(values, expr, letters, asking, source))
        values.formulas.wirings[name] = wiring
        return found
    ordinal, rule = rules[0]
    outside = Supports({rule.name: name}).outside(expr)
    if len(rules) > 1 or (name, *letters) not in outside:
        refuse(name, source, f"The edges of {name} follow from one connection rule, as a factor.", "Write it once.")
    values.formulas.wirings[name] = connected(values, rule, letters, ordinal, asking, None, values.seed)
    draws = {c.name: values.draw(c, letters, k, asking) for k, c in enumerate(calls)}
    return values.evaluate(expr, letters, asking, source, draws)


def joined(
    values: Values,
    call: Connection,
    letters: tuple[Idx, ...],
    ordinal: int,
    asking: tuple[str, ...],
    trial: int | None,
    seed: int,
) -> Array:
    """A connection rule in a value: 1 at its edges, else 0, over all pairs; 1 everywhere in the value of a support."""
    owner = call.name.rpartition("~")[0]
    if isinstance(letters, Pair):
        if letters.support != owner:
            refuse(
                owner, call.source, f"{owner} lives on {letters.support}, whose edges are drawn already.",
                f"Give the rule to {letters.support}.",
            )  # fmt: skip
        return np.ones(len(values.wiring(owner, asking)))
    wiring = connected(values, call, letters, ordinal, asking, trial, seed)
    found = np.zeros(values.shape(letters, call.source))
    found[wiring.first, wiring.second] = 1.0
    return found


def connected(
    values: Values,
    call: Connection,
    letters: tuple[Idx, ...],
    ordinal: int,
    asking: tuple[str, ...],
    trial: int | None,
    seed: int,
) -> Wiring:
    """The edges that a connection rule draws."""
    rows, columns = values.counts(letters, call.source)
    shape = (rows, columns)
    argument: Any = None
    for expr in call.arguments:
        argument = _argument(values, expr, call, letters, asking)
    owner = call.name.rpartition("~")[0]
    rng = stream(seed, owner, ordinal, trial)
    without_self = call.mask is not S.true and RULES[call.rule].restricted == "self"
    try:
        wiring = drawn(call.rule, rng, shape, argument, without_self)
    except Unfit as error:
        raise InputError(f"{error}.", code="wiring", remedy=error.remedy, place=call.source.place(0)) from None
    if call.mask is S.true or without_self:
        return wiring
    return _restricted(values, wiring, call, letters, asking)


def _argument(
    values: Values, expr: Expr, call: Connection, letters: tuple[Idx, ...], asking: tuple[str, ...]
) -> float | Array | Row:
    free = [x for x in letters if x in free_letters(expr)]
    if call.rule == "sparse" and free:
        return rows_of(values, expr, letters, asking, call.source)
    found = values.evaluate(expr, tuple(free), asking, call.source)
    return found if free else float(found)


def rows_of(
    values: Values, expr: Expr, letters: tuple[Idx, ...], asking: tuple[str, ...], source: Source
) -> Callable[[int], Array]:
    """An expression of two letters as a function that gives one row of it."""
    letters = tuple(letters)
    row = expr.xreplace({letters[0]: quantity(HERE)})
    values.check_constant(expr, source)
    values.wire_all((expr,), asking)
    formula = Formula.of(
        (row,), letters[1:], values.shape(letters[1:], source), values.all_sizes, None, values.structure.on
    )
    edges = values.formulas.edges
    known: dict[str, Any] = {n: values.of(n, asking) for n in formula.needs if n != HERE and n not in edges}
    known |= edges

    def at(position: int) -> Array:
        found: Array = formula({**known, HERE: np.float64(position)})[0]
        return found

    return at


def _restricted(
    values: Values, wiring: Wiring, call: Connection, letters: tuple[Idx, ...], asking: tuple[str, ...]
) -> Wiring:
    """The edges that a condition on their ends keeps; pairs that it leaves out were drawn for nothing."""
    keep = Where(call.mask, S.One, S.Zero)
    values.check_constant(keep, call.source)
    values.wire_all((keep,), asking)
    sizes = {**values.all_sizes, edges_size(DRAWN): len(wiring)}
    on = {**values.structure.on, DRAWN: DRAWN}
    formula = Formula.of((keep,), Pair(letters, DRAWN), (len(wiring),), sizes, None, on)
    known: dict[str, Any] = {**values.formulas.edges, wiring_name(DRAWN): wiring}
    kept = formula({n: known[n] if n in known else values.of(n, asking) for n in formula.needs})[0] != 0
    return Wiring(wiring.first[kept], wiring.second[kept], wiring.shape)


def plain_edges(values: Values, given: Mapping[str, Any]) -> dict[str, Any]:
    """Given values without SciPy's matrices: lists of edges for supports, one number per edge for what lives on one."""
    found = dict(given)
    for name, value in given.items():
        if is_sparse(value) or isinstance(value, Mapping):
            letters = tuple(str(x.label) for x in values.structure.letters(name))
            is_support = values.structure.on.get(name) == name
            found[name] = EdgeList.read(value, letters) if is_support else values.known[name]
    return found


def off_support(error: NotAtEdges, source: Source) -> InputError:
    """The error of the lowering, with the place where the quantity is read."""
    column = re.search(rf"\b{re.escape(error.name)}\s*\[", source.text[source.text.find("=") + 1 :])
    at = source.text.find("=") + 1 + column.start() if column else 0
    return InputError(error.sentence, code="off-support", remedy=error.remedy, place=source.place(at))
