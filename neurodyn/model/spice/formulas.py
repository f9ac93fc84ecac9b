"""Formulas of parameters, in SPICE's own grammar: computed, never executed.

They are those of ngspice's `.param`: `+ - * / % \\ ^ **` (powers bind tighter than signs and group from the left),
comparisons, `&& || !`, `a ? b : c`, numbers with suffixes, names, and the functions of `FUNCTIONS`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from neurodyn.language.names import near
from neurodyn.model.spice.cards import Card
from neurodyn.model.spice.numbers import NUMBER, scaled

DEEPEST = 60
_WORD = re.compile(r"[A-Za-z_][\w.]*")
_SIGN = re.compile(r"\*\*|==|!=|<>|<=|>=|&&|\|\||[-+*/%\\^<>!?:(),=]")
_TWO: Mapping[str, Callable[[float, float], float]] = {
    "||": lambda a, b: float(bool(a) or bool(b)),
    "&&": lambda a, b: float(bool(a) and bool(b)),
    "==": lambda a, b: float(a == b),
    "=": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b),
    "<>": lambda a, b: float(a != b),
    "<": lambda a, b: float(a < b),
    ">": lambda a, b: float(a > b),
    "<=": lambda a, b: float(a <= b),
    ">=": lambda a, b: float(a >= b),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": math.fmod,
    "\\": lambda a, b: float(math.trunc(a / b)),
    "^": math.pow,
    "**": math.pow,
}
# From what binds least to what binds most; all group from the left.
_LEVELS = (("||",), ("&&",), ("==", "=", "!=", "<>"), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%", "\\"))
_POWERS = ("^", "**")


def _nint(x: float) -> float:
    return float(round(x))


# The arguments that each takes; None is one or more.
FUNCTIONS: Mapping[str, tuple[int | None, Callable[..., float]]] = {
    **{name: (1, getattr(math, name)) for name in ("sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "exp")},
    **{name: (1, getattr(math, name)) for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh", "log10")},
    "arctan": (1, math.atan),
    "ln": (1, math.log),
    "log": (1, math.log),
    "abs": (1, abs),
    "nint": (1, _nint),
    "int": (1, lambda x: float(math.trunc(x))),
    "floor": (1, lambda x: float(math.floor(x))),
    "ceil": (1, lambda x: float(math.ceil(x))),
    "sgn": (1, lambda x: float((x > 0) - (x < 0))),
    "pow": (2, math.pow),
    "min": (None, min),
    "max": (None, max),
    "ternary_fcn": (3, lambda c, a, b: a if c else b),
}


@dataclass
class Formula:
    """Computes the text of a card from `at` to `stop`.

    Args:
        names: the value of a parameter by its name in lower case; it raises KeyError for one that is not there.
        known: the names that there are, for hints.
    """

    card: Card
    at: int
    stop: int
    names: Callable[[str], float]
    known: Callable[[], list[str]]
    _depth: int = field(default=0, init=False)

    def value(self) -> float:
        """The number that the text says."""
        found = self._choice()
        if self._sign():
            self._fail(f"{self._rest()!r} cannot follow here.", "Check operators and brackets.")
        return found

    def _blank(self) -> int:
        while self.at < self.stop and self.card.text[self.at].isspace():
            self.at += 1
        return self.at

    def _rest(self) -> str:
        self._blank()
        found = _SIGN.match(self.card.text, self.at, self.stop) or _WORD.match(self.card.text, self.at, self.stop)
        return found[0] if found else self.card.text[self.at : self.at + 1]

    def _fail(self, sentence: str, remedy: str = "", at: int | None = None, code: str = "spice-formula") -> NoReturn:
        self.card.fail(self.at if at is None else at, code, sentence, remedy)

    def _sign(self) -> str:
        """What comes next: an operator or bracket, any other character, or nothing at the end."""
        if self._blank() >= self.stop:
            return ""
        found = _SIGN.match(self.card.text, self.at, self.stop)
        return found[0] if found else self.card.text[self.at]

    def _take(self, sign: str) -> int:
        at = self.at
        self.at += len(sign)
        return at

    def _choice(self) -> float:
        condition = self._level(0)
        if self._sign() != "?":
            return condition
        self._deeper(self._take("?"))
        first = self._choice()
        self._expect(":")
        second = self._choice()
        self._depth -= 1
        return first if condition else second

    def _expect(self, sign: str) -> None:
        if self._sign() != sign:
            self._fail(f"{sign!r} is missing here.", "Check operators and brackets.")
        self._take(sign)

    def _level(self, level: int) -> float:
        if level == len(_LEVELS):
            return self._signed()
        found = self._level(level + 1)
        while (sign := self._sign()) in _LEVELS[level]:
            at = self._take(sign)
            found = self._done(at, sign, _TWO[sign], found, self._level(level + 1))
        return found

    def _signed(self) -> float:
        sign = self._sign()
        if sign not in ("-", "+", "!"):
            return self._power()
        at = self._take(sign)
        self._deeper(at)
        found = self._signed()
        self._depth -= 1
        return float(not found) if sign == "!" else -found if sign == "-" else found

    def _power(self) -> float:
        found = self._atom()
        while (sign := self._sign()) in _POWERS:
            at = self._take(sign)
            exponent = self._signed() if self._sign() in ("-", "+") else self._atom()
            found = self._done(at, sign, math.pow, found, exponent)
        return found

    def _atom(self) -> float:
        self._blank()
        at, text = self.at, self.card.text
        if self._sign() == "(":
            self._take("(")
            self._deeper(at)
            found = self._choice()
            self._expect(")")
            self._depth -= 1
            return found
        number = NUMBER.match(text, at, self.stop) if at < self.stop and text[at] not in "+-" else None
        if number:
            return self._number(number)
        word = _WORD.match(text, at, self.stop)
        if word is None:
            what = f"{text[at]!r} is no number, name or bracket." if at < self.stop else "The formula ends too early."
            self._fail(what, "Check operators and brackets.", min(at, self.stop))
        self.at = word.end()
        return self._call(word[0].lower(), at) if self._sign() == "(" else self._named(word[0], at)

    def _number(self, digits: re.Match[str]) -> float:
        end = digits.end()
        while end < self.stop and (self.card.text[end].isalnum() or self.card.text[end] in "_."):
            end += 1
        letters, self.at = self.card.text[digits.end() : end], end
        if letters and not letters.isalpha():
            shown = self.card.text[digits.start() : end]
            self._fail(f"{shown} is no number.", "Write 4.7k, say.", digits.start(), "spice-number")
        if letters.lower().startswith("mil"):
            self._fail(
                "SPICE programs differ on mil inside of formulas.", "Write 25.4u for a mil.", digits.start(),
                "spice-number",
            )  # fmt: skip
        return scaled(self.card, digits.start(), digits[0], letters)

    def _named(self, name: str, at: int) -> float:
        try:
            return self.names(name.lower())
        except KeyError:
            if name.lower() in FUNCTIONS:
                self._fail(f"{name} is a function.", f"Give it its arguments: {name}(...).", at)
            remedy = near(name.lower(), self.known()) or f"Write .param {name}=...."
            self._fail(f"There is no parameter {name}.", remedy, at, "spice-parameter")

    def _call(self, name: str, at: int) -> float:
        if name not in FUNCTIONS:
            remedy = near(name, list(FUNCTIONS)) or f"There are: {', '.join(sorted(FUNCTIONS))}."
            self._fail(f"There is no function {name}.", remedy, at, "spice-function")
        self._take("(")
        self._deeper(at)
        values = [self._choice()]
        while self._sign() == ",":
            self._take(",")
            values.append(self._choice())
        self._expect(")")
        self._depth -= 1
        count, function = FUNCTIONS[name]
        if count is not None and len(values) != count:
            self._fail(f"{name} takes {count} argument{'s' if count > 1 else ''}, not {len(values)}.", "", at)
        return self._done(at, name, function, *values)

    def _deeper(self, at: int) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            self._fail("This formula is nested too deeply.", "Give parts of it names of their own.", at)

    def _done(self, at: int, sign: str, function: Callable[..., float], *values: float) -> float:
        try:
            found = function(*values)
        except (ArithmeticError, ValueError):
            found = math.nan
        if not math.isfinite(found):
            told = " and ".join(f"{v:.6g}" for v in values)
            self._fail(f"{sign} of {told} is no finite number.", "Check the values.", at, "spice-undefined")
        return float(found)
