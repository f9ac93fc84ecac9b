"""The unit of every name of a model: declared, or that of its value or equation."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from sympy import S

from neurodyn.language.dimensions import Measure, Special, UnitReader, clock_unit
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.language.units import NUMBER, SECOND, Unit
from neurodyn.model.declarations import Declaration, value_source
from neurodyn.model.equations import Equation
from neurodyn.model.measures import declared_unit, speaks_of_units
from neurodyn.model.model import Model
from neurodyn.model.stages import CHANGES
from neurodyn.system.files import WORD
from neurodyn.system.generators import GENERATORS
from neurodyn.system.signal_reader import SIGNALS
from neurodyn.system.wirings import RULES

# Arguments of signals that are times, and those that have the unit of the signal; all others are plain numbers.
TIMES = ("start", "stop", "period", "every")
VALUES = ("height", "low", "high", "signal", "samples")
# White noise integrates to a random walk whose variance is the time.
WHITE_UNIT = SECOND ** Fraction(-1, 2)


def has_units(model: Model) -> bool:
    """Whether anything in the model has a unit; if not, nothing is checked."""
    return speaks_of_units(_texts(model), list(_declared(model)))


def _declared(model: Model) -> Iterator[Declaration]:
    for section in (model.variables, model.parameters, model.inputs, model.observables, model.wires):
        yield from section.values()


def _texts(model: Model) -> Iterator[str]:
    yield from (e.text for e in model.equations)
    yield from model.claims
    for event in model.events.values():
        said = [*event.said().values(), *(event.at or ())]
        yield from (text for value in said if isinstance(value, str) for text in value.split("\n"))
    yield from (v for v in model.bench.values() if isinstance(v, str))
    for stage in model.bench.get("stage", ()):
        told = [stage.get("until"), *(v for key in CHANGES for v in stage.get(key, {}).values())]
        yield from (v for v in told if isinstance(v, str))


@dataclass(frozen=True, eq=False)
class Units:
    """The units of a model's names, found when they are asked for.

    Attributes:
        active: whether the model has units at all.
    """

    model: Model
    active: bool
    known: dict[str, Measure] = field(default_factory=dict)

    @classmethod
    def of_model(cls, model: Model) -> Units:
        """The units of a model."""
        return cls(model, has_units(model))

    def of(self, name: str) -> Unit:
        """The unit of a name, in the words of the file."""
        return (self.measure(name) if self.active else None) or NUMBER

    @cached_property
    def time(self) -> Unit:
        """The unit in which the bench says how long a run is, else seconds; in maps that of plain numbers."""
        told = (part.get("until") for part in (self.model.bench, *self.model.bench.get("stage", ())))
        until = next((value for value in told if isinstance(value, str)), None)
        found = None if until is None else self.of_value(value_source(Source("until"), until))
        return found or clock_unit(self.model.names)

    def measure(self, name: str) -> Measure:
        """The unit of a name; None for one that is always 0, or is asked for while it is being found."""
        if name not in self.known:
            self.known[name] = None
            self.known[name] = self._find(name)
        return self.known[name]

    def _find(self, name: str) -> Measure:
        if name in self.model.noise:
            return NUMBER if self.model.discrete else WHITE_UNIT
        if name in self.model.events:
            return NUMBER / SECOND  # a train of impulses
        declared = self.model.declaration(name)
        told = self.model.observables.get(name)
        if told is not None and told.unit:
            return declared_unit(told)
        if declared is None:
            equation = self.model.equation(name)
            return clock_unit(self.model.names) if equation is None else self.of_equation(equation)
        if declared.unit or not isinstance(declared.value, str):
            return declared_unit(declared)
        return self.of_text(declared, declared.value) or NUMBER

    def of_equation(self, equation: Equation) -> Measure:
        """The unit of an equation's right side."""
        return self.reader(equation.source, start=equation.equals).read()

    def of_text(self, declared: Declaration, text: str) -> Measure:
        """The unit of an expression that is given as a value."""
        source = value_source(declared.source, text)
        return self.of_value(source, declared.letters)

    def of_value(self, source: Source, letters: tuple[str, ...] = ()) -> Measure:
        """The unit of an expression that may draw, or be a signal."""
        special = _special()
        # Read as symbols first, which refuses in plain words what cannot be read.
        scope = {x: self.model.names.letter(x) for x in letters}
        dummies = dict.fromkeys(special, lambda reader, node: S.One)
        Reader(self.model.names, source, scope=scope, generators=dummies).read()
        return self.reader(source, special=special).read()

    def reader(
        self, source: Source, *, start: int = 0, stop: int | None = None, special: Mapping[str, Special] | None = None
    ) -> UnitReader:
        """A reader of the unit of a text, or of a slice of it."""
        return UnitReader(self.model.names, source, self.measure, start=start, stop=stop, special=special)


def _special() -> dict[str, Special]:
    found: dict[str, Special] = {word: _call(word, keys, TIMES, VALUES) for word, (_, keys) in SIGNALS.items()}
    found[WORD] = lambda reader, node: NUMBER
    for word in RULES:
        found[word] = _call(word, {RULES[word].argument or "": None}, (), ())
    for word, generator in GENERATORS.items():
        found[word] = _call(word, generator.arguments, (), tuple(generator.arguments) if generator.measured else ())
    return found


def _call(word: str, defaults: Mapping[str, Any], times: tuple[str, ...], values: tuple[str, ...]) -> Special:
    """What a signal or generator does with units: times, values of one unit, and plain numbers."""

    def unit(reader: UnitReader, node: ast.Call) -> Measure:
        given = dict(zip(defaults, node.args, strict=False))
        given |= {k.arg: k.value for k in node.keywords if k.arg is not None and k.arg in defaults}
        for key, argument in given.items():
            if key in times:
                reader.expect(argument, clock_unit(reader.names), f"{key} of {word}")
            elif key not in values:
                reader.plain(argument, f"{key} of {word}")
        found = reader.same([given[key] for key in values if key in given], f"arguments of {word}")
        measured = values if found and not found.plain else ()
        for key in [*measured, *times]:
            default = defaults.get(key)
            if key not in given and isinstance(default, float) and default:
                sentence = f"{key} of {word} is not given, and its default {default:g} is a plain number."
                reader.fail(node, "dimension", sentence, f"Give {key} with its unit.")
        return found if values and any(key in given for key in values) else NUMBER

    return unit
