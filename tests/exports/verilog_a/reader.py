"""A reader of Verilog-A that knows nothing of how ours is written: modules as text, evaluated at any point.

It reads what the language reference says of the part that is used here: ports, nets, parameters with ranges, analog
functions, instances, and an analog block of assignments and contributions. What it does not know it refuses.
"""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)|(?P<word>\$?[A-Za-z_][\w$]*)|(?P<string>\"[^\"]*\")"
    r"|(?P<sign><=|>=|==|!=|&&|\|\||<\+|[-+*/()<>?:,!;=\[\]#.]))"
)
STEP = 1e-30  # of complex steps, which lose no digits


class Refused(Exception):
    """What is no Verilog-A, or none that this reader knows."""


def tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise Refused(f"no token: {text[at : at + 30]!r}")
        found.append(match.group().strip())
        at = match.end()
    return found


def real(x: complex) -> float:
    return x.real if isinstance(x, complex) else float(x)


CALLS: dict[str, Callable[..., Any]] = {
    **{n: getattr(cmath, n) for n in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asinh", "atanh", "sqrt")},
    **{n: getattr(cmath, n) for n in ("asin", "acos", "atan", "acosh")},
    "ln": cmath.log,
    "abs": lambda x: x if real(x) >= 0 else -x,
    "max": lambda x, y: x if real(x) >= real(y) else y,
    "min": lambda x, y: x if real(x) <= real(y) else y,
    "floor": lambda x: math.floor(real(x)),
    "pow": lambda x, y: 0.0 if x == 0 and real(y) > 0 else x**y,
    "atan2": lambda y, x: math.atan2(real(y), real(x)),
}


@dataclass
class Expression:
    """Reads an expression while it evaluates it: operators by the precedence of the language."""

    tokens: list[str]
    names: Mapping[str, Any]
    call: Callable[[str, list[list[str]], Mapping[str, Any]], Any]
    at: int = 0

    def value(self) -> Any:
        found = self.conditional()
        if self.at != len(self.tokens):
            raise Refused(f"left over: {self.tokens[self.at :]}")
        return found

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        found = self.peek()
        if not found or (wanted and found != wanted):
            raise Refused(f"{wanted or 'more'} wanted, found {found!r} in {' '.join(self.tokens)}")
        self.at += 1
        return found

    def conditional(self) -> Any:
        condition = self.binary(0)
        if self.peek() != "?":
            return condition
        self.take()
        first = self.branch(bool(condition))
        self.take(":")
        second = self.branch(not condition)
        return first if condition else second

    def branch(self, wanted: bool) -> Any:
        """Only the side that is wanted is evaluated, as the language has it."""
        if wanted:
            return self.conditional()
        dry = Expression(self.tokens, _Anything(), lambda name, own, names: 1.0, self.at)
        dry.conditional()
        self.at = dry.at
        return None

    LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/"))

    def binary(self, level: int) -> Any:
        if level == len(self.LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek() in self.LEVELS[level]:
            sign = self.take()
            left = _joined(sign, left, self.binary(level + 1))
        return left

    def unary(self) -> Any:
        if self.peek() in ("-", "+", "!"):
            sign, value = self.take(), self.unary()
            return (not value) if sign == "!" else -value if sign == "-" else value
        if self.peek() == "(":
            self.take()
            value = self.conditional()
            self.take(")")
            return value
        word = self.take()
        if word[0].isdigit():
            if "." not in word and "e" not in word.lower():
                raise Refused(f"{word} is an integer, and would be divided as one")
            return float(word)
        if self.peek() == "(":
            return self.call(word, self.arguments(), self.names)
        if word not in self.names:
            raise Refused(f"{word} is not declared, or not yet")
        return self.names[word]

    def arguments(self) -> list[list[str]]:
        self.take("(")
        found: list[list[str]] = [[]]
        depth = 0
        while depth or self.peek() != ")":
            token = self.take()
            depth += (token == "(") - (token == ")")
            if token == "," and not depth:
                found.append([])
            else:
                found[-1].append(token)
        self.take(")")
        return found


class _Anything(dict[str, Any]):
    def __contains__(self, _: object) -> bool:
        return True

    def __missing__(self, _: str) -> float:
        return 1.0


def _joined(sign: str, a: Any, b: Any) -> Any:
    if sign == "/" and b == 0:
        return math.inf
    table: dict[str, Callable[[], Any]] = {
        "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b,
        "<": lambda: real(a) < real(b), "<=": lambda: real(a) <= real(b),
        ">": lambda: real(a) > real(b), ">=": lambda: real(a) >= real(b),
        "==": lambda: real(a) == real(b), "!=": lambda: real(a) != real(b),
        "&&": lambda: bool(a) and bool(b), "||": lambda: bool(a) or bool(b),
    }  # fmt: skip
    return table[sign]()


@dataclass
class Module:
    """One module as it was read; all names are declared before they are used, or it is refused."""

    name: str
    ports: list[str]
    directions: dict[str, str] = field(default_factory=dict)
    nets: list[str] = field(default_factory=list)
    ground: str = ""
    defaults: dict[str, list[str]] = field(default_factory=dict)
    ranges: dict[str, str] = field(default_factory=dict)
    functions: dict[str, list[str]] = field(default_factory=dict)
    variables: list[str] = field(default_factory=list)
    statements: list[tuple[str, list[str]]] = field(default_factory=list)
    contributions: list[tuple[str, tuple[str, ...], list[str]]] = field(default_factory=list)
    instances: list[tuple[str, str, dict[str, list[str]], list[str]]] = field(default_factory=list)

    def parameters(self, given: Mapping[str, float] | None = None) -> dict[str, float]:
        """Values of all parameters; a default may read those before it."""
        found: dict[str, float] = {}
        for name, default in self.defaults.items():
            own = (given or {}).get(name)
            found[name] = real(Expression(default, found, self.call).value()) if own is None else own
        return found

    def call(self, name: str, arguments: list[list[str]], names: Mapping[str, Any]) -> Any:
        """A function of the language or of the module."""
        values = [Expression(a, names, self.call).value() for a in arguments]
        return self.applied(name, values)

    def applied(self, name: str, values: list[Any]) -> Any:
        if name in self.functions:
            return Expression(self.functions[name], {"x": values[0]}, self.call).value()
        if name not in CALLS:
            raise Refused(f"{name} is no function")
        return CALLS[name](*values)

    def currents(
        self,
        values: Mapping[str, float],
        parameters: Mapping[str, float],
        rates: Mapping[str, float] | None = None,
        time: float = 0.0,
        ic: bool = False,
    ) -> dict[tuple[str, tuple[str, ...]], float]:
        """What is contributed to each branch.

        Args:
            values: of nets by name, and of currents as `I(p,n)`; `rates` are their rates, without which none is read.
        """
        point = Point(self, values, rates, {**parameters, "$abstime": time}, ic)
        found: dict[tuple[str, tuple[str, ...]], float] = {}
        for kind, on, text in self.contributions:
            value = complex(point.value(text))
            if value.imag:
                raise Refused(f"a root or logarithm of a negative number: {' '.join(text)}")
            found[kind, on] = found.get((kind, on), 0.0) + value.real
        return found


@dataclass
class Point:
    """Where a module is evaluated; with a nudge, a complex step along the rates beside it."""

    module: Module
    values: Mapping[str, float]
    rates: Mapping[str, float] | None
    names: dict[str, Any]
    ic: bool
    nudge: float = 0.0

    def __post_init__(self) -> None:
        for name, text in self.module.statements:
            self.names[name] = 0.0 if self.nudge and "ddt" in text else self.value(text)

    def value(self, text: list[str]) -> Any:
        return Expression(text, self.names, self.call).value()

    def call(self, name: str, arguments: list[list[str]], names: Mapping[str, Any]) -> Any:
        if name in ("V", "I"):
            return self.access(name, [a[0] for a in arguments])
        if name == "analysis":
            return self.ic and arguments[0][0] == '"ic"'
        if name == "ddt":
            return self.rate(arguments[0])
        return self.module.applied(name, [Expression(a, names, self.call).value() for a in arguments])

    def access(self, kind: str, on: list[str]) -> Any:
        """A potential, a difference of two, or the current of a branch."""
        keys = on if kind == "V" else [f"I({','.join(on)})"]
        rates = self.rates or {}
        parts = [self.values[k] + 1j * self.nudge * rates.get(k, 0.0) if k != self.module.ground else 0.0 for k in keys]
        return parts[0] - (parts[1] if len(parts) > 1 else 0.0)

    def rate(self, text: list[str]) -> float:
        if self.rates is None:
            return 0.0
        if self.nudge:
            raise Refused("a ddt of a ddt")
        beside = Point(self.module, self.values, self.rates, dict(self.names), self.ic, STEP)
        return float(complex(beside.value(text)).imag / STEP)
