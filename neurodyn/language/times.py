"""A quantity at another time: `S[j](t - r)` and `y[j](t+1)` in a map, `x[j](t - d[i,j])` in a flow."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NoReturn

from sympy import Add, Expr, Idx

from neurodyn.calculus.letters import Reference, name_of, names_in, quantity
from neurodyn.calculus.times import Lag, Next
from neurodyn.language.guard import show_keywords
from neurodyn.language.indexing import reference

if TYPE_CHECKING:
    from neurodyn.language.reader import Reader

_FORMS = "Write t - 1, t - r with a letter r, or t - r - 1."
_DELAY = "Write t - d, with a number or a parameter d."
_VARYING = ("state", "input", "noise", "event")  # kinds of names that are not the same at all times


def is_quantity(reader: Reader, node: ast.Call) -> bool:
    """Whether a call asks for a quantity at a time, and is no function."""
    if isinstance(node.func, ast.Name):
        return show_keywords(node.func.id) in reader.names.quantities
    return isinstance(node.func, ast.Subscript)


def at_time(reader: Reader, node: ast.Call) -> Expr:
    """The quantity at the time in the brackets."""
    placed = reference(reader, node.func)
    what = placed.reference
    if len(node.args) != 1 or node.keywords:
        forms = _FORMS if reader.names.discrete else _DELAY
        reader.fail(node, "lag", "A quantity is taken at one time.", forms)
    offset = reader.value(node.args[0]) - quantity("t")
    if offset == 0:
        return placed.value()
    if not reader.names.discrete:
        return placed.value(_delayed(reader, node, what, -offset))
    found = _next(reader, node, what) if offset == 1 else _lag(reader, node, what, -offset)
    return placed.value(found)


def _delayed(reader: Reader, node: ast.Call, what: Reference, delay: Expr) -> Expr:
    """A quantity of a flow as it was some time ago."""
    kind, time = reader.names.quantities[name_of(what)].kind, node.args[0]
    if kind in ("parameter", "noise"):
        told = {"parameter": "it is the same at all times", "noise": "it has no earlier value to go back to"}[kind]
        reader.fail(node, "no-history", f"{name_of(what)} is a {kind}: {told}.", "Leave the time out.")
    if "t" in names_in(delay):
        reader.fail(time, "delay", "A delay is the same at all times, but this one changes as time goes on.", _DELAY)
    if delay.is_number and delay.is_negative:
        sentence = "This asks for a value that lies ahead."
        reader.fail(time, "not-causal", sentence, f"A flow knows the present and the past. {_DELAY}")
    for name in sorted(names_in(delay)):
        kind = reader.names.quantities[name].kind
        if kind in _VARYING:
            article = "an" if kind[0] in "aeio" else "a"
            reader.fail(time, "delay", f"A delay is the same at all times, but {name} is {article} {kind}.", _DELAY)
    return Lag(what, delay)


def _next(reader: Reader, node: ast.Call, what: Reference) -> Expr:
    kind = reader.names.quantities[name_of(what)].kind
    if kind not in ("state", "definition"):
        reader.fail(node, "no-steps", f"{name_of(what)} is no state: no step makes a new value of it.")
    return Next(what)


def _lag(reader: Reader, node: ast.Call, what: Reference, lag: Expr) -> Expr:
    letters = [part for part in Add.make_args(lag) if isinstance(part, Idx)]
    number = lag - Add(*letters)
    if len(letters) > 1 or not number.is_Integer or names_in(lag):
        reader.fail(node.args[0], "lag", "A lag is a whole number or a letter, or the two added.", _FORMS)
    if number < 0:
        _not_causal(reader, node, bool(letters))
    kind = reader.names.quantities[name_of(what)].kind
    if kind != "state":
        remedy = "Write the lag at the states in its definition." if kind == "definition" else ""
        reader.fail(node, "no-history", f"Only states have a history, and {name_of(what)} is no state.", remedy)
    return Lag(what, lag)


def _not_causal(reader: Reader, node: ast.Call, by_letter: bool) -> NoReturn:
    when = ", where the letter is 0" if by_letter else ""
    reader.fail(
        node.args[0],
        "not-causal",
        f"This asks for a value that lies ahead{when}.",
        f"A map knows the past and the step that it takes, x(t+1). {_FORMS}",
    )
