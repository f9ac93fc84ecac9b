"""Calls: elementwise functions, reductions over letters, user functions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NoReturn

import sympy as sp
from sympy import Expr, Idx, Integer
from sympy.logic.boolalg import Boolean

from neurodyn.calculus.letters import fresh, size_of
from neurodyn.calculus.nodes import Larger, Where
from neurodyn.calculus.reductions import Count, KthLargest, Softmax, Sum
from neurodyn.calculus.rewrite import TRUE
from neurodyn.calculus.supports import edge_condition
from neurodyn.calculus.times import Ddt
from neurodyn.calculus.vocabulary import COMPOSED, ELEMENTWISE, MATRICES, REDUCTIONS
from neurodyn.language import times
from neurodyn.language.elsewhere import where_it_belongs
from neurodyn.language.free import index_arguments
from neurodyn.language.guard import show_keywords
from neurodyn.language.indexing import Frame
from neurodyn.language.matrices import matrix_function
from neurodyn.language.names import near

if TYPE_CHECKING:
    from neurodyn.language.reader import Reader


def call(reader: Reader, node: ast.Call) -> Expr | Boolean:
    """The value of a call."""
    if times.is_quantity(reader, node):
        return times.at_time(reader, node)
    name = _function_name(reader, node)
    if name in reader.generators:
        return reader.generators[name](reader, node)
    if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
        reader.fail(node, "keyword", "Named arguments belong to inputs and generators, not to equations.")
    if name in reader.names.functions:
        return _user_function(reader, node, name)
    if name in MATRICES:
        return matrix_function(reader, node, name)
    if _is_reduction(reader, node, name):
        return _reduction(reader, node, name)
    if name == "where":
        _check_count(reader, node, name, (3,))
        c, a, b = node.args
        return Where(reader.condition(c), reader.value(a), reader.value(b))
    if name == "ddt":
        return _rate(reader, node)
    if name in ELEMENTWISE:
        row = ELEMENTWISE[name]
        _check_count(reader, node, name, row.arity)
        return row.make(*(reader.value(a) for a in node.args))
    _refuse_unknown(reader, node, name)


def _refuse_unknown(reader: Reader, node: ast.Call, name: str) -> NoReturn:
    elsewhere = where_it_belongs(name)
    if elsewhere is not None:
        reader.fail(node, "elsewhere", *elsewhere)
    known = sorted({*ELEMENTWISE, *REDUCTIONS, *COMPOSED, *MATRICES, "where", "ddt", *reader.names.functions})
    remedy = near(name, known) or f"Known: {', '.join(known)}."
    reader.fail(node, "unknown-function", f"{name} is not a function of the language.", remedy)


def _rate(reader: Reader, node: ast.Call) -> Expr:
    """`ddt(e)`, which stands in the laws of devices and nowhere else."""
    _check_count(reader, node, "ddt", (1,))
    if not reader.names.implicit or reader.generators:
        reader.fail(
            node,
            "ddt",
            "ddt stands in the laws of devices: in models with pins or unknowns, in p.i = ... and 0 = ...",
            "Elsewhere the rate of A along the flow is written dA/dt.",
        )
    return Ddt(reader.value(node.args[0]))


def _function_name(reader: Reader, node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return show_keywords(node.func.id)
    reader.fail(node, "call", "Only a function of the language can be called.", "Nothing in a model is executed.")


def _is_reduction(reader: Reader, node: ast.Call, name: str) -> bool:
    """Whether the call runs over letters: `max(x[i], i)` does, `max(a, b)` does not."""
    over = [_over(reader, a) for a in index_arguments(node, name)]
    complete = bool(over) and all(over)
    if name in COMPOSED or (name in REDUCTIONS and name not in ELEMENTWISE):
        if not complete:
            form = "kth(..., k, j)" if name == "kth" else f"{name}(..., j)"
            reader.fail(node, "no-index", f"{name} needs the index that it runs over.", f"Write {form}.")
        return True
    return name in REDUCTIONS and complete


def _check_count(reader: Reader, node: ast.Call, name: str, counts: tuple[int, ...]) -> None:
    if len(node.args) not in counts:
        wanted = " or ".join(str(c) for c in counts)
        reader.fail(node, "arguments", f"{name} takes {wanted} argument{'s' * (counts != (1,))}, not {len(node.args)}.")


def _over(reader: Reader, node: ast.expr) -> str | None:
    """The letter of an index argument: `j`, or a restriction `j != i`."""
    if isinstance(node, ast.Compare):
        node = node.left
    if isinstance(node, ast.Name) and show_keywords(node.id) in reader.names.letters:
        return show_keywords(node.id)
    return None


def _user_function(reader: Reader, node: ast.Call, name: str) -> Expr:
    function = reader.names.functions[name]
    if name in reader.calling:
        ring = " -> ".join([*reader.calling[reader.calling.index(name) :], name])
        reader.fail(
            node, "recursion", f"The function {name} calls itself: {ring}.", "Write it without itself, or as a sum."
        )
    _check_count(reader, node, name, (len(function.arguments),))
    local = {a: reader.value(v) for a, v in zip(function.arguments, node.args, strict=True)}
    return type(reader)(
        reader.names, function.source, local=local, start=function.start, calling=(*reader.calling, name)
    ).read()


def _reduction(reader: Reader, node: ast.Call, name: str) -> Expr | Boolean:
    over = index_arguments(node, name)
    words = [w for a in over if (w := _over(reader, a)) is not None]
    for word, argument in zip(words, over, strict=True):
        if words.count(word) > 1 or (word in reader.scope and name != "softmax"):
            _refuse_bound(reader, argument, word)
        if word not in reader.scope and name == "softmax":
            reader.fail(
                argument,
                "softmax-letter",
                f"softmax has a value at each {word}, but {word} is neither bound around it nor on the left side.",
            )
    letters = [fresh(reader.names.letter(w)) for w in words]
    frame = Frame(frozenset(letters))
    inner = reader.inner(dict(zip(words, letters, strict=True)), frame)
    masks = [inner.condition(a) for a in over if isinstance(a, ast.Compare)]
    is_counting = name in ("count", "any", "all")
    body = inner.condition(node.args[0]) if is_counting else inner.value(node.args[0])
    mask = sp.And(*masks, *frame.conditions)
    edges = edge_condition(reader.names.on, name, body, letters)
    mask = sp.And(mask, edges)
    if is_counting:
        return _counting(name, body, mask, letters)
    if name == "softmax":
        return Softmax(body, mask, letters, [reader.scope[w] for w in words])
    if name == "mean":
        count = _number_of_terms(mask, letters)
        # A mean over no edges is 0: most graphs have units without any.
        return Sum(body, mask, letters) / (count if edges is TRUE else Larger(count, Integer(1)))
    if name in ("argmax", "argmin", "kth") and len(letters) > 1:
        reader.fail(node, "arguments", f"{name} runs over one index.")
    if name == "kth":
        return KthLargest(body, mask, letters, [reader.value(node.args[1])])
    return REDUCTIONS[name](body, mask, letters)


def _refuse_bound(reader: Reader, node: ast.expr, word: str) -> None:
    others = [x for x, s in reader.names.letters.items() if s == reader.names.letters[word] and x not in reader.scope]
    remedy = f"Take another letter: {', '.join(others)}." if others else "Declare one more letter for it."
    reader.fail(node, "bound-letter", f"The index {word} is already in use here.", remedy)


def _number_of_terms(mask: sp.Basic, letters: list[Idx]) -> Expr:
    if mask is TRUE:
        return sp.Mul(*(size_of(x) for x in letters))
    return Sum(Where(mask, Integer(1), Integer(0)), TRUE, letters)


def _counting(name: str, body: Boolean, mask: sp.Basic, letters: list[Idx]) -> Expr | Boolean:
    if name == "count":
        return Count(body, mask, letters)
    if name == "any":
        return sp.Gt(Count(body, mask, letters), 0)
    return sp.Eq(Count(sp.Not(body), mask, letters), 0)
