"""Equations, threshold, reset and namespace of Brian2, put together to a `Model`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neurodyn.calculus.vocabulary import RESERVED
from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.language.units import Unit
from neurodyn.model.brian2.dimensions import Dimensions, check_line, check_unit, unit_of_line
from neurodyn.model.brian2.happenings import Happening, read_happenings
from neurodyn.model.brian2.lines import FLOW, PARAMETER, SUBEXPRESSION, Line, read_lines
from neurodyn.model.brian2.objects import Given
from neurodyn.model.brian2.scope import LETTER, UNIT, Scope
from neurodyn.model.brian2.through import changed, subexpression
from neurodyn.model.brian2.translate import Translator
from neurodyn.model.brian2.trees import names_of
from neurodyn.model.brian2.values import entry, is_quantity, measured, rows_in_unit, scalar, with_prefix
from neurodyn.model.model import Model

LONG_AGO = "-10000 s"  # when Brian2 says that the last spike was, before the first


def imported(given: Given, bench: Mapping[str, Any] | None = None, **described: Any) -> Model:
    """The model of what was given to Brian2.

    Args:
        given: equations, threshold, reset and so on, as text and values.
        bench: how it is run, beside what the method and step of Brian2 say.
        described: name, summary, references and so on of the model.
    """
    lines = read_lines(given.equations)
    scope = Scope(lines, given.namespace, given.size)
    for line in lines.values():
        _check_name(line)
    _refuse_circles(scope)
    _check_starts(scope, given)
    happenings = read_happenings(scope, given)
    equations = [text for line in lines.values() if (text := _equation(scope, line))]
    said = Said(scope, given, happenings)
    events = {scope.key(h.name): h.entry(scope) for h in happenings}
    noise = {scope.key(name): {"kind": "white", "reading": "stratonovich"} for name in sorted(scope.noise)}
    indices: dict[str, Any] = {UNIT: {"letters": LETTER, "size": given.size}} if given.size is not None else {}
    timed = [t.sections(scope.key(t.name) if t.by_unit else t.name) for t in scope.timed.values()]
    return Model(
        equations,
        indices={**indices, **joined(timed, "indices")},
        states=said.states(),
        parameters={**said.parameters(), **joined(timed, "parameters")},
        inputs=joined(timed, "inputs"),
        noise=noise,
        observables=said.observables(),
        events=events,
        bench={**given.bench, **(bench or {})},
        **described,
    )


def joined(sections: list[dict[str, dict[str, Any]]], word: str) -> dict[str, Any]:
    """The entries of one section."""
    return {key: entry for one in sections for key, entry in one[word].items()}


def _check_name(line: Line) -> None:
    if line.name in RESERVED:
        at = line.source.text.find(line.name)
        line.fail(at, "brian2-name", f"{line.name} is a word of the language here.", "Choose another name.")


def _check_starts(scope: Scope, given: Given) -> None:
    for name in given.start:
        if name not in scope.lines or scope.is_subexpression(name):
            known = [n for n in scope.lines if not scope.is_subexpression(n)]
            raise InputError(
                f"start speaks of {name}, which is no state or parameter of the equations.",
                code="brian2-start",
                remedy=near(name, known) or f"There are: {', '.join(known)}.",
            )


def _refuse_circles(scope: Scope) -> None:
    for name in scope.names_of(SUBEXPRESSION):
        line = scope.lines[name]
        direct = names_of(subexpression(scope, name))
        for one in sorted(direct):
            if scope.is_subexpression(one) and name in changed(scope, one):
                what = "itself" if one == name else f"{one}, which follows from it"
                sentence = f"The subexpression {name} follows from {what}."
                line.fail(line.start, "brian2-circle", sentence, "Break the circle, or make one of them a flow.")


def _equation(scope: Scope, line: Line) -> str:
    """A line of Brian2 as a statement of the language, with its remark; nothing for a parameter."""
    if line.kind == PARAMETER:
        return ""
    right = Translator(scope, line.source, line.start, line.stop, noisy=True).text()
    check_line(scope, line)
    key = scope.key(line.name)
    remark = f"  # {line.source.comment}" if line.source.comment else ""
    return f"{f'd{key}/dt' if line.kind == FLOW else key} = {right}{remark}"


@dataclass(frozen=True)
class Said:
    """What the sections of the model say."""

    scope: Scope
    given: Given
    happenings: tuple[Happening, ...]

    def states(self) -> dict[str, Any]:
        """States, among them the parameters that events change, and the time of the last spike."""
        scope = self.scope
        names = [n for n, line in scope.lines.items() if line.kind == FLOW or n in scope.assigned]
        found = {scope.key(name): self._start(name) for name in names}
        if scope.clock:
            found[scope.key("lastspike")] = {"start": LONG_AGO, "unit": "s"}
        return found

    def parameters(self) -> dict[str, Any]:
        """Parameters of the equations, and what they take from the namespace."""
        scope = self.scope
        found: dict[str, Any] = {}
        for name in scope.names_of(PARAMETER):
            said = self._start(name)
            found[scope.key(name)] = {"value": said.pop("start"), **said}
        for name in sorted(scope.used):
            if name in RESERVED:
                sentence = f"{name}, which the namespace has, is a word of the language here."
                raise InputError(sentence, code="brian2-name", remedy="Choose another name.")
            found[name] = {"value": entry(*scalar(name, scope.namespace[name]))}
        return found

    def observables(self) -> dict[str, Any]:
        """The units of subexpressions."""
        units = {name: self._unit(name) for name in self.scope.names_of(SUBEXPRESSION)}
        return {name: {"unit": str(unit)} for name, unit in units.items() if unit.powers}

    def _start(self, name: str) -> dict[str, Any]:
        """The start of a state or the value of a parameter, which in Brian2 is 0 unless it is set."""
        unit, value = self._unit(name), self.given.start.get(name, 0)
        said = {"unit": str(unit)} if unit.powers else {}
        if isinstance(value, str) and not is_quantity(value):
            source = Source(value, file=f"start of {name}")
            text = Translator(self.scope, source, draws=True).text()
            check_unit(Dimensions(self.scope, source), unit, name)
            return {"start": text, **said}
        number, own = measured(name, value)
        if own is not None and not own.fits(unit):
            raise InputError(
                f"{name} starts with {value}, but is {unit.words}.",
                code="brian2-value",
                remedy="Give it in its unit.",
            )
        if isinstance(number, list):
            return {"start": rows_in_unit(number, unit), **said}
        return {"start": entry(number, unit) if number else 0, **said}

    def _unit(self, name: str) -> Unit:
        """The unit of a variable, with a prefix that suits the quantities of its dimension in the model."""
        unit = unit_of_line(self.scope.lines[name])
        if unit.plain:
            return unit
        numbers = []
        for one in sorted(self.scope.used):
            number, own = scalar(one, self.scope.namespace[one])
            if own is not None and own.fits(unit):
                numbers.append(number)
        return with_prefix(unit, numbers, usual=True)
