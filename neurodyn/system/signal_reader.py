"""Inputs from their text: `repeat(pulses(5, period=1), period=15, count=3) + 0.1*step(2)`."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from sympy import Expr, Idx

from neurodyn.calculus.letters import names_in
from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.vocabulary import COMPOSED, ELEMENTWISE, REDUCTIONS
from neurodyn.errors import InputError
from neurodyn.language.guard import hide_keywords, parse, show_keywords
from neurodyn.language.names import near
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.program.lower import Output, lower
from neurodyn.program.numpy_printer import numpy_function
from neurodyn.system.samples import Lines, Samples, read_samples
from neurodyn.system.signals import (
    Combined,
    Constant,
    Pulses,
    Ramp,
    Repeat,
    Signal,
    Smooth,
    Spread,
    Step,
    Window,
    is_signal,
)
from neurodyn.system.structure import Structure
from neurodyn.system.values import Values

Make: TypeAlias = Callable[[Values], Signal]
REQUIRED = object()

# The arguments of each signal, with their defaults.
SIGNALS: dict[str, tuple[Callable[..., Signal], dict[str, Any]]] = {
    "step": (Step, {"start": REQUIRED, "height": 1.0}),
    "window": (Window, {"start": REQUIRED, "stop": REQUIRED, "height": 1.0}),
    "pulses": (Pulses, {"height": REQUIRED, "period": 1.0, "duty": 0.5, "phase": 0.0, "count": None}),
    "ramp": (Ramp, {"start": REQUIRED, "stop": REQUIRED, "low": 0.0, "high": 1.0}),
    "steps": (Samples, {"samples": REQUIRED, "along": REQUIRED, "every": REQUIRED}),
    "lines": (Lines, {"samples": REQUIRED, "along": REQUIRED, "every": REQUIRED}),
    "repeat": (Repeat, {"signal": REQUIRED, "period": REQUIRED, "count": REQUIRED}),
}
_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


@dataclass(frozen=True, eq=False)
class Form:
    """An input as its text says it, read once: `make` gives the signal for the values of the parameters `needs`."""

    needs: frozenset[str]
    make: Make


def read_signal(name: str, value: Any, source: Source, values: Values) -> Signal:
    """The signal of an input: a number or array, a signal, or an expression of time.

    Raises:
        InputError: when it cannot be read, or an argument has no meaning.
    """
    letters = values.structure.letters(name)
    if isinstance(value, str):
        signal = signal_form(name, value, source, values).make(values)
    elif is_signal(value):
        signal = value
    else:
        return Constant(_scalar_or_array(values.value(name, value, letters, source)))
    return Spread(signal, values.shape(letters, source)) if letters else signal


def signal_form(name: str, value: str, source: Source, values: Values) -> Form:
    """What the text of an input says, whatever the values."""

    def read() -> Form:
        placed = value_source(source, value)
        reader = _SignalReader(values.structure, values.structure.letters(name), placed)
        make = reader.signal(parse(placed))
        return Form(frozenset(reader.needs), make)

    return values.formulas.get(("signal", name, value, source), read)


@dataclass(frozen=True)
class _SignalReader:
    structure: Structure
    letters: tuple[Idx, ...]
    source: Source
    needs: set[str] = field(default_factory=set)

    def signal(self, node: ast.expr) -> Make:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SIGNALS:
            return self._call(node, node.func.id)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS and _has_signal(node):
            operation, left, right = _OPERATIONS[type(node.op)], self.signal(node.left), self.signal(node.right)
            return lambda values: Combined(operation, left(values), right(values))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and _has_signal(node):
            inner = self.signal(node.operand)
            return lambda values: Combined(operator.mul, Constant(-1.0), inner(values))
        if _has_signal(node):
            self._reader().fail(node, "signal", "Signals can be added, subtracted and multiplied, nothing else.")
        return self._expression(node)

    def _reader(self) -> Reader:
        scope = {str(x.label): x for x in self.letters}
        return Reader(self.structure.model.names, self.source, scope=scope)

    def _expression(self, node: ast.expr) -> Make:
        """A constant, or a smooth function of time."""
        self._refuse_misspelt(node)
        expr = self._reader().value(node)
        names = names_in(expr)
        self.needs.update(names - {"t"})
        if "t" not in names:
            return lambda values: Constant(_scalar_or_array(values.evaluate(expr, self.letters, (), self.source)))
        constants = [n for n in sorted(names - {"t"}) if self._is_parameter(n)]
        text = None if constants else _segment(self.source.text, node)

        def smooth(values: Values) -> Signal:
            bound = values.formulas.get(
                ("smooth", expr, self.letters),
                lambda: numpy_function(
                    lower(
                        [Output("value", self.letters, expr)],
                        definitions={},
                        sizes=values.sizes,
                        constant=constants,
                        states=(),
                    )
                ),
            ).bind({n: values.of(n) for n in constants})
            return Smooth(lambda t: _scalar_or_array(bound(t, {})["value"]), text, Definition(self.letters, expr))

        return smooth

    def _refuse_misspelt(self, node: ast.expr) -> None:
        for call in (n for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)):
            word = show_keywords(call.func.id)  # type: ignore[attr-defined]
            known = {*SIGNALS, *ELEMENTWISE, *REDUCTIONS, *COMPOSED, "where", *self._reader().names.functions}
            if word not in known:
                hint = near(word, list(SIGNALS)) or f"Signals: {', '.join(SIGNALS)}."
                self._reader().fail(call, "unknown-signal", f"{word} is no signal and no function.", hint)

    def _is_parameter(self, name: str) -> bool:
        if name in self.structure.dynamic:
            column = self.source.text.find(name)
            raise InputError(
                f"An input may speak of time and parameters, but {name} varies in a run.",
                code="value-varies",
                place=self.source.place(max(0, column)),
            )
        return True

    def _call(self, node: ast.Call, word: str) -> Make:
        make, defaults = SIGNALS[word]
        given: dict[str, ast.expr] = dict(zip(defaults, node.args, strict=False))
        for k in node.keywords:
            if k.arg is None or k.arg not in defaults or k.arg in given:
                self._reader().fail(k.value, "arguments", f"{word} has no such argument.", _takes(defaults))
            given[k.arg] = k.value
        if len(node.args) > len(defaults):
            self._reader().fail(node, "arguments", f"{word} is given too many arguments.", _takes(defaults))
        missing = [key for key, default in defaults.items() if default is REQUIRED and key not in given]
        if missing:
            self._reader().fail(node, "arguments", f"{word} needs {missing[0]}.", _takes(defaults))
        if make in (Samples, Lines):
            return read_samples(self._reader(), make, given, self.needs)
        told = {key: self._argument(key, argument) for key, argument in given.items()}

        def signal(values: Values) -> Signal:
            arguments = {key: told[key](values) if key in told else default for key, default in defaults.items()}
            self._check(node, word, arguments)
            return make(**arguments)

        return signal

    def _argument(self, key: str, node: ast.expr) -> Callable[[Values], Any]:
        if key == "signal":
            return self.signal(node)
        expr: Expr = self._reader().value(node)
        self.needs.update(names_in(expr))

        def number(values: Values) -> Any:
            value = float(values.evaluate(expr, (), (), self.source))
            if key != "count":
                return value
            if value != int(value) or value < 0:
                self._reader().fail(node, "signal", "A count is a whole number, 0 or more.")
            return int(value)

        return number

    def _check(self, node: ast.Call, word: str, arguments: dict[str, Any]) -> None:
        fail = self._reader().fail
        if arguments.get("period", 1.0) <= 0:
            fail(node, "signal", "A period must be positive.")
        if not 0 <= arguments.get("duty", 0.0) <= 1:
            fail(node, "signal", "A duty is a fraction of the period, from 0 to 1.")
        if word in ("window", "ramp") and not arguments["start"] < arguments["stop"]:
            fail(node, "signal", f"A {word} must stop after it starts.")


def _segment(text: str, node: ast.expr) -> str | None:
    """The part of the text that a node was read from."""
    hidden = ast.get_source_segment(hide_keywords(text), node)
    return None if hidden is None else "".join(map(show_keywords, hidden))


def _has_signal(node: ast.AST) -> bool:
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and show_keywords(n.func.id) in SIGNALS
        for n in ast.walk(node)
    )


def _takes(defaults: dict[str, Any]) -> str:
    return f"It takes: {', '.join(defaults)}."


def _scalar_or_array(value: Any) -> Any:
    array = np.asarray(value, dtype=float)
    return float(array) if array.ndim == 0 else array
