"""LaTeX of equations as their authors wrote them: from the syntax tree, so nothing is reordered."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from fractions import Fraction

from neurodyn.calculus.vocabulary import COMPOSED, ELEMENTWISE, REDUCTIONS
from neurodyn.language.free import index_arguments
from neurodyn.language.guard import parse, show_keywords
from neurodyn.language.names import Names
from neurodyn.language.source import Source
from neurodyn.language.unit_text import unit_in

_GREEK = """
alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega
Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
"""
GREEK = frozenset(_GREEK.split())
_RELATIONS = {
    ast.Lt: "<",
    ast.LtE: r"\leq",
    ast.Gt: ">",
    ast.GtE: r"\geq",
    ast.Eq: "=",
    ast.NotEq: r"\neq",
}
_MATRICES = {"inv": "-1", "pinv": "+", "invsqrt": "-1/2"}
_BIG = {"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min"}
# Binding strength, from loose to tight.
OR, AND, NOT, COMPARE, ADD, MULTIPLY, SIGN, POWER, ATOM = range(9)


def word(name: str) -> str:
    """A name as LaTeX: Greek letters, one underscore as a subscript, longer words upright, a part before its name."""
    *parts, name = name.split(".")
    if parts:
        before = "".join(rf"\mathrm{{{part}}}.".replace("_", r"\_") for part in parts)
        return before + word(name)
    head, _, tail = name.partition("_")
    if head in GREEK:
        shown = rf"\{head}"
    else:
        match = re.fullmatch(r"([A-Za-z])(\d+)", head)
        if match and not tail:
            return f"{match[1]}_{{{match[2]}}}"
        shown = head if len(head) == 1 else rf"\mathrm{{{head}}}"
    if not tail:
        return shown
    lower = word(tail) if "_" not in tail else rf"\mathrm{{{tail.replace('_', ' ')}}}"
    return f"{shown}_{{{lower}}}"


def unit_latex(node: ast.expr) -> str:
    """A unit as LaTeX, upright and with powers: mS cm^-2."""

    def factor(name: str, power: Fraction) -> str:
        upright = name.removesuffix("ohm")
        is_micro = name.startswith("u")
        shown = r"\mu" * is_micro + (rf"\mathrm{{{upright[is_micro:]}}}" if upright[is_micro:] else "")
        shown += r"\Omega" * name.endswith("ohm")
        return shown if power == 1 else f"{shown}^{{{power}}}"

    return r"\,".join(factor(name, power) for name, power in unit_in(node).powers)


@dataclass(frozen=True)
class Latex:
    """Prints syntax trees; `names` tells letters and quantities apart."""

    names: Names

    def statement(self, source: Source, equals: int) -> str:
        """An equation: left side = right side."""
        left = source.text[:equals].rstrip().rstrip("=")
        return f"{self.text(Source(left.rstrip()))} = {self.text(source, equals)}"

    def text(self, source: Source, start: int = 0) -> str:
        """An expression."""
        return self.show(parse(source, start), OR)

    def show(self, node: ast.expr, level: int) -> str:
        """A node, in brackets where it binds looser than its surroundings."""
        shown, own = self._node(node)
        return shown if own >= level else rf"\left({shown}\right)"

    def _node(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Constant():
                text = node.value if isinstance(node.value, str) else None
                return self._number(str(node.value)) if text is None else rf"\text{{{text}}}", ATOM
            case ast.Name() | ast.Subscript():
                return self._reference(node), ATOM
            case ast.UnaryOp():
                if isinstance(node.op, ast.Not):
                    return rf"\lnot {self.show(node.operand, NOT)}", NOT
                sign = "-" if isinstance(node.op, ast.USub) else "+"
                return sign + self.show(node.operand, MULTIPLY), SIGN if sign == "+" else ADD
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                parts = [self.show(node.left, ADD)]
                for op, right in zip(node.ops, node.comparators, strict=True):
                    parts += [_RELATIONS[type(op)], self.show(right, ADD)]
                return " ".join(parts), COMPARE
            case ast.BoolOp():
                level, sign = (AND, r" \wedge ") if isinstance(node.op, ast.And) else (OR, r" \vee ")
                return sign.join(self.show(v, level + 1) for v in node.values), level
            case ast.Call():
                return self._call(node)
        raise TypeError(f"no LaTeX for {type(node).__name__}")

    @staticmethod
    def _number(text: str) -> str:
        mantissa, mark, exponent = text.lower().partition("e")
        return rf"{mantissa}\times 10^{{{int(exponent)}}}" if mark else text

    def _reference(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return word(show_keywords(node.id))
        assert isinstance(node, ast.Subscript)
        if isinstance(node.value, ast.Constant):
            return rf"{self._number(str(node.value.value))}\,{unit_latex(node.slice)}"
        places = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        shown = [self.show(p, OR) for p in places]
        joined = ("" if all(len(s) == 1 for s in shown) else ",").join(shown)
        base = self.show(node.value, ATOM)
        return f"{base[:-1]},{joined}}}" if base.endswith("}") and "_{" in base else f"{base}_{{{joined}}}"

    def _binary(self, node: ast.BinOp) -> tuple[str, int]:
        if isinstance(node.op, (ast.Mult, ast.Div)) and not self._is_derivative(node):
            negative, bare = _without_minus(node)
            if negative:
                return "-" + self.show(bare, MULTIPLY), ADD
        match node.op:
            case ast.Add():
                return f"{self.show(node.left, ADD)} + {self.show(node.right, ADD)}", ADD
            case ast.Sub():
                return f"{self.show(node.left, ADD)} - {self.show(node.right, MULTIPLY)}", ADD
            case ast.Mult():
                a, b = self.show(node.left, MULTIPLY), self.show(node.right, MULTIPLY)
                return f"{a} \\cdot {b}" if b[:1].isdigit() else f"{a}\\,{b}", MULTIPLY
            case ast.Pow():
                return self._power(node), POWER
            case ast.Div():
                return self._quotient(node)
        raise TypeError(f"no LaTeX for {type(node.op).__name__}")

    def _power(self, node: ast.BinOp) -> str:
        base = self.show(node.left, ATOM)
        if isinstance(node.left, ast.BinOp) and self._is_derivative(node.left):
            base = rf"\left({base}\right)"
        return f"{base}^{{{self.show(node.right, OR)}}}"

    def _quotient(self, node: ast.BinOp) -> tuple[str, int]:
        below = self._differential(node.right)
        by_time = below is None
        if not self._is_derivative(node):
            return rf"\frac{{{self.show(node.left, OR)}}}{{{self.show(node.right, OR)}}}", ATOM
        left, front = node.left, ""
        while self._differential(left) is None:
            if isinstance(left, ast.UnaryOp):
                front, left = front + "-", left.operand
            elif isinstance(left, ast.BinOp):
                front, left = front + self.show(left.left, MULTIPLY) + r"\,", left.right
            else:
                return rf"\frac{{{self.show(node.left, OR)}}}{{{self.show(node.right, OR)}}}", ATOM
        sign = r"\mathrm{d}" if by_time else r"\partial "
        bottom = "t" if by_time else below
        shown = rf"{front}\frac{{{sign}{self._differential(left)}}}{{{sign}{bottom}}}"
        return shown, ATOM if not front else (ADD if front.startswith("-") else MULTIPLY)

    def _is_derivative(self, node: ast.BinOp) -> bool:
        right = node.right
        by_time = isinstance(right, ast.Name) and right.id == "dt"
        return isinstance(node.op, ast.Div) and (by_time or self._differential(right) is not None)

    def _differential(self, node: ast.expr) -> str | None:
        base = node.value if isinstance(node, ast.Subscript) else node
        if not isinstance(base, ast.Name):
            return None
        name = show_keywords(base.id)
        if name in self.names.quantities or not name.startswith("d") or name[1:] not in self.names.quantities:
            return None
        new = ast.copy_location(ast.Name(name[1:], ast.Load()), base)
        return self._reference(
            ast.copy_location(ast.Subscript(new, node.slice, ast.Load()), node)
            if isinstance(node, ast.Subscript)
            else new
        )

    def _call(self, node: ast.Call) -> tuple[str, int]:
        if not isinstance(node.func, ast.Name) or show_keywords(node.func.id) in self.names.quantities:
            return rf"{self.show(node.func, ATOM)}\left({self.show(node.args[0], OR)}\right)", ATOM
        name = show_keywords(node.func.id)
        if name == "where":
            condition, a, b = (self.show(x, OR) for x in node.args)
            return rf"\begin{{cases}}{a} & {condition}\\ {b} & \text{{otherwise}}\end{{cases}}", ATOM
        heads = [a.left if isinstance(a, ast.Compare) else a for a in index_arguments(node, name)]
        over = [a for a in heads if isinstance(a, ast.Name) and show_keywords(a.id) in self.names.letters]
        if (name in REDUCTIONS or name in COMPOSED) and heads and len(over) == len(heads):
            return self._reduction(name, node)
        arguments = [self.show(a, OR) for a in node.args]
        arguments += [rf"\mathrm{{{k.arg}}} = {self.show(k.value, OR)}" for k in node.keywords]
        if name in _MATRICES:
            matrix, row, column = arguments
            return rf"\left[{matrix}\right]^{{{_MATRICES[name]}}}_{{{row}{column}}}", ATOM
        if name == "ddt":
            return rf"\frac{{\mathrm{{d}}}}{{\mathrm{{d}}t}}\left({arguments[0]}\right)", ATOM
        if name in ELEMENTWISE:
            template = ELEMENTWISE[name].latex
            if "{0}" in template:
                return template.format(*arguments), ATOM
            return rf"{template.format()}\left({', '.join(arguments)}\right)", ATOM
        return rf"{word(name)}\left({', '.join(arguments)}\right)", ATOM

    def _reduction(self, name: str, node: ast.Call) -> tuple[str, int]:
        if name == "kth":
            body, rank, *indices = (self.show(a, OR) for a in node.args)
            return rf"\max^{{({rank})}}_{{{','.join(indices)}}}\left({body}\right)", ATOM
        over = ",".join(self.show(a, OR) for a in node.args[1:])
        if name in _BIG:
            return rf"{_BIG[name]}_{{{over}}} {self.show(node.args[0], MULTIPLY)}", MULTIPLY
        if name == "norm":
            return rf"\left\| {self.show(node.args[0], OR)} \right\|_{{{over}}}", ATOM
        if name == "mean":
            return rf"\left\langle {self.show(node.args[0], OR)} \right\rangle_{{{over}}}", ATOM
        return rf"\operatorname{{{name}}}_{{{over}}}\left({self.show(node.args[0], OR)}\right)", ATOM


def _without_minus(node: ast.expr) -> tuple[bool, ast.expr]:
    """Whether a product or quotient starts with a minus, and the same without it."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return True, node.operand
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        negative, left = _without_minus(node.left)
        return negative, ast.copy_location(ast.BinOp(left, node.op, node.right), node) if negative else node
    return False, node
